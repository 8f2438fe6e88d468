"""What was on screen, and which units are thereby read."""

from reviewconsole.diff import HunkId
from reviewconsole.tui.rows import Row, RowMap


class Coverage:
    """Collects what is painted.

    A row counts when every column of it was on screen, from its first without a gap; a unit, when
    all its rows count. What is jumped over was never painted, so it does not count.
    """

    def __init__(self, rows: RowMap) -> None:
        self.rows = rows
        self._reached: dict[tuple[int, int, int, int], int] = {}
        self._seen: dict[HunkId, set[tuple[int, int]]] = {}
        self._done: set[HunkId] = set()
        self._cut: dict[HunkId, set[tuple[int, int, int, int]]] = {}
        self._news = False

    def mark(self, row: Row, start: int, end: int, width: int) -> HunkId | None:
        """Note that cells `start` to `end` of a row of `width` cells are on screen.

        Gives the unit that is read with it, once.
        """
        if not self.rows.counts(row) or not self.rows.whole(row):
            return None
        unit = self.rows.unit(row)
        if unit is None or unit in self._done:
            return None
        key = (row.file, row.hunk, row.line, row.item)
        if start > 0 or end < width:
            reached = self._reached.get(key, 0)
            if start <= reached:
                reached = self._reached[key] = max(reached, end)
            if reached < width:
                self._news |= key not in self._cut.setdefault(unit, set())
                self._cut[unit].add(key)
                return None
        self._whole(unit, key)
        seen = self._seen.setdefault(unit, set())
        seen.add((row.line, row.item))
        if len(seen) < self.rows.unit_size(row):
            return None
        self._done.add(unit)
        del self._seen[unit]
        return unit

    def _whole(self, unit: HunkId, key: tuple[int, int, int, int]) -> None:
        keys = self._cut.get(unit)
        if keys is not None and key in keys:
            keys.remove(key)
            self._news = True
            if not keys:
                del self._cut[unit]

    @property
    def cut(self) -> int:
        """How many units have a line on which not every column was on screen."""
        return len(self._cut)

    def news(self) -> bool:
        """Whether `cut` may be another number than when this was asked last."""
        news, self._news = self._news, False
        return news
