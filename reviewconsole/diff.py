"""Files, hunks and lines of a change.

`parse_hunks` reads one file's hunks from git's own patch text as runs of rows in one buffer; a line becomes an
object when somebody looks at it (docs/decisions/0003-unidiff.md). Every answer is checked: line counts against the
hunk headers, and `check_rebuild` against both blobs, byte by byte.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NewType

from reviewconsole.change import Entry, decode, encode
from reviewconsole.errors import FormatError
from reviewconsole.lines import ADDED, BARE, KINDS, REMOVED, Line, Lines, plain, runs

__all__ = [
    "FileDiff",
    "Hunk",
    "HunkId",
    "Line",
    "Lines",
    "apply_hunks",
    "check_rebuild",
    "entry_unit",
    "hunk_id",
    "looks_binary",
    "parse_hunks",
    "side_text",
]

HunkId = NewType("HunkId", str)
"""First 16 hex digits of SHA-256 over path, NUL, removed lines, NUL, added lines, NUL, ordinal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hunk:
    """One `@@` block."""

    id: HunkId
    path: str
    old_start: int
    old_lines: int
    new_start: int
    new_lines: int
    section: str
    """What follows the second `@@`: git's guess at the enclosing function."""
    lines: Lines

    @property
    def added(self) -> tuple[Line, ...]:
        """The added lines."""
        return tuple(line for line in self.lines if line.kind == "+")

    @property
    def removed(self) -> tuple[Line, ...]:
        """The removed lines."""
        return tuple(line for line in self.lines if line.kind == "-")

    @property
    def counts(self) -> tuple[int, int]:
        """How many lines are added, and how many removed."""
        return len(self.lines) - self.old_lines, len(self.lines) - self.new_lines

    def numbers(self, kind: str) -> Iterator[int]:
        """Numbers of the added lines (`+`) on the new side, or of the removed ones (`-`) on the old side."""
        at = self.new_start if kind == "+" else self.old_start
        for found, first, behind in self.lines.runs():
            if found == kind:
                yield from range(at, at + behind - first)
            if found in (" ", kind):
                at += behind - first


@dataclass(frozen=True, kw_only=True, slots=True)
class FileDiff:
    """One changed path with both contents and its hunks.

    `old` and `new` are None where that side is absent or a submodule. Hunks are empty for a
    binary file, a mode change, a submodule, a pure rename and an empty file: such an entry is
    one unit of coverage.
    """

    entry: Entry
    old: bytes | None
    new: bytes | None
    hunks: tuple[Hunk, ...]
    binary: bool = False
    similar_to: str | None = None
    """For display: the deleted path with equal content, when this one looks like its rename."""

    @property
    def path(self) -> str:
        """The changed path."""
        return self.entry.path

    @property
    def units(self) -> tuple[HunkId, ...]:
        """What must be on screen to have seen this file: its hunks, or the entry itself."""
        return tuple(hunk.id for hunk in self.hunks) or (entry_unit(self.entry),)

    @property
    def added(self) -> int:
        """Number of added lines."""
        return sum(hunk.counts[0] for hunk in self.hunks)

    @property
    def removed(self) -> int:
        """Number of removed lines."""
        return sum(hunk.counts[1] for hunk in self.hunks)


def entry_unit(entry: Entry) -> HunkId:
    """Identify an entry without hunks: like a hunk whose lines are its modes and object ids."""
    old = f"{entry.old_mode} {entry.old_oid or '-'}"
    new = f"{entry.new_mode} {entry.new_oid or '-'}"
    return hunk_id(entry.path, old, new, 0)


def hunk_id(path: str, removed: str, added: str, ordinal: int) -> HunkId:
    """Identify a hunk by what it removes and adds, so that the id survives moved context.

    `removed` and `added` are the lines joined, each ended by a newline where the file has one.
    """
    parts = (path, removed, added, str(ordinal))
    return HunkId(hashlib.sha256(b"\0".join(encode(part) for part in parts)).hexdigest()[:16])


_HEADER = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?([^\n]*)\n")


def parse_hunks(path: str, patch: bytes) -> tuple[Hunk, ...]:
    """Parse the hunks of one file, given the patch text from its first `@@` on.

    Raises FormatError when the text does not hold exactly the lines its headers state.
    """
    if patch and not patch.endswith(b"\n"):
        patch += b"\n"
    seen: Counter[bytes] = Counter()
    hunks: list[Hunk] = []
    at = 0
    while at < len(patch):
        header = _HEADER.match(patch, at)
        if header is None:
            why = "lines beyond the last hunk's count" if hunks else "the patch text cannot be parsed"
            raise FormatError(why, place=path)
        old_start, old_lines, new_start, new_lines = (int(part or b"1") for part in header.group(1, 2, 3, 4))
        body = _body(path, patch, header.end(), old_lines, new_lines)
        name = hashlib.sha256(b"\0".join((encode(path), body.removed, body.added, b"")))
        content = name.digest()
        name.update(b"%d" % seen[content])
        seen[content] += 1
        hunks.append(
            Hunk(
                id=HunkId(name.hexdigest()[:16]),
                path=path,
                old_start=old_start,
                old_lines=old_lines,
                new_start=new_start,
                new_lines=new_lines,
                section=decode(header[5]),
                lines=Lines(patch, (header.end(), body.end), (old_start, new_start), body.rows, body.bare),
            )
        )
        at = body.end
    return tuple(hunks)


