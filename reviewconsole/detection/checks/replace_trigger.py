"""Find settings that replace a resource at a time nobody chooses."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.destroying import destroys
from reviewconsole.detection.guards import plain
from reviewconsole.detection.hits import hit
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.settings import changes, fresh
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "replace-trigger",
    title="A replacement is triggered by something else",
    family=Family.RISK,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    what="Finds added replace_triggered_by, triggers and keepers with timestamp() or uuid(), provisioners that run a "
    "destroying command, and create_before_destroy that is switched off or removed.",
    why="The replacement happens on an apply that was about something else. With timestamp() it happens on every one; "
    "without create_before_destroy the old one is gone before the new one works.",
    example="+     replace_triggered_by = [terraform_data.release]",
    instead="Replace by a change that says so. Let triggers depend on the input that matters, and keep "
    "create_before_destroy on what serves traffic.",
    references=("Terraform documentation: lifecycle", "Terraform documentation: terraform_data triggers_replace"),
    languages=("terraform",),
    alias="d-07",
)
_TRIGGER = re.compile(r"(^|\.)(triggers|triggers_replace|keepers)(\.|$)|^input$")
_EVERY_TIME = re.compile(r"\b(timestamp|uuid|plantimestamp|bcrypt)\(")
_RUNS = re.compile(r"(^|\.)provisioner\.(command|inline)$")


def check(context: Context) -> Iterator[Hit]:
    """Name added triggers and destroying provisioners, and the loss of create_before_destroy."""
    before = {
        (change.pair.new.name, change.new.path)
        for change in changes(context)
        if change.new
        and change.old
        and not (_EVERY_TIME.search(change.new.value) and not _EVERY_TIME.search(change.old.value))
    }
    gone = {
        plain(source.old[at - 1]) for source in context.sources if source.kind == "terraform" for at in source.removed
    }
    stood = {
        change.pair.old.name
        for change in changes(context)
        if change.old and _RUNS.search(change.old.path) and destroys("shell", change.old.value.strip('"'))
    }
    for source, host, item in fresh(context):
        if source.kind != "terraform" or plain(source.new[item.first - 1]) in gone:
            continue
        message = _said(item.path, item.value)
        if "provisioner" in item.path and host.name in stood:
            continue
        if message and not ((host.name, item.path) in before and "provisioner" not in item.path):
            # On a resource that is itself new there is nothing yet to lose.
            planned = host.first in source.added and item.path.endswith("replace_triggered_by")
            severity = Severity.MEDIUM if planned else None
            span = (item.first, item.last)
            yield hit(PAGE, source, Side.NEW, span, f"{message} ({host.name})", severity=severity)
    for change in changes(context):
        old, new = change.old, change.new
        if old and old.path == "lifecycle.create_before_destroy" and old.value == "true":
            message = f"{change.pair.new.name} is destroyed before its successor exists"
            if new and new.value == "false":
                yield hit(PAGE, change.pair.new_source, Side.NEW, (new.first, new.last), message)
            elif not new:
                yield hit(PAGE, change.pair.old_source, Side.OLD, (old.first, old.last), message)


def _said(path: str, value: str) -> str:
    if path.endswith("lifecycle.replace_triggered_by") and value not in ("[]", ""):
        return "This resource is replaced whenever another changes"
    if _TRIGGER.search(path) and _EVERY_TIME.search(value):
        return "This trigger changes on every apply"
    if path == "lifecycle.create_before_destroy" and value == "false":
        return "The old one is destroyed before the new one exists"
    if _RUNS.search(path) and destroys("shell", value.strip('"')):
        return "A provisioner runs a destroying command"
    return ""


CHECK = Check(page=PAGE, run=check)
