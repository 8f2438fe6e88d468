"""The rows of the queue."""

import time

from reviewconsole.casefile import QueueEntry
from reviewconsole.change import short_ref
from reviewconsole.tui.paint import SEVERITY_GLYPHS, STATE_GLYPHS, STATE_INKS, Piece, age, agent, clip
from reviewconsole.tui.widgets.line_list import LineList


class QueueList(LineList):
    """One row a change, below a row of headings."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.entries: tuple[QueueEntry, ...] = ()
        self._now = 0

    def show(self, entries: tuple[QueueEntry, ...], cursor: int | None = None) -> None:
        """Show these changes."""
        self.entries = entries
        self._now = int(time.time())
        self.reset(cursor)

    @property
    def entry(self) -> QueueEntry | None:
        """The change under the cursor."""
        return self.entries[self.cursor] if self.entries else None

    def count(self) -> int:
        """One row a change."""
        return len(self.entries)

    def pieces(self, index: int, width: int) -> tuple[list[Piece], list[Piece]]:
        """The columns of one change."""
        entry = self.entries[index]
        level = entry.risk.level
        left: list[Piece] = [
            (f"{SEVERITY_GLYPHS[level]} {level:<8} {entry.risk.score:>3}  ", level if level != "none" else "muted"),
            (f"{age(self._now - entry.change.updated):>4}  ", "muted"),
        ]
        if width >= _AGENT:
            left.append((f"{clip(agent(entry), 18):<18}  ", "text"))
        right: list[Piece] = []
        if width >= _SIZES:
            right += [(f"  {entry.files:>4}", "muted"), (f" {f'+{entry.added}':>6}", "add")]
            right.append((f" {f'−{entry.removed}':>6}", "del"))
        right.append((f"  {STATE_GLYPHS[entry.state]} {entry.state:<8}", STATE_INKS[entry.state]))
        return [*left, (entry.change.title, "text bold"), (f"  {short_ref(entry.change.ref)}", "muted")], right


_AGENT, _SIZES = 92, 70
"""Cells from which these columns are shown."""


def headings(width: int) -> list[Piece]:
    """The names of the columns, over them."""
    left = f"   {'risk':<12} {'age':>4}  " + (f"{'agent':<18}  " if width >= _AGENT else "") + "change"
    right = (f"{'files':>6} {'+':>6} {'−':>6}" if width >= _SIZES else "") + f"  {'  state':<10} "
    return [(f"{left:<{max(0, width + 2 - len(right))}}{right}", "muted")]
