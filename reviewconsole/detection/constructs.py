"""Find the named things of a file: functions, resources, jobs, objects, headings.

Pure and tolerant: indentation, braces and headers by pattern, no parser, one pass over the
lines. A file that does not parse still has constructs, which is what host survival needs.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_PYTHON = re.compile(r"(\s*)(?:async\s+def|def|class)\s+(\w+)")
_RUBY = re.compile(
    r"(\s*)(?:def|class|module)\s+(?:self\.)?([\w:]+[?!]?)|(\s*)(?:it|describe|context|specify|test)\s+[\"']([^\"']+)"
)
_METHOD = (
    r"\s*(?:@\w+(?:\([^)]*\))?\s+)*"
    r"(?:(?:public|private|protected|static|final|abstract|synchronized|default|native)\s+)*"
)
_RETURNS = r"(?:<[^>]{1,80}>\s+)?(?!(?:new|return|throw|else|case|if|for|while)\b)[\w.<>\[\], ?]{1,120}\s+"
_BRACES = {
    "go": re.compile(r"func\s+(?:\([^)]*?\*?(\w+)(?:\[[^\]]*\])?\)\s*)?(\w+)|type\s+()(\w+)\s+(?:struct|interface)"),
    "typescript": re.compile(
        r"\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?function\s*\*?\s*()(\w+)"
        r"|\s*(?:export\s+)?(?:abstract\s+)?(?:class|interface)\s+()(\w+)"
        r"|\s*(?:export\s+)?(?:const|let|var)\s+()(\w+)\s*(?::[^=]{0,200})?=\s*(?:async\s*)?(?:\([^)]*\)"
        r"|\w+)\s*(?::[^=]{0,200})?=>"
        r"|\s*(?:it|test|describe)(?:\.\w+)?\(\s*()[\"'`]([^\"'`]*)"
        r"|\s+(?:(?:public|private|protected|static|async|override)\s+)*()(?!(?:if|for|while|switch|catch|return"
        r"|await|else)\b)(\w+)\([^)]*\)[^;{}()]*\{\s*$"
    ),
    "java": re.compile(
        _METHOD + r"(?:class|interface|enum|record)\s+()(\w+)"
        r"|" + _METHOD + _RETURNS + r"()(\w+)\s*\([^;]*$"
    ),
    "kotlin": re.compile(
        r"\s*(?:@?\w+\s+)*?(?:class|interface|object|fun)\s+(?:<[^>]{1,80}>\s*)?(?:[\w<>?]+\.)?()(\w+)"
    ),
    "rust": re.compile(
        r"\s*(?:pub(?:\([^)]*\))?\s+)?(?:async\s+|const\s+|unsafe\s+)*(?:fn|struct|enum|trait|mod)\s+()(\w+)"
        r"|\s*(?:unsafe\s+)?impl(?:<[^>]{1,80}>)?\s+(?:[\w:<>]+\s+for\s+)?()(\w+)"
    ),
    "terraform": re.compile(r"(?:(resource|data)\s+\"([^\"]+)\"\s+\"([^\"]+)\"|(\w+)(?:\s+\"([^\"]+)\")?)\s*\{"),
    "shell": re.compile(r"(?:function\s+)?()([\w:-]+)\s*\(\)\s*\{?|function\s+()(\w+)"),
}
_NESTED = frozenset({"typescript", "java", "kotlin", "rust"})
_KEY = re.compile(r"(\s*(?:-\s+)*)([\w./$-]+|\"[^\"]*\"|'[^']*')\s*:(?:\s|$)(.*)")
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_TARGET = re.compile(r"()([\w./%-]+)\s*:(?!=)")
_STAGE = re.compile(r"FROM\s+\S+(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`|//.*$|#.*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Construct:
    """A named range of lines, 1-based, both ends inside."""

    name: str
    first: int
    last: int


def enclosing(found: Sequence[Construct], line: int) -> Construct | None:
    """The innermost construct around a line: the one that starts last."""
    best = None
    for construct in found:
        if construct.first > line:
            break
        if construct.last >= line:
            best = construct
    return best


def constructs(kind: str, lines: Sequence[str]) -> tuple[Construct, ...]:
    """List the constructs of a file, by first line."""
    if kind in ("python", "ruby"):
        found = _indented(_PYTHON if kind == "python" else _RUBY, lines)
    elif kind in _BRACES:
        found = _braced(kind, lines)
    elif kind in ("yaml", "workflow"):
        found = _keys(lines)
    elif kind == "markdown":
        found = _headings(lines)
    elif kind in ("makefile", "dockerfile"):
        found = _sections(_TARGET if kind == "makefile" else _STAGE, lines)
    else:
        return ()
    return tuple(sorted(found, key=lambda item: (item.first, -item.last)))


def _indented(header: re.Pattern[str], lines: Sequence[str]) -> Iterator[Construct]:
    stack: list[tuple[int, str, int]] = []
    last = 0
    for number, line in enumerate(lines, 1):
        body = line.lstrip()
        if not body or body[0] in "#)]}":
            continue
        depth = len(line) - len(body)
        while stack and depth <= stack[-1][0]:
            _, name, first = stack.pop()
            yield Construct(name=name, first=first, last=last)
        match = header.match(line)
        if match:
            name = match[2] or match[match.lastindex or 0]
            name = f"{stack[-1][1]}.{name}" if stack else name
            stack.append((depth, name, number))
        last = number
    for _, name, first in stack:
        yield Construct(name=name, first=first, last=len(lines))


def _braced(kind: str, lines: Sequence[str]) -> Iterator[Construct]:
    header = _BRACES[kind]
    stack: list[tuple[int, str, int]] = []
    depth = 0
    for number, line in enumerate(lines, 1):
        if len(line) > 4000:
            continue
        match = header.match(line)
        opened = bool(match) and (kind != "terraform" or depth == 0)
        if match and opened:
            parts = [part for part in match.groups() if part]
            name = ".".join(parts)
            if kind in _NESTED and stack:
                name = f"{stack[-1][1]}.{name}"
            stack.append((depth, name, number))
        bare = _STRING.sub("", line)
        depth += bare.count("{") - bare.count("}")
        while stack and depth <= stack[-1][0] and (number > stack[-1][2] or "}" in bare or bare.rstrip().endswith(";")):
            if number == stack[-1][2] or "}" in bare:
                _, name, first = stack.pop()
                yield Construct(name=name, first=first, last=number)
            else:
                break
    for _, name, first in stack:
        yield Construct(name=name, first=first, last=len(lines))


def _keys(lines: Sequence[str]) -> Iterator[Construct]:
    start = 1
    for number, line in enumerate([*lines, "---"], 1):
        if line.startswith("---"):
            yield from _document(lines, start, number - 1)
            start = number + 1


def _document(lines: Sequence[str], first: int, last: int) -> Iterator[Construct]:
    kind = name = ""
    inside = ""
    for line in lines[first - 1 : last]:
        if line.startswith("kind:"):
            kind = line[5:].strip().strip("\"'")
        elif line[:1] not in (" ", "", "#"):
            inside = line.split(":", 1)[0]
        elif inside == "metadata" and line.startswith("  name:"):
            name = line[7:].strip().strip("\"'")
    prefix = f"{kind}/{name}" if kind else ""
    if prefix:
        yield Construct(name=prefix, first=first, last=last)
    stack: list[tuple[int, str, int]] = []
    end = first
    for number in range(first, last + 1):
        line = lines[number - 1]
        body = line.lstrip()
        if not body or body.startswith("#"):
            continue
        depth = len(line) - len(body)
        item = body.startswith("- ")
        while stack and (depth < stack[-1][0] or (depth == stack[-1][0] and not item)):
            _, path, begun = stack.pop()
            if end > begun:
                yield Construct(name=path, first=begun, last=end)
        match = _KEY.match(line)
        if match and match[3].strip()[:1] in ("", "#", "|", ">", "&"):
            path = f"{stack[-1][1]}.{match[2]}" if stack else f"{prefix}:{match[2]}" if prefix else match[2]
            stack.append((len(match[1]), path, number))
        end = number
    for _, path, begun in stack:
        if end > begun:
            yield Construct(name=path, first=begun, last=end)


def _headings(lines: Sequence[str]) -> Iterator[Construct]:
    stack: list[tuple[int, str, int]] = []
    fenced = False
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        match = None if fenced else _HEADING.match(line)
        if not match:
            continue
        while stack and stack[-1][0] >= len(match[1]):
            _, name, first = stack.pop()
            yield Construct(name=name, first=first, last=number - 1)
        stack.append((len(match[1]), match[2].strip(), number))
    for _, name, first in stack:
        yield Construct(name=name, first=first, last=len(lines))


def _sections(header: re.Pattern[str], lines: Sequence[str]) -> Iterator[Construct]:
    name, first = "", 0
    for number, line in enumerate(lines, 1):
        match = header.match(line)
        if match:
            if first:
                yield Construct(name=name, first=first, last=number - 1)
            name, first = match[match.lastindex or 0], number
    if first:
        yield Construct(name=name, first=first, last=len(lines))
