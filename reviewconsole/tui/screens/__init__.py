"""The screens of the console."""

from collections.abc import Iterator, Sequence

from textual.binding import BindingType

from reviewconsole.tui.keymap import Scope
from reviewconsole.tui.keys import merged


def scopes(app: Sequence[BindingType]) -> Iterator[Scope]:
    """Which bindings are live together: for each screen, with each of its parts that can have the focus."""
    from reviewconsole.tui.screens.decision import DecisionScreen
    from reviewconsole.tui.screens.delta import DeltaScreen
    from reviewconsole.tui.screens.pages import PageScreen
    from reviewconsole.tui.screens.prompts import PassphrasePrompt, TextPrompt
    from reviewconsole.tui.screens.queue import QueueScreen
    from reviewconsole.tui.screens.review import ReviewScreen
    from reviewconsole.tui.widgets.diff_view import DiffView
    from reviewconsole.tui.widgets.file_tree import FileTree
    from reviewconsole.tui.widgets.panels import FindingsPanel, RecordsPanel
    from reviewconsole.tui.widgets.queue_list import QueueList

    yield "queue", (*merged(QueueScreen), *merged(QueueList), *app)
    for part in (DiffView, FileTree, FindingsPanel, RecordsPanel):
        yield "review", (*merged(ReviewScreen), *merged(part), *app)
    yield "difference", (*merged(DeltaScreen), *merged(DiffView), *app)
    for screen in (DecisionScreen, PageScreen, TextPrompt, PassphrasePrompt):
        yield "dialogue", (*merged(screen), *app)
