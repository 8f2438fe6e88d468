"""Find health checks that leave a workload that stays, or that no longer say anything."""

from collections.abc import Iterator

import yaml

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at, lost
from reviewconsole.detection.yaml_nodes import get, items, scalar
from reviewconsole.detection.yaml_tree import Document, Place, at_entry, counterpart, numeric, paired
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "probe-removed",
    title="A health check is removed or made blunt",
    family=Family.RISK,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    what="Finds liveness, readiness and startup probes and health checks (Kubernetes, chart templates and values, "
    "compose, Dockerfile, Terraform) that disappear from a container that stays, can no longer fail, or take three "
    "times as long to notice.",
    why="The probe is how the platform learns that a process hangs and that a rollout is bad. Without it a broken "
    "version replaces every good pod and traffic goes to pods that cannot answer.",
    example="-          readinessProbe:\n-            httpGet: {path: /healthz, port: 8080}",
    instead="Keep a probe that fails when the container cannot serve. Where it was too nervous, change its period or "
    "threshold by a measured amount.",
    references=("kube-linter no-liveness-probe, no-readiness-probe", "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/"),
    languages=("kubernetes", "compose", "dockerfile", "terraform"),
    alias="k-01",
)  # fmt: skip
_PROBES = frozenset({"livenessProbe", "readinessProbe", "startupProbe", "healthcheck", "healthCheck", "health_check"})
_LINES = re.compile(r"^\s*(liveness_probe|readiness_probe|startup_probe|health_check|healthCheck|healthcheck)\b\s*[{=]"
                    r"|^\s*HEALTHCHECK\s+(?!NONE)", re.IGNORECASE)  # fmt: skip
_STANDS_IN = re.compile(r"\{\{.*(probe|health)", re.IGNORECASE)
_SLOWER = 3


def check(context: Context) -> Iterator[Hit]:
    """Name probes that are gone, emptied or slowed while what they watched is still there."""
    for old, new in paired(context):
        if new is not None and old.source.kind == "yaml":
            yield from _document(old, new)
    for source, at, _ in lost(context, ("terraform", "dockerfile"), _LINES):
        yield from changed_at(PAGE.rule, source, Side.OLD, (at, at), "A health check is removed and its host stays")


def _document(old: Document, new: Document) -> Iterator[Hit]:
    for place, entry in old.entries.items():
        if place[-1] not in _PROBES or not _says_something(entry.node):
            continue
        host = counterpart(place[:-1], old, new)
        if host is None:
            continue
        now = new.entries.get((*host, place[-1]))
        owner = _owner(place)
        if now is None:
            if not _stands_in(new, host):
                message = f"{place[-1]} is removed from {owner}, which stays"
                yield from at_entry(PAGE.rule, old, entry, message)
        elif not _says_something(now.node) and not new.templated:
            message = f"{place[-1]} of {owner} no longer checks anything"
            yield from list(at_entry(PAGE.rule, new, now, message)) or at_entry(PAGE.rule, old, entry, message)
        elif _patience(entry.node) * _SLOWER <= _patience(now.node):
            message = (
                f"{place[-1]} of {owner} takes {_patience(now.node) / _patience(entry.node):.0f} times as long to fail"
            )
            yield from at_entry(PAGE.rule, new, now, message)


def _owner(place: Place) -> str:
    named = [part[1:-1] for part in place[:-1] if part.startswith("[")]
    return named[-1] if named else (place[-2] if len(place) > 1 else "the workload")


def _stands_in(new: Document, host: Place) -> bool:
    """Tell whether an added template call in the same container gives the probe."""
    entry = None if new.templated else new.entries.get(host)
    span = (entry.line, entry.end_line) if entry else (1, len(new.source.new))
    return any(_STANDS_IN.search(new.source.new[at - 1]) for at in new.source.added if span[0] <= at <= span[1])


def _says_something(node: yaml.Node) -> bool:
    """False for an empty or disabled check and for a command that always succeeds."""
    if isinstance(node, yaml.ScalarNode):
        return bool(scalar(node)) and scalar(node).lower() not in ("null", "~", "false")
    off = scalar(get(node, "enabled")).lower() == "false" or scalar(get(node, "disable")).lower() == "true"
    command = get(node, "exec", "command") or get(node, "test")
    words = [scalar(item) for item in items(command)] or scalar(command).split()
    idle = [word for word in words if word not in ("CMD", "CMD-SHELL", "sh", "/bin/sh", "-c", "bash")]
    return (
        not off and bool(getattr(node, "value", None)) and idle not in (["true"], ["/bin/true"], ["exit 0"], ["NONE"])
    )


def _patience(node: yaml.Node) -> float:
    """Seconds until the check counts as failed."""
    threshold = numeric(get(node, "failureThreshold")) or numeric(get(node, "retries")) or 3.0
    period = numeric(get(node, "periodSeconds")) or numeric(get(node, "interval")) or 10.0
    wait = numeric(get(node, "timeoutSeconds")) or numeric(get(node, "timeout")) or 1.0
    return max(1.0, threshold) * max(period, wait, 1.0)


CHECK = Check(page=PAGE, run=check)
