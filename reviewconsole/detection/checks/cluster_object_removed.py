"""Find Kubernetes objects that take other objects or data with them."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.source import is_nonproduction
from reviewconsole.detection.yaml_tree import Document, at_entry, counterpart, documents, paired
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "cluster-object-removed",
    title="A namespace, definition or claim leaves the cluster",
    family=Family.RISK,
    severity=Severity.CRITICAL,
    what="Finds Namespace, CustomResourceDefinition, PersistentVolume, PersistentVolumeClaim and StatefulSet objects "
    "that are removed from the manifests or from a kustomization and appear nowhere else in the change.",
    why="With pruning on, the next sync deletes what git no longer names. A namespace takes all that is in it, a "
    "definition every object of its kind, a claim its volume.",
    example="- kind: Namespace\n- metadata:\n-   name: payments",
    instead="Switch pruning off for the object first, back up what it holds, and remove it in a change of its own.",
    references=("https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#no-prune-resources",
                "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/"),
    languages=("kubernetes", "kustomize"),
    alias="k-07",
)  # fmt: skip
_KINDS = frozenset({
    "Namespace", "CustomResourceDefinition", "PersistentVolumeClaim", "PersistentVolume", "StatefulSet",
})  # fmt: skip
_LISTED = re.compile(r"(^|[/_.-])(namespaces?|ns|crds?|custom-?resource-?definitions?|pvcs?|persistent\w*|"
                     r"volume-?claims?|statefulsets?|sts)([/_.-]|$)", re.IGNORECASE)  # fmt: skip
_SUMMARY = 3
_KEPT = re.compile(r"persistentVolumeReclaimPolicy:\s*Retain\b")


def check(context: Context) -> Iterator[Hit]:
    """Name removed objects of these kinds; many in one folder are told as one."""
    folders: dict[str, list[Document]] = {}
    for old, new in paired(context):
        gone = new is None or new.label != old.label
        if gone and old.kind in _KINDS and not (old.templated and _again(old)):
            folders.setdefault(old.source.path.rpartition("/")[0], []).append(old)
        if new is not None and _is_kustomization(old):
            yield from _unlisted(old, new, context)
    for found in folders.values():
        for old in found[:1] if len(found) > _SUMMARY else found:
            more = f", with {len(found) - 1} more beside it" if len(found) > _SUMMARY else ""
            message = f"{old.label} is removed{more}: a sync that prunes deletes it with what it holds"
            rows = len(old.source.old)
            severity = Severity.HIGH if is_nonproduction(old.source.path) else None
            if old.kind == "PersistentVolume" and any(_KEPT.search(row) for row in old.source.old):
                severity = Severity.MEDIUM
            span = (old.line, min(old.end_line, rows))
            yield from changed_at(PAGE.rule, old.source, Side.OLD, span, message, severity=severity)


def _again(old: Document) -> bool:
    """Tell whether the template makes as many objects of the kind as before, under another expression."""
    ours, theirs = (sum(each.kind == old.kind for each in documents(old.source, side)) for side in Side)
    return 0 < ours <= theirs


def _is_kustomization(document: Document) -> bool:
    return document.source.path.rsplit("/", 1)[-1] in ("kustomization.yaml", "kustomization.yml", "Kustomization")


def _unlisted(old: Document, new: Document, context: Context) -> Iterator[Hit]:
    """Entries of a kustomization that go while the file they name is untouched."""
    folder = old.source.path.rpartition("/")[0]
    touched = {source.path for source in context.sources}
    for place, entry in old.entries.items():
        if len(place) != 2 or place[0] not in ("resources", "crds", "bases") or not _LISTED.search(place[1][1:-1]):
            continue
        named = f"{folder}/{place[1][1:-1]}".lstrip("/")
        if counterpart(place, old, new) != place and named not in touched:
            message = f"{place[1][1:-1]} is taken out of the kustomization: a sync that prunes deletes what it holds"
            yield from at_entry(PAGE.rule, old, entry, message)


CHECK = Check(page=PAGE, run=check)
