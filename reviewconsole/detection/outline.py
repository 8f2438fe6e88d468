"""The value that the outlines of files are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush


@dataclass(frozen=True, kw_only=True, slots=True)
class Construct:
    """A named range of lines, 1-based, both ends inside; decorators and annotations belong to it."""

    name: str
    first: int
    last: int
    head: int = 0
    """The line of the header itself, below its decorators; 0 where that is the first line."""
    unit: bool = True
    """Whether it lives and dies as one: a function, a resource, an object, a job; not a mere key of one."""

    @property
    def header(self) -> int:
        """The line that names it."""
        return self.head or self.first


def enclosing(found: Sequence[Construct], line: int, *, units: bool = False) -> Construct | None:
    """The innermost construct around a line: the one that starts last; with `units`, the innermost unit."""
    best = None
    for construct in found:
        if construct.first > line:
            break
        if construct.last >= line and (construct.unit or not units):
            best = construct
    return best


def innermost(found: Sequence[Construct], lines: int) -> tuple[Construct | None, ...]:
    """For each line of a side what `enclosing` says of it, in one pass."""
    around: list[Construct | None] = []
    begun: list[int] = []
    at = 0
    for line in range(1, lines + 1):
        while at < len(found) and found[at].first <= line:
            heappush(begun, -at)
            at += 1
        while begun and found[-begun[0]].last < line:
            heappop(begun)
        around.append(found[-begun[0]] if begun else None)
    return tuple(around)
