"""Outline code by indentation and by braces: functions, classes, methods, resources.

Tolerant and linear: headers by pattern, brackets counted outside strings and comments.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewconsole import lazy_re as re
from reviewconsole.detection.outline import Construct

PYTHON = re.compile(r"(\s*)(?:async\s+def|def|class)\s+(\w+)")
RUBY = re.compile(
    r"(\s*)(?:private\s+|public\s+|protected\s+)?(?:def|class|module)\s+(?:self\.)?([\w:]+[?!]?)"
    r"|(\s*)(?:it|describe|context|specify|test)\s+[\"']([^\"']+)"
)
_METHOD = (
    r"\s*(?:@\w+(?:\([^)]*\))?\s+)*"
    r"(?:(?:public|private|protected|static|final|abstract|synchronized|default|native)\s+)*"
)
_RETURNS = r"(?:<[^>]{1,80}>\s+)?(?!(?:new|return|throw|else|case|if|for|while)\b)[\w.<>\[\], ?]{1,120}\s+"
_WORDS = r"(?!(?:if|for|while|switch|catch|return|await|else|function|super|new|throw|typeof|yield)\b)"
_MODIFIERS = r"(?:(?:public|private|protected|static|async|override|readonly|get|set)\s+)*"
BRACES = {
    "go": re.compile(r"func\s+(?:\([^)]*?\*?(\w+)(?:\[[^\]]*\])?\)\s*)?(\w+)|type\s+()(\w+)\s+(?:struct|interface)"),
    "typescript": re.compile(
        r"\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?function\s*\*?\s*()(\w+)"
        r"|\s*(?:export\s+)?(?:default\s+)?(?:abstract\s+)?(?:class|interface|enum|namespace)\s+()(\w+)"
        r"|\s*(?:export\s+)?(?:const|let|var)\s+()(\w+)\s*(?::[^=]{0,200})?=\s*(?:async\s*)?"
        r"(?:\([^)]*\)|\w+)\s*(?::[^=]{0,200})?=>"
        r"|\s*(?:export\s+)?(?:const|let|var)\s+()(\w+)\s*(?::[^=]{0,200})?=\s*(?:async\s*)?"
        r"(?:function\b|\((?=[^)]*$)|(?:\w+\.)?(?:memo|forwardRef|useCallback|useMemo|observer)\b)"
        r"|\s*(?:it|test|describe)(?:\.\w+)?\(\s*()[\"'`]([^\"'`]*)"
        rf"|\s+{_MODIFIERS}\*?()#?{_WORDS}(\w+)(?:<[^>]{{1,80}}>)?\([^)]*\)[^;{{}}()]*\{{\s*$"
        rf"|\s+{_MODIFIERS}\*?()#?{_WORDS}(\w+)(?:<[^>]{{1,80}}>)?\([^)]*$"
        rf"|\s+{_MODIFIERS}()#?(\w+)\s*(?::[^=]{{0,200}})?=\s*(?:async\s*)?(?:\([^)]*\)|\w+)\s*=>\s*\{{"
    ),
    "java": re.compile(
        r"(?!\s*(?:(?:if|for|while|switch|catch|try|do|else|return|throw|new|assert|super|this|case|yield)\b"
        r"|synchronized\s*\())"
        r"(?:" + _METHOD + r"(?:class|interface|enum|record)\s+()(\w+)"
        r"|" + _METHOD + _RETURNS + r"()(\w+)\s*\([^;]*$"
        r"|" + _METHOD + r"()([A-Z]\w*)\s*\([^;]*\{\s*$)"
    ),
    "kotlin": re.compile(
        r"\s*(?:@?\w+\s+)*?(?:class|interface|object|fun)\s+(?:<[^>]{1,80}>\s*)?(?:[\w<>?]+\.)?()(\w+)"
    ),
    "rust": re.compile(
        r"\s*(?:pub(?:\([^)]*\))?\s+)?(?:async\s+|const\s+|unsafe\s+)*(?:fn|struct|enum|trait|mod)\s+()(\w+)"
        r"|\s*(?:unsafe\s+)?impl(?:<[^>]{1,80}>)?\s+(?:[\w:<>]+\s+for\s+)?()(\w+)"
    ),
    "terraform": re.compile(r"(?:(resource|data)\s+\"([^\"]+)\"\s+\"([^\"]+)\"|(\w+)(?:\s+\"([^\"]+)\")?)\s*\{"),
    "shell": re.compile(r"\s*(?:function\s+)?()([\w:.-]+)\s*\(\)\s*(?:\{|\(|$)|\s*function\s+()([\w:.-]+)"),
}
_TEST_CALL = re.compile(r"\s*(it|test|describe)\b")
_MAYBE = re.compile(rf"\s+{_MODIFIERS}\*?#?{_WORDS}\w+(?:<[^>]{{1,80}}>)?\([^)]*$")
_NESTED = frozenset({"typescript", "java", "kotlin", "rust"})
_LONGEST = 4000
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
_SLASHED = rf"{_QUOTED}|`[^`]*`|//.*$|/\*.*?\*/"
_OPAQUE = {
    "go": _SLASHED, "typescript": _SLASHED, "java": _SLASHED, "kotlin": _SLASHED,
    "rust": r"\"(?:[^\"\\]|\\.)*\"|'(?:\\[^']{1,8}|[^'\\])'|//.*$|/\*.*?\*/",
    "terraform": r"\"(?:[^\"\\]|\\.)*\"|(?:#|//).*$|/\*.*?\*/",
    "shell": rf"{_QUOTED}|(?:^|(?<=\s))#.*$|\\.",
}  # fmt: skip
_OPAQUES = {kind: re.compile(pattern) for kind, pattern in _OPAQUE.items()}
_TOKENS = re.compile(r"[(){};]")
_DECORATOR = {
    "typescript": re.compile(r"\s*@[\w.]+"), "java": re.compile(r"\s*@(?!interface\b)[\w.]+"),
    "kotlin": re.compile(r"\s*@[\w.:]+"), "rust": re.compile(r"\s*#!?\["),
}  # fmt: skip
_HEREDOC = re.compile(r"<<[-~]?\s*[\"']?([A-Za-z_]\w*)[\"']?")
_TRIPLE = re.compile(r"\"\"\"|'''")


def indented(header: re.Pattern[str], lines: Sequence[str]) -> Iterator[Construct]:
    """Outline by indentation. What stands inside a triple-quoted string has none."""
    stack: list[tuple[int, str, int, int]] = []
    last = 0
    decorated: tuple[int, int] | None = None
    quote = ""
    for number, line in enumerate(lines, 1):
        if len(line) > _LONGEST:
            continue
        inside, quote = quote, _left_open(line, quote) if header is PYTHON else ""
        body = line.lstrip()
        if inside or not body or body[0] in "#)]}":
            last = number if inside else last
            continue
        depth = len(line) - len(body)
        while stack and depth <= stack[-1][0]:
            _, name, first, head = stack.pop()
            yield Construct(name=name, first=first, last=last, head=head)
        match = header.match(line)
        if match:
            name = match[2] or match[match.lastindex or 0]
            name = f"{stack[-1][1]}.{name}" if stack else name
            begun = decorated[1] if decorated and decorated[0] == depth else number
            stack.append((depth, name, begun, number))
            decorated = None
        elif header is PYTHON and body[0] == "@":
            decorated = decorated if decorated and decorated[0] == depth else (depth, number)
        elif decorated and depth <= decorated[0]:
            decorated = None
        last = number
    for _, name, first, head in stack:
        yield Construct(name=name, first=first, last=len(lines), head=head)


def _left_open(line: str, quote: str) -> str:
    """The triple quote that is open after a line, given the one open before it."""
    if not quote and '"""' not in line and "'''" not in line:
        return ""
    at = 0
    while True:
        if quote:
            end = line.find(quote, at)
            if end < 0:
                return quote
            at, quote = end + 3, ""
        found = _TRIPLE.search(line, at)
        if found is None or "#" in line[at : found.start()].replace('"#', ""):
            return ""
        at, quote = found.end(), found[0]


