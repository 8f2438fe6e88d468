"""One row of a diff as a strip of the screen, in one column or two."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from reviewconsole.tui.paint import Palette, Piece, cuts
from reviewconsole.tui.rows import Kind, Row, RowMap
from reviewconsole.tui.syntax import Span
from reviewconsole.tui.widgets.diff_paint import DiffPainter

TEXTUAL = (Kind.LINE, Kind.CONTEXT, Kind.NOTE)
"""Rows whose text scrolls sideways or is wrapped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """What a row is drawn with."""

    rows: RowMap
    painter: DiffPainter
    styles: Palette
    colours: Callable[[Row], list[Span] | None]
    width: int
    offset: int
    """Cells that are scrolled out of sight at the left."""
    wrap: int | None
    """Cells at which text is broken; None where it is cut."""

    def strip(self, row: Row, part: int, *, cursor: bool) -> Strip:
        """Part `part` of a row, exactly `width` cells."""
        painter, styles, width = self.painter, self.styles, self.width
        if row.kind not in TEXTUAL:
            left, right = painter.single(row, width)
            bar: Piece = ("▌", "accent") if cursor else (" ", "text")
            return styles.strip((bar, *left), width, painter.ground(row, cursor=cursor), right)
        if row.kind is Kind.NOTE or not self.rows.layout.split:
            gutter = painter.gutter(row, cursor=cursor, continued=part > 0)
            return self._side(row, part, gutter, width, cursor=cursor)
        return self._both(row, part, cursor=cursor)

    def _both(self, row: Row, part: int, *, cursor: bool) -> Strip:
        half = (self.width - 1) // 2
        kind = self.rows.files[row.file].hunks[row.hunk].lines[row.line].kind if row.kind is Kind.LINE else " "
        old, *added = self.rows.lines_of(row)
        sides = (
            (None if kind == "+" else old, half, True),
            (added[0] if added else None if kind == "-" else old, self.width - 1 - half, False),
        )
        strips = []
        for side, room, left in sides:
            if side is None:
                bar = ("▌" if cursor and left else " ", "accent")
                strips.append(self.styles.strip((bar,), room, "cursor" if cursor else "raised"))
            else:
                gutter = self.painter.half(side, left=left, cursor=cursor, continued=part > 0)
                strips.append(self._side(side, part, gutter, room, cursor=cursor))
        divider = self.styles.strip((("│", "faint"),), 1, "cursor" if cursor else "base")
        return Strip.join([strips[0], divider, strips[1]])

    def _side(self, row: Row, part: int, gutter: list[Piece], width: int, *, cursor: bool) -> Strip:
        """One line beside its gutter, exactly `width` cells."""
        styles, offset = self.styles, self.offset
        ground = self.painter.ground(row, cursor=cursor)
        text = self.rows.text(row)
        pieces = self.painter.bodies.pieces(row, self.colours(row))
        beside = sum(len(piece) for piece, _ in gutter)
        room = width - beside
        if self.wrap is not None:
            starts = cuts(text, self.wrap)
            if part >= len(starts):
                return styles.strip(gutter[:1], width, ground)
            end = starts[part + 1] if part + 1 < len(starts) else None
            return styles.strip((*gutter, *cut_out(pieces, starts[part], end)), width, ground)
        more = text_width(text) > offset + room
        if text.isascii():
            shown = cut_out(pieces, offset, offset + room if more else None)
            strip = styles.strip((*gutter, *shown), width, ground)
        else:
            body = Strip([Segment(t, styles.style(ink, ground)) for t, ink in pieces])
            cut = body.crop(offset, offset + room).extend_cell_length(room, styles.style("text", ground))
            strip = Strip.join([styles.strip(gutter, beside, ground), cut]).crop(0, width)
        if more:
            strip = Strip.join([strip.crop(0, width - 1), styles.strip((("›", "accent bold"),), 1, ground)])
        return strip


@lru_cache(maxsize=1024)
def text_width(text: str) -> int:
    """Cells of a safe text."""
    return len(text) if text.isascii() else cell_len(text)


def cut_out(pieces: list[Piece], start: int, end: int | None) -> list[Piece]:
    """The pieces between two character positions."""
    out: list[Piece] = []
    position = 0
    for text, ink in pieces:
        low = max(0, start - position)
        high = len(text) if end is None else end - position
        if high > 0 and low < len(text):
            out.append((text[low:high], ink))
        position += len(text)
    return out
