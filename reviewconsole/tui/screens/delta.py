"""What changed between the head that was read and the one the branch has now."""

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from reviewconsole.casefile import OpenedChange, Rereview
from reviewconsole.change import short_ref
from reviewconsole.diff import FileDiff
from reviewconsole.display import counted
from reviewconsole.session import ReviewSession
from reviewconsole.tui.keys import key
from reviewconsole.tui.paint import content
from reviewconsole.tui.widgets.diff_view import DiffView
from reviewconsole.tui.widgets.lines import KeyLine


class DeltaScreen(Screen[None]):
    """Read only. Nothing seen here counts as read: its hunks are not those of the change."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("delta.leave", "escape,q,D", "leave", "Back", "Back to the review, of the newer head", show=True),
        key("delta.next-hunk", "right_square_bracket", "hunk(1)", "Next hunk", "Next hunk", show=True),
        key("delta.previous-hunk", "left_square_bracket", "hunk(-1)", "Previous hunk", "Previous hunk"),
    ]
    DEFAULT_CSS = """
    DeltaScreen #title { height: auto; background: $ground-note; padding: 0 1; }
    """

    def __init__(
        self, older: OpenedChange, newer: OpenedChange, files: tuple[FileDiff, ...], *, since: Rereview | None = None
    ) -> None:
        super().__init__()
        self._since = since
        self._older = older
        self._newer = newer
        self._session = ReviewSession(opened=replace(newer, files=files, findings=()))

    def compose(self) -> ComposeResult:
        """From which head to which, and the diff."""
        files = len(self._session.opened.files)
        what = (
            counted(files, "file differs", "files differ") if files else "the content is the same; only commits differ"
        )
        since = self._since
        start = since.head if since is not None else self._older.change.head
        end = f"{since.words}." if since is not None else "The review goes on with the newer head."
        yield Static(
            content(
                ("since the decision  " if since is not None else "since you opened it  ", "warn bold"),
                (short_ref(self._newer.change.ref), "accent"),
                (f"  {start[:12]} → {self._newer.change.head[:12]}  ", "text"),
                (f"{what}. {end}", "muted"),
            ),
            id="title",
        )
        yield DiffView(self._session, states=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Read it."""
        self.query_one(DiffView).focus()

    def action_hunk(self, step: int) -> None:
        """Go to the next hunk."""
        view = self.query_one(DiffView)
        view.jump(view.rows.unit_rows, step)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)


def show_since(screen: Widget, opened: OpenedChange, since: Rereview | None) -> None:
    """Show what changed since a decision on an earlier content, or say that there was none."""
    if since is None:
        words = "the branch stands where it was opened, and nobody decided on an earlier content of it"
        screen.notify(words, timeout=3, markup=False)
    else:
        screen.app.push_screen(DeltaScreen(opened, opened, since.files, since=since))
