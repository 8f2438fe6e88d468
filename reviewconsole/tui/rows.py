"""Which row of a diff is what: every row of a change has a number, and none is made before it is needed."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from reviewconsole.diff import FileDiff, Hunk, HunkId
from reviewconsole.finding import Finding, Side
from reviewconsole.session import Comment
from reviewconsole.tui.likeness import Pairs
from reviewconsole.tui.lines import LIMIT, Around, notes_of, shown

_TEXTS = 1_000
"""Lines whose shown text is remembered."""


class Kind(Enum):
    """What a row holds."""

    GAP = auto()
    FILE = auto()
    NOTE = auto()
    HUNK = auto()
    LINE = auto()
    CONTEXT = auto()
    FINDING = auto()
    COMMENT = auto()


@dataclass(frozen=True, slots=True)
class Row:
    """One row. Indices are -1 where they do not apply."""

    kind: Kind
    file: int
    hunk: int = -1
    line: int = -1
    """Index into the hunk's lines; of a context row: the number on the new side."""
    item: int = -1
    """Index of the note, the finding or the comment."""
    other: int = -1
    """Side by side: the added line beside the removed `line`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """How the rows are laid out."""

    split: bool = False
    folded: frozenset[tuple[int, int]] = frozenset()
    """File and hunk; hunk -1 for a whole file. A fold never hides a finding."""
    context: Mapping[tuple[int, int], int] = field(default_factory=dict)
    """File and hunk -> further unchanged lines to show before and after the hunk."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A file's head, or a hunk with what is put between its lines."""

    file: int
    hunk: int
    head: tuple[Row, ...]
    """Rows before the lines."""
    lines: int
    pairs: Pairs | None = None
    at: tuple[int, ...] = ()
    """Offsets, within the block, of the rows between lines."""
    between: tuple[Row, ...] = ()
    above: range = range(0)
    """Numbers of unchanged lines shown before the hunk's own."""
    below: range = range(0)

    @property
    def size(self) -> int:
        return len(self.head) + len(self.above) + self.lines + len(self.between) + len(self.below)

    def row(self, offset: int) -> Row:
        if offset < len(self.head):
            return self.head[offset]
        offset -= len(self.head)
        if offset < len(self.above):
            return Row(Kind.CONTEXT, self.file, self.hunk, self.above[offset])
        offset -= len(self.above)
        if offset >= self.lines + len(self.between):
            return Row(Kind.CONTEXT, self.file, self.hunk, self.below[offset - self.lines - len(self.between)])
        count = bisect_left(self.at, offset)
        if count < len(self.at) and self.at[count] == offset:
            return self.between[count]
        line = offset - count
        if self.pairs is None:
            return Row(Kind.LINE, self.file, self.hunk, line)
        return Row(Kind.LINE, self.file, self.hunk, self.pairs.first[line], -1, self.pairs.second[line])

    def offset(self, wanted: Row) -> int:
        """Where a row stands; the nearest one before it where it is not shown."""
        start = len(self.head) + len(self.above)
        for index, row in enumerate(self.head):
            if row == wanted:
                return index
        for at, row in zip(self.at, self.between, strict=True):
            if row == wanted:
                return start + at
        if wanted.kind is Kind.CONTEXT:
            if wanted.line in self.above:
                return len(self.head) + self.above.index(wanted.line)
            if wanted.line in self.below:
                return start + self.lines + len(self.between) + self.below.index(wanted.line)
        elif wanted.line >= 0 and self.lines:
            offset = self.pairs.row[wanted.line] if self.pairs is not None else wanted.line
            for at in self.at:
                offset += at <= offset
            return start + offset
        return next((i for i, row in enumerate(self.head) if row.kind is wanted.kind), 0)