@dataclass(slots=True)
class _Open:
    name: str
    first: int
    head: int
    braces: int
    parens: int
    opened: bool = False
    tentative: bool = False
    """A call could look the same: it counts once a body follows."""


@dataclass(slots=True)
class _Reader:
    """Counts brackets over the lines of one file."""

    kind: str
    braces: int = 0
    parens: int = 0
    comment: bool = False
    heredoc: str = ""

    def bare(self, line: str) -> str:
        """The line without strings, comments and heredocs."""
        if self.heredoc:
            self.heredoc = "" if line.strip() == self.heredoc else self.heredoc
            return ""
        if self.comment:
            _, end, line = line.partition("*/")
            self.comment = not end
        text = _OPAQUES[self.kind].sub("", line)
        if self.kind in ("terraform", "shell"):
            found = _HEREDOC.search(line)
            if found and "<<<" not in line:
                self.heredoc = found[1]
        if self.kind != "shell" and "/*" in text:
            text, _, _ = text.partition("/*")
            self.comment = True
        return text


def braced(kind: str, lines: Sequence[str]) -> Iterator[Construct]:
    """Outline by braces."""
    header, decorator = BRACES[kind], _DECORATOR.get(kind)
    reader = _Reader(kind)
    stack: list[_Open] = []
    decorated = 0
    for number, line in enumerate(lines, 1):
        if len(line) > _LONGEST:
            continue
        begun = reader.comment or bool(reader.heredoc)
        text = reader.bare(line)
        match = None if begun else header.match(line)
        if match and (kind != "terraform" or reader.braces == 0):
            yield from _unopened(stack, number - 1, reader.braces)
            parts = [part for part in match.groups() if part]
            name = ".".join(parts)
            if kind in _NESTED and stack:
                name = f"{stack[-1].name}.{name}"
            maybe = kind == "typescript" and bool(_MAYBE.match(line)) and not _TEST_CALL.match(line)
            stack.append(_Open(name, decorated or number, number, reader.braces, reader.parens, tentative=maybe))
            decorated = 0
        elif decorator and decorator.match(line) and not decorated:
            decorated = number
        elif decorated and text.strip() and not _continues(reader, text):
            decorated = 0
        yield from _count(reader, stack, text, number)
    for item in stack:
        if item.opened:
            yield Construct(name=item.name, first=item.first, last=len(lines), head=item.head)


