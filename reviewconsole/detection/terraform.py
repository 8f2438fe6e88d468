"""Read HCL into blocks and attributes with their lines.

Tolerant: what does not parse is skipped to the end of its line, so a half-broken file still
gives the rest. Expressions stay text, normalised, but for object literals, which become
attributes of their own (`inputs = { ... }` of Terragrunt).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from reviewconsole import lazy_re as re

_DEPTH = 30
"""Blocks nested deeper are not read."""
_STRING = r'"(?:[^"\\$\n]|\\.|\$(?!\{)|\$\{(?:[^{}"\n]|"[^"\n]*"|\{[^{}\n]*\})*\})*"'
_SPACE = re.compile(r"(?:[ \t\r]+|\\\n|#[^\n]*|//[^\n]*|/\*[\s\S]*?\*/)+")
_BLANK = re.compile(r"(?:\s+|#[^\n]*|//[^\n]*|/\*[\s\S]*?\*/)+")
_NAME = re.compile(r'[A-Za-z_][\w-]*|"[^"\n]*"|\([^()\n]*\)')
_LABEL = re.compile(r'"([^"\n]*)"|([A-Za-z_][\w-]*)')
_PIECE = re.compile(
    _STRING + r"|<<[-~]?\s*(?P<mark>\w+)[^\n]*\n|(?P<open>[\[({])|(?P<close>[\])}])|(?P<line>\n)|(?P<comma>,)"
    r"|#[^\n]*|//[^\n]*|/\*[\s\S]*?\*/|[^\s\[({\])}\",#/<]+|."
)
_LITERAL = re.compile(r"\{(?!\s*(for\b|\}))")
_WRAPPED = re.compile(r'^"\$\{\s*([^{}]*?)\s*\}"$')


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """A name and its expression; lines are 1-based, both ends inside."""

    name: str
    value: str
    """The expression on one line, `"${x}"` as `x`."""
    first: int
    last: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A block, or an object literal assigned to a name."""

    type: str
    labels: tuple[str, ...]
    first: int
    last: int
    attributes: tuple[Attribute, ...]
    blocks: tuple["Block", ...]

    @property
    def address(self) -> str:
        """`aws_db_instance.main` for a resource, `module.db`, `variable.name`; the type for other blocks."""
        if self.type == "resource" and len(self.labels) == 2:
            return ".".join(self.labels)
        return ".".join((self.type, *self.labels))

    def attribute(self, name: str) -> str:
        """The value of an own attribute; empty without it."""
        return next((item.value for item in self.attributes if item.name == name), "")

    def walk(self, prefix: str = "") -> Iterator[tuple[str, Attribute]]:
        """Dotted path and attribute of everything inside."""
        for item in self.attributes:
            yield prefix + item.name, item
        for block in self.blocks:
            name = block.labels[0] if block.type == "dynamic" and block.labels else block.type
            yield from block.walk(f"{prefix}{name}.")


def plain_value(text: str) -> str:
    """An expression as it is compared: white space folded, a lone interpolation and quoted booleans unwrapped."""
    value = " ".join(text.split()).rstrip(",")
    value = re.sub(r",\s*([\])}])", r"\1", value)
    value = re.sub(r"([\[({])\s+|\s+([\])}])", lambda match: match[1] or match[2], value)
    wrapped = _WRAPPED.match(value)
    if wrapped:
        value = wrapped[1]
    bare = value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else ""
    return bare if re.fullmatch(r"true|false|-?\d+(\.\d+)?", bare) else value


@lru_cache(maxsize=1024)
def parse(lines: tuple[str, ...]) -> tuple[Block, ...]:
    """The top-level blocks of a file; top-level attributes (`.tfvars`) are in one block of type ``."""
    reader = _Reader("\n".join(lines) + "\n")
    attributes, blocks = reader.body(0)
    if attributes:
        loose = Block(type="", labels=(), first=1, last=len(lines), attributes=attributes, blocks=())
        return (*blocks, loose)
    return blocks


class _Reader:
    """One pass over a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1

    def _move(self, to: int) -> None:
        self._line += self._text.count("\n", self._at, to)
        self._at = to

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._at)
        if match:
            self._move(match.end())

    def _end_of_line(self) -> None:
        end = self._text.find("\n", self._at)
        self._move(len(self._text) if end < 0 else end + 1)

    def body(self, depth: int) -> tuple[tuple[Attribute, ...], tuple[Block, ...]]:
        """Attributes and blocks up to the closing brace, which is left standing, or the end."""
        attributes: list[Attribute] = []
        blocks: list[Block] = []
        while True:
            self._skip(_BLANK)
            if self._at >= len(self._text):
                break
            if self._text[self._at] == "}":
                if depth:
                    break
                self._move(self._at + 1)
                continue
            if self._text[self._at] == ",":
                self._move(self._at + 1)
                continue
            match = _NAME.match(self._text, self._at)
            if not match:
                self._end_of_line()
                continue
            first = self._line
            self._move(match.end())
            self._skip(_SPACE)
            self._item(match[0].strip('"'), first, depth, attributes, blocks)
        return tuple(attributes), tuple(blocks)

    def _item(self, name: str, first: int, depth: int, attributes: list[Attribute], blocks: list[Block]) -> None:
        sign = self._text[self._at : self._at + 1]
        if sign in ("=", ":") and self._text[self._at + 1 : self._at + 2] != "=":
            self._move(self._at + 1)
            self._skip(_SPACE)
            if _LITERAL.match(self._text, self._at) and depth < _DEPTH:
                blocks.append(self._block(name, (), first, depth))
            else:
                attributes.append(self._expression(name, first))
            return
        labels: list[str] = []
        while match := _LABEL.match(self._text, self._at):
            labels.append(match[1] if match[1] is not None else match[2])
            self._move(match.end())
            self._skip(_SPACE)
        if self._text[self._at : self._at + 1] == "{" and depth < _DEPTH:
            blocks.append(self._block(name, tuple(labels), first, depth))
        else:
            self._end_of_line()

    def _block(self, name: str, labels: tuple[str, ...], first: int, depth: int) -> Block:
        self._move(self._at + 1)
        attributes, blocks = self.body(depth + 1)
        last = self._line
        self._move(min(self._at + 1, len(self._text)))
        return Block(type=name, labels=labels, first=first, last=last, attributes=attributes, blocks=blocks)

    def _expression(self, name: str, first: int) -> Attribute:
        start, depth, last = self._at, 0, self._line
        kept: list[str] = []
        while self._at < len(self._text):
            match = _PIECE.match(self._text, self._at)
            if not match:
                break
            kind, piece = match.lastgroup, match[0]
            if kind == "mark":
                end = re.compile(rf"^[ \t]*{match['mark']}\b", re.MULTILINE).search(self._text, match.end())
                self._move(end.end() if end else len(self._text))
                kept.append(self._text[match.start() : self._at])
                last = self._line
                continue
            if (kind == "close" and depth == 0) or (kind in ("line", "comma") and depth == 0):
                break
            depth += (kind == "open") - (kind == "close")
            if not piece.startswith(("#", "//", "/*")):
                kept.append(piece)
            self._move(match.end())
            if kind != "line":
                last = self._line
        if self._at == start:
            self._end_of_line()
        return Attribute(name=name, value=plain_value("".join(kept)), first=first, last=last)