class RowMap:
    """All rows of a change, in the order of its files."""

    def __init__(
        self,
        files: Sequence[FileDiff],
        findings: Sequence[Finding] = (),
        comments: Sequence[Comment] = (),
        layout: Layout | None = None,
    ) -> None:
        self.files = files
        self.findings = findings
        self.comments = comments
        self.layout = layout or Layout()
        self.notes = tuple(notes_of(file) for file in files)
        self.around = Around(files)
        self.flags: dict[tuple[int, int, int], int] = {}
        """File, hunk and line index -> the worst finding on that line."""
        self.unit_rows: list[int] = []
        self.file_rows: list[int] = []
        self.finding_rows: list[int] = []
        self._sizes: dict[int, tuple[int, int]] = {}
        self._texts: dict[tuple[int, int, int], str] = {}
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
            folded = (number, -1) in self.layout.folded
            self.file_rows.append(self._total + len(gap))
            if not file.hunks:
                self.unit_rows.append(self.file_rows[-1])
            notes = tuple(Row(Kind.NOTE, number, item=i) for i in range(0 if folded else len(self.notes[number])))
            own = tuple(Row(Kind.FINDING, number, item=i) for i in placed.get((number, -1), {}).get(-1, []))
            said = tuple(Row(Kind.COMMENT, number, item=i) for i in whole.get(file.path, ()))
            self._add(_Block(number, -1, (*gap, Row(Kind.FILE, number), *notes, *own, *said), 0))
            spans = self._context(number)
            for position, hunk in enumerate(file.hunks):
                found = placed.get((number, position), {})
                if folded or (number, position) in self.layout.folded:
                    self._fold(number, position, found, header=not folded)
                    continue
                self.unit_rows.append(self._total)
                pairs = Pairs(hunk.lines) if self.layout.split else None
                inserts = self._inserts(number, position, found, remarks.get(hunk.id, ()), pairs)
                self._add(_Block(
                    number, position, (Row(Kind.HUNK, number, position),), len(pairs or hunk.lines), pairs,
                    tuple(place + count for count, (place, _) in enumerate(inserts)),
                    tuple(row for _, row in inserts), *spans.get(position, (range(0), range(0))),
                ))  # fmt: skip

    def _fold(self, number: int, position: int, found: dict[int, list[int]], *, header: bool) -> None:
        """What a folded hunk shows: its header unless the file is folded, and its findings."""
        rows = [Row(Kind.FINDING, number, position, line, item) for line, items in found.items() for item in items]
        if header:
            self.unit_rows.append(self._total)
            rows.insert(0, Row(Kind.HUNK, number, position))
        if rows:
            self._add(_Block(number, position, tuple(rows), 0))

    def _add(self, block: _Block) -> None:
        start = self._total
        self._starts.append(start)
        self._blocks.append(block)
        self._total += block.size
        self.finding_rows += [start + i for i, row in enumerate(block.head) if row.kind is Kind.FINDING]
        first = start + len(block.head) + len(block.above)
        self.finding_rows += [
            first + offset for offset, row in zip(block.at, block.between, strict=True) if row.kind is Kind.FINDING
        ]

    def _context(self, number: int) -> dict[int, tuple[range, range]]:
        """Hunk -> numbers of the unchanged lines shown before and after it; none twice."""
        wanted = self.layout.context
        hunks = self.files[number].hunks
        if self.files[number].new is None or not any((number, i) in wanted for i in range(len(hunks))):
            return {}
        out = {}
        shown_to = 0
        for position, hunk in enumerate(hunks):
            count = wanted.get((number, position), 0)
            start, end = bounds(hunk)
            last = hunks[position + 1] if position + 1 < len(hunks) else None
            limit = bounds(last)[0] if last is not None else self.around.count(number) + 1
            above = range(max(shown_to + 1, start - count, 1), start)
            below = range(end, min(end + count, limit))
            shown_to = max(end - 1, below.stop - 1)
            out[position] = (above, below)
        return out

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
        self, file: int, hunk: int, findings: dict[int, list[int]], comments: Iterable[int], pairs: Pairs | None
    ) -> list[tuple[int, Row]]:
        """Findings stand before the line they are about, comments after it; places count rows of lines."""
        out = [
            (line, 0, Row(Kind.FINDING, file, hunk, line, item)) for line, items in findings.items() for item in items
        ]
        lines = self.files[file].hunks[hunk].lines
        for item in comments:
            comment = self.comments[item]
            if comment.side is Side.NEW and comment.last < bounds(self.files[file].hunks[hunk])[0]:
                out.append((0, 0, Row(Kind.COMMENT, file, hunk, 0, item)))  # on unchanged lines before the hunk
                continue
            found = [i for i, _ in _within(self.files[file].hunks[hunk], comment.side, comment.last, comment.last)]
            after = found[-1] if found else len(lines) - 1
            out.append((after, 1, Row(Kind.COMMENT, file, hunk, after, item)))
        placed = [
            ((pairs.row[line] if pairs is not None else line) + order, 1 - order, row) for line, order, row in out
        ]
        return [(place, row) for place, _, row in sorted(placed, key=lambda entry: entry[:2])]

    def __getitem__(self, index: int) -> Row:
        number = bisect_right(self._starts, index) - 1
        return self._blocks[number].row(index - self._starts[number])

    def row_of(self, wanted: Row) -> int:
        """The number of a row of this map; of the nearest row before it where that is not shown."""
        first = bisect_left(self._blocks, (wanted.file, wanted.hunk), key=lambda b: (b.file, b.hunk))
        if first < len(self._blocks) and (self._blocks[first].file, self._blocks[first].hunk) != (
            wanted.file, wanted.hunk,
        ):  # fmt: skip
            first -= 1  # a hunk of a folded file
        if not 0 <= first < len(self._blocks):
            return max(0, self._total - 1)
        return self._starts[first] + self._blocks[first].offset(wanted)

    def same(self, row: Row, before: "RowMap") -> Row:
        """A row of another map of the same files, in this one: what was found since gives findings other numbers."""
        if row.kind is not Kind.FINDING:
            return row
        wanted = before.findings[row.item].fingerprint
        item = next((i for i, found in enumerate(self.findings) if found.fingerprint == wanted), None)
        return replace(row, item=item) if item is not None else Row(Kind.LINE, row.file, row.hunk, row.line)

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

    def lines_of(self, row: Row) -> Iterator[Row]:
        """A row of two lines as two rows of one; any other as itself."""
        if row.other < 0:
            yield row
        else:
            yield Row(row.kind, row.file, row.hunk, row.line)
            yield Row(row.kind, row.file, row.hunk, row.other)

    def old_number(self, row: Row) -> int:
        """The number on the old side of a context row."""
        hunk = self.files[row.file].hunks[row.hunk]
        start, end = bounds(hunk)
        if row.line < start:
            return row.line - start + hunk.old_start + (not hunk.old_lines)
        return row.line - end + hunk.old_start + hunk.old_lines + (not hunk.old_lines)

    def text(self, row: Row) -> str:
        """What the row's text looks like, safe and with tabs as spaces."""
        match row.kind:
            case Kind.LINE:
                key = (row.file, row.hunk, row.line)
                text = self._texts.get(key)
                if text is None:
                    if len(self._texts) >= _TEXTS:
                        self._texts.clear()
                    text = self._texts[key] = shown(self.files[row.file].hunks[row.hunk].lines[row.line].text)
                return text
            case Kind.CONTEXT:
                return shown(self.around.text(row.file, row.line))
            case Kind.NOTE:
                return self.notes[row.file][row.item]
            case _:
                return ""

    def whole(self, row: Row) -> bool:
        """Whether the text is shown to its end."""
        return row.kind is not Kind.LINE or len(self.files[row.file].hunks[row.hunk].lines[row.line].text) <= LIMIT

    def locate(self, unit: HunkId) -> int | None:
        """The row at which a unit begins; None where it is not shown."""
        return next((index for index in self.unit_rows if self.unit(self[index]) == unit), None)


def bounds(hunk: Hunk) -> tuple[int, int]:
    """The first line of a hunk on the new side, and the one after its last; equal where it only removes."""
    start = hunk.new_start + (not hunk.new_lines)
    return start, start + hunk.new_lines


def _within(hunk: Hunk, side: Side, first: int, last: int) -> list[tuple[int, int]]:
    """Line index and line number, on one side, of the lines from `first` to `last`."""
    out = []
    for index, line in enumerate(hunk.lines):
        number = line.old if side is Side.OLD else line.new
        if number is not None and first <= number <= last:
            out.append((index, number))
    return out
