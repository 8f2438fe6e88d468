"""Find changes that make Terraform destroy a resource and build another."""

import json
from collections.abc import Iterator
from typing import Any

from reviewconsole import lazy_re as re
from reviewconsole.detection import forcenew
from reviewconsole.detection.hits import hit
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.references import blocks, definitions, is_open, references, resolve, values
from reviewconsole.detection.settings import Change, changes
from reviewconsole.detection.source import Source
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "forces-replacement",
    title="A change forces a replacement",
    family=Family.RISK,
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    what="Finds changed attributes that a provider cannot change in place: likely, from a table generated from the "
    f"source of the providers ({forcenew.versions()}); proven, from a plan in the change "
    "(`terraform show -json`, or its text) that deletes or replaces. Types with data are critical, others high.",
    why="A replacement deletes first unless the configuration says otherwise. The diff is one line, and the database "
    "or volume behind it goes with all that was in it.",
    example="-   storage_encrypted = false\n+   storage_encrypted = true",
    instead="Build the new one beside the old, copy, switch over, and remove the old one later; or leave the attribute "
    "and ignore its drift. Attach the plan to the change.",
    references=("Terraform documentation: plan, replace_paths and action_reason", "Terraform documentation: lifecycle"),
    languages=("terraform", "json"),
    alias="d-06",
)
_TELLING = 12
_EMPTY = frozenset({"", "null", '""', "false", "0", "[]", "{}"})
_RECORD = re.compile(r"_(record|record_set|recordset)$")
"""`dns-or-route-changed` tells these."""
_TEXT = re.compile(r"^\s*#\s+(\S+)\s+(?:must be replaced|will be (destroyed|replaced)|is tainted, so must be replaced)")
_PLANS = frozenset({"text", "markdown", "json"})


def check(context: Context) -> Iterator[Hit]:
    """Name replacements that a plan proves, and those that the providers' schemas make likely."""
    for source in context.sources:
        if source.added and source.kind in _PLANS:
            yield from _plan(source)
    for change in changes(context):
        kind = change.pair.new.kind
        if change.pair.new_source.kind != "terraform" or not forcenew.is_known(kind) or _RECORD.search(kind):
            continue
        if forcenew.forces(kind, change.item.path):
            severity = _severity(context, change)
            if severity:
                yield _likely(change, severity)
    for source in context.sources:
        if source.kind == "terraform" and source.added:
            yield from _behind(context, source)


def _behind(context: Context, source: Source) -> Iterator[Hit]:
    """Variables and locals that changed under a replacing attribute which stays as it is."""
    spots = {name: span for name, span in definitions(source).items() if source.touched(Side.NEW, *span)}
    before = values(context, source, Side.OLD) if spots else {}
    after = values(context, source, Side.NEW) if spots else {}
    moved = {n: s for n, s in spots.items() if n in before and n in after and _plain(before[n]) != _plain(after[n])}
    if not moved:
        return
    for block in blocks(context, source):
        kind = block.labels[0] if block.type == "resource" and block.labels else ""
        for path, item in block.walk() if forcenew.is_known(kind) else ():
            name = next((n for n in moved if re.search(rf"\b{re.escape(n)}\b", item.value)), "")
            if name and forcenew.forces(kind, path):
                severity = Severity.CRITICAL if forcenew.is_grave(kind) else Severity.HIGH
                message = f"{name} decides {path} of {block.address}, which cannot change in place"
                yield hit(PAGE, source, Side.NEW, moved.pop(name), message, severity=severity)


