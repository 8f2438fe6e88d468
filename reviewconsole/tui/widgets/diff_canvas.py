"""Drawing a diff: every file in one stream, row by row when it comes into view."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from reviewconsole.diff import HunkId
from reviewconsole.session import ReviewSession
from reviewconsole.tui.coverage import Coverage
from reviewconsole.tui.paint import Piece, cuts
from reviewconsole.tui.rows import Kind, Row, RowMap
from reviewconsole.tui.theme import palette
from reviewconsole.tui.widgets.diff_colours import Colours
from reviewconsole.tui.widgets.diff_paint import DiffPainter

_STRIPS = 3000
_TEXTUAL = (Kind.LINE, Kind.NOTE)


class DiffCanvas(ScrollView, can_focus=True):
    """Shows a session's change. Row 0 of the screen always names the file that is below it.

    Posts `Seen` for units whose every row was painted while its screen was the active one.
    """

    ALLOW_SELECT = False

    class Seen(Message):
        """Units have been on screen in full."""

        def __init__(self, units: frozenset[HunkId]) -> None:
            super().__init__()
            self.units = units

    session: reactive[ReviewSession | None] = reactive(None, init=False)
    wrapped: reactive[bool] = reactive(default=False, init=False)

    def __init__(self, session: ReviewSession | None = None, *, states: bool = True, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = 0
        self.range_start: int | None = None
        """Where a range of selected rows begins; it ends at the cursor."""
        self.offset_x = 0
        self._states = states
        self.rows = RowMap(())
        self._coverage = Coverage(self.rows)
        self._strips: dict[tuple[int, int, bool], Strip] = {}
        self._starts: array[int] | None = None
        self._painter: DiffPainter | None = None
        self._colours = Colours(self)
        if session is not None:
            self.set_reactive(DiffCanvas.session, session)

    # --- the session

    def on_mount(self) -> None:
        """Show what was given at the start."""
        self.watch_session(None, self.session)
        self.app.theme_changed_signal.subscribe(self, lambda _: self.repaint())

    def watch_session(self, old: ReviewSession | None, new: ReviewSession | None) -> None:
        """Draw another state; rows are numbered again only when there are other rows."""
        if new is None:
            return
        same_change = old is not None and old.opened.files is new.opened.files
        if not same_change or (old is not None and old.said.comments != new.said.comments):
            here = self.rows[self.cursor] if same_change and len(self.rows) else None
            self.range_start = None
            self.rows = RowMap(new.opened.files, new.opened.findings, new.said.comments)
            if not same_change:
                self._coverage = Coverage(self.rows)
                self._colours.forget()
                self.cursor = self.offset_x = 0
            else:
                self._coverage.rows = self.rows
            self.cursor = self.rows.row_of(here) if here is not None else 0
            self._painter = DiffPainter(self.rows, new, states=self._states)
            self.measure()
        elif self._painter is not None:
            self._painter.use(new)
        self.repaint()

    def repaint(self) -> None:
        """Draw every row anew."""
        self._strips.clear()
        self.refresh()

    def on_resize(self) -> None:
        """Break lines for the new width."""
        self.measure()
        self.repaint()

    @property
    def selected(self) -> range:
        """The rows of the range; empty without one."""
        if self.range_start is None:
            return range(0)
        return range(min(self.range_start, self.cursor), max(self.range_start, self.cursor) + 1)

    @property
    def row_width(self) -> int:
        """Cells of a row, the scroll bar apart."""
        return self.scrollable_content_region.width

    @property
    def body_width(self) -> int:
        """Cells for text beside the gutter."""
        return max(8, self.row_width - (self._painter.gutter_width if self._painter else 0))

    def measure(self) -> None:
        """Count the lines of the virtual screen."""
        total = len(self.rows)
        self._starts = None
        if self.wrapped and total and self.row_width:
            width = self.body_width
            heights = (self._height(self.rows[index], width) for index in range(total))
            self._starts = array("L", accumulate(heights, initial=0))
            total = self._starts[-1]
        self.virtual_size = Size(self.row_width, total)

    def _height(self, row: Row, width: int) -> int:
        return len(cuts(self.rows.text(row), width)) if row.kind in _TEXTUAL else 1

    def visual(self, row: int) -> int:
        """The line of the virtual screen at which a row begins."""
        return self._starts[row] if self._starts is not None else row

    def row_at(self, visual: int) -> tuple[int, int]:
        """Row and part of it that stand at a line of the virtual screen."""
        if self._starts is None:
            return visual, 0
        row = bisect_right(self._starts, visual) - 1
        return row, visual - self._starts[row]

    # --- drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw rows, and note what is thereby on screen."""
        width, top = self.row_width, self.scroll_offset.y
        active = self.app.screen is self.screen
        hidden = [(toast.region.y - self.region.y, toast.region.bottom - self.region.y) for toast in self._toasts()]
        seen: set[HunkId] = set()
        strips = []
        for y in crop.line_range:
            strip, unit = self._line(y, top, width, counts=active and not any(low <= y < high for low, high in hidden))
            strips.append(strip)
            if unit is not None:
                seen.add(unit)
        if seen:
            self.post_message(self.Seen(frozenset(seen)))
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, self.background_colors[1]) for strip in strips]
        if crop.column_span != (0, width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def _toasts(self) -> Iterable[Widget]:
        """Notices that lie over some rows; those rows are drawn again when a notice goes."""
        return (toast for toast in self.screen.query("Toast") if toast.region.overlaps(self.region))

    def _line(self, y: int, top: int, width: int, *, counts: bool) -> tuple[Strip, HunkId | None]:
        styles = palette(self.app.theme)
        painter = self._painter
        if painter is None or top + y >= self.virtual_size.height:
            return styles.strip((), width, "base"), None
        index, part = self.row_at(top + y)
        row = self.rows[index]
        if y == 0 and row.kind is not Kind.FILE and row.file >= 0:
            left, right = painter.file(row.file, width)
            return styles.strip(left, width, "head", right), None
        cursor = index == self.cursor or index in self.selected
        strip = self._strips.get((index, part, cursor))
        if strip is None:
            strip = self._paint(painter, row, part, cursor=cursor)
            if len(self._strips) > _STRIPS:
                self._strips.clear()
            self._strips[index, part, cursor] = strip
        return strip, self._mark(row, part) if counts else None

    def _paint(self, painter: DiffPainter, row: Row, part: int, *, cursor: bool) -> Strip:
        styles, width = palette(self.app.theme), self.row_width
        ground = painter.ground(row, cursor=cursor)
        if row.kind not in _TEXTUAL:
            left, right = painter.single(row, width)
            bar: Piece = ("▌", "accent") if cursor else (" ", "text")
            return styles.strip((bar, *left), width, ground, right)
        room = self.body_width
        text = self.rows.text(row)
        pieces = painter.body(row, self._colours.of(row))
        gutter = painter.gutter(row, cursor=cursor, continued=part > 0)
        if self.wrapped:
            starts = cuts(text, room)
            end = starts[part + 1] if part + 1 < len(starts) else None
            return styles.strip((*gutter, *_slice(pieces, starts[part], end)), width, ground)
        if text.isascii():
            more = len(text) > self.offset_x + room
            shown = _slice(pieces, self.offset_x, self.offset_x + room if more else None)
            strip = styles.strip((*gutter, *shown), width, ground)
        else:
            body = Strip([Segment(t, styles.style(ink, ground)) for t, ink in pieces])
            more = body.cell_length > self.offset_x + room
            cut = body.crop(self.offset_x, self.offset_x + room).extend_cell_length(room, styles.style("text", ground))
            strip = Strip.join([styles.strip(gutter, painter.gutter_width, ground), cut]).crop(0, width)
        if more and text_width(text) > self.offset_x + room:
            strip = Strip.join([strip.crop(0, width - 1), styles.strip((("›", "accent bold"),), 1, ground)])
        return strip

    def _mark(self, row: Row, part: int) -> HunkId | None:
        if row.kind not in _TEXTUAL:
            return None
        text, room = self.rows.text(row), self.body_width
        width = text_width(text)
        if self.wrapped:
            parts = len(cuts(text, room))
            if parts > 1:
                return self._coverage.mark(row, part * room, (part + 1) * room, parts * room)
            return self._coverage.mark(row, 0, width, width)
        cut = width > self.offset_x + room
        # The last cell holds the mark for more, or half of a wide character.
        return self._coverage.mark(row, self.offset_x if width else 0, self.offset_x + room - cut, width)


def text_width(text: str) -> int:
    """Cells of a safe text."""
    return len(text) if text.isascii() else cell_len(text)


def _slice(pieces: list[Piece], start: int, end: int | None) -> list[Piece]:
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
