"""Read workloads and their containers out of Kubernetes manifests."""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from reviewconsole.detection.model import Context
from reviewconsole.detection.source import Source
from reviewconsole.detection.yaml_nodes import compose, get, items, line, scalar
from reviewconsole.errors import FormatError
from reviewconsole.finding import Side

_POD = {"CronJob": ("spec", "jobTemplate", "spec", "template", "spec"), "Pod": ("spec",)}
_KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "ReplicaSet", "Rollout"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Workload:
    """One manifest that runs containers."""

    source: Source
    kind: str
    name: str
    line: int
    """Of the `kind:` key."""
    containers: tuple[yaml.Node, ...]


def new_workloads(context: Context) -> Iterator[Workload]:
    """Workloads on the new side of manifests that have changed lines.

    A file that is no plain YAML (a chart template) has none; `unreadable` tells which those are.
    """
    for source in context.sources:
        if source.kind == "yaml" and source.added and any(row.startswith("kind:") for row in source.new):
            yield from workloads(source, Side.NEW)


def workloads(source: Source, side: Side) -> tuple[Workload, ...]:
    """The workloads of one side; none where it does not parse."""
    try:
        nodes = compose("\n".join(source.lines(side)))
    except FormatError:
        return ()
    found = []
    for node in nodes:
        kind = get(node, "kind")
        if kind is None or scalar(kind) not in _KINDS:
            continue
        pod = get(node, *_POD.get(scalar(kind), ("spec", "template", "spec")))
        found.append(
            Workload(
                source=source,
                kind=scalar(kind),
                name=scalar(get(node, "metadata", "name")),
                line=line(kind),
                containers=items(get(pod, "containers")),
            )
        )
    return tuple(found)


def known(source: Source, workload: Workload) -> bool:
    """Tell whether the old side already has this workload."""
    return any((old.kind, old.name) == (workload.kind, workload.name) for old in workloads(source, Side.OLD))


def unreadable(source: Source) -> bool:
    """Tell whether a manifest's new side is no plain YAML."""
    if source.kind != "yaml" or not source.added or not any(row.startswith("kind:") for row in source.new):
        return False
    try:
        compose("\n".join(source.new))
    except FormatError:
        return True
    return False
