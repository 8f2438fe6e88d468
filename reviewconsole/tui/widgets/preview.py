"""What is said about the row under the cursor, below the rows or beside them."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from reviewconsole.tui.widgets.prose import Prose

_LEAST = 12
"""Rows of it at least, where it lies below."""
_AROUND = 4
"""Rows of title, legend, status and keys."""


class Preview(VerticalScroll, can_focus=False):
    """A text that takes the room which the rows leave."""

    DEFAULT_CSS = """
    Preview { height: 45%; min-height: 12; border-top: solid $panel; padding: 0 1; background: $ground-raised;
        scrollbar-size-vertical: 1; }
    """

    def compose(self) -> ComposeResult:
        """The text."""
        yield Prose(id="explained")

    def show(self, text: Content) -> None:
        """Show a text from its beginning."""
        self.query_one(Prose).update(text)
        self.scroll_home(animate=False)

    def fit(self, rows: int) -> None:
        """Take what so many rows and their headings leave, and no less than its part."""
        room = self.screen.size.height - _AROUND
        wide = self.screen.has_class("-wide")
        self.styles.height = "1fr" if wide else max(_LEAST, room * 9 // 20, room - rows - 2)
