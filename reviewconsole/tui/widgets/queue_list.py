"""The rows of the queue."""

import time
from datetime import UTC, datetime

from rich.cells import cell_len

from reviewconsole.casefile import QueueEntry
from reviewconsole.change import short_ref
from reviewconsole.display import safe_text
from reviewconsole.tui.paint import LEVEL_INKS, Piece, age, agent, clip, clip_start, risk_words, standing
from reviewconsole.tui.stacks import Row
from reviewconsole.tui.widgets.line_list import LineList


class QueueList(LineList):
    """One row a change, below a row of headings."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: tuple[Row, ...] = ()
        self._now = 0
        self._repository = 0

    def show(self, rows: tuple[Row, ...], cursor: int | None = None) -> None:
        """Show these changes."""
        self._rows = rows
        entries = self.entries
        self._now = int(time.time())
        self._repository = min(_LONGEST, max((cell_len(entry.repository) for entry in entries), default=0))
        self.reset(cursor)

    @property
    def entries(self) -> tuple[QueueEntry, ...]:
        """The changes that are shown."""
        return tuple(entry for entry, _ in self._rows)

    @property
    def entry(self) -> QueueEntry | None:
        """The change under the cursor."""
        return self._rows[self.cursor][0] if self._rows else None

    def count(self) -> int:
        """One row a change."""
        return len(self._rows)

    def pieces(self, index: int, width: int) -> tuple[list[Piece], list[Piece]]:
        """The columns of one change."""
        entry, depth = self._rows[index]
        level = entry.risk.level
        left: list[Piece] = [
            (f"{risk_words(entry.risk, unreadable=bool(entry.unreadable)):<15}", LEVEL_INKS[level]),
            (f"{age(self._now - entry.change.updated):>4}  ", "muted"),
        ]
        left += self._named(entry.repository)
        if width >= _AGENT + self._repository:
            left.append((f"{clip(agent(entry), 18):<18}  ", "text"))
        if depth:
            left.append((f"{'  ' * (min(depth, _DEEPEST) - 1)}└ ", "accent"))
        left += claim_pieces(entry)
        right: list[Piece] = []
        if width >= _SIZES + self._repository and entry.unreadable:
            right.append((f"  {'?':>4} {'?':>6} {'?':>6}", "muted"))
        elif width >= _SIZES + self._repository:
            right += [(f"  {entry.files:>4}", "muted"), (f" {f'+{entry.added}':>6}", "add")]
            right.append((f" {f'−{entry.removed}':>6}", "del"))
        glyph, word, ink = standing(entry)
        right.append((f"  {glyph} {word:<8}", ink))
        return [*left, (entry.change.title, "text bold"), (f"  {short_ref(entry.change.ref)}", "muted")], right

    def _named(self, repository: str) -> list[Piece]:
        """The column of repositories, where there are several; of a long name the end is shown."""
        if not self._repository:
            return []
        shown = clip_start(safe_text(repository), self._repository)
        return [(shown + " " * (self._repository - cell_len(shown) + 2), "accent")]

    def headings(self) -> list[Piece]:
        """The names of the columns, over them."""
        width, more = self.row_width - 2, self._repository
        left = f"   {'risk':<13}{'age':>4}  " + (f"{'repository'[:more]:<{more}}  " if more else "")
        left += (f"{'agent':<18}  " if width >= _AGENT + more else "") + "change"
        right = (f"{'files':>6} {'+':>6} {'−':>6}" if width >= _SIZES + more else "") + f"  {'  state':<10} "
        return [(f"{left:<{max(0, width + 2 - len(right))}}{right}".rstrip(), "muted")]


def claim_pieces(entry: QueueEntry) -> list[Piece]:
    """Who is on a change now; a claim ends while the console is open, too."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    standing = [claim for claim in entry.claims if claim.until > now]
    return [(f"⚑ {'you' if claim.own else claim.principal}  ", "accent bold") for claim in standing[:1]]


_AGENT, _SIZES = 92, 70
"""Cells from which these columns are shown."""
_DEEPEST = 8
"""Steps a row of a stack is drawn in by at most: titles have to stay in sight."""
_LONGEST = 18
"""Cells of the column of repositories."""
