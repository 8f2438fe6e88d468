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

    def mark(self, row: Row, start: int, end: int, width: int) -> HunkId | None:
        """Note that cells `start` to `end` of a row of `width` cells are on screen.

        Gives the unit that is read with it, once.
        """
        if not self.rows.counts(row) or not self.rows.whole(row):
            return None
        unit = self.rows.unit(row)
        if unit is None or unit in self._done:
            return None
        if start > 0 or end < width:
            key = (row.file, row.hunk, row.line, row.item)
            reached = self._reached.get(key, 0)
            if start > reached:
                return None
            self._reached[key] = max(reached, end)
            if self._reached[key] < width:
                return None
        seen = self._seen.setdefault(unit, set())
        seen.add((row.line, row.item))
        if len(seen) < self.rows.unit_size(row):
            return None
        self._done.add(unit)
        del self._seen[unit]
        return unit
