"""What the review screen says around the diff, and how it is laid out."""

from collections.abc import Iterable, Sequence

from textual.content import Content

from reviewconsole.casefile import Claimed, OpenedChange, SyncState
from reviewconsole.change import short_ref
from reviewconsole.decision import Verdict
from reviewconsole.display import safe_text
from reviewconsole.session import Comment, Kept, ReviewSession, Said
from reviewconsole.tui.lines import shown
from reviewconsole.tui.paint import (
    LEVEL_INKS,
    SEVERITY_GLYPHS,
    STATE_GLYPHS,
    STATE_INKS,
    VERDICT_GLYPHS,
    VERDICT_INKS,
    Piece,
    clip,
    content,
    risk_words,
)
from reviewconsole.tui.rows import Kind, Row
from reviewconsole.tui.widgets.sync import sync_pieces

CSS = """
ReviewScreen #banner { height: auto; max-height: 3; padding: 0 1; background: $ground-note; display: none; }
ReviewScreen #body { height: 1fr; }
ReviewScreen #tree { width: 28; }
ReviewScreen.-wide #tree { width: 34; }
ReviewScreen #tree.-hidden { display: none; }
ReviewScreen.-narrow #tree { display: none; }
ReviewScreen.-narrow.-tree #tree { display: block; width: 1fr; }
ReviewScreen.-narrow.-tree #diff { display: none; }
ReviewScreen #findings, ReviewScreen #records { display: none; width: 46; }
ReviewScreen #findings.-open, ReviewScreen #records.-open { display: block; }
ReviewScreen.-medium.-panel #tree { display: none; }
ReviewScreen.-narrow.-panel #diff { display: none; }
ReviewScreen.-narrow #findings, ReviewScreen.-narrow #records { width: 1fr; }
"""


CUT = "unread: a line is cut, press w to wrap"
_ROOMY = 110
"""Cells from which the title also says whose change it is."""

LEGEND: tuple[Iterable[Piece], ...] = (
    (("○ ", "muted"), ("unread  ", "muted"), ("● ", "text"), ("on the screen in full  ", "muted"), ("◉ ", "muted"),
     ("ticked by hand, not read  ", "muted"), ("✓ ", "ok"), ("accepted  ", "muted"), ("✗ ", "bad"),
     ("refused", "muted")),
    (("◆ ▲ ■ □ ", "high"), ("finding: critical, high, medium, low  ", "muted"), ("» « ", "muted"),
     ("moved here, moved away  ", "muted"), ("≈ ", "muted"), ("white space alone  ", "muted"), ("› ", "accent"),
     ("the line goes on", "muted")),
)  # fmt: skip


def title(opened: OpenedChange, width: int, *, fault: bool = False) -> tuple[list[Piece], list[Piece]]:
    """One row: where from and to and what; at the right how risky, how decided, which head."""
    change, level = opened.change, opened.risk.level
    risk = f" {' '.join(risk_words(opened.risk, unreadable=not opened.digest).upper().split())} "
    scan: Piece = (" ? NOT SCANNED ", "bad bold") if fault else (" ◌ scanning ", "accent bold")
    right: list[Piece] = [
        scan if opened.scanning else (risk, f"{LEVEL_INKS[level]} bold"),
        (" ? unclear ", "bad")
        if _unclear(opened)
        else (f" {STATE_GLYPHS.get(opened.state, '')} {opened.state} ", STATE_INKS.get(opened.state, "text")),
        (f" head {change.head[:7]} ", "muted"),
    ]
    left: list[Piece] = [(f" {clip(safe_text(short_ref(change.ref)), max(12, width // 6))}", "accent bold")]
    if width >= _ROOMY:
        left.append((f" → {short_ref(change.target)}", "muted"))
        right.insert(0, (f" {opened.provenance.provenance.value} {','.join(opened.provenance.tools)} ", "text"))
    return [*left, (f"  {change.title}", "text bold")], [("  ", "text"), *right]


def _unclear(opened: OpenedChange) -> bool:
    """Whether the gate cannot judge it, although there is a policy and the scan has ended."""
    waits = opened.state == "pending" and not opened.scanning
    return waits and opened.verdict is Verdict.UNDECIDABLE and opened.policy_commit is not None


def noted(opened: OpenedChange) -> list[Piece]:
    """What is odd about a change, for the banner."""
    return [(f"! {note}  ", "warn") for note in opened.notes]


def scanned(opened: OpenedChange) -> str:
    """How much a scan has found, at its end."""
    live = [finding for finding in opened.findings if not finding.suppressed]
    counts = [
        (sum(f.severity.value == level for f in live), level)
        for level in SEVERITY_GLYPHS
        if level not in ("none", "unknown")
    ]
    words = " · ".join(f"{SEVERITY_GLYPHS[level]} {count} {level}" for count, level in counts if count)
    return f"scanned: {words or 'nothing found'}"


