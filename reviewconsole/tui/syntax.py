"""Colours of source text. Bounded, because a lexer's patterns can be made to run for minutes.

Only languages in the table; only lines up to 500 characters; no run of blank lines (the usual way
to make a lexer quadratic); and a clock between any two tokens.
"""

import time
from collections.abc import Sequence
from functools import cache, lru_cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import _TokenType

Span = tuple[int, int, str]
"""First and last column of a piece of a line, and its ink."""

BUDGET = 0.05
"""Seconds for one window of lines."""
WINDOW = 160
"""Lines coloured at a time."""
_LONGEST = 500

_ALIASES = {
    "py": "python", "pyi": "python", "go": "go", "js": "javascript", "mjs": "javascript", "cjs": "javascript",
    "jsx": "javascript", "ts": "typescript", "tsx": "typescript", "rs": "rust", "java": "java", "kt": "kotlin",
    "c": "c", "h": "c", "cc": "cpp", "cpp": "cpp", "hpp": "cpp", "cs": "csharp", "rb": "ruby", "php": "php",
    "swift": "swift", "sh": "bash", "bash": "bash", "yml": "yaml", "yaml": "yaml", "json": "json", "toml": "toml",
    "tf": "terraform", "hcl": "terraform", "sql": "sql", "html": "html", "css": "css", "scala": "scala",
    "ini": "ini", "cfg": "ini", "xml": "xml", "dockerfile": "docker",
}  # fmt: skip

_INKS = (
    ("Comment", "comment"),
    ("Keyword", "keyword"),
    ("Literal.String", "string"),
    ("Literal.Number", "number"),
    ("Name.Function", "function"),
    ("Name.Class", "class"),
    ("Name.Tag", "keyword"),
    ("Name.Attribute", "function"),
    ("Name.Builtin", "builtin"),
    ("Name.Decorator", "builtin"),
    ("Operator.Word", "keyword"),
)


@cache
def _lexer(alias: str) -> Lexer:
    return get_lexer_by_name(alias, stripnl=False, ensurenl=False)


def alias_of(path: str) -> str:
    """The language of a path by its name alone; empty when it is not coloured."""
    name = path.rpartition("/")[2].lower()
    return _ALIASES.get(name.rpartition(".")[2], "docker" if name.startswith("dockerfile") else "")


@lru_cache(maxsize=512)
def _ink(kind: _TokenType) -> str:
    name = ".".join(kind)
    return next((ink for prefix, ink in _INKS if name.startswith(prefix)), "text")


def lex(alias: str, lines: Sequence[str], budget: float = BUDGET) -> list[list[Span]]:
    """Colour lines of one side of a hunk; an empty list for every line that stays plain."""
    out: list[list[Span]] = [[] for _ in lines]
    wanted = [i for i, line in enumerate(lines) if len(line) <= _LONGEST and not line.isspace() and line]
    if not alias or not wanted:
        return out
    until = time.monotonic() + budget
    source = "\n".join(lines[i] for i in wanted)
    position = column = 0
    for kind, text in _lexer(alias).get_tokens(source):
        if time.monotonic() > until:
            break
        ink = _ink(kind)
        for count, part in enumerate(text.split("\n")):
            if count:
                position, column = position + 1, 0
            if part and position < len(wanted):
                out[wanted[position]].append((column, column + len(part), ink))
                column += len(part)
    for index in wanted[position : position + 1]:
        if sum(end - start for start, end, _ in out[index]) != len(lines[index]):
            out[index] = []
    return out