@dataclass(slots=True)
class _Body:
    """What stands below a header."""

    end: int
    rows: int
    bare: tuple[int, ...]
    removed: bytes
    added: bytes


def _body(path: str, patch: bytes, at: int, old: int, new: int) -> _Body:
    """Read the rows of a hunk that states so many lines of its old and its new side."""
    sides: dict[int, list[bytes]] = {REMOVED: [], ADDED: []}
    bare: list[int] = []
    rows, last, end = 0, BARE, at
    for mark, start, behind, count in runs(patch, at, len(patch)):
        if mark == BARE:
            if last == BARE or count > 1:
                raise FormatError("the end of a file is told before any line, or twice", place=path)
            bare.append(rows - 1)
            if last in sides:
                sides[last][-1] = sides[last][-1][:-1]
        elif mark in KINDS and (old or new):
            old -= count if mark != ADDED else 0
            new -= count if mark != REMOVED else 0
            if mark in sides:
                sides[mark].append(plain(patch, start, behind))
            rows += count
        else:
            break
        last, end = mark, behind
    if old or new:
        raise FormatError("a hunk does not hold the lines its header states", place=path)
    removed, added = (b"".join(sides[mark]) for mark in (REMOVED, ADDED))
    return _Body(end=end, rows=rows, bare=tuple(bare), removed=removed, added=added)


def side_text(lines: Iterable[Line], kind: str) -> str:
    """Join the lines of one kind, each with its newline where the file has one."""
    return "".join(line.text + ("\n" if line.eol else "") for line in lines if line.kind == kind)


_FEW = 32
_USUAL_LINE = 40


def _skipped(data: bytes, at: int, lines: int) -> int:
    """The offset so many lines further on; -1 where there are not so many that end."""
    ahead = lines * _USUAL_LINE
    while lines > _FEW and ahead:
        found = data.count(b"\n", at, at + ahead)  # far faster than finding them one by one
        if found >= lines:
            ahead //= 2
        elif at + ahead >= len(data):
            return -1
        else:
            at, lines = at + ahead, lines - found
            ahead = lines * _USUAL_LINE
    for _ in range(lines):
        at = data.find(b"\n", at) + 1
        if not at:
            return -1
    return at


def _pieces(old: bytes, hunks: Iterable[Hunk]) -> Iterator[bytes]:
    """The new side piece by piece.

    Raises FormatError where a hunk does not stand behind the one before it, or its context or removed lines are
    not those of `old` at that place.
    """
    at = line = 0
    for hunk in hunks:
        start = hunk.old_start - 1 if hunk.old_lines else hunk.old_start
        behind = _skipped(old, at, start - line) if start >= line else -1
        if behind < 0:
            raise _misfit(hunk)
        yield old[at:behind]
        at, line = behind, start + hunk.old_lines
        ended = {"-": False, "+": False}
        for kind, text, bare in hunk.lines.pieces():
            for side in ("-", "+") if kind == " " else (kind,):
                if ended[side]:
                    raise _misfit(hunk)
                ended[side] = bare
            if kind != "+":
                if not old.startswith(text, at):
                    raise _misfit(hunk)
                at += len(text)
            if kind != "-":
                yield text
        if (ended["-"] or ended["+"]) and at != len(old):
            raise _misfit(hunk)
    yield old[at:]


def _misfit(hunk: Hunk) -> FormatError:
    return FormatError("a hunk does not fit the content it claims to change", place=hunk.path)


def apply_hunks(old: bytes, hunks: Sequence[Hunk]) -> bytes:
    """Rebuild the new side from the old one and some of the hunks, in file order.

    Hunks are placed by their old-side line numbers. Raises FormatError where the context or the
    removed lines are not those of `old`.
    """
    return b"".join(_pieces(old, hunks))


def check_rebuild(file: FileDiff) -> None:
    """Refuse a diff that does not lead from the old bytes to the new ones, line numbers included (FormatError)."""
    if file.binary or file.entry.submodule or not file.hunks:
        return
    old, new = file.old or b"", file.new or b""
    at = 0
    for piece in _pieces(old, file.hunks):
        if not new.startswith(piece, at):
            raise _elsewhere(file)
        at += len(piece)
    grown = 0
    for hunk in file.hunks:
        old_at, new_at = hunk.old_start - bool(hunk.old_lines), hunk.new_start - bool(hunk.new_lines)
        if new_at != old_at + grown:
            raise _elsewhere(file)
        grown += hunk.new_lines - hunk.old_lines
    if at != len(new):
        raise _elsewhere(file)


def _elsewhere(file: FileDiff) -> FormatError:
    return FormatError("the hunks shown do not lead to the new content", place=file.path)


_TEXT_CONTROLS = frozenset(b"\t\n\r\x0b\x0c\x1b\x08")
_SAMPLE = 8192


def looks_binary(data: bytes) -> bool:
    """Tell whether content is shown as one unit instead of lines.

    A NUL alone does not hide a text: only content with more than 10 % of control bytes (or bytes
    that are not UTF-8) in its first 8 KiB, and a NUL among them, counts as binary.
    """
    sample = data[:_SAMPLE]
    if b"\0" not in sample:
        return False
    odd = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in sample)
    odd += sum("\udc80" <= char <= "\udcff" for char in decode(sample))
    return odd * 10 > len(sample)
