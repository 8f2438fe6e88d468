"""Tell what a change merely moved, for checks: packs have the guards for it."""

from collections import Counter
from collections.abc import Iterable

from reviewconsole.detection.commands import commands
from reviewconsole.detection.guards import plain
from reviewconsole.detection.model import Context
from reviewconsole.detection.source import is_nonproduction
from reviewconsole.finding import Side


class Moves:
    """Texts that the change takes away; each stands in for one added text like it.

    What leaves a test or sample for production has not merely moved: it begins to count there.
    """

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        self._gone = Counter((plain(text), is_nonproduction(path)) for path, text in texts)

    def took(self, path: str, text: str) -> bool:
        """Tell whether the text came from elsewhere in the change, and use that up."""
        key = (plain(text), is_nonproduction(path))
        if self._gone[key] <= 0:
            return False
        self._gone[key] -= 1
        return True


def line_moves(context: Context) -> Moves:
    """Over the removed lines."""
    return Moves((source.path, source.old[at - 1]) for source in context.sources for at in source.removed)


def command_moves(context: Context) -> Moves:
    """Over the removed commands, joined and spoken as `commands` gives them."""
    return Moves(
        (source.path, command.text)
        for source in context.sources
        if source.removed
        for command in commands(source, Side.OLD)
        if any(at in source.removed for at in range(command.first, command.last + 1))
    )
