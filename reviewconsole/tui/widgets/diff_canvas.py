"""Drawing a diff: every file in one stream, row by row when it comes into view."""

from array import array
from bisect import bisect_right
from dataclasses import replace
from itertools import accumulate

from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.worker import get_current_worker

from reviewconsole.diff import HunkId
from reviewconsole.session import ReviewSession
from reviewconsole.tui.coverage import Coverage
from reviewconsole.tui.likeness import Spot, moved
from reviewconsole.tui.paint import cuts
from reviewconsole.tui.rows import Kind, Row, RowMap
from reviewconsole.tui.theme import palette
from reviewconsole.tui.widgets.arrangement import Arrangement
from reviewconsole.tui.widgets.diff_body import Looks
from reviewconsole.tui.widgets.diff_colours import Colours
from reviewconsole.tui.widgets.diff_paint import DiffPainter
from reviewconsole.tui.widgets.diff_strips import TEXTUAL, Drawing, text_width

_STRIPS = 3000
_WRAPPED = 20_000
"""Rows up to which two columns are wrapped by themselves; above, the heights of all rows would be waited for."""


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

    session: reactive[ReviewSession | None] = reactive(None, init=False, repaint=False)

    def __init__(self, session: ReviewSession | None = None, *, states: bool = True, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = 0
        self.range_start: int | None = None
        """Where a range of selected rows begins; it ends at the cursor."""
        self.offset_x = 0
        self.wrap: bool | None = None
        """Whether long lines are wrapped, as chosen; None for where they are short of room."""
        self._states = states
        self.rows = RowMap(())
        self._coverage = Coverage(self.rows)
        self._strips: dict[tuple[int, int, bool, int], Strip] = {}
        self._state = 0  # which state of the session headers were drawn for; lines look the same in all
        self._starts: array[int] | None = None
        self._painter: DiffPainter | None = None
        self.arrangement = Arrangement()
        self._moved: dict[Spot, Spot] = {}
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
        if old is None or old.opened.files is not new.opened.files:
            self.arrangement = Arrangement(auto=self.arrangement.auto, split=self.arrangement.split)
            self._coverage = Coverage(RowMap(()))
            self._colours.forget()
            self._moved = {}
            self.cursor = self.offset_x = 0
            self.rows = RowMap(())
            self.number(new)
            self._look_for_moves(new)
        elif old.said.comments != new.said.comments or old.opened.findings is not new.opened.findings:
            self.number(new)
        elif self._painter is not None:
            self._painter.use(new)
            self._state += 1
            self.refresh()
            return
        self.repaint()

    def number(self, session: ReviewSession) -> None:
        """Number the rows again; the cursor stays on what it is on."""
        before, here = self.rows, self.rows[self.cursor] if len(self.rows) else None
        top = self.visual(self.cursor) - self.scroll_offset.y
        self.range_start = None
        opened = session.opened
        self.rows = RowMap(
            opened.files, opened.findings, session.said.comments, self.arrangement.layout(self.row_width)
        )
        self._coverage.rows = self.rows
        looks = replace(self.looks, moved=self._moved)
        self._painter = DiffPainter(self.rows, session, states=self._states)
        self._painter.bodies.looks = looks
        self.measure()
        if here is not None:
            self.cursor = self.rows.row_of(self.rows.same(here, before))
            self.scroll_to(y=max(0, self.visual(self.cursor) - top), animate=False)
        self.repaint()

    def lay_out(self, arrangement: Arrangement) -> None:
        """Lay the rows out in another way."""
        self.arrangement = arrangement
        if self.session is not None:
            self.number(self.session)

    def look(self, **changes: object) -> None:
        """Draw the lines in another way."""
        if self._painter is not None:
            self._painter.bodies.use(**changes)
            self.repaint()

    @property
    def looks(self) -> Looks:
        """What is drawn into the lines."""
        return self._painter.bodies.looks if self._painter is not None else Looks()

    def _look_for_moves(self, session: ReviewSession) -> None:
        files = session.opened.files

        def work() -> None:
            found = moved(files)
            if found and not get_current_worker().is_cancelled:
                self.app.call_from_thread(self._learn_moves, session, found)

        self.run_worker(work, thread=True, exclusive=True, group="moves", exit_on_error=False)

    def _learn_moves(self, session: ReviewSession, found: dict[Spot, Spot]) -> None:
        if self.session is not None and self.session.opened.files is session.opened.files:
            self._moved = found
            self.look(moved=found)

    def repaint(self) -> None:
        """Draw every row anew."""
        self._strips.clear()
        self.refresh()

    def on_resize(self) -> None:
        """Break lines for the new width, in two columns where there is room."""
        if self.arrangement.layout(self.row_width).split != self.rows.layout.split:
            self.lay_out(self.arrangement)
        self.measure()
        self.repaint()

    @property
    def selected(self) -> range:
        """The rows of the range; empty without one."""
        if self.range_start is None:
            return range(0)
        return range(min(self.range_start, self.cursor), max(self.range_start, self.cursor) + 1)

    @property
    def wrapped(self) -> bool:
        """Whether long lines are wrapped: in two columns, unless chosen otherwise or there are very many rows."""
        return self.wrap if self.wrap is not None else self.rows.layout.split and len(self.rows) <= _WRAPPED

    @property
    def row_width(self) -> int:
        """Cells of a row, the scroll bar apart."""
        return self.scrollable_content_region.width

    @property
    def body_width(self) -> int:
        """Cells for text beside the gutter; of the narrower side where there are two."""
        if self._painter is None:
            return max(8, self.row_width)
        if self.rows.layout.split:
            return max(8, (self.row_width - 1) // 2 - self._painter.half_gutter)
        return max(8, self.row_width - self._painter.gutter_width)

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
        if row.kind not in TEXTUAL:
            return 1
        return max(len(cuts(self.rows.text(each), width)) for each in self.rows.lines_of(row))

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
        # Notices of the toolkit lie over some rows, which are drawn again when a notice goes.
        toasts = (toast for toast in self.screen.query("Toast") if toast.region.overlaps(self.region))
        hidden = [(toast.region.y - self.region.y, toast.region.bottom - self.region.y) for toast in toasts]
        seen: set[HunkId] = set()
        strips = []
        for y in crop.line_range:
            strip, unit = self._line(y, top, width, counts=active and not any(low <= y < high for low, high in hidden))
            strips.append(strip)
            if unit is not None:
                seen.add(unit)
        if self._coverage.news() or seen:
            self.post_message(self.Seen(frozenset(seen)))
        for line_filter in palette(self.app.theme).needed(self.get_line_filters()):
            strips = [strip.apply_filter(line_filter, self.background_colors[1]) for strip in strips]
        if crop.column_span != (0, width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

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
        key = (index, part, cursor, 0 if row.kind in TEXTUAL else self._state)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._drawing(painter).strip(row, part, cursor=cursor)
            if len(self._strips) > _STRIPS:
                self._strips.clear()
            self._strips[key] = strip
        return strip, self._mark(row, part) if counts else None

    def _drawing(self, painter: DiffPainter) -> Drawing:
        return Drawing(
            rows=self.rows, painter=painter, styles=palette(self.app.theme), colours=self._colours.of,
            width=self.row_width, offset=self.offset_x, wrap=self.body_width if self.wrapped else None,
        )  # fmt: skip

    def _mark(self, row: Row, part: int) -> HunkId | None:
        if not self.rows.counts(row):
            return None
        units = [self._mark_line(each, part) for each in self.rows.lines_of(row)]
        return next(filter(None, units), None)

    def _mark_line(self, row: Row, part: int) -> HunkId | None:
        text, room = self.rows.text(row), self.body_width
        width = text_width(text)
        if self.wrapped:
            parts = len(cuts(text, room))
            if parts > 1:
                return self._coverage.mark(row, part * room, (part + 1) * room, parts * room) if part < parts else None
            return self._coverage.mark(row, 0, width, width)
        cut = width > self.offset_x + room
        # The last cell holds the mark for more, or half of a wide character.
        return self._coverage.mark(row, self.offset_x if width else 0, self.offset_x + room - cut, width)
