"""Find deletions made final through variables, module arguments and tfvars."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection import packs
from reviewconsole.detection.destroying import is_ephemeral
from reviewconsole.detection.guard_names import turns
from reviewconsole.detection.hits import hit
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.finding import Severity

PAGE = packs.page("no-last-copy")
_FINAL = re.compile(
    r"(^|_)(skip_final_snapshot|force_destroy|force_delete|delete_automated_backups|skip_final_backup"
    r"|delete_contents_on_destroy|recovery_window_in_days|deletion_window_in_days)$"
)

_PEOPLE = re.compile(r"\b(iam|users?)\b|iam_|_users?\b")
"""A user whose keys go along is no data."""


def check(context: Context) -> Iterator[Hit]:
    """Name each such setting that turns, or is new, outside of a resource."""
    for turn in turns(context, _FINAL):
        if _PEOPLE.search(turn.source.host_name(turn.side, turn.span[0])):
            continue
        days = turn.name.endswith("recovery_window_in_days") and turn.new == "0"
        days = days or (turn.name.endswith("deletion_window_in_days") and turn.new.isdigit() and int(turn.new) <= 7)
        if (turn.new == "true" and turn.old != "true") or (days and turn.old != turn.new):
            severity = Severity.MEDIUM if is_ephemeral(turn.source.path) or turn.declared else None
            message = f"Deletion will leave no copy behind: {turn.name} is {turn.new}"
            if turn.name.endswith("deletion_window_in_days"):
                message = f"A deletion is final after {turn.new} days: {turn.name}"
                severity = severity or (Severity.HIGH if turn.old else Severity.MEDIUM)
            yield hit(PAGE, turn.source, turn.side, turn.span, message, severity=severity)


CHECK = Check(page=PAGE, run=check)
