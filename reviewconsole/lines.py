"""Lines of a hunk, made from git's own patch text when somebody looks at them.

A hunk is kept as offsets into a buffer: as objects its lines would take a hundred times as much.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a hunk. `text` has no line end; `eol` is False where the file has none."""

    kind: str
    """' ' context, '-' removed, '+' added."""
    text: str
    old: int | None
    """1-based line number on the old side, None for an added line."""
    new: int | None
    eol: bool = True


CONTEXT, ADDED, REMOVED, BARE = b" +-\\"
KINDS = {CONTEXT: " ", ADDED: "+", REMOVED: "-"}
_LAST = {mark: re.compile(rb"\n(?!%s)" % re.escape(bytes([mark]))) for mark in KINDS}
"""Marker of a row -> the end of the last of the rows that have it."""


_MOST_MADE = 256
"""Lines of one hunk that are kept once made: a painter asks for each of them several times."""


def runs(patch: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Marker, first offset, offset behind and number of rows of each run of rows with one marker.

    A row with another marker is a run of its own. Every row of `patch` ends with a newline.
    """
    while at < end:
        mark = patch[at]
        pattern = _LAST.get(mark)
        last = pattern.search(patch, at, end) if pattern is not None else None
        behind = last.end() if last is not None else patch.index(b"\n", at) + 1
        yield mark, at, behind, patch.count(b"\n", at, behind)
        at = behind


class Lines(Sequence[Line]):
    """The rows of one hunk, in a buffer that the hunks of its file share; a slice is a tuple of lines."""

    __slots__ = ("_bare", "_made", "_marks", "_near", "_patch", "_rows", "_span", "_starts", "_starts_at")

    def __init__(
        self, patch: bytes, span: tuple[int, int], starts_at: tuple[int, int], rows: int, bare: tuple[int, ...]
    ) -> None:
        """Take the offsets of the rows, the first line numbers of both sides, and the rows without a line end."""
        self._patch = patch
        self._span = span
        self._starts_at = starts_at
        self._rows = rows
        self._bare = bare
        self._starts: array[int] | None = None
        self._marks = b""
        self._near = (0, *starts_at)
        self._made: dict[int, Line] = {}

    def __len__(self) -> int:
        return self._rows

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Lines):
            return NotImplemented
        return (self._starts_at, self.text) == (other._starts_at, other.text)

    def __hash__(self) -> int:
        return hash((self._starts_at, self._rows))

    def __repr__(self) -> str:
        return f"Lines({self.text!r})"

    @property
    def text(self) -> bytes:
        """The rows as git printed them, each with its marker."""
        return self._patch[self._span[0] : self._span[1]]

    def __iter__(self) -> Iterator[Line]:
        rows = (row for row in self.text.split(b"\n") if row and row[0] in KINDS)
        return self._lines(0, rows)

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Line, ...]: ...
    def __getitem__(self, index: int | slice) -> Line | tuple[Line, ...]:
        if isinstance(index, slice):
            wanted = range(self._rows)[index]
            if not wanted:
                return ()
            first = min(wanted[0], wanted[-1])
            found = tuple(self._lines(first, self._texts(first, max(wanted[0], wanted[-1]) + 1)))
            return tuple(found[at - first] for at in wanted)
        at = range(self._rows)[index]
        line = self._made.get(at)
        if line is None:
            line = next(self._lines(at, self._texts(at, at + 1)))
            if len(self._made) >= _MOST_MADE:
                self._made.clear()
            self._made[at] = line
        return line

    def _lines(self, at: int, rows: Iterable[bytes]) -> Iterator[Line]:
        """Number rows from the row `at` on."""
        old, new = self._numbers(at) if at else self._starts_at
        bare = self._bare
        for row in rows:
            kind = KINDS[row[0]]
            eol = not bare or at not in bare
            text = row[1:].decode("utf-8", "surrogateescape")
            if kind == " ":
                yield Line(kind, text, old, new, eol)
                old, new = old + 1, new + 1
            elif kind == "+":
                yield Line(kind, text, None, new, eol)
                new += 1
            else:
                yield Line(kind, text, old, None, eol)
                old += 1
            at += 1

    def _numbers(self, at: int) -> tuple[int, int]:
        """The line numbers of both sides at a row, counted from the row that was asked for before."""
        before, old, new = self._near if self._near[0] <= at else (0, *self._starts_at)
        old += at - before - self._marks.count(b"+", before, at)
        new += at - before - self._marks.count(b"-", before, at)
        self._near = at, old, new
        return old, new

    def _texts(self, first: int, behind: int) -> Iterator[bytes]:
        """The bytes of some rows, by an index that is made when it is first needed: 5 bytes a row."""
        starts = self._starts if self._starts is not None else self._index()
        return (self._patch[start : self._patch.index(b"\n", start)] for start in starts[first:behind])

    def _index(self) -> "array[int]":
        starts, marks = array("I"), bytearray()
        at, end = self._span
        while at < end:
            if self._patch[at] in KINDS:
                starts.append(at)
                marks.append(self._patch[at])
            at = self._patch.index(b"\n", at) + 1
        self._marks, self._starts = bytes(marks), starts
        return starts

    def runs(self) -> Iterator[tuple[str, int, int]]:
        """Kind, first row and row behind the last of each run of rows of one kind."""
        at = 0
        for mark, _, _, count in runs(self._patch, *self._span):
            if mark in KINDS:
                yield KINDS[mark], at, at + count
                at += count

    def pieces(self) -> Iterator[tuple[str, bytes, bool]]:
        """Kind and content of each run, as it stands in a file, and whether its last line has no end."""
        at = 0
        for mark, start, behind, count in runs(self._patch, *self._span):
            if mark in KINDS:
                at += count
                bare = at - 1 in self._bare
                text = plain(self._patch, start, behind)
                yield KINDS[mark], text[:-1] if bare else text, bare


def plain(patch: bytes, start: int, behind: int) -> bytes:
    """The rows of one run without their markers."""
    return patch[start + 1 : behind].replace(b"\n" + patch[start : start + 1], b"\n")
