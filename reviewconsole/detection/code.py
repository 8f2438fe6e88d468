"""One side of a file as code: text without strings and comments, statements, blocks, calls.

Pure, tolerant and one pass each: patterns, brackets and indentation, no parser. What does not
parse still has statements, and every language is read the same way.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

from reviewconsole import lazy_re as re
from reviewconsole.detection.source import MAX_LINE, Source
from reviewconsole.finding import Side

INDENTED = frozenset({"python", "ruby"})
BRACED = frozenset({"go", "typescript", "java", "kotlin", "rust"})
CODE = INDENTED | BRACED

_DOUBLE, _SINGLE = r'"(?:\\.|[^"\\\n])*"', r"'(?:\\.|[^'\\\n])*'"
_SLASHES = r"/\*.*?\*/|//[^\n]*"
_OPAQUE = {
    "python": rf'"""(?:\\.|.)*?"""|\'\'\'(?:\\.|.)*?\'\'\'|{_DOUBLE}|{_SINGLE}|#[^\n]*',
    "ruby": rf"{_DOUBLE}|{_SINGLE}|#[^\n]*",
    "go": rf"{_SLASHES}|{_DOUBLE}|'(?:\\.|[^'\\\n]){{1,8}}'|`[^`]*`",
    "typescript": rf"{_SLASHES}|{_DOUBLE}|{_SINGLE}|`(?:\\.|[^`\\])*`",
    "java": rf'{_SLASHES}|""".*?"""|{_DOUBLE}|{_SINGLE}',
    "rust": rf"{_SLASHES}|{_DOUBLE}|'(?:\\[^']{{1,8}}|[^'\\\n])'",
}
_OPAQUES = {kind: re.compile(pattern, re.DOTALL) for kind, pattern in _OPAQUE.items()}
_OPAQUES["kotlin"] = _OPAQUES["java"]
_BRACKET = re.compile(r"[()\[\]{}]")
_CALL = re.compile(r"\(\s*(?:>[\w, .]{1,40}<)?[?!]?([\w$]*[A-Za-z_$](?:\s*(?:\.\?|\.|::)\s*[\w$]*[A-Za-z_$])*\.?)")
"""A bracket and the name before it, in a text read backwards: forwards a long name is tried from each letter."""
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_CONTINUES = re.compile(r"(\\|&&|\|\||[+,=?]|\band|\bor|\bnot|\bin|(?<!:):)$")
_CONTINUED = re.compile(r"\s*(\?\.|\.(?!\.)|&&|\|\||\?\s|:\s)")
_DECORATOR = re.compile(r"\s*@[\w.]+")
WORDS = frozenset(
    re.findall(
        r"\w+",
        "if elif else for while switch case return def class func function fn fun catch except try with async await not"
        " and or in is lambda yield new throw raise import from assert print len str int bool float list dict set tuple"
        " range self this cls super None True False null nil undefined true false var let const val mut type struct"
        " interface end do begin rescue ensure unless then loop match defer go select default break continue pass err"
        " error ctx isinstance hasattr getattr string byte bytes append make map static final public private protected"
        " void",
    )
)
"""Words that say nothing about what a piece of code works on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One logical line: 1-based first and last line, its text without strings and comments."""

    first: int
    last: int
    indent: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A header with the lines it governs; `first` is the header's line, the body begins after `head`."""

    header: str
    first: int
    head: int
    last: int
    indent: int

    @property
    def word(self) -> str:
        """The keyword that opens the header."""
        found = re.match(r"[}\s]*(?:else\s+)?(?:async\s+|defer\s+|go\s+)?(\w+)", self.header)
        return found[1] if found else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A call with the span of its brackets."""

    name: str
    first: int
    last: int
    arguments: str
    """Between the brackets, strings and comments included."""
    span: tuple[int, int]
    """Offsets of the brackets."""

    @property
    def bare(self) -> str:
        """The last part of the name."""
        return re.split(r"\.|::", self.name)[-1].strip()


def blank(found: re.Match[str]) -> str:
    """The same length and lines; of a string the quotes stay."""
    text = found[0]
    hidden = re.sub(r"[^\n]", " ", text)
    return hidden if text.startswith(("#", "//", "/*")) else text[0] + hidden[1:-1] + text[-1]


class View:
    """One side of a file; every part is computed when first asked for."""

    def __init__(self, kind: str, lines: tuple[str, ...]) -> None:
        self.kind = kind
        self.lines = lines
        text = "\n".join(line if len(line) <= MAX_LINE else "" for line in lines)
        opaque = _OPAQUES.get(kind)
        self.text = opaque.sub(blank, text) if opaque else text
        self.raw = text
        self.masked = self.text.split("\n")

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which each line begins."""
        found = [0]
        for line in self.masked:
            found.append(found[-1] + len(line) + 1)
        return found

    def line_at(self, offset: int) -> int:
        """The 1-based line of an offset."""
        return bisect_right(self.starts, offset)

    @cached_property
    def pairs(self) -> dict[int, int]:
        """Offset of each opening bracket to that of its closing one."""
        stack: list[tuple[str, int]] = []
        found: dict[int, int] = {}
        for match in _BRACKET.finditer(self.text):
            mark, at = match[0], match.start()
            if mark in "([{":
                stack.append((mark, at))
                continue
            wanted = {")": "(", "]": "[", "}": "{"}[mark]
            if any(opened == wanted for opened, _ in stack[-3:]):
                while stack:
                    opened, begun = stack.pop()
                    if opened == wanted:
                        found[begun] = at
                        break
        return found

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """The logical lines, in order."""
        return tuple(self._statements())

    def _statements(self) -> Iterator[Statement]:
        stack: list[str] = []
        first = 0
        parts: list[str] = []
        for number, line in enumerate(self.masked, 1):
            body = line.strip()
            if body and not first:
                first = number
            for mark in _BRACKET.findall(line):
                if mark in "([{":
                    stack.append(mark)
                elif stack:
                    stack.pop()
            if not first:
                continue
            parts.append(body)
            if stack and (stack[-1] != "{" or self.kind == "python"):
                continue
            if body and _CONTINUES.search(body) and not (self.kind == "python" and body.endswith(":")):
                continue
            following = self.masked[number] if number < len(self.masked) else ""
            if self.kind != "python" and _CONTINUED.match(following):
                continue
            indent = len(self.masked[first - 1]) - len(self.masked[first - 1].lstrip())
            yield Statement(first=first, last=number, indent=indent, text=" ".join(filter(None, parts))[:MAX_LINE])
            first, parts = 0, []

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks, by first line."""
        found = self._indented() if self.kind in INDENTED else self._braced()
        return tuple(sorted(found, key=lambda block: (block.first, -block.last)))

    def _indented(self) -> Iterator[Block]:
        stack: list[tuple[Statement, int]] = []
        rows = self.statements
        for index, row in enumerate(rows):
            while stack and row.indent <= stack[-1][0].indent:
                yield self._block(stack.pop()[0], rows[index - 1].last)
            following = rows[index + 1] if index + 1 < len(rows) else None
            if following and following.indent > row.indent:
                stack.append((row, index))
            elif self.kind == "python" and re.match(r"(if|for|while|with|try|except|else|elif)\b.*:\s*\S", row.text):
                yield self._block(row, row.last)
        for row, _ in stack:
            yield self._block(row, rows[-1].last)

    @staticmethod
    def _block(row: Statement, last: int) -> Block:
        return Block(header=row.text, first=row.first, head=row.last, last=last, indent=row.indent)

    def _braced(self) -> Iterator[Block]:
        rows = self.statements
        firsts = [row.first for row in rows]
        for opened, closed in self.pairs.items():
            if self.text[opened] != "{":
                continue
            line = self.line_at(opened)
            row = rows[max(0, bisect_right(firsts, line) - 1)] if rows else None
            if row is None:
                continue
            begun = max(self.starts[row.first - 1], self.starts[line - 1] if row.first == line else 0)
            header = re.sub(r"^[}\s]+", "", " ".join(self.text[max(begun, opened - MAX_LINE) : opened].split()))
            cut = max(header.rfind("{ "), header.rfind("} "))
            yield Block(
                header=header[cut + 2 :] if cut >= 0 else header,
                first=row.first,
                head=line,
                last=self.line_at(closed),
                indent=row.indent,
            )

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The calls, by place; words of the language are none."""
        found = []
        end = len(self.text)
        for match in reversed(list(_CALL.finditer(self.text[::-1]))):
            name = "".join(match[1][::-1].split())
            opened = end - match.start() - 1
            closed = self.pairs.get(opened)
            if closed is None or name in WORDS - {"print", "append", "make", "len"}:
                continue
            first = self.line_at(end - match.end(1))
            arguments = self.raw[opened + 1 : closed]
            found.append(
                Call(name=name, first=first, last=self.line_at(closed), arguments=arguments, span=(opened, closed))
            )
        return tuple(found)

    def call_around(self, offset: int) -> Call | None:
        """The innermost call whose brackets hold an offset."""
        places, inside = self._nesting
        at = bisect_left(places, offset) - 1
        return inside[at] if at >= 0 else None

    @cached_property
    def _nesting(self) -> tuple[list[int], list[Call | None]]:
        """Offsets from which on, and up to the next, a call is the innermost; None between calls."""
        ends = [(call.span[1] - 1, None) for call in self.calls]
        events = sorted([*((call.span[0], call) for call in self.calls), *ends], key=lambda event: event[0])
        places, inside = [], []
        open_: list[Call] = []
        for offset, call in events:
            if call is not None:
                open_.append(call)
            else:
                open_.pop()
            places.append(offset)
            inside.append(open_[-1] if open_ else None)
        return places, inside

    def calls_in(self, first: int, last: int) -> list[Call]:
        """The calls that begin in a range of lines."""
        begun = bisect_left(self._firsts, first)
        return list(takewhile(lambda call: call.first <= last, self.calls[begun:]))

    @cached_property
    def _firsts(self) -> list[int]:
        return [call.first for call in self.calls]

    def names_in(self, first: int, last: int) -> set[str]:
        """The identifiers of a range of lines, without words of the language."""
        return names("\n".join(self.masked[first - 1 : last]))

    def rows_in(self, first: int, last: int) -> list[Statement]:
        """The statements that begin in a range of lines."""
        begun = bisect_left(self._rows, first)
        return list(takewhile(lambda row: row.first <= last, self.statements[begun:]))

    @cached_property
    def _rows(self) -> list[int]:
        return [row.first for row in self.statements]

    @cached_property
    def decorators(self) -> tuple[tuple[Statement, int], ...]:
        """Decorators and annotations, each with the line of what it decorates."""
        found: list[tuple[Statement, int]] = []
        waiting: list[Statement] = []
        for row in self.statements:
            if _DECORATOR.match(row.text) and not re.search(r"\b(class|def|void|fun)\b|\)\s*\{$", row.text):
                waiting.append(row)
                continue
            found += [(each, row.first) for each in waiting]
            waiting = []
        return tuple(found)


def names(text: str) -> set[str]:
    """The identifiers of a text without strings, without words of the language."""
    return {name for name in _NAME.findall(text) if name not in WORDS and len(name) > 1}


def view(source: Source, side: Side) -> View:
    """One side of a file as code."""
    return source.once("view", side, lambda: View(source.kind, source.lines(side)))


def groups(source: Source) -> Iterator[tuple[range, range]]:
    """The runs of changed lines: the old lines that gave way to the new ones. Either may be empty."""
    old = new = 1
    while old <= len(source.old) or new <= len(source.new):
        if old not in source.removed and new not in source.added:
            old, new = old + 1, new + 1
            continue
        first_old, first_new = old, new
        while old in source.removed or new in source.added:
            old += old in source.removed
            new += new in source.added
        yield range(first_old, old), range(first_new, new)
