"""Ask whether a runbook says how to go back."""

from collections.abc import Iterator, Sequence

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.runbooks import lacking, says, section_removed
from reviewconsole.finding import Family, Severity

PAGE = page_of(
    "runbook-no-rollback",
    title="A runbook without a way back",
    family=Family.GAP,
    severity=Severity.HIGH,
    what="Finds new, extended or cut runbooks whose steps change something and that have no section on rolling back.",
    why="At three in the morning a step that makes things worse needs an answer that is already written down. "
    "Generated runbooks describe the way in and stop there.",
    example="+ ## Steps\n+ 1. kubectl scale deploy/api --replicas=0",
    instead="Add a section on rolling back with the exact commands, or the line `No rollback:` with the reason "
    "and what to do instead.",
    references=("AWS Well-Architected OPS07-BP03", "https://sre.google/workbook/incident-response/"),
    languages=("markdown",),
    alias="o-05",
)
_HEADING = re.compile(r"roll\w*[\s-]*back|revert|undo|back\s*out|restore|recover", re.IGNORECASE)
_SECTION = re.compile(r"roll\w*[\s-]*back|revert|undo|back\s*out", re.IGNORECASE)
_STATED = re.compile(r"no roll-?back\s*:", re.IGNORECASE)


def _answered(rows: Sequence[str]) -> bool:
    return says(rows, _HEADING, _STATED)


def check(context: Context) -> Iterator[Hit]:
    """Name runbooks that say nothing about rolling back."""
    found = list(lacking(context, PAGE.rule, "The steps of this runbook have no way back", _answered))
    yield from found
    told = frozenset(hit.source.path for hit in found)
    yield from section_removed(context, PAGE.rule, "The section on going back is removed", _SECTION, told)


CHECK = Check(page=PAGE, run=check)
