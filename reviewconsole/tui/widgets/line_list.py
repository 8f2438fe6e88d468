"""Rows of one line each, drawn when they come into view, with a cursor."""

from abc import abstractmethod
from typing import ClassVar

from textual.binding import BindingType
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from reviewconsole.tui.keys import key, scrolling
from reviewconsole.tui.paint import Palette, Piece
from reviewconsole.tui.theme import palette


class LineList(ScrollView, can_focus=True):
    """Base of every list. A subclass answers `count`, `pieces` and, where headings are rows, `selectable`."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *scrolling("list"),
        key("list.choose", "enter", "choose", "Open", "Open what the cursor is on", show=True),
    ]
    DEFAULT_CSS = """
    LineList { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
               background: $ground-base; }
    """

    class Moved(Message):
        """The cursor is on another row."""

        def __init__(self, sender: "LineList") -> None:
            super().__init__()
            self.list = sender

    class Chosen(Moved):
        """The row under the cursor was chosen."""

    cursor = 0
    touched = False
    """Whether the cursor stands where somebody put it."""

    @abstractmethod
    def count(self) -> int:
        """How many rows there are."""

    @abstractmethod
    def pieces(self, index: int, width: int) -> tuple[list[Piece], list[Piece]]:
        """The row's left and right part."""

    def selectable(self, index: int) -> bool:
        """Whether the cursor may stand on a row."""
        return 0 <= index < self.count()

    @property
    def palette(self) -> Palette:
        """The styles of the theme in use."""
        return palette(self.app.theme)

    @property
    def row_width(self) -> int:
        """Cells of a row, the scroll bar apart."""
        return self.scrollable_content_region.width

    def reset(self, cursor: int | None = None) -> None:
        """Draw again after the rows changed; the cursor stays where it can."""
        self.virtual_size = Size(self.row_width, self.count())
        self.cursor = max(0, min(self.cursor if cursor is None else cursor, self.count() - 1))
        if not self.selectable(self.cursor):
            self._step(1)
        self._show_cursor()
        self.refresh()

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self.reset()

    def render_line(self, y: int) -> Strip:
        """Draw one row of the screen."""
        index, width = y + self.scroll_offset.y, self.row_width
        if index >= self.count():
            return self.palette.strip((), width, "base")
        here = index == self.cursor and self.selectable(index)
        left, right = self.pieces(index, width - 2)
        bar = ("▌" if here and self.has_focus else "▏" if here else " ", "accent")
        return self.palette.strip((bar, *left), width, "cursor" if here else "base", (*right, (" ", "text")))

    def render_lines(self, crop: Region) -> list[Strip]:
        """Hand rows to the compositor as they are: there is no border, padding or opacity here."""
        strips = [self.render_line(y) for y in crop.line_range]
        for line_filter in self.palette.needed(self.get_line_filters()):
            strips = [strip.apply_filter(line_filter, self.background_colors[1]) for strip in strips]
        if crop.column_span != (0, self.row_width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def go(self, index: int) -> None:
        """Put the cursor on a row, or on the nearest one that can be selected."""
        old = self.cursor
        step = 1 if index >= old else -1
        self.cursor = max(0, min(index, self.count() - 1))
        if not self.selectable(self.cursor):
            self._step(step)
        if self.cursor != old:
            self.touched = True
            self._show_cursor()
            self.refresh()
            self.post_message(self.Moved(self))

    def _step(self, step: int) -> None:
        for direction in (step, -step):
            index = self.cursor
            while 0 <= index < self.count():
                if self.selectable(index):
                    self.cursor = index
                    return
                index += direction

    def _show_cursor(self) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if self.cursor < top:
            self.scroll_to(
                y=self.cursor if self.selectable(self.cursor - 1) else max(0, self.cursor - 1), animate=False
            )
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)

    def on_focus(self) -> None:
        """The cursor's bar shows the focus."""
        self.refresh()

    def on_blur(self) -> None:
        """The cursor's bar shows the focus."""
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Put the cursor where the mouse is; a click never chooses."""
        self.go(event.y + self.scroll_offset.y)

    def action_move(self, step: int) -> None:
        """Move by rows."""
        self.go(self.cursor + step)

    def action_half(self, step: int) -> None:
        """Move by half a page."""
        self.go(self.cursor + step * max(1, self.size.height // 2))

    def action_page(self, step: int) -> None:
        """Move by a page."""
        self.go(self.cursor + step * max(1, self.size.height - 1))

    def action_end(self, step: int) -> None:
        """Move to an end."""
        self.go(0 if step < 0 else self.count() - 1)

    def action_choose(self) -> None:
        """Tell that the row is chosen."""
        if self.selectable(self.cursor):
            self.touched = True
            self.post_message(self.Chosen(self))
