"""Changes from texts: what `detection.scan` is given, without a repository."""

import difflib
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from reviewconsole.change import Entry, Oid
from reviewconsole.diff import FileDiff, check_rebuild, parse_hunks
from reviewconsole.finding import Severity

CONTEXT = 3
SHOWN = Severity.HIGH.rank
"""What the console shows unasked: this rank and above."""


@dataclass(frozen=True, slots=True)
class Sides:
    """One path with its text before and after; None where it is absent."""

    path: str
    old: str | None
    new: str | None


def file_diff(sides: Sides) -> FileDiff:
    """Build what a reviewer sees of one file: hunks with three lines of context."""
    old, new = (None if text is None else text.encode() for text in (sides.old, sides.new))
    file = FileDiff(
        entry=Entry(
            path=sides.path,
            status="A" if old is None else "D" if new is None else "M",
            old_mode="000000" if old is None else "100644",
            new_mode="000000" if new is None else "100644",
            old_oid=_oid(old),
            new_oid=_oid(new),
        ),
        old=old,
        new=new,
        hunks=parse_hunks(sides.path, _patch(sides.old or "", sides.new or "").encode()),
    )
    check_rebuild(file)
    return file


def file_diffs(change: Iterable[Sides]) -> tuple[FileDiff, ...]:
    """Build the files of a change, in order of their paths, without those that do not change."""
    return tuple(file_diff(sides) for sides in sorted(change, key=lambda each: each.path) if sides.old != sides.new)


def tree_after(paths: frozenset[str], change: Iterable[Sides]) -> Callable[[str], bool]:
    """Tell which paths are in a tree of these paths once the change is made."""
    gone = {sides.path for sides in change if sides.new is None}
    here = {sides.path for sides in change if sides.new is not None}
    return lambda path: path in here or (path in paths and path not in gone)


def _oid(data: bytes | None) -> Oid | None:
    if data is None:
        return None
    return Oid(hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest())


def _patch(old: str, new: str) -> str:
    before, after = _rows(old), _rows(new)
    out = []
    for group in _groups(before, after):
        first, last = group[0], group[-1]
        out.append(f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n")
        for tag, a, b, c, d in group:
            if tag == "equal":
                out += [_row(" ", row) for row in before[a:b]]
                continue
            out += [_row("-", row) for row in before[a:b]]
            out += [_row("+", row) for row in after[c:d]]
    return "".join(out)


def _rows(text: str) -> list[str]:
    rows = [row + "\n" for row in text.split("\n")]
    last = rows.pop()[:-1]
    return [*rows, last] if last else rows


def _row(mark: str, row: str) -> str:
    return mark + row if row.endswith("\n") else f"{mark}{row}\n\\ No newline at end of file\n"


def _range(start: int, end: int) -> str:
    return f"{start + 1 if end > start else start},{end - start}"


_Opcode = tuple[str, int, int, int, int]


def _groups(before: Sequence[str], after: Sequence[str]) -> Iterable[list[_Opcode]]:
    """Group the differences; equal ends are cut off first, so that a small edit of a long file is quick."""
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    keep_head, keep_tail = max(0, head - CONTEXT), max(0, tail - CONTEXT)
    matcher = difflib.SequenceMatcher(
        None, before[keep_head : len(before) - keep_tail], after[keep_head : len(after) - keep_tail], autojunk=False
    )
    if before == after:
        return
    for group in matcher.get_grouped_opcodes(CONTEXT):
        yield [(tag, a + keep_head, b + keep_head, c + keep_head, d + keep_head) for tag, a, b, c, d in group]
