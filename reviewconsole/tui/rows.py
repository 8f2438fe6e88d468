"""Which row of a diff is what: every row of a change has a number, and none is made before it is needed."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from reviewconsole.change import ABSENT_MODE, SYMLINK_MODE
from reviewconsole.diff import FileDiff, Hunk, HunkId
from reviewconsole.display import flagged, safe_text
from reviewconsole.finding import Finding, Side
from reviewconsole.session import Comment

LIMIT = 20_000
"""Characters of a line that are shown; a longer line says so and is never counted as read."""

TAB = 4


class Kind(Enum):
    """What a row holds."""

    GAP = auto()
    FILE = auto()
    NOTE = auto()
    HUNK = auto()
    LINE = auto()
    FINDING = auto()
    COMMENT = auto()


@dataclass(frozen=True, slots=True)
class Row:
    """One row. Indices are -1 where they do not apply."""

    kind: Kind
    file: int
    hunk: int = -1
    line: int = -1
    """Index into the hunk's lines."""
    item: int = -1
    """Index of the note, the finding or the comment."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A file's head, or a hunk with what is put between its lines."""

    file: int
    hunk: int
    head: tuple[Row, ...]
    """Rows before the lines."""
    lines: int
    at: tuple[int, ...] = ()
    """Offsets, within the block, of the rows between lines."""
    between: tuple[Row, ...] = ()

    @property
    def size(self) -> int:
        return len(self.head) + self.lines + len(self.between)


