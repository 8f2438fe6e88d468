"""Find rollouts that take every instance away at once."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at, fresh
from reviewconsole.detection.yaml_nodes import get, items, scalar
from reviewconsole.detection.yaml_tree import Document, at_entry, counterpart, documents, numeric, paired
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "recreate-strategy",
    title="A rollout without overlap",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds workloads that change to the Recreate strategy, to maxUnavailable 100 %, or that lose their rolling "
    "update (Kubernetes, chart values, Terraform, ECS). A new object, and one with a ReadWriteOnce volume, weigh less.",
    why="All pods stop before the first new one starts: each release is an outage, and a version that does not start "
    "leaves nothing running.",
    example="-    type: RollingUpdate\n+    type: Recreate",
    instead="Keep RollingUpdate with a small maxUnavailable. Where two versions may not run side by side, say why and "
    "announce the outage.",
    references=("kube-linter no-rolling-update-strategy", "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy"),
    languages=("kubernetes", "terraform"),
    alias="k-05",
)  # fmt: skip
_STRATEGIES = frozenset({"strategy", "updateStrategy", "deploymentStrategy", "rolloutStrategy"})
_TERRAFORM = re.compile(r"^\s*type\s*=\s*\"Recreate\"|^\s*(deployment_)?minimum_healthy_percent\s*=\s*0\b"
                        r"|^\s*max_unavailable\s*=\s*\"100%\"|\bDEPLOYMENT_CONFIG_ALL_AT_ONCE|AllAtOnce\"")  # fmt: skip


def check(context: Context) -> Iterator[Hit]:
    """Name strategies that turn to recreate, and rolling updates that go."""
    known: set[tuple[str, str]] = set()
    for old, new in paired(context):
        if new is not None and old.source.kind == "yaml":
            known.add((new.source.path, new.label))
            yield from _changed(old, new)
    for source in context.sources:
        if source.kind == "yaml" and source.added:
            for new in documents(source, Side.NEW):
                if (source.path, new.label) not in known and new.kind in ("Deployment", "Rollout"):
                    yield from _new(new)
    for source, at, _ in fresh(context, ("terraform",), _TERRAFORM):
        message = "A release stops every instance before the first new one starts"
        yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), message)


def _changed(old: Document, new: Document) -> Iterator[Hit]:
    severity = Severity.MEDIUM if _single_volume(new) else None
    for place, entry in new.entries.items():
        if place[-1] not in _STRATEGIES:
            continue
        before = old.entries.get(place)
        was = get(before.node, "type") if before else None
        recreates = scalar(get(entry.node, "type")) or scalar(entry.node)
        if recreates == "Recreate" and scalar(was) != "Recreate" and not (before and scalar(before.node) == "Recreate"):
            message = f"{new.name or place[-1]} stops all pods before it starts new ones"
            yield from at_entry(PAGE.rule, new, entry, message, severity=severity)
            continue
        widest = get(entry.node, "rollingUpdate", "maxUnavailable")
        if scalar(widest) == "100%" and (
            before is None or scalar(get(before.node, "rollingUpdate", "maxUnavailable")) != "100%"
        ):
            message = f"{new.name or place[-1]} lets a rollout take all pods away at once"
            yield from at_entry(PAGE.rule, new, entry, message, severity=severity)
    yield from _rolling_lost(old, new, severity)


def _rolling_lost(old: Document, new: Document, severity: Severity | None) -> Iterator[Hit]:
    for place, entry in old.entries.items():
        if place[-1] != "rollingUpdate" or len(place) < 2 or place[-2] not in _STRATEGIES:
            continue
        owner = counterpart(place[:-2], old, new)
        if owner is None or (*owner, place[-2], "rollingUpdate") in new.entries:
            continue
        now = new.entries.get((*owner, place[-2]))
        was = old.entries.get(place[:-1])
        if scalar(entry.node) in ("~", "null") or (was is not None and scalar(get(was.node, "type")) == "Recreate"):
            continue
        if now is not None and "Recreate" in (scalar(get(now.node, "type")), scalar(now.node)):
            continue
        message = f"{old.name or place[-2]} loses the bounds of its rolling update"
        yield from at_entry(PAGE.rule, old, entry, message, severity=severity)


def _new(new: Document) -> Iterator[Hit]:
    entry = new.entries.get(("spec", "strategy"))
    replicas = numeric(new.get("spec", "replicas"))
    if entry is None or scalar(get(entry.node, "type")) != "Recreate" or new.templated:
        return
    severity = Severity.MEDIUM if replicas is not None and replicas > 1 and not _single_volume(new) else Severity.LOW
    message = f"{new.name} stops all pods before it starts new ones"
    yield from at_entry(PAGE.rule, new, entry, message, severity=severity)


def _single_volume(document: Document) -> bool:
    """Tell whether the pods share a volume that one node alone can hold."""
    volumes = document.get("spec", "template", "spec", "volumes")
    claims = any(get(item, "persistentVolumeClaim") is not None for item in items(volumes))
    return claims or any("ReadWriteOnce" in row for row in document.source.new)


CHECK = Check(page=PAGE, run=check)