def begun(opened: OpenedChange, kept: Kept | None, fault: str, claims: Sequence[Claimed] = ()) -> list[Piece]:
    """The banner of a review that begins or goes on."""
    pieces: list[Piece] = [
        (f"⚑ {claim.principal} says to be on it until {claim.until[11:16]} UTC  ", "warn bold")
        for claim in claims
        if not claim.own
    ]
    if opened.change.below:
        words = f"└ what it adds to {short_ref(opened.change.below)}: a decision counts once that has landed  "
        pieces.append((words, "accent"))
    if kept is not None and (kept.viewed or kept.said != Said()):
        units = set(opened.units)
        there = len(kept.viewed & units)
        gone = len((kept.viewed | kept.said.marks.keys()) - units)
        pieces.append((f"↺ goes on where you left it: {there} of {len(units)} hunks were read", "accent"))
        changed = f", {gone} changed since and {'is' if gone == 1 else 'are'} to be read again"
        pieces.append((f"{changed if gone else ''}  ", "warn"))
    return [*pieces, *([(f"! {fault}  ", "warn")] if fault else []), *([] if opened.scanning else noted(opened))]


def recorded(summary: str, below: str = "") -> list[Piece]:
    """The banner of a decision that was recorded, what it waits for, and how it is taken back."""
    waits = f"  · counts once {short_ref(below)} has landed" if below else ""
    return [("✓ recorded here  ", "ok bold"), (summary.split("\n", maxsplit=1)[0], "text"), (waits, "accent"),
            ("  · to take it back: 4, then W; that adds a record and erases none", "muted")]  # fmt: skip


def moved(session: ReviewSession) -> list[Piece]:
    """The banner of a ref that stands elsewhere."""
    change = session.opened.change
    if session.moved_to == change.head:
        what = f"{short_ref(change.ref)} is gone"
    else:
        what = f"{short_ref(change.ref)} moved to {(session.moved_to or '')[:12]}"
    return [(f"! {what} since you opened {change.head[:12]}. ", "warn bold"), ("Signing is blocked. ", "text"),
            ("D", "accent bold"), (" shows what changed and goes on with it.", "text")]  # fmt: skip


def status(
    session: ReviewSession, file: int, *, looks: str, sync: SyncState, width: int, scanning: str = "", cut: int = 0
) -> tuple[list[Piece], list[Piece]]:
    """One row: how far the review is; at the right the gate, and where the records are."""
    opened = session.opened
    units = len(session.units)
    accepted = sum(mark.accepted for mark in session.said.marks.values())
    refused = len(session.said.marks) - accepted
    pieces: list[Piece] = [(f" {session.read}/{units} hunks read", "ok" if session.read == units else "text")]
    if not opened.digest:
        pieces = [(" ? nothing could be read", "bad bold")]
    cut = min(cut, units - session.read)  # what is cut now may have been read in another sitting
    if cut:
        pieces.append((f" · {cut} {CUT if width >= _ROOMY else 'cut, w wraps'}", "warn"))
    pieces.append((f" · {len(session.open_findings)} flags open", "warn" if session.open_findings else "ok"))
    if scanning:
        pieces.insert(0, (f" ◌ {scanning} ·", "accent bold"))
    if accepted:
        pieces.append((f" · ✓ {accepted} accepted", "ok"))
    if refused:
        pieces.append((f" · ✗ {refused} refused", "bad"))
    if session.said.ticked:
        pieces.append((f" · ◉ {len(session.said.ticked)} ticked", "text"))
    if session.said.comments:
        pieces.append((f" · ✎ {len(session.said.comments)}", "accent"))
    if opened.files:
        pieces.append((f" · file {max(0, file) + 1}/{len(opened.files)}", "text"))
    pieces.append((f" · {looks}", "muted"))
    verdict = opened.verdict.value
    if opened.scanning:
        return pieces, [("  gate after the scan  ", "muted"), *sync_pieces(sync, short=width < _ROOMY)]
    part = " of this part" if session.opened.change.below else ""
    gate: Piece = (f"  gate{part} {VERDICT_GLYPHS[verdict]} {verdict}  ", VERDICT_INKS[verdict])
    return pieces, [gate, *sync_pieces(sync, short=width < _ROOMY)]


def place(session: ReviewSession, row: Row | None) -> Content:
    """Name the place a question is about."""
    if row is None or row.file < 0:
        return content("")
    file = session.opened.files[row.file]
    if row.hunk < 0:
        return content((file.path, "accent"))
    hunk = file.hunks[row.hunk]
    if row.kind is not Kind.LINE:
        return content((f"{file.path}:{hunk.new_start or hunk.old_start}", "accent"), (f"  {hunk.section}", "muted"))
    line = hunk.lines[row.line]
    text = shown(line.text).strip()[:200]
    return content((f"{file.path}:{line.new or line.old}", "accent"), "\n", (f"{line.kind} {text}", "muted"))


def span(comment: Comment) -> Content:
    """Name the lines a comment is about."""
    lines = f"-{comment.end_line}" if comment.end_line > comment.line else ""
    return content((comment.path + (f":{comment.line}{lines}" if comment.line else ""), "accent"))