class RowMap:
    """All rows of a change, in the order of its files."""

    def __init__(
        self, files: Sequence[FileDiff], findings: Sequence[Finding] = (), comments: Sequence[Comment] = ()
    ) -> None:
        self.files = files
        self.findings = findings
        self.comments = comments
        self.notes = tuple(notes_of(file) for file in files)
        self.flags: dict[tuple[int, int, int], int] = {}
        """File, hunk and line index -> the worst finding on that line."""
        self.unit_rows: list[int] = []
        self.file_rows: list[int] = []
        self.finding_rows: list[int] = []
        self._sizes: dict[int, tuple[int, int]] = {}
        self._blocks: list[_Block] = []
        self._starts: list[int] = []
        self._total = 0
        self._index = {file.path: index for index, file in enumerate(files)}
        self._build()

    def __len__(self) -> int:
        return self._total

    def _build(self) -> None:
        placed = self._place()
        loose = tuple(Row(Kind.FINDING, -1, item=i) for i in placed.pop((-1, -1), {}).get(-1, []))
        if loose:
            self._add(_Block(-1, -1, loose, 0))
        remarks: dict[HunkId, list[int]] = {}
        whole: dict[str, list[int]] = {}
        for index, comment in enumerate(self.comments):
            if comment.line:
                remarks.setdefault(comment.unit, []).append(index)
            else:
                whole.setdefault(comment.path, []).append(index)
        for number, file in enumerate(self.files):
            gap = (Row(Kind.GAP, number),) if self._total else ()
            self.file_rows.append(self._total + len(gap))
            if not file.hunks:
                self.unit_rows.append(self.file_rows[-1])
            notes = tuple(Row(Kind.NOTE, number, item=i) for i in range(len(self.notes[number])))
            own = tuple(Row(Kind.FINDING, number, item=i) for i in placed.get((number, -1), {}).get(-1, []))
            said = tuple(Row(Kind.COMMENT, number, item=i) for i in whole.get(file.path, ()))
            self._add(_Block(number, -1, (*gap, Row(Kind.FILE, number), *notes, *own, *said), 0))
            for position, hunk in enumerate(file.hunks):
                self.unit_rows.append(self._total)
                inserts = self._inserts(number, position, placed.get((number, position), {}), remarks.get(hunk.id, ()))
                at = tuple(1 + line + count for count, (line, _) in enumerate(inserts))
                head = (Row(Kind.HUNK, number, position),)
                self._add(_Block(number, position, head, len(hunk.lines), at, tuple(row for _, row in inserts)))

    def _add(self, block: _Block) -> None:
        start = self._total
        self._starts.append(start)
        self._blocks.append(block)
        self._total += block.size
        self.finding_rows += [start + i for i, row in enumerate(block.head) if row.kind is Kind.FINDING]
        self.finding_rows += [
            start + offset for offset, row in zip(block.at, block.between, strict=True) if row.kind is Kind.FINDING
        ]

    def _place(self) -> dict[tuple[int, int], dict[int, list[int]]]:
        """(file, hunk) -> line index -> findings; -1 where a finding is on no shown line."""
        placed: dict[tuple[int, int], dict[int, list[int]]] = {}
        for item, finding in enumerate(self.findings):
            number = self._index.get(finding.location.path, -1)
            hunk, lines = self._lines_of(number, finding) if number >= 0 else (-1, [])
            placed.setdefault((number, hunk), {}).setdefault(lines[0] if lines else -1, []).append(item)
            for line in lines:
                self.flags.setdefault((number, hunk, line), item)
        return placed

    def _lines_of(self, number: int, finding: Finding) -> tuple[int, list[int]]:
        place = finding.location
        for position, hunk in enumerate(self.files[number].hunks):
            start = hunk.old_start if place.side is Side.OLD else hunk.new_start
            size = hunk.old_lines if place.side is Side.OLD else hunk.new_lines
            if start <= place.end_line and place.line < start + size:
                lines = [i for i, _ in _within(hunk, place.side, place.line, place.end_line)]
                if lines:
                    return position, lines
        return -1, []

    def _inserts(
        self, file: int, hunk: int, findings: dict[int, list[int]], comments: Iterable[int]
    ) -> list[tuple[int, Row]]:
        """Findings stand before the line they are about, comments after it."""
        out = [
            (line, 0, Row(Kind.FINDING, file, hunk, line, item)) for line, items in findings.items() for item in items
        ]
        lines = self.files[file].hunks[hunk].lines
        for item in comments:
            comment = self.comments[item]
            found = [i for i, _ in _within(self.files[file].hunks[hunk], comment.side, comment.line, comment.last)]
            after = found[-1] if found else len(lines) - 1
            out.append((after + 1, -1, Row(Kind.COMMENT, file, hunk, after, item)))
        return [(line, row) for line, _, row in sorted(out, key=lambda entry: entry[:2])]

    def __getitem__(self, index: int) -> Row:
        number = bisect_right(self._starts, index) - 1
        block = self._blocks[number]
        offset = index - self._starts[number]
        if offset < len(block.head):
            return block.head[offset]
        count = bisect_left(block.at, offset)
        if count < len(block.at) and block.at[count] == offset:
            return block.between[count]
        return Row(Kind.LINE, block.file, block.hunk, offset - len(block.head) - count)

    def row_of(self, wanted: Row) -> int:
        """The number of a line, hunk or file row of this map; of the nearest row before it otherwise."""
        first = bisect_left(self._blocks, (wanted.file, wanted.hunk), key=lambda b: (b.file, b.hunk))
        if first >= len(self._blocks):
            return max(0, self._total - 1)
        block, start = self._blocks[first], self._starts[first]
        for offset, row in (*enumerate(block.head), *zip(block.at, block.between, strict=True)):
            if row == wanted:
                return start + offset
        if wanted.line < 0:
            return start + next((i for i, row in enumerate(block.head) if row.kind is wanted.kind), 0)
        offset = len(block.head) + wanted.line
        for at in block.at:
            offset += at <= offset
        return start + offset

    def size(self, file: int) -> tuple[int, int]:
        """Added and removed lines of a file, counted once."""
        if file not in self._sizes:
            self._sizes[file] = (self.files[file].added, self.files[file].removed)
        return self._sizes[file]

    def unit(self, row: Row) -> HunkId | None:
        """The unit of coverage a row belongs to."""
        if row.file < 0 or row.kind is Kind.GAP:
            return None
        file = self.files[row.file]
        if not file.hunks:
            return file.units[0]
        return file.hunks[row.hunk].id if row.hunk >= 0 else None

    def unit_size(self, row: Row) -> int:
        """How many rows must have been on screen before the unit of this row counts as read."""
        return len(self.files[row.file].hunks[row.hunk].lines) if row.hunk >= 0 else len(self.notes[row.file])

    def counts(self, row: Row) -> bool:
        """Whether a row is one of those: a line, or a note of an entry without hunks."""
        return row.kind is Kind.LINE or (row.kind is Kind.NOTE and not self.files[row.file].hunks)

    def text(self, row: Row) -> str:
        """What the row's text looks like, safe and with tabs as spaces."""
        if row.kind is Kind.LINE:
            return shown(self.files[row.file].hunks[row.hunk].lines[row.line].text)
        return self.notes[row.file][row.item] if row.kind is Kind.NOTE else ""

    def whole(self, row: Row) -> bool:
        """Whether the text is shown to its end."""
        return row.kind is not Kind.LINE or len(self.files[row.file].hunks[row.hunk].lines[row.line].text) <= LIMIT

    def locate(self, unit: HunkId) -> int | None:
        """The row at which a unit begins."""
        return next((index for index in self.unit_rows if self.unit(self[index]) == unit), None)

    def find(self, needle: str, start: int, step: int) -> int | None:
        """The next row after (or, with step -1, before) `start` with a text in a line; wraps around."""
        needle = needle.lower()
        total = self._total
        for distance in range(1, total + 1):
            index = (start + step * distance) % total
            row = self[index]
            if row.kind is Kind.LINE:
                text = self.files[row.file].hunks[row.hunk].lines[row.line].text
            elif row.kind is Kind.FILE:
                text = self.files[row.file].path
            else:
                continue
            if needle in text.lower():
                return index
        return None


