"""Ask whether a runbook says how to see that it worked."""

import re
from collections.abc import Iterator

from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.runbooks import headings, lacking
from reviewconsole.detection.source import Source
from reviewconsole.finding import Family, Severity

PAGE = page_of(
    "runbook-no-verify",
    title="A runbook without verification",
    family=Family.GAP,
    severity=Severity.HIGH,
    what="Finds new or extended runbooks that never say how to tell whether a step worked.",
    why="Without an expected result the person on call goes on from a step that failed, and reports the incident "
    "as over while it is not.",
    example="+ 1. Restart the worker.\n+ 2. Close the incident.",
    instead="After the steps, name the command or dashboard to look at, and what it must show.",
    references=("AWS Well-Architected OPS07-BP04", "https://sre.google/workbook/incident-response/"),
    languages=("markdown",),
    alias="o-06",
)
_HEADING = re.compile(r"verif|confirm|check|validat|expected|test", re.IGNORECASE)
_STATED = re.compile(r"\b(verify|confirm|check) (that|whether|the)\b|expected (output|result)|should (show|return|see)",
                     re.IGNORECASE)  # fmt: skip


def _answered(source: Source) -> bool:
    return any(_HEADING.search(h) for h in headings(source)) or any(_STATED.search(row) for row in source.new)


def check(context: Context) -> Iterator[Hit]:
    """Name runbooks that say nothing about verification."""
    yield from lacking(context, PAGE.rule, "This runbook never says how to see that it worked", _answered)


CHECK = Check(page=PAGE, run=check)
