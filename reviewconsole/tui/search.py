"""All places of a text in the lines and paths of a change."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reviewconsole.diff import FileDiff

Spot = tuple[int, int, int]
"""File, hunk and line index; -1 and -1 for the path of the file."""

MOST = 200_000
"""Hits that are kept; beyond it the count says `more`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hits:
    """Where a text was found, in the order of the diff. A text with a capital letter is found as it stands."""

    needle: str
    spots: tuple[Spot, ...]
    more: bool = False

    def after(self, spot: Spot, step: int) -> Spot | None:
        """The next hit from a spot on, or the one before it; goes round at the ends."""
        if not self.spots:
            return None
        if step > 0:
            return self.spots[bisect_right(self.spots, spot) % len(self.spots)]
        return self.spots[bisect_left(self.spots, spot) - 1]

    def index(self, spot: Spot) -> int:
        """Which hit a spot is, from 1; 0 for none."""
        place = bisect_left(self.spots, spot)
        return place + 1 if place < len(self.spots) and self.spots[place] == spot else 0


class Stop(Exception):
    """The search is not wanted any more."""


def pattern(needle: str) -> re.Pattern[str]:
    """The text itself, never an expression; upper and lower case alike unless it holds a capital letter."""
    return re.compile(re.escape(needle), re.IGNORECASE if needle == needle.lower() else 0)


def search(files: Sequence[FileDiff], needle: str, wanted: Callable[[], bool] = lambda: True) -> Hits:
    """Find a text in every line and path; Stop when `wanted` says so, asked once a hunk."""
    spots: list[Spot] = []
    fold = needle == needle.lower()
    for number, file in enumerate(files):
        if needle in (file.path.lower() if fold else file.path):
            spots.append((number, -1, -1))
        for position, hunk in enumerate(file.hunks):
            if not wanted():
                raise Stop
            for index, line in enumerate(hunk.lines):
                if needle in (line.text.lower() if fold else line.text):
                    spots.append((number, position, index))
            if len(spots) > MOST:
                return Hits(needle=needle, spots=tuple(spots[:MOST]), more=True)
    return Hits(needle=needle, spots=tuple(spots))
