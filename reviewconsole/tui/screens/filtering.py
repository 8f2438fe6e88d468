"""Choosing what the queue shows: a filter, its order, named views."""

from abc import abstractmethod
from contextlib import suppress

from textual.widgets import Input

from reviewconsole.errors import StorageError
from reviewconsole.tui import filters
from reviewconsole.tui.desk import Asking
from reviewconsole.tui.paint import content
from reviewconsole.tui.screens.prompts import TextPrompt
from reviewconsole.tui.widgets.queue_list import QueueList


class Filtering(Asking[None]):
    """A queue with a line to filter it by; `fill` shows the rows of `filter`."""

    filter = ""

    def __init__(self) -> None:
        super().__init__()
        self._named: dict[str, str] = {}

    @abstractmethod
    def fill(self) -> None:
        """Show the rows that the filter lets through."""

    @abstractmethod
    def draw_status(self) -> None:
        """Draw the status line."""

    def recall(self) -> None:
        """Take the filter of the last time."""
        self._named = dict(self.desk.service.views.read())
        if self._named.get("", ""):
            self._use(self._named[""])

    def views(self) -> dict[str, str]:
        """The named filters: those that come with the program, then one's own."""
        return {**filters.BUILT_IN, **{name: text for name, text in self._named.items() if name}}

    def _use(self, text: str) -> None:
        box = self.query_one("#filter", Input)
        box.display = bool(text) or box.has_focus
        box.value = self.filter = text
        self.fill()

    def action_sort(self) -> None:
        """Show the rows in the next order."""
        orders = list(filters.SORTS)
        _, now = filters.words(self.filter)
        self._use(filters.sorted_by(self.filter, orders[(orders.index(now) + 1) % len(orders)]))

    def action_view(self) -> None:
        """Use the next named filter."""
        views = list(self.views().values())
        here = views.index(self.filter) if self.filter in views else -1
        self._use(views[(here + 1) % len(views)])

    def action_name_view(self) -> None:
        """Keep the filter under a name; an empty filter drops the name."""

        def said(name: str | None) -> None:
            if name is not None:
                self._named = {key: text for key, text in self._named.items() if key != name}
                if self.filter:
                    self._named[name] = self.filter
                self._keep_views()
                self.draw_status()

        about = content((self.filter or "the filter is empty: drops the name", "accent"))
        self.app.push_screen(TextPrompt("Name of this view", about), said)

    def _keep_views(self) -> None:
        try:
            self.desk.service.views.write({**self._named, "": self.filter})
        except StorageError as error:
            self.failed(error)

    def on_unmount(self) -> None:
        """Keep the filter for the next time."""
        with suppress(StorageError):  # a convenience, and there is nobody left to tell
            self.desk.service.views.write({**self._named, "": self.filter})

    def action_filter(self) -> None:
        """Show the filter."""
        box = self.query_one("#filter", Input)
        box.display = True
        self.set_focus(box)

    def on_input_changed(self, _event: Input.Changed) -> None:
        """Filter while typing."""
        self.filter = self.query_one("#filter", Input).value.strip()
        self.fill()

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Back to the rows; the filter stays."""
        self.query_one(QueueList).focus()
