"""One row of a diff as pieces of text."""

from collections.abc import Iterable

from rich.cells import cell_len

from reviewconsole.change import ABSENT_MODE
from reviewconsole.diff import HunkId
from reviewconsole.display import safe_text
from reviewconsole.finding import Finding
from reviewconsole.session import ReviewSession
from reviewconsole.tui.paint import SEVERITY_GLYPHS, STRONGER, Piece, clip_start
from reviewconsole.tui.remarks import beyond
from reviewconsole.tui.rows import Kind, Row, RowMap
from reviewconsole.tui.widgets.diff_body import Bodies

_GROUNDS = {Kind.FILE: "head", Kind.HUNK: "hunk", Kind.FINDING: "note", Kind.COMMENT: "note"}
_LINE_GROUNDS = {"+": "add", "-": "del", " ": "base"}
_SIGNS = {"+": "+", "-": "−", " ": " "}


class DiffPainter:
    """Turns rows of one session into pieces; knows nothing of the screen."""

    def __init__(self, rows: RowMap, session: ReviewSession, *, states: bool = True) -> None:
        self.rows = rows
        self.bodies = Bodies(rows)
        self._states = states
        self.session = session
        self._headers: dict[tuple[int, int], tuple[list[Piece], list[Piece]]] = {}
        ends = [
            max(hunk.old_start + hunk.old_lines, hunk.new_start + hunk.new_lines)
            for file in rows.files
            for hunk in file.hunks
        ]
        self._digits = max(3, len(str(max(ends, default=0))))
        self.gutter_width = 2 * self._digits + 5
        self.half_gutter = self._digits + 4
        """Cells of the gutter of one side, where both stand side by side."""
        self._blank = " " * (2 * self._digits + 2)

    def use(self, session: ReviewSession) -> None:
        """Draw another state of the same change."""
        self.session = session
        self._headers.clear()

    def ground(self, row: Row, *, cursor: bool) -> str:
        """The ground a row stands on."""
        ground = _GROUNDS.get(row.kind, "base")
        if row.kind is Kind.LINE and not self.bodies.calm(row):
            ground = _LINE_GROUNDS[self.rows.files[row.file].hunks[row.hunk].lines[row.line].kind]
        return STRONGER.get(ground, "cursor") if cursor else ground

    def gutter(self, row: Row, *, cursor: bool, continued: bool) -> list[Piece]:
        """Cursor bar or flag, line numbers and sign, `gutter_width` cells."""
        bar = ("▌", "accent") if cursor else self._flag(row)
        if row.kind is Kind.CONTEXT and not continued:
            old = self.rows.old_number(row)
            return [bar, (f"{old:>{self._digits}} {row.line:>{self._digits}} ", "faint"), ("  ", "text")]
        if row.kind is not Kind.LINE:
            return [bar, (self._blank, "faint"), ("↪ " if continued else "  ", "faint")]
        line = self.rows.files[row.file].hunks[row.hunk].lines[row.line]
        if continued:
            return [bar, (self._blank, "faint"), ("↪ ", "faint")]
        numbers = f"{line.old or '':>{self._digits}} {line.new or '':>{self._digits}} "
        return [bar, (numbers, "faint"), *self._sign(row)]

    def half(self, row: Row, *, left: bool, cursor: bool, continued: bool) -> list[Piece]:
        """The gutter of one side, `half_gutter` cells."""
        bar = ("▌", "accent") if cursor and left else self._flag(row)
        if continued:
            return [bar, (" " * (self._digits + 1), "faint"), ("↪ ", "faint")]
        if row.kind is Kind.CONTEXT:
            number = self.rows.old_number(row) if left else row.line
            return [bar, (f"{number:>{self._digits}} ", "faint"), ("  ", "text")]
        line = self.rows.files[row.file].hunks[row.hunk].lines[row.line]
        return [bar, (f"{(line.old if left else line.new) or '':>{self._digits}} ", "faint"), *self._sign(row)]

    def _flag(self, row: Row) -> Piece:
        flag = self.rows.flags.get((row.file, row.hunk, row.line)) if row.kind is Kind.LINE else None
        if flag is None:
            return (" ", "text")
        severity = self.rows.findings[flag].severity.value
        return (SEVERITY_GLYPHS[severity], severity)

    def _sign(self, row: Row) -> list[Piece]:
        kind = self.rows.files[row.file].hunks[row.hunk].lines[row.line].kind
        if kind != " " and self.bodies.calm(row):
            return [("≈", "muted"), (" ", "text")]
        ink = {"+": "add bold", "-": "del bold", " ": "text"}[kind]
        moved = {"+": "»", "-": "«"}.get(kind, " ") if self.bodies.is_moved(row) else " "
        return [(_SIGNS[kind], ink), (moved, "muted")]

    def single(self, row: Row, width: int) -> tuple[list[Piece], list[Piece]]:
        """A row that never scrolls sideways: left and right part."""
        match row.kind:
            case Kind.FILE:
                return self.file(row.file, width)
            case Kind.HUNK:
                return self._hunk(row)
            case Kind.FINDING:
                return self._finding(self.rows.findings[row.item], width)
            case Kind.COMMENT:
                comment = self.rows.comments[row.item]
                what = (
                    "on the file"
                    if not comment.line
                    else f"on {comment.line}-{comment.last}"
                    if comment.last > comment.line
                    else f"on {comment.line}"
                    if beyond(self.rows, comment)
                    else ""
                )
                return [(self._blank, "text"), ("  ✎ ", "accent"), (comment.text, "text")], [
                    (f" your comment {what} ", "muted")
                ]
            case _:
                return [], []

    def file(self, number: int, width: int) -> tuple[list[Piece], list[Piece]]:
        """The header of a file."""
        known = self._headers.get((number, width))
        if known is None:
            known = self._headers[number, width] = self._header(number, width)
        return known

    def _header(self, number: int, width: int) -> tuple[list[Piece], list[Piece]]:
        file = self.rows.files[number]
        added, removed = self.rows.size(number)
        units = file.units
        read = sum(unit in self.session.viewed for unit in units)
        right: list[Piece] = [(f" +{added}", "add"), (f" −{removed}", "del")]
        right += badge(f for f in self.rows.findings if f.location.path == file.path)
        if self._states:
            right += [(f"  {read}/{len(units)} read ", "ok" if read == len(units) else "muted")]
        old, new = file.entry.old_mode, file.entry.new_mode
        modes = f"  {old} → {new}" if old != new and ABSENT_MODE not in (old, new) else ""
        room = width - sum(len(text) for text, _ in right) - len(modes) - 6
        path = clip_start(safe_text(file.path), max(8, room))
        folded = "▸" if (number, -1) in self.rows.layout.folded else " "
        return [
            (f"{folded}{file.entry.status} ", "accent bold"),
            (" ", "text"),
            (path, "text bold"),
            (modes, "warn"),
        ], right

    def _hunk(self, row: Row) -> tuple[list[Piece], list[Piece]]:
        hunk = self.rows.files[row.file].hunks[row.hunk]
        folded = "▸" if (row.file, row.hunk) in self.rows.layout.folded else " "
        place = f"{folded}@@ −{hunk.old_start},{hunk.old_lines} +{hunk.new_start},{hunk.new_lines} @@"
        glyph, word, ink = unit_state(self.session, hunk.id)
        flagged = {
            self.rows.flags[row.file, row.hunk, index]
            for index in range(len(hunk.lines))
            if (row.file, row.hunk, index) in self.rows.flags
        }
        right = badge(self.rows.findings[item] for item in flagged)
        if self._states:
            right.append((f"  {glyph} {word:<8} ", ink))
        mark = self.session.said.marks.get(hunk.id)
        why = f"  {mark.reason}" if mark is not None and mark.reason else ""
        return [(place, "accent"), (f"  {hunk.section}", "muted"), (why, "bad")], right

    def _finding(self, finding: Finding, width: int) -> tuple[list[Piece], list[Piece]]:
        severity = finding.severity.value
        answered = finding.fingerprint in self.session.said.acknowledged
        state, ink = ("✓ answered ", "ok") if answered else ("", "muted")
        if finding.suppressed:
            state, ink = f"suppressed: {finding.suppressed} ", "muted"
        head = f"  {SEVERITY_GLYPHS[severity]} {severity.upper():<8} "
        number = f"{finding.id} "
        rule = f"{finding.family.value} {finding.rule} "
        beside = len(self._blank) + len(head) + len(state) + len(number) + 2
        room = width - beside - cell_len(safe_text(finding.message))
        return (
            [(self._blank[:-2], "text"), (head, f"{severity} bold"), (finding.message, "text")],
            [("  ", "text"), (state, ink), (rule if len(rule) <= room else "", "muted"), (number, "muted")],
        )


def badge(findings: Iterable[Finding]) -> list[Piece]:
    """The worst severity, how often, and how many others there are; nothing for none."""
    live = [finding for finding in findings if not finding.suppressed]
    if not live:
        return []
    worst = max(live, key=lambda finding: finding.severity.rank).severity.value
    count = sum(finding.severity.value == worst for finding in live)
    others = f" +{len(live) - count}" if len(live) > count else ""
    return [(f"  {SEVERITY_GLYPHS[worst]} {count} {worst}", worst), (others, "muted")]


def unit_state(session: ReviewSession, unit: HunkId) -> tuple[str, str, str]:
    """Glyph, word and ink for what the reviewer made of a unit."""
    mark = session.said.marks.get(unit)
    if mark is not None:
        return ("✓", "accepted", "ok") if mark.accepted else ("✗", "refused", "bad")
    if unit in session.viewed:
        return ("●", "read", "text")
    return ("◉", "ticked", "muted") if unit in session.said.ticked else ("○", "unread", "muted")
