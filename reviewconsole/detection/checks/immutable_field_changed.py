"""Find changes of fields that Kubernetes lets nobody change."""

from collections.abc import Iterator

from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.yaml_nodes import scalar
from reviewconsole.detection.yaml_tree import Document, Place, at_entry, paired
from reviewconsole.finding import Family, Severity

PAGE = page_of(
    "immutable-field-changed",
    title="A field that cannot be changed in place",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds changed selectors, service names, volume claim templates, storage classes and claims of objects that "
    "keep their name.",
    why="The API server refuses the update, and the way out is to delete and recreate the object: pods, and for a "
    "StatefulSet or a claim perhaps data, go first. A changed selector leaves the old pods behind, unowned.",
    example="-      app: api\n+      app: api-v2   # under spec.selector.matchLabels",
    instead="Create the new object beside the old one under another name, move traffic and data, then remove "
            "the old one.",
    references=("https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#label-selector-updates",
                "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/"),
    languages=("kubernetes",),
    alias="k-06",
)  # fmt: skip
_SELECTOR = (("spec", "selector"),)
_FIXED: dict[str, tuple[Place, ...]] = {
    "Deployment": _SELECTOR,
    "DaemonSet": _SELECTOR,
    "ReplicaSet": _SELECTOR,
    "StatefulSet": (
        *_SELECTOR,
        ("spec", "serviceName"),
        ("spec", "volumeClaimTemplates"),
        ("spec", "podManagementPolicy"),
    ),
    "Service": (("spec", "clusterIP"),),
    "StorageClass": (("provisioner",), ("parameters",), ("volumeBindingMode",), ("reclaimPolicy",)),
    "PersistentVolumeClaim": (("spec", "storageClassName"), ("spec", "accessModes"), ("spec", "volumeName")),
    "Job": (("spec", "selector"), ("spec", "completionMode")),
}
_GROWS = "storage"


def check(context: Context) -> Iterator[Hit]:
    """Name the fixed fields of a surviving object whose value is another one."""
    for old, new in paired(context):
        if new is None or new.label != old.label or old.kind not in _FIXED:
            continue
        for field in _FIXED[old.kind]:
            yield from _field(old, new, field)


def _field(old: Document, new: Document, field: Place) -> Iterator[Hit]:
    before, after = _values(old, field), _values(new, field)
    if not before or before == after:
        return
    message = f"{'.'.join(field)} of {old.label} cannot be changed in place: the object must be deleted and made anew"
    different = [place for place in after if before.get(place) != after[place]]
    for place in different[:1]:
        entry = new.entries[place]
        yield from at_entry(PAGE.rule, new, entry, message)
    if not different:
        for place in [place for place in before if place not in after][:1]:
            entry = old.entries[place]
            yield from at_entry(PAGE.rule, old, entry, message)


def _values(document: Document, field: Place) -> dict[Place, str]:
    depth = len(field)
    return {
        place: scalar(entry.node)
        for place, entry in document.entries.items()
        if place[:depth] == field and scalar(entry.node) and place[-1] != _GROWS and "labels" not in place
    }


CHECK = Check(page=PAGE, run=check)
