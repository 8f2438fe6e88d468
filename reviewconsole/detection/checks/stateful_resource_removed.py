"""Find resources with data that leave the configuration."""

from collections.abc import Iterator
from dataclasses import replace

from reviewconsole import lazy_re as re
from reviewconsole.detection.addresses import Place, added, alike, handed_over, removed
from reviewconsole.detection.hits import hit
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.settings import Host, changes
from reviewconsole.detection.stateful import holds_data, is_stateful
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "stateful-resource-removed",
    title="A resource with data leaves the configuration",
    family=Family.RISK,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    what="Finds removed Terraform resources and modules, CloudFormation resources, CDK and Pulumi constructs that hold "
    "data or identity (databases, buckets, volumes, keys, zones, secrets, clusters) without a moved, import or removed "
    "block that keeps them, and those whose count becomes 0. What only holds an identity (a queue, an "
    "address, a log group) counts as high.",
    why="The next apply destroys what the configuration no longer names. In 2023 DNS records and certificates of "
    "rust-lang.org were made anew that way.",
    example='- resource "aws_db_instance" "main" {',
    instead="To hand over use `removed` with destroy = false; to delete, say so in a change of its own after a "
    "verified backup.",
    references=("Terraform documentation: moved and removed blocks", "rust-lang.org DNS incident 2023"),
    languages=("terraform", "cloudformation", "typescript", "python", "go"),
    alias="d-04",
)
_MODULE = re.compile(r"(^|/)modules?/")
_SUMMARY = 3
"""More removals than this in one folder are told as one."""


def check(context: Context) -> Iterator[Hit]:
    """Name stateful resources whose address is nowhere on the new side, and that were not renamed."""
    kept = handed_over(context)
    fresh = list(added(context))
    folders: dict[str, list[Place]] = {}
    for place in removed(context):
        if place.host.name in kept or place.host.value("count") == "0":
            continue
        if alike(place, fresh):
            continue
        folders.setdefault(place.source.path.rpartition("/")[0], []).append(place)
    for folder, gone in folders.items():
        retired = _retired(context, folder)
        unused = retired and _unused(context, folder)
        within = bool(_fresh_modules(fresh, folder))
        for place in gone[:1] if retired or len(gone) > _SUMMARY else gone:
            found = _hit(place, gone, retired=retired)
            if unused:
                found = replace(found, severity=Severity.LOW)
            elif within and not any(_grave(each.host) for each in gone):
                found = replace(found, severity=Severity.MEDIUM)
            yield found
    yield from _switched_off(context)


def _retired(context: Context, folder: str) -> bool:
    """Tell whether every configuration of a folder that the change touches is deleted."""
    inside = [source for source in context.sources if source.path.rpartition("/")[0] == folder]
    return all(not source.has_new for source in inside if source.kind == "terraform")


def _unused(context: Context, folder: str) -> bool:
    """Tell whether a folder is a module that nothing called: then no state holds what it describes."""
    if not _MODULE.search(folder):
        return False
    call = f"/{folder.rpartition('/')[2]}"
    rows = (source.old[at - 1] for source in context.sources if source.kind == "terraform" for at in source.removed)
    return not any("source" in row and call in row for row in rows)


def _fresh_modules(fresh: list[Place], folder: str) -> list[Place]:
    """The new calls of modules in a folder, which may hold what left it."""
    return [place for place in fresh if place.host.kind == "module" and place.source.path.rpartition("/")[0] == folder]


def _hit(place: Place, gone: list[Place], *, retired: bool) -> Hit:
    source, host = place.source, place.host
    message = f"{host.name} is removed: the next apply destroys it with its data"
    if retired and len(gone) > 1:
        message = f"This folder is retired with {len(gone)} resources that hold data or identity, {host.name} first"
    elif len(gone) > _SUMMARY:
        message = f"{len(gone)} resources with data are removed here, {host.name} first"
    whole = set(range(host.first, host.last + 1)) <= source.removed
    severity = None if any(_grave(each.host) for each in gone) else Severity.MEDIUM if retired else Severity.HIGH
    span = (host.first, host.last if whole else host.first)
    if host.first not in source.removed:
        # The block stands in a comment now: its own lines did not change.
        span = (min(source.added), min(source.added)) if source.added else (min(source.removed), min(source.removed))
        side = Side.NEW if source.added else Side.OLD
        return hit(PAGE, source, side, span, message, severity=severity, text=source.old[host.first - 1].strip())
    return hit(PAGE, source, Side.OLD, span, message, severity=severity, text=source.old[host.first - 1].strip())


def _grave(host: Host) -> bool:
    return holds_data(host.kind) or not is_stateful(host.kind)


def _switched_off(context: Context) -> Iterator[Hit]:
    for change in changes(context):
        new = change.new
        indexed = new is not None and new.path in ("count", "for_each") and is_stateful(change.pair.new.kind)
        if new is not None and indexed and new.value in ("0", "{}", "[]", "toset([])"):
            message = f"{new.host} is switched off: the next apply destroys it with its data"
            yield hit(PAGE, change.pair.new_source, Side.NEW, (new.first, new.last), message)


CHECK = Check(page=PAGE, run=check)
