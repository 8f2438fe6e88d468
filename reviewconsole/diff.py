"""Files, hunks and lines of a change; the only module that names unidiff.

`parse_hunks` is fed one file's hunks at a time, below a header of our own, because unidiff reads
paths out of patch text and loses lines in corner cases (docs/decisions/0003-unidiff.md). Every
answer is checked: line counts against the hunk headers, and `check_rebuild` against both blobs.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NewType

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchSet

from reviewconsole import lazy_re as re
from reviewconsole.change import Entry, decode, encode
from reviewconsole.errors import FormatError

HunkId = NewType("HunkId", str)
"""First 16 hex digits of SHA-256 over path, NUL, removed lines, NUL, added lines, NUL, ordinal."""


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
    lines: tuple[Line, ...]

    @property
    def added(self) -> tuple[Line, ...]:
        """The added lines."""
        return tuple(line for line in self.lines if line.kind == "+")

    @property
    def removed(self) -> tuple[Line, ...]:
        """The removed lines."""
        return tuple(line for line in self.lines if line.kind == "-")


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
        return sum(len(hunk.added) for hunk in self.hunks)

    @property
    def removed(self) -> int:
        """Number of removed lines."""
        return sum(len(hunk.removed) for hunk in self.hunks)


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


_HEADER = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(?: ?)([^\n]*)")


def parse_hunks(path: str, patch: bytes) -> tuple[Hunk, ...]:
    """Parse the hunks of one file, given the patch text from its first `@@` on.

    Raises FormatError when the text does not hold exactly the lines its headers state.
    """
    if not patch:
        return ()
    shielded, originals = _shield(patch)
    try:
        patched = PatchSet("--- a/f\n+++ b/f\n" + shielded)
    except UnidiffParseError as error:
        raise FormatError(f"the patch text cannot be parsed: {error}", place=path) from error
    if len(patched) != 1:
        raise FormatError("the patch text holds more than one file", place=path)
    seen: Counter[tuple[str, str]] = Counter()
    hunks = []
    consumed = 0
    for raw in patched[0]:
        consumed += 1
        section = originals[consumed - 1]
        lines: list[Line] = []
        for row in raw:
            consumed += 1
            text = originals[consumed - 1]
            if row.line_type == "\\":
                if not lines:
                    raise FormatError("the end of a file is told before any line", place=path)
                last = lines[-1]
                lines[-1] = Line(last.kind, last.text, last.old, last.new, eol=False)
                continue
            lines.append(Line(row.line_type, text[1:], row.source_line_no, row.target_line_no))
        removed, added = side_text(lines, "-"), side_text(lines, "+")
        old_count = sum(line.kind != "+" for line in lines)
        new_count = sum(line.kind != "-" for line in lines)
        if (old_count, new_count) != (raw.source_length, raw.target_length):
            raise FormatError("a hunk does not hold the lines its header states", place=path)
        hunks.append(
            Hunk(
                id=hunk_id(path, removed, added, seen[removed, added]),
                path=path,
                old_start=raw.source_start,
                old_lines=raw.source_length,
                new_start=raw.target_start,
                new_lines=raw.target_length,
                section=section,
                lines=tuple(lines),
            )
        )
        seen[removed, added] += 1
    if consumed != len(originals):
        raise FormatError("lines beyond the last hunk's count", place=path)
    return tuple(hunks)


def _shield(patch: bytes) -> tuple[str, list[str]]:
    """Keep what unidiff would split or misread away from it.

    Gives the text for unidiff, in which every row is reduced to its marker and its index, and the
    rows themselves (for a header: the section after the second `@@`), in the same order.
    """
    rows = patch.split(b"\n")
    if rows and rows[-1] == b"":
        rows.pop()
    shielded, originals = [], []
    for index, row in enumerate(rows):
        header = _HEADER.fullmatch(row)
        if header:
            shielded.append(row[: header.start(5)].rstrip(b" ").decode("ascii"))
            originals.append(decode(header[5]))
        elif row[:1] == b"\\":
            shielded.append("\\ No newline at end of file")
            originals.append(decode(row))
        else:
            shielded.append(f"{decode(row[:1])}{index}")
            originals.append(decode(row))
    return "\n".join(shielded) + "\n", originals


def side_text(lines: Iterable[Line], kind: str) -> str:
    """Join the lines of one kind, each with its newline where the file has one."""
    return "".join(line.text + ("\n" if line.eol else "") for line in lines if line.kind == kind)


def apply_hunks(old: bytes, hunks: Sequence[Hunk]) -> bytes:
    """Rebuild the new side from the old one and some of the hunks, in file order.

    Hunks are placed by their old-side line numbers. Raises FormatError where the context or the
    removed lines are not those of `old`.
    """
    source = old.split(b"\n")
    source = [row + b"\n" for row in source[:-1]] + ([source[-1]] if source[-1] else [])
    out: list[bytes] = []
    position = 0
    for hunk in hunks:
        start = hunk.old_start - 1 if hunk.old_lines else hunk.old_start
        out.extend(source[position:start])
        position = start
        for line in hunk.lines:
            row = encode(line.text) + (b"\n" if line.eol else b"")
            if line.kind != "+":
                if position >= len(source) or source[position] != row:
                    raise FormatError("a hunk does not fit the content it claims to change", place=hunk.path)
                position += 1
            if line.kind != "-":
                out.append(row)
    out.extend(source[position:])
    return b"".join(out)


def check_rebuild(file: FileDiff) -> None:
    """Refuse a diff that does not lead from the old bytes to the new ones (FormatError)."""
    if file.binary or file.entry.submodule or not file.hunks:
        return
    if apply_hunks(file.old or b"", file.hunks) != (file.new or b""):
        raise FormatError("the hunks shown do not lead to the new content", place=file.path)


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