def _severity(context: Context, change: Change) -> Severity | None:
    """How bad a change of a replacing attribute is; None where the value stays the same."""
    host, path = change.pair.new, change.item.path
    old = change.old.value if change.old else ""
    new = change.new.value if change.new else ""
    ignored = host.value("lifecycle.ignore_changes")
    if ignored == "all" or re.search(rf"\b{re.escape(path.split('.', 1)[0])}\b", ignored):
        return None
    last = path.rpartition(".")[2]
    if not change.new and any(item.value == old and item.path.rpartition(".")[2] == last for item in host.settings):
        return None  # It stands in another block of the resource now.
    if (not change.new and (forcenew.fills_in(host.kind, path) or old in _EMPTY)) or (not change.old and new in _EMPTY):
        return None
    old = resolve(old, values(context, change.pair.old_source, Side.OLD))
    new = resolve(new, values(context, change.pair.new_source, Side.NEW))
    if _plain(old) == _plain(new):
        return None
    if forcenew.is_grave(host.kind):
        severity = Severity.CRITICAL
    else:
        severity = Severity.MEDIUM if host.value("lifecycle.create_before_destroy") == "true" else Severity.HIGH
    if not change.old and forcenew.fills_in(host.kind, path):
        return Severity.MEDIUM  # it may say what the provider chose already
    # Between two expressions nobody can tell here whether the value changes.
    unknown = 0 if references(old) == references(new) else is_open(old) + is_open(new)
    if len(old) > _TELLING and is_open(old) and old in new:
        return Severity.MEDIUM  # What was said stands in it still, with a condition or a fallback around.
    return Severity.MEDIUM if unknown == 2 else Severity.HIGH if unknown and severity is Severity.CRITICAL else severity


def _plain(value: str) -> str:
    return value.strip('"').lower()


def _likely(change: Change, severity: Severity) -> Hit:
    address, kind = change.pair.new.name, change.pair.new.kind
    what = "with its data" if forcenew.is_grave(kind) else "and built anew"
    message = f"{change.item.path} of {address} cannot change in place: likely it is destroyed {what}"
    source, side, span = change.place
    return hit(PAGE, source, side, span, message, severity=severity)


def _plan(source: Source) -> Iterator[Hit]:
    if source.kind == "json":
        if any("resource_changes" in source.new[at - 1] for at in range(1, len(source.new) + 1)):
            yield from _plan_json(source)
        return
    if not any("Terraform will perform" in row or "Plan:" in row for row in source.new):
        return
    for at in sorted(source.added):
        match = _TEXT.match(source.new[at - 1][:500])
        if match:
            kind = match[1].rsplit(".", 2)[-2] if "." in match[1] else ""
            yield _proven(source, at, match[1], kind, f"The plan destroys {match[1]}")


def _plan_json(source: Source) -> Iterator[Hit]:
    try:
        plan = json.loads("\n".join(source.new))
    except (ValueError, RecursionError):
        return
    found = plan.get("resource_changes") if isinstance(plan, dict) else None
    for item in found if isinstance(found, list) else ():
        change: Any = item.get("change") if isinstance(item, dict) else None
        actions = change.get("actions") if isinstance(change, dict) else None
        if not isinstance(actions, list) or "delete" not in actions:
            continue
        address, kind = str(item.get("address", ""))[:200], str(item.get("type", ""))
        line = _line(source, address)
        if not line:
            continue
        paths = ", ".join(
            ".".join(map(str, path)) for path in change.get("replace_paths") or () if isinstance(path, list)
        )
        reason = str(item.get("action_reason") or "").replace("_", " ")
        because = f" because of {paths}" if paths else f" ({reason})" if reason else ""
        verb = "replaces" if "create" in actions else "deletes"
        yield _proven(source, line, address, kind, f"The plan {verb} {address}{because}"[:300])


def _line(source: Source, address: str) -> int:
    """The line of an address, if it is new; a plan on one line is that line."""
    wanted = json.dumps(address)
    spots = [at for at in sorted(source.added) if wanted in source.new[at - 1]]
    return spots[0] if spots else 0


def _proven(source: Source, line: int, address: str, kind: str, message: str) -> Hit:
    severity = Severity.CRITICAL if forcenew.is_grave(kind) else Severity.HIGH
    return hit(
        PAGE, source, Side.NEW, (line, line), message, severity=severity, text=address, lowered=False,
        confidence=Confidence.HIGH,
    )  # fmt: skip


CHECK = Check(page=PAGE, run=check)
