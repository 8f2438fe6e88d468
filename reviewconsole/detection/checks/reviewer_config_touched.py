"""Name changes to what decides who reviews, and to what instructs the agents."""

import re
from collections.abc import Iterator

from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "reviewer-config-touched",
    title="The reviewer's own configuration is touched",
    family=Family.BOUNDARY,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    what="Finds changes to the review policy, code owners, git hooks and agent instructions. Hooks count as high, "
    "agent instructions as medium.",
    why="Who may change the rules of a review can pass it. Instructions decide what the next agent does, "
    "before anyone reads its work.",
    example="+ * @example/everyone   (CODEOWNERS)",
    instead="Change review rules in a change of their own that somebody else approves.",
    references=("CWE-284", "SLSA v1.1 source track"),
    languages=("any file",),
    alias="b-06",
)
_LEVELS = (
    (re.compile(r"(^|/)(\.reviewconsole/|CODEOWNERS$)"), Severity.CRITICAL),
    (re.compile(r"(^|/)(\.githooks/|\.husky/|\.pre-commit-config\.yaml$|\.gitattributes$)"), Severity.HIGH),
    (
        re.compile(
            r"(^|/)(AGENTS\.md$|CLAUDE\.md$|GEMINI\.md$|\.cursor/|\.cursorrules$|\.claude/|copilot-instructions\.md$)"
        ),
        Severity.MEDIUM,
    ),
)


def check(context: Context) -> Iterator[Hit]:
    """Name each such file once, at its first changed line."""
    for source in context.sources:
        severity = next((level for pattern, level in _LEVELS if pattern.search(source.path)), None)
        if severity is None or not (source.added or source.removed):
            continue
        side = Side.NEW if source.added else Side.OLD
        line = min(source.changed(side))
        yield Hit(
            rule=PAGE.rule,
            source=source,
            side=side,
            line=line,
            end_line=line,
            text=source.lines(side)[line - 1].strip(),
            message="This file decides how changes are reviewed or what agents are told",
            severity=severity,
            lowered=False,
        )


CHECK = Check(page=PAGE, run=check)
