"""Which lines of a diff belong together: pairs side by side, what differs within a pair, moved blocks.

Everything here is bounded, so that no content makes the console wait.
"""

import re
from array import array
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

from reviewconsole.diff import FileDiff, Line

Spot = tuple[int, int, int]
"""File, hunk and line index."""
Spans = list[tuple[int, int]]

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_LONGEST = 400
"""Characters of a line up to which its differences are marked."""
_TOKENS = 120
_ALIKE = 0.45
MOVED_LINES = 30_000
"""Changed lines of a change up to which moved blocks are looked for."""
_BLOCK = 3
_BLOCK_CHARS = 40
_PLACES = 12


class Pairs:
    """The rows of a hunk side by side: removed lines beside the added ones that follow them."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.first = array("l")
        """The line of a row: the left one, or the right one where there is no left one."""
        self.second = array("l")
        """The right one beside a removed line; -1 without."""
        self.row = array("l", bytes(8 * len(lines)))
        """Line -> row."""
        index, total = 0, len(lines)
        while index < total:
            if lines[index].kind == " ":
                self._add(index, -1)
                index += 1
                continue
            middle = index
            while middle < total and lines[middle].kind == "-":
                middle += 1
            end = middle
            while end < total and lines[end].kind == "+":
                end += 1
            removed, added = middle - index, end - middle
            for place in range(max(removed, added)):
                left = index + place if place < removed else -1
                right = middle + place if place < added else -1
                self._add(left if left >= 0 else right, right if left >= 0 else -1)
            index = end

    def _add(self, first: int, second: int) -> None:
        for line in (first, second):
            if line >= 0:
                self.row[line] = len(self.first)
        self.first.append(first)
        self.second.append(second)

    def __len__(self) -> int:
        return len(self.first)

    def partner(self, line: int) -> int:
        """The line that stands beside this one on the other side; -1 without."""
        row = self.row[line]
        first, second = self.first[row], self.second[row]
        return -1 if second < 0 else second if first == line else first


def same_but_white_space(old: str, new: str) -> bool:
    """Whether two lines differ in white space alone."""
    return old != new and "".join(old.split()) == "".join(new.split())


def differences(old: str, new: str) -> tuple[Spans, Spans]:
    """The columns in which two lines differ, by words; none where they are too long or hardly alike."""
    if not (0 < len(old) <= _LONGEST and 0 < len(new) <= _LONGEST) or old == new:
        return [], []
    words = [_WORDS.findall(text) for text in (old, new)]
    if max(len(each) for each in words) > _TOKENS:
        return [], []
    matcher = SequenceMatcher(None, words[0], words[1], autojunk=False)
    blocks = matcher.get_matching_blocks()
    same = sum(len("".join(words[0][b.a : b.a + b.size]).strip()) for b in blocks)
    if same < _ALIKE * max(1, min(len(old.strip()), len(new.strip()))):
        return [], []
    return _gaps(words[0], [(b.a, b.size) for b in blocks]), _gaps(words[1], [(b.b, b.size) for b in blocks])


def _gaps(words: list[str], blocks: Iterable[tuple[int, int]]) -> Spans:
    out: Spans = []
    column = position = 0
    for start, size in blocks:
        width = len("".join(words[position:start]))
        if width:
            out.append((column, column + width))
        column += width + len("".join(words[start : start + size]))
        position = start + size
    return out


def moved(files: Sequence[FileDiff]) -> dict[Spot, Spot]:
    """Lines that left one place and stand, in the same block, at another: each spot -> the other one.

    A block has at least three lines and some text; white space at the ends of lines does not count.
    """
    gone, come = _changed(files, "-"), _changed(files, "+")
    if not gone or not come or len(gone) + len(come) > MOVED_LINES:
        return {}
    places: dict[str, list[int]] = {}
    for index, (_, text) in enumerate(gone):
        if len(text) > 3:
            places.setdefault(text, []).append(index)
    out: dict[Spot, Spot] = {}
    index = 0
    while index < len(come):
        found = places.get(come[index][1], ())
        best, at = max(((_run(gone, place, come, index), place) for place in found[:_PLACES]), default=(0, 0))
        texts = [text for _, text in come[index : index + best] if text]
        if len(texts) >= _BLOCK and sum(map(len, texts)) >= _BLOCK_CHARS:
            for offset in range(best):
                out.setdefault(gone[at + offset][0], come[index + offset][0])
                out[come[index + offset][0]] = gone[at + offset][0]
        else:
            best = 1
        index += best
    return out


def _changed(files: Sequence[FileDiff], kind: str) -> list[tuple[Spot, str]]:
    return [
        ((number, position, index), line.text.strip()[:_LONGEST])
        for number, file in enumerate(files)
        for position, hunk in enumerate(file.hunks)
        for index, line in enumerate(hunk.lines)
        if line.kind == kind
    ]


def _run(gone: list[tuple[Spot, str]], place: int, come: list[tuple[Spot, str]], index: int) -> int:
    length = 0
    while place + length < len(gone) and index + length < len(come):
        (here, old), (there, new) = gone[place + length], come[index + length]
        if old != new or here[:2] != gone[place][0][:2] or there[:2] != come[index][0][:2]:
            break
        length += 1
    return length
