"""Tell what a change merely moved, for checks: packs have the guards for it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache

from reviewconsole.detection.commands import commands
from reviewconsole.detection.guards import plain
from reviewconsole.detection.model import Context, Same
from reviewconsole.detection.source import is_nonproduction
from reviewconsole.finding import Side

_MOST = 0.6
"""Part of the lines of a text that must have stood elsewhere."""
_LONG = 4
_BARE = 3
"""Shorter lines are brackets."""


class Moves:
    """Texts that the change takes away; each stands in for one added text like it.

    What leaves a test or sample for production has not merely moved: it begins to count there.
    """

    def __init__(self, texts: Callable[[], Mapping[tuple[str, bool], int]]) -> None:
        self._texts = texts

    @cached_property
    def _gone(self) -> Counter[tuple[str, bool]]:
        return Counter(self._texts())

    def took(self, path: str, text: str) -> bool:
        """Tell whether the text came from elsewhere in the change, and use that up."""
        key = _key(path, text)
        if self._gone[key] <= 0:
            return False
        self._gone[key] -= 1
        return True


def _key(path: str, text: str) -> tuple[str, bool]:
    return plain(text), is_nonproduction(path)


def mostly_moved(context: Context, path: str, text: str) -> bool:
    """Tell whether the change takes most lines of a longer text away elsewhere, its first one among them.

    Indentation and order do not count: code that moved into a function of its own is still that code.
    """
    rows = [plain(row) for row in text.split("\n") if len(row.strip()) > _BARE]
    if len(rows) < _LONG:
        return False
    gone = _removed_rows(Same(context), is_nonproduction(path))
    kept = [row in gone for row in rows]
    return kept[0] and sum(kept) >= _MOST * len(rows)


@lru_cache(maxsize=4)
def _removed_rows(same: Same, aside: bool) -> frozenset[str]:  # noqa: FBT001 -- part of the key
    return frozenset(
        plain(source.old[at - 1])
        for source in same.context.sources
        if is_nonproduction(source.path) == aside
        for at in source.removed
    )


def moves_of(texts: Iterable[tuple[str, str]]) -> Moves:
    """Over paths and texts of the old side, which are read once something asks."""
    return Moves(lambda: Counter(_key(path, text) for path, text in texts))


def command_moves(context: Context) -> Moves:
    """Over the removed commands, joined and spoken as `commands` gives them."""
    return Moves(lambda: _removed_commands(Same(context)))


@lru_cache(maxsize=2)
def _removed_commands(same: Same) -> Mapping[tuple[str, bool], int]:
    return Counter(
        _key(source.path, command.text)
        for source in same.context.sources
        if source.removed
        for command in commands(source, Side.OLD)
        if source.touched(Side.OLD, command.first, command.last)
    )
