"""Ask whether a runbook says how to see that it worked."""

from collections.abc import Iterator, Sequence

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.runbooks import acts, lacking, says, section_removed
from reviewconsole.finding import Family, Severity

PAGE = page_of(
    "runbook-no-verify",
    title="A runbook without verification",
    family=Family.GAP,
    severity=Severity.HIGH,
    what="Finds new, extended or cut runbooks that never say how to tell whether a step worked.",
    why="Without an expected result the person on call goes on from a step that failed, and reports the incident "
    "as over while it is not.",
    example="+ 1. Restart the worker.\n+ 2. Close the incident.",
    instead="After the steps, name the command or dashboard to look at, and what it must show.",
    references=("AWS Well-Architected OPS07-BP04", "https://sre.google/workbook/incident-response/"),
    languages=("markdown",),
    alias="o-06",
)
_HEADING = re.compile(r"verif|confirm|check|validat|expected|test", re.IGNORECASE)
_SECTION = re.compile(
    r"verif|confirm|validat|expected|post-?check|smoke|success criteria|how to (check|test|see)", re.IGNORECASE
)
_DIAGNOSIS = re.compile(r"symptom|triage|diagnos|detect|impact|identify", re.IGNORECASE)
_STATED = re.compile(r"\b(verify|confirm|check) (that|whether|the)\b|expected (output|result)|should (show|return|see)",
                     re.IGNORECASE)  # fmt: skip


def _answered(rows: Sequence[str]) -> bool:
    return says(rows, _HEADING, _STATED)


def check(context: Context) -> Iterator[Hit]:
    """Name runbooks that say nothing about verification."""
    message = "This runbook never says how to see that it worked"
    found = list(lacking(context, PAGE.rule, message, _answered, concerned=acts))
    yield from found
    told = frozenset(hit.source.path for hit in found)
    yield from section_removed(
        context, PAGE.rule, "The section that says how to see that it worked is removed", _SECTION, told
    )
    yield from section_removed(
        context, PAGE.rule, "The section that says how to see what is wrong is removed", _DIAGNOSIS, told
    )


CHECK = Check(page=PAGE, run=check)
