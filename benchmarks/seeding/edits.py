"""Edits of texts by line, by Python's own parser, by braces and by indentation."""

import ast
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

N = TypeVar("N", bound=ast.AST)
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


def insert(text: str, before: int, block: Sequence[str]) -> str:
    """Put rows before a line (1-based)."""
    rows = text.split("\n")
    return "\n".join([*rows[: before - 1], *block, *rows[before - 1 :]])


def replace(text: str, first: int, last: int, block: Sequence[str] = ()) -> str:
    """Put rows in the place of lines; with none, delete them."""
    rows = text.split("\n")
    return "\n".join([*rows[: first - 1], *block, *rows[last:]])


def rows_of(text: str, first: int, last: int) -> list[str]:
    """Give lines, both ends included."""
    return text.split("\n")[first - 1 : last]


def indent_of(row: str) -> str:
    """Give the white space that a row begins with."""
    return row[: len(row) - len(row.lstrip())]


def line_at(text: str, offset: int) -> int:
    """Give the 1-based line of an offset."""
    return text.count("\n", 0, offset) + 1


def shifted(block: Sequence[str], indent: str) -> list[str]:
    """Indent rows that are written from column 0."""
    return [indent + row if row else row for row in block]


def dedented(block: Sequence[str], by: int) -> list[str]:
    """Take spaces off rows, as many as they have up to a number."""
    return [row[min(by, len(row) - len(row.lstrip())) :] for row in block]


class Py:
    """A Python file as text and tree."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self._starts = [0]
        for row in text.split("\n"):
            self._starts.append(self._starts[-1] + len(row) + 1)
        self.parents: dict[ast.AST, ast.AST] = {}
        for node in ast.walk(self.tree):
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node

    def offset(self, line: int, column: int) -> int:
        """Give the offset of a position as `ast` counts it, in bytes of UTF-8."""
        start = self._starts[line - 1]
        row = self.text[start : self._starts[line] - 1]
        return start + len(row.encode()[:column].decode("utf-8", "ignore"))

    def bounds(self, node: ast.expr | ast.stmt | ast.keyword | ast.excepthandler) -> tuple[int, int]:
        """Give the offsets where a node begins and ends."""
        return (
            self.offset(node.lineno, node.col_offset),
            self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0),
        )

    def source(self, node: ast.expr | ast.stmt) -> str:
        """Give a node's text."""
        begin, end = self.bounds(node)
        return self.text[begin:end]

    def swapped(self, begin: int, end: int, text: str) -> str:
        """Give the file with a range replaced."""
        return self.text[:begin] + text + self.text[end:]

    def all(self, kind: type[N]) -> Iterator[N]:
        """Walk over nodes of a kind."""
        return (node for node in ast.walk(self.tree) if isinstance(node, kind))

    def functions(self, least: int = 2) -> list[FUNCTIONS]:
        """Functions with at least so many statements that begin and end on lines of their own."""
        return [n for n in ast.walk(self.tree) if isinstance(n, FUNCTIONS) and len(n.body) >= least]

    def owner(self, node: ast.AST) -> FUNCTIONS | None:
        """The innermost function around a node."""
        at = self.parents.get(node)
        while at is not None and not isinstance(at, FUNCTIONS):
            at = self.parents.get(at)
        return at

    def without_keyword(self, call: ast.Call, keyword: ast.keyword) -> str:
        """Give the file with one keyword argument of a call taken out."""
        begin, end = self.bounds(keyword)
        parts = sorted([self.bounds(a) for a in call.args] + [self.bounds(k) for k in call.keywords])
        at = parts.index((begin, end))
        if at:
            return self.swapped(parts[at - 1][1], end, "")
        return self.swapped(begin, parts[1][0] if len(parts) > 1 else end, "")

    def unwrapped(self, block: ast.Try | ast.With | ast.AsyncWith) -> str:
        """Give the file with a `try` or `with` replaced by its body."""
        body = rows_of(self.text, block.body[0].lineno, block.body[-1].end_lineno or 0)
        by = block.body[0].col_offset - block.col_offset
        return replace(self.text, block.lineno, block.end_lineno or 0, dedented(body, by))


def span(node: ast.stmt) -> tuple[int, int]:
    """First and last line of a statement, decorators included."""
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)]), node.end_lineno or node.lineno


