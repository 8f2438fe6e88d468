"""How a diff is laid out, as chosen with keys: one column or two, folds, further context."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reviewconsole.tui.rows import Layout

SPLIT_FROM = 120
"""Cells of the diff from which two columns are used unless chosen otherwise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrangement:
    """What was chosen; `layout` applies it to a width."""

    auto: bool = True
    split: bool = False
    """Two columns, where not `auto`."""
    folded: frozenset[tuple[int, int]] = frozenset()
    context: Mapping[tuple[int, int], int] = field(default_factory=dict)

    def layout(self, width: int) -> Layout:
        """The layout for rows of `width` cells."""
        return Layout(split=width >= SPLIT_FROM if self.auto else self.split, folded=self.folded, context=self.context)

    def switched(self, width: int) -> "Arrangement":
        """The other number of columns; from there the first again, then what fits the width."""
        if self.auto:
            return replace(self, auto=False, split=not self.layout(width).split)
        if self.split != (width >= SPLIT_FROM):
            return replace(self, split=not self.split)
        return replace(self, auto=True, split=False)

    def fold(self, key: tuple[int, int]) -> "Arrangement":
        """Fold a hunk or a file, or unfold it; a hunk of a folded file unfolds the file."""
        if (key[0], -1) in self.folded:
            return replace(self, folded=self.folded - {(key[0], -1)})
        return replace(self, folded=self.folded ^ {key})

    def revealed(self, file: int, hunk: int) -> "Arrangement":
        """With a hunk out of every fold."""
        return replace(self, folded=self.folded - {(file, -1), (file, hunk)})

    def widened(self, key: tuple[int, int], by: int) -> "Arrangement":
        """With more lines around a hunk, or fewer."""
        count = max(0, self.context.get(key, 0) + by)
        rest = {other: lines for other, lines in self.context.items() if other != key}
        return replace(self, context={**rest, key: count} if count else rest)

    def whole(self, file: int, hunks: int, lines: int) -> "Arrangement":
        """With the whole file around its hunks, or the hunks alone when it is shown already."""
        keys = [(file, hunk) for hunk in range(hunks)]
        rest = {key: count for key, count in self.context.items() if key[0] != file}
        if all(self.context.get(key, 0) >= lines for key in keys):
            return replace(self, context=rest)
        return replace(self, context={**rest, **dict.fromkeys(keys, lines)})

    def words(self, width: int) -> str:
        """The layout in a word or two, for the status line."""
        columns = "split" if self.layout(width).split else "unified"
        return f"{columns} (auto)" if self.auto else columns
