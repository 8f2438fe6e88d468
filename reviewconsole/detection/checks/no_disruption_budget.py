"""Ask what keeps a replica of a new service while nodes are drained."""

from collections.abc import Iterator

from reviewconsole.detection.kubernetes import known, new_workloads
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.source import Source, kind_of
from reviewconsole.detection.yaml_nodes import composed, get, items, pairs, scalar
from reviewconsole.detection.yaml_tree import Document, at_entry, documents, numeric, paired
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "no-disruption-budget",
    title="Nothing keeps a replica during a drain",
    family=Family.GAP,
    severity=Severity.HIGH,
    what="Finds new Deployments and StatefulSets with two replicas or more that no PodDisruptionBudget in the tree "
    "selects, budgets that are removed while their workload stays, and budgets that let no pod go.",
    why="A node upgrade may evict every replica at the same moment; with a budget that lets none go the drain "
    "hangs and "
    "somebody forces it.",
    example="+ kind: Deployment\n+ spec:\n+   replicas: 3   # and no PodDisruptionBudget",
    instead="Add a PodDisruptionBudget with maxUnavailable: 1 that selects the same labels.",
    references=(
        "kube-linter pdb-min-available, pdb-max-unavailable",
        "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
    ),
    languages=("kubernetes",),
    alias="k-04",
)
_BUDGET = "PodDisruptionBudget"
_MOST = 40


def check(context: Context) -> Iterator[Hit]:
    """Name workloads without a budget, budgets that go, and budgets that block."""
    yield from _budgets(context)
    new = [
        workload
        for workload in new_workloads(context)
        if workload.kind in ("Deployment", "StatefulSet") and workload.line in workload.source.added
    ]
    selectors: list[dict[str, str]] | None = None
    for workload in new:
        document = next(
            (d for d in documents(workload.source, Side.NEW) if d.kind == workload.kind and d.name == workload.name),
            None,
        )
        if document is None or document.templated or known(workload.source, workload):
            continue
        if (numeric(document.get("spec", "replicas")) or 0) < 2:
            continue
        if selectors is None:
            selectors = _selectors(context)
        labels = _labels(document)
        if not any(chosen.items() <= labels.items() for chosen in selectors):
            message = f"{document.label} has several replicas and no budget for disruptions"
            yield from changed_at(PAGE.rule, workload.source, Side.NEW, (workload.line, workload.line), message)


def _labels(document: Document) -> dict[str, str]:
    held = document.get("spec", "template", "metadata", "labels")
    return {name: scalar(value) for name, _, value in pairs(held)}


def _selectors(context: Context) -> list[dict[str, str]]:
    """What the budgets of the whole tree select."""
    paths = [path for path in context.files_naming(_BUDGET, cap=_MOST) if kind_of(path) == "yaml"]
    found = []
    for data in context.read_many_new(paths).values():
        for node in composed(data.decode("utf-8", "replace"))[0]:
            for each in (node, *items(get(node, "items"))):
                if scalar(get(each, "kind")) == _BUDGET:
                    chosen = get(each, "spec", "selector", "matchLabels")
                    found.append({name: scalar(value) for name, _, value in pairs(chosen)})
    return found


def _budgets(context: Context) -> Iterator[Hit]:
    alive = {
        document.name
        for source in context.sources
        if source.kind == "yaml"
        for document in documents(source, Side.OLD)
        if document.kind in ("Deployment", "StatefulSet")
    } - {
        document.name
        for source in context.sources
        if source.kind == "yaml"
        for document in documents(source, Side.NEW)
        if document.kind in ("Deployment", "StatefulSet")
    }
    for old, new in paired(context):
        if old.kind == _BUDGET and new is None and not old.templated:
            chosen = {scalar(value) for _, _, value in pairs(old.get("spec", "selector", "matchLabels"))}
            if not (chosen | {old.name}) & alive:
                message = f"{old.label} is removed and its pods stay"
                yield from changed_at(PAGE.rule, old.source, Side.OLD, (old.line, old.end_line), message)
    for source in context.sources:
        if source.kind == "yaml" and source.added and any(_BUDGET in row for row in source.new):
            yield from _blocking(source, context)


def _blocking(source: Source, context: Context) -> Iterator[Hit]:
    for document in documents(source, Side.NEW):
        if document.kind != _BUDGET:
            continue
        for name, values in (("maxUnavailable", ("0", "0%")), ("minAvailable", ("100%",))):
            entry = document.entries.get(("spec", name))
            if entry is not None and scalar(entry.node) in values:
                yield from at_entry(PAGE.rule, document, entry, f"{document.label} lets no pod go: drains hang")
        entry = document.entries.get(("spec", "minAvailable"))
        least = scalar(entry.node) if entry is not None else ""
        if entry is not None and least.isdecimal() and int(least) > 0:
            few = _replicas(context, document)
            if few is not None and few <= int(least):
                message = (
                    f"{document.label} wants {least} of {few} replicas at all times: no pod may go and drains hang"
                )
                yield from at_entry(PAGE.rule, document, entry, message)


def _replicas(context: Context, budget: Document) -> int | None:
    """How many replicas the workload of the change has that a budget selects; None where none says."""
    chosen = {name: scalar(value) for name, _, value in pairs(budget.get("spec", "selector", "matchLabels"))}
    for source in context.sources if chosen else ():
        for each in documents(source, Side.NEW) if source.kind == "yaml" else ():
            if each.kind in ("Deployment", "StatefulSet") and chosen.items() <= _labels(each).items():
                said = scalar(each.get("spec", "replicas")) or "1"
                return int(said) if said.isdecimal() and not each.templated else None
    return None


CHECK = Check(page=PAGE, run=check)
