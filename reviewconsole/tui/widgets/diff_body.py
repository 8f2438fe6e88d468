"""The text of a line as pieces: colours of source, what differs within the line, where a search hits."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reviewconsole.display import safe_text
from reviewconsole.tui.likeness import Pairs, Spans, Spot, differences, same_but_white_space
from reviewconsole.tui.paint import Piece
from reviewconsole.tui.rows import Kind, Row, RowMap
from reviewconsole.tui.syntax import Span

_LARGEST_HUNK = 20_000
"""Lines of a hunk up to which lines are paired."""
_PAIRED = 64
_MARKED = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Looks:
    """What is drawn into the lines beside their text."""

    quiet: bool = False
    """Draw lines that differ in white space alone without colour; they stay where they are."""
    needle: re.Pattern[str] | None = None
    moved: Mapping[Spot, Spot] = field(default_factory=dict)


class Bodies:
    """Pairs lines and marks their differences; remembers both, within bounds."""

    def __init__(self, rows: RowMap) -> None:
        self._rows = rows
        self.looks = Looks()
        self._pairs: dict[tuple[int, int], Pairs | None] = {}
        self._marks: dict[Spot, Spans] = {}

    def use(self, **changes: object) -> None:
        """Draw with other looks."""
        self.looks = replace(self.looks, **changes)  # type: ignore[arg-type]

    def partner(self, row: Row) -> Row | None:
        """The row of the line that this one took the place of, or that took its place."""
        if row.kind is not Kind.LINE:
            return None
        key = (row.file, row.hunk)
        if key not in self._pairs:
            if len(self._pairs) >= _PAIRED:
                self._pairs.clear()
            lines = self._rows.files[row.file].hunks[row.hunk].lines
            self._pairs[key] = Pairs(lines) if len(lines) <= _LARGEST_HUNK else None
        pairs = self._pairs[key]
        other = pairs.partner(row.line) if pairs is not None else -1
        return Row(Kind.LINE, row.file, row.hunk, other) if other >= 0 else None

    def calm(self, row: Row) -> bool:
        """Whether a changed line differs from its partner in white space alone, and that is to be quiet."""
        if not self.looks.quiet:
            return False
        other = self.partner(row)
        return other is not None and same_but_white_space(self._raw(row), self._raw(other))

    def _raw(self, row: Row) -> str:
        return self._rows.files[row.file].hunks[row.hunk].lines[row.line].text

    def moved(self, row: Row) -> str:
        """Where a line has gone or come from, for the first line of a block; empty otherwise."""
        spot = (row.file, row.hunk, row.line)
        other = self.looks.moved.get(spot)
        if other is None or (row.file, row.hunk, row.line - 1) in self.looks.moved:
            return ""
        file = self._rows.files[other[0]]
        line = file.hunks[other[1]].lines[other[2]]
        word = "moved from" if line.kind == "-" else "moved to"
        return f"   {word} {safe_text(file.path)}:{line.old if line.kind == '-' else line.new}"

    def is_moved(self, row: Row) -> bool:
        """Whether the line is part of a moved block."""
        return row.kind is Kind.LINE and (row.file, row.hunk, row.line) in self.looks.moved

    def pieces(self, row: Row, spans: list[Span] | None) -> list[Piece]:
        """The text of a line, of context or a note."""
        text = self._rows.text(row)
        if row.kind is Kind.NOTE:
            return self._hits(text, [(text, "muted")])
        out: list[Piece] = [(text[a:b], ink) for a, b, ink in spans] if spans else [(text, "text")]
        if row.kind is Kind.LINE:
            line = self._rows.files[row.file].hunks[row.hunk].lines[row.line]
            if line.kind != " ":
                out = overlay(out, self._differing(row, text), "mark")
            out = self._hits(text, out)
            if self.calm(row):
                out.append(("   ≈ only white space differs", "muted"))
            if not line.eol:
                out.append(("  ⏎ no newline at the end", "warn"))
            where = self.moved(row)
            if where:
                out.append((where, "muted"))
            return out
        return self._hits(text, out)

    def _differing(self, row: Row, text: str) -> Spans:
        spot = (row.file, row.hunk, row.line)
        if spot not in self._marks:
            if len(self._marks) >= _MARKED:
                self._marks.clear()
            other = self.partner(row)
            if other is None:
                self._marks[spot] = []
            elif other.line > row.line:
                self._marks[spot], there = differences(text, self._rows.text(other))
                self._marks[other.file, other.hunk, other.line] = there
            else:
                there, self._marks[spot] = differences(self._rows.text(other), text)
                self._marks[other.file, other.hunk, other.line] = there
        return self._marks[spot]

    def _hits(self, text: str, pieces: list[Piece]) -> list[Piece]:
        if self.looks.needle is None:
            return pieces
        return overlay(pieces, [m.span() for m in self.looks.needle.finditer(text)], "hit")


def overlay(pieces: list[Piece], spans: Iterable[tuple[int, int]], attribute: str) -> list[Piece]:
    """Add a word to the ink of some columns."""
    spans = list(spans)
    if not spans:
        return pieces
    out: list[Piece] = []
    position = 0
    for text, ink in pieces:
        end = position + len(text)
        cut = position
        for start, stop in spans:
            if stop <= cut or start >= end:
                continue
            if start > cut:
                out.append((text[cut - position : start - position], ink))
                cut = start
            last = min(stop, end)
            out.append((text[cut - position : last - position], f"{ink} {attribute}"))
            cut = last
        if cut < end:
            out.append((text[cut - position :], ink))
        position = end
    return out