def name_of(node: ast.expr) -> str:
    """Give the dotted name of an expression, without calls; empty for others."""
    if isinstance(node, ast.Call):
        return name_of(node.func)
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}".lstrip(".")
    return ""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a file in braces or by indentation."""

    kind: str
    name: str
    first: int
    last: int
    text: str
    inside: int
    """The line after the opening one."""


def brace_end(text: str, opening: int, marks: str = "{}") -> int:
    """Give the offset of the brace that closes the one at `opening`; -1 for none. Strings and comments are skipped."""
    depth, at, size = 0, opening, len(text)
    while at < size:
        char = text[at]
        if char in "\"'`":
            close = at + 1
            while close < size and text[close] != char and (char == "`" or text[close] != "\n"):
                close += 2 if text[close] == "\\" else 1
            at = close + 1
            continue
        if text.startswith("//", at) and text[at - 1 : at] != ":":
            at = (text.find("\n", at) + 1) or size
            continue
        if text.startswith("/*", at):
            at = (text.find("*/", at) + 2) if text.find("*/", at) >= 0 else size
            continue
        depth += (char == marks[0]) - (char == marks[1])
        if depth == 0:
            return at
        at += 1
    return -1


_SIGNATURES = {
    "go": re.compile(r"^func\s+(?:\([^)\n]*\)\s*)?(\w+)\([^\n]*(\{)[ \t]*$", re.MULTILINE),
    "java": re.compile(
        r"^[ \t]+(?:public|private|protected)\s[^;{}=]*?\b(\w+)\s*\([^;{}]*?\)\s*"
        r"(?:throws [\w, .\n]+)?(\{)[ \t]*$",
        re.MULTILINE,
    ),
    "ts": re.compile(
        r"^(?:export\s+)?(?:default\s+)?(?:(?:async\s+)?function\s+(?P<f>\w+)[^\n;]*|const\s+(?P<c>\w+)\s*=\s*(?:async\s*)?"
        r"\([^\n;]*=>\s*|const\s+(?P<m>\w+)\s*=\s*(?:async\s*)?\(\{(?:\n[^\n]*?,)*\n\}[^\n;]*=>\s*)(\{)[ \t]*$",
        re.MULTILINE,
    ),
    "hcl": re.compile(
        r'^(resource|data|module|provider|terraform|variable)(?:\s+"([^"\n]+)")?(?:\s+"([^"\n]+)")?\s*(\{)',
        re.MULTILINE,
    ),
}  # fmt: skip


def functions(text: str, language: str) -> list[Block]:
    """Functions of Go, Java or TypeScript whose opening brace ends its line."""
    found = []
    for match in _SIGNATURES[language].finditer(text):
        opening = match.end() - len(match[0]) + match[0].rindex("{")
        closing = brace_end(text, opening)
        if closing < 0:
            continue
        first, last = line_at(text, match.start()), line_at(text, closing)
        name = next((group for group in match.groups() if group and group != "{"), "")
        rows = text.split("\n")
        while first > 1 and re.match(r"[ \t]*(@|//|\*|/\*)", rows[first - 2]):
            first -= 1
        if last - first >= 3:
            body = "\n".join(rows[first - 1 : last])
            found.append(Block(language, name, first, last, body, line_at(text, opening) + 1))
    return found


def hcl_blocks(text: str) -> list[Block]:
    """Top-level blocks of Terraform; `kind` is the type, `name` the address."""
    found = []
    for match in _SIGNATURES["hcl"].finditer(text):
        closing = brace_end(_hash_comments_blank(text), match.end() - 1)
        if closing < 0:
            continue
        first, last = line_at(text, match.start()), line_at(text, closing)
        address = ".".join(group for group in match.groups()[1:3] if group)
        kind = match[2] if match[1] in ("resource", "data") else match[1]
        if match[1] == "data":
            kind, address = f"data.{kind}", f"data.{address}"
        found.append(Block(kind or "", address, first, last, "\n".join(rows_of(text, first, last)), first + 1))
    return found


def _hash_comments_blank(text: str) -> str:
    return re.sub(r"(?m)^(\s*)#.*$", lambda m: m[1] + " " * (len(m[0]) - len(m[1])), text)


def enclosing(blocks: Sequence[Block], line: int) -> Block | None:
    """The smallest block around a line."""
    around = [block for block in blocks if block.first <= line <= block.last]
    return min(around, key=lambda block: block.last - block.first, default=None)


def yaml_end(rows: Sequence[str], first: int) -> int:
    """Give the last line (1-based) of the YAML block that begins at a line."""
    head = rows[first - 1]
    width = len(indent_of(head))
    last = first
    for at in range(first, len(rows)):
        row = rows[at]
        if not row.strip() or row.lstrip().startswith("#"):
            continue
        deep = len(indent_of(row))
        listed = deep == width and row.lstrip().startswith("- ") and not head.lstrip().startswith("- ")
        if deep <= width and not listed:
            break
        last = at + 1
    return last


def yaml_keys(text: str, key: str) -> list[Block]:
    """Blocks below a key; `key` is a pattern."""
    rows = text.split("\n")
    found = []
    for at, row in enumerate(rows, 1):
        match = re.match(rf"^\s*({key}):(\s|$)", row)
        if match:
            last = yaml_end(rows, at)
            found.append(Block("key", match[1], at, last, "\n".join(rows[at - 1 : last]), at + 1))
    return found


def documents(text: str) -> list[Block]:
    """Kubernetes objects of a file: `kind` and `metadata.name`."""
    rows = text.split("\n")
    cuts = [0, *(at + 1 for at, row in enumerate(rows) if row.startswith("---")), len(rows) + 1]
    found = []
    for begin, end in itertools.pairwise(cuts):
        body = rows[begin : end - 1]
        joined = "\n".join(body)
        kind = re.search(r"^kind:\s*([A-Za-z]+)\s*$", joined, re.MULTILINE)
        name = re.search(r"^metadata:\n(?:[ ]+[^\n]*\n)*?[ ]+name:[ ]*(\S+)", joined, re.MULTILINE)
        if kind:
            found.append(Block(kind[1], name[1] if name else "", begin + 1, end - 1, joined, begin + 1))
    return found


def steps(text: str) -> list[Block]:
    """Steps of a workflow of GitHub; `kind` is the job."""
    rows = text.split("\n")
    found = []
    for at, row in enumerate(rows, 1):
        if not re.match(r"^\s+steps:\s*$", row):
            continue
        width = len(indent_of(row))
        job = next(
            (
                r.strip(" :")
                for r in reversed(rows[: at - 1])
                if r.strip() and len(indent_of(r)) < width and r.strip().endswith(":")
            ),
            "",
        )
        line = at + 1
        while line <= yaml_end(rows, at):
            if rows[line - 1].lstrip().startswith("- "):
                last = yaml_end(rows, line)
                body = "\n".join(rows[line - 1 : last])
                name = re.search(r"name:\s*(.+)", body)
                found.append(Block(job, name[1].strip("\"' ") if name else "", line, last, body, line + 1))
                line = last
            line += 1
    return found
