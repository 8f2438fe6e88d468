"""Ask whether a runbook says whom to call."""

from collections.abc import Iterator, Sequence

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.runbooks import lacking
from reviewconsole.finding import Family, Severity

PAGE = page_of(
    "runbook-no-escalation",
    title="A runbook that names nobody",
    family=Family.GAP,
    severity=Severity.MEDIUM,
    what="Finds new, extended or cut runbooks without an owner, an on-call group or a way to escalate.",
    why="When the steps do not help, the next quarter of an hour goes into finding out who knows the system.",
    example="+ # Restore the queue\n+ 1. Restart the broker.",
    instead="Name the owning team, how to page it, and after how long to escalate.",
    references=("AWS Well-Architected OPS10-BP04", "https://sre.google/workbook/on-call/"),
    languages=("markdown",),
    alias="o-07",
)
_STATED = re.compile(
    r"escalat|on-?call|\bpage[rd]?\b|pagerduty|opsgenie|\bowner|\bcontact|service catalog", re.IGNORECASE
)


def _answered(rows: Sequence[str]) -> bool:
    return any(_STATED.search(row) for row in rows)


def check(context: Context) -> Iterator[Hit]:
    """Name runbooks that say nothing about escalation."""
    yield from lacking(context, PAGE.rule, "This runbook names nobody to call", _answered)


CHECK = Check(page=PAGE, run=check)