def _within(hunk: Hunk, side: Side, first: int, last: int) -> list[tuple[int, int]]:
    """Line index and line number, on one side, of the lines from `first` to `last`."""
    out = []
    for index, line in enumerate(hunk.lines):
        number = line.old if side is Side.OLD else line.new
        if number is not None and first <= number <= last:
            out.append((index, number))
    return out


def shown(text: str) -> str:
    """A line as the console shows it: safe, tabs as spaces, cut at LIMIT with a word about it."""
    more = len(text) - LIMIT
    if more > 0:
        text = text[:LIMIT]
    if "\t" in text:
        spaced = text.expandtabs(TAB)
        text = spaced if spaced.isascii() and spaced.isprintable() else safe_text(text, tab=TAB)
    else:
        text = safe_text(text)
    return f"{text}… {more:,} more characters are not shown" if more > 0 else text


_TYPES = {"100644": "file", "100755": "executable file", SYMLINK_MODE: "symbolic link", "160000": "submodule"}


def notes_of(file: FileDiff) -> tuple[str, ...]:
    """What lines do not show of an entry: modes, links, submodules, binary content, renames; safe text."""
    entry = file.entry
    out = []
    if entry.old_mode == ABSENT_MODE:
        out.append(f"new {_TYPES.get(entry.new_mode, 'entry')}, mode {entry.new_mode}")
    elif entry.new_mode == ABSENT_MODE:
        out.append(f"deleted {_TYPES.get(entry.old_mode, 'entry')}, mode {entry.old_mode}")
    elif entry.old_mode != entry.new_mode:
        kinds = (_TYPES.get(mode, "entry") for mode in (entry.old_mode, entry.new_mode))
        out.append(f"mode {entry.old_mode} → {entry.new_mode}: {' → '.join(kinds)}")
    if entry.submodule:
        out.append(f"submodule {entry.old_oid or 'absent'} → {entry.new_oid or 'absent'}; its content is not here")
    elif file.binary:
        sizes = (f"{len(side):,} bytes" if side is not None else "absent" for side in (file.old, file.new))
        out.append(f"binary content, not shown as text: {' → '.join(sizes)}")
    elif SYMLINK_MODE in (entry.old_mode, entry.new_mode):
        out.append("the lines are where the symbolic link points to")
    if file.similar_to is not None:
        out.append(f"has the content of the deleted {safe_text(file.similar_to)}; looks like its rename")
    if flagged(file.path):
        out.append("the path holds hidden, control or undecodable characters")
    if not file.hunks and not file.binary and not entry.submodule:
        out.append("empty" if not (file.new or file.old) else "no line differs")
    return tuple(out)
