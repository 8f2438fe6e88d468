"""What the sheet of a decision says."""

from collections.abc import Sequence

from textual.content import Content

from reviewconsole.casefile import Sheet
from reviewconsole.decision import Verdict
from reviewconsole.diff import HunkId
from reviewconsole.display import counted
from reviewconsole.finding import Finding, Severity
from reviewconsole.session import ReviewSession
from reviewconsole.tui.paint import SEVERITY_GLYPHS, VERDICT_GLYPHS, VERDICT_INKS
from reviewconsole.tui.screens.pages import Line, paragraphs
from reviewconsole.tui.screens.review_text import CUT

_LISTED = 6


def page(sheet: Sheet, session: ReviewSession, overrides: Sequence[str] = (), cut: int = 0) -> Content:
    """What stands against a decision, and everything that would be signed with it."""
    before, after = sheet.gate_before.value, sheet.gate_after.value
    lines: list[Line] = [
        [
            ("gate  ", "accent bold"),
            ("now ", "muted"),
            (f"{VERDICT_GLYPHS[before]} {before}", VERDICT_INKS[before]),
            (" → with this ", "muted"),
            (f"{VERDICT_GLYPHS[after]} {after}", f"{VERDICT_INKS[after]} bold"),
        ],
        *([(f"        {why}", "muted")] for why in sheet.gate_why),
    ]
    if sheet.unread:
        count = counted(len(sheet.unread), "hunk")
        lines.append([("○ unread  ", "warn bold"), count, ("  ctrl+n shows the first", "muted")])
        places = _places(session)
        lines += [[(f"        {places.get(unit, unit)}", "muted")] for unit in sheet.unread[:_LISTED]]
        if len(sheet.unread) > _LISTED:
            lines.append([(f"        and {len(sheet.unread) - _LISTED} more", "muted")])
        if cut:
            lines.append([(f"        {cut} {CUT} in the review", "warn")])
    if sheet.unacknowledged:
        lines.append([("! unanswered  ", "warn bold"), by_severity(sheet.unacknowledged),
                      ("  ctrl+t shows the first", "muted")])  # fmt: skip
        for finding in sheet.unacknowledged[:_LISTED]:
            severity = finding.severity.value
            lines.append([(f"        {SEVERITY_GLYPHS[severity]} {finding.id} ", severity), (finding.message, "text")])
    for record in sheet.rejects:
        over = record.id in overrides
        lines.append([
            ("✗ rejected  ", "bad bold"), f"by {record.principal} {record.decided_at[:10]}: ", f"“{record.reason}”",
            ("  overridden by this; ctrl+o takes it back" if over else "  ctrl+o overrides it",
             "warn bold" if over else "muted"),
        ])  # fmt: skip
    if sheet.emergency and sheet.gate_after is not Verdict.SATISFIED:
        lines.append([("◆ emergency  ", "warn bold"),
                      (f"ctrl+g makes it break-glass: counts for {sheet.emergency}, said aloud, still to be reviewed",
                       "muted")])  # fmt: skip
    if session.earlier:
        count = f"{len(session.earlier)} of {len(session.viewed)} hunks were on the screen in an earlier sitting"
        lines.append([("● read earlier  ", "text"), count])
    lines += [[""], [("will be signed, with the reason above", "accent bold")]]
    lines += [[(f"  {label:<13} ", "muted"), value] for label, value in sheet.rows]
    return paragraphs(lines)


def by_severity(findings: Sequence[Finding]) -> str:
    """How many findings there are of each severity, in words."""
    by = [(severity.value, sum(f.severity is severity for f in findings)) for severity in Severity]
    parts = [f"{count} {name}" for name, count in by if count]
    return f"{' and '.join(parts)} {'finding' if len(findings) == 1 else 'findings'}"


def _places(session: ReviewSession) -> dict[HunkId, str]:
    places = {}
    for file in session.opened.files:
        places[file.units[0]] = file.path
        for hunk in file.hunks:
            places[hunk.id] = f"{file.path}:{hunk.new_start or hunk.old_start}"
    return places
