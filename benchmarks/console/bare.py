"""The smallest Textual program that shows rows and a cursor: the floor that the toolkit sets."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widgets import OptionList


class Bare(App[None]):
    """A thousand rows; `j` and `q` work."""

    BINDINGS: ClassVar = [("q", "quit", "Quit"), ("j", "down", "Down")]

    def compose(self) -> ComposeResult:
        """One list."""
        yield OptionList(*(f"row_{index} of the floor" for index in range(1000)))

    def action_down(self) -> None:
        """Move the cursor."""
        self.query_one(OptionList).action_cursor_down()


if __name__ == "__main__":
    Bare().run()