def _continues(reader: _Reader, text: str) -> bool:
    """Whether a line belongs to a decorator begun above: inside its brackets, or another one."""
    return reader.parens > 0 or text.lstrip()[:1] in "@#)]}"


def _unopened(stack: list[_Open], last: int, braces: int) -> Iterator[Construct]:
    """End what has no body in braces (an expression, a declaration) where the next header begins."""
    while stack and not stack[-1].opened and stack[-1].braces >= braces:
        item = stack.pop()
        if not item.tentative:
            yield Construct(name=item.name, first=item.first, last=max(last, item.head), head=item.head)


def _count(reader: _Reader, stack: list[_Open], text: str, number: int) -> Iterator[Construct]:
    for token in _TOKENS.finditer(text):
        mark = token[0]
        if mark == "(":
            reader.parens += 1
        elif mark == ")":
            reader.parens = max(0, reader.parens - 1)
            if stack and stack[-1].tentative and not stack[-1].opened and reader.parens <= stack[-1].parens:
                rest = text[token.end() :].strip()
                if not (rest.endswith("{") and (rest[0] in "{:")):
                    stack.pop()
        elif mark == "{":
            if stack and not stack[-1].opened and _opens(stack[-1], reader, text, token.start(), number):
                stack[-1].opened = True
            reader.braces += 1
        elif mark == "}":
            reader.braces = max(0, reader.braces - 1)
            yield from _closed(reader, stack, number)
        elif stack and not stack[-1].opened and reader.parens <= stack[-1].parens:
            item = stack.pop()
            yield Construct(name=item.name, first=item.first, last=number, head=item.head)


def _opens(item: _Open, reader: _Reader, text: str, at: int, number: int) -> bool:
    """Whether a brace opens the body of a header, and is no type or argument of it."""
    if reader.parens <= item.parens or "=>" in text[:at]:
        return True
    return item.head == number and bool(_TEST_CALL.match(text))


def _closed(reader: _Reader, stack: list[_Open], number: int) -> Iterator[Construct]:
    """End what a closing brace ends."""
    while stack and (reader.braces < stack[-1].braces or (reader.braces == stack[-1].braces and stack[-1].opened)):
        item = stack.pop()
        if item.opened or not item.tentative:
            yield Construct(name=item.name, first=item.first, last=number, head=item.head)
