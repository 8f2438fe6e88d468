"""Ask whether a new container says how much memory it may take."""

from collections.abc import Iterator

from reviewconsole.detection.kubernetes import new_workloads
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.yaml_nodes import get, line, scalar
from reviewconsole.detection.yaml_tree import at_entry, counterpart, paired
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "no-limits",
    title="A container without memory bounds",
    family=Family.GAP,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    what="Finds new containers without a memory request or a memory limit, and bounds that are taken off a container "
    "that stays.",
    why="One leak then takes its node down with everything on it, and the scheduler cannot know that the node is full.",
    example="+      - name: worker\n+        image: example/worker:1",
    instead="State a memory request near the measured use and a limit above its peak.",
    references=("kube-linter unset-memory-requirements", "CKV_K8S_13"),
    languages=("kubernetes",),
    alias="k-03",
)


def check(context: Context) -> Iterator[Hit]:
    """Name new containers that lack a memory request or limit, and bounds that are removed."""
    yield from _removed(context)
    if any(row.strip() == "kind: LimitRange" for source in context.sources for row in source.new):
        return
    for workload in new_workloads(context):
        for container in workload.containers:
            start = line(container)
            if start not in workload.source.added:
                continue
            lacks = [part for part in ("requests", "limits") if get(container, "resources", part, "memory") is None]
            if lacks:
                name = scalar(get(container, "name"))
                yield Hit(
                    rule=PAGE.rule,
                    source=workload.source,
                    side=Side.NEW,
                    line=start,
                    end_line=start,
                    text=f"container {name}",
                    message=f"Container {name} has no memory {' and no memory '.join(lacks)}",
                )


def _removed(context: Context) -> Iterator[Hit]:
    for old, new in paired(context):
        if new is None or old.source.kind != "yaml":
            continue
        for place, entry in old.entries.items():
            bounds = "resources" in place and place[-1] in ("resources", "limits", "requests", "memory")
            if not bounds or (place[-1] == "resources" and not getattr(entry.node, "value", None)):
                continue
            host = counterpart(place[:-1], old, new)
            if host is not None and (*host, place[-1]) not in new.entries and not _included(new.source.new):
                message = f"{'.'.join(place[-2:])} is removed and the container stays"
                yield from at_entry(PAGE.rule, old, entry, message)


def _included(rows: tuple[str, ...]) -> bool:
    """Tell whether a template brings resources in from elsewhere."""
    return any("{{" in row and "resources" in row for row in rows)


CHECK = Check(page=PAGE, run=check)
