"""Outline what is no code: YAML objects, jobs and steps, headings, SQL statements, targets, stages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewconsole import lazy_re as re
from reviewconsole.detection.outline import Construct

_KEY = re.compile(r"(\s*(?:-\s+)*)([\w./$-]+|\"[^\"]*\"|'[^']*')\s*:(?:\s|$)(.*)")
_NAMING = re.compile(r"\s*(?:-\s+)?(name|id|alert|record|uses|run|key)\s*:\s+(\S.*)")
_NAMES = ("name", "alert", "record", "id", "key", "uses", "run")
_LOOK_AHEAD = 60
_GROUPS = frozenset(
    {"services", "jobs", "volumes", "networks", "resources", "groups", "stages", "tasks", "functions"}
    | {"Resources", "Parameters", "Outputs"}
)
"""Top-level keys whose children live and die on their own."""
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
TARGET = re.compile(r"()([\w./%-]+)\s*:(?!=)")
STAGE = re.compile(r"FROM\s+\S+(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_STATEMENT = re.compile(
    r"\s*(CREATE|ALTER|DROP|TRUNCATE|INSERT|UPDATE|DELETE|GRANT|REVOKE|COMMENT|SET|BEGIN|COMMIT|ROLLBACK|SELECT|WITH"
    r"|MERGE|LOCK|VACUUM|REFRESH|DO|CALL|ANALYZE|REINDEX|RENAME|COPY)\b(.*)",
    re.IGNORECASE,
)
_OBJECT = re.compile(
    r"\s*(?:(?:OR\s+REPLACE|UNIQUE|TEMP(?:ORARY)?|MATERIALIZED|CONCURRENTLY|IF\s+(?:NOT\s+)?EXISTS|ONLY|INTO|FROM|CASCADE)\s+)*"
    r"(TABLE|INDEX|VIEW|FUNCTION|PROCEDURE|TRIGGER|TYPE|SCHEMA|SEQUENCE|DATABASE|EXTENSION|ROLE|USER|POLICY|COLUMN)?\s*"
    r"(?:(?:CONCURRENTLY|IF\s+(?:NOT\s+)?EXISTS|ONLY|INTO|FROM)\s+)*([\w.\"`\[\]]+)?",
    re.IGNORECASE,
)
_DOLLAR = re.compile(r"\$\w*\$")
_QUIET = re.compile(r"'(?:[^']|'')*'|--.*$")


def keys(lines: Sequence[str]) -> Iterator[Construct]:
    """Outline YAML: objects of a manifest, keys with blocks below them, list items that have a name."""
    start = 1
    for number, line in enumerate([*lines, "---"], 1):
        if line.startswith("---"):
            yield from _document(lines, start, number - 1)
            start = number + 1


@dataclass(slots=True)
class _Key:
    depth: int
    name: str
    first: int
    level: int
    unit: bool
    item: bool = False


def _title(lines: Sequence[str]) -> str:
    """Kind and name of a Kubernetes object; empty for other documents."""
    kind = name = inside = ""
    for line in lines:
        if line.startswith("kind:"):
            kind = line[5:].strip().strip("\"'")
        elif line[:1] not in (" ", "", "#", "{"):
            inside = line.split(":", 1)[0]
        elif inside == "metadata" and line.startswith("  name:"):
            name = line[7:].strip().strip("\"'")
    return f"{kind}/{name}" if kind else ""


def _document(lines: Sequence[str], first: int, last: int) -> Iterator[Construct]:
    prefix = _title(lines[first - 1 : last])
    if prefix:
        yield Construct(name=prefix, first=first, last=last)
    stack: list[_Key] = []
    end = first
    block = -1
    for number in range(first, last + 1):
        line = lines[number - 1]
        body = line.lstrip()
        # A template's own lines ({{ if }}, {% for %}) stand at any depth and end nothing.
        if not body or body[0] == "#" or body.startswith(("{{", "{%")):
            continue
        depth = len(line) - len(body)
        if 0 <= block < depth:
            end = number
            continue
        block = -1
        item = body.startswith("- ") or body == "-"
        while stack and (depth < stack[-1].depth or (depth == stack[-1].depth and (stack[-1].item or not item))):
            yield from _ended(stack.pop(), end)
        if item:
            name = _item_name(lines, number, last, depth)
            above = stack[-1] if stack else None
            if name:
                path = f"{above.name if above else prefix}[{name}]"
                stack.append(_Key(depth, path, number, above.level if above else 0, unit=True, item=True))
        match = _KEY.match(line)
        value = match[3].strip() if match else ""
        if match and value[:1] in ("", "#", "|", ">", "&"):
            above = stack[-1] if stack else None
            path = f"{above.name}.{match[2]}" if above else f"{prefix}:{match[2]}" if prefix else match[2]
            level = above.level + 1 if above else 0
            grouped = above.name in _GROUPS if above else match[2] in _GROUPS
            unit = not prefix and ((level == 0 and not grouped) or (level == 1 and grouped))
            stack.append(_Key(len(match[1]), path, number, level, unit))
            block = len(match[1]) if value[:1] in ("|", ">") else -1
        end = number
    while stack:
        yield from _ended(stack.pop(), end)


def _ended(key: _Key, last: int) -> Iterator[Construct]:
    if last > key.first:
        yield Construct(name=key.name, first=key.first, last=last, unit=key.unit)


def _item_name(lines: Sequence[str], number: int, last: int, depth: int) -> str:
    """What a list item is called: by name, id, or what it uses or runs."""
    found: dict[str, str] = {}
    column = -1
    for at in range(number, min(last, number + _LOOK_AHEAD) + 1):
        line = lines[at - 1]
        body = line.lstrip()
        here = len(line) - len(body)
        if at > number and body and here <= depth and body[0] != "#":
            break
        if at == number:
            here = len(line) - len(body[1:].lstrip())
            column = here
        match = _NAMING.match(line[:500]) if here == column else None
        if match:
            found.setdefault(match[1], match[2].strip("\"' "))
    name = next((found[key] for key in _NAMES if key in found and found[key][:1] not in "|>"), "")
    return name.partition("@")[0][:60] if name == found.get("uses") else name[:60]


def headings(lines: Sequence[str]) -> Iterator[Construct]:
    """Outline Markdown by its headings, fenced blocks aside."""
    stack: list[tuple[int, str, int]] = []
    fence = ""
    for number, line in enumerate(lines, 1):
        mark = line.lstrip()[:3]
        if mark in ("```", "~~~") and fence in ("", mark):
            fence = "" if fence else mark
        level, name = (0, "") if fence else _heading(lines, number)
        if not level:
            continue
        while stack and stack[-1][0] >= level:
            _, above, first = stack.pop()
            yield Construct(name=above, first=first, last=number - 1)
        stack.append((level, name, number))
    for _, name, first in stack:
        yield Construct(name=name, first=first, last=len(lines))


def _heading(lines: Sequence[str], number: int) -> tuple[int, str]:
    """Level and text of a heading: `## text`, `== text` (AsciiDoc), or text underlined with === or ---."""
    line = lines[number - 1]
    match = _HEADING.match(line)
    if match:
        return len(match[1]), match[2].strip(" #")
    if line.startswith("== ") or (line.startswith("==") and line.lstrip("=").startswith(" ")):
        return len(line) - len(line.lstrip("=")), line.lstrip("= ").strip()
    under = lines[number].rstrip() if number < len(lines) else ""
    above = lines[number - 2].strip() if number > 1 else ""
    if line.strip() and not above and len(under) >= 3 and under.strip("=-~^") == "" and len(set(under)) == 1:
        return {"=": 1, "-": 2}.get(under[0], 3), line.strip()
    return 0, ""


def statements(lines: Sequence[str]) -> Iterator[Construct]:
    """Outline SQL by its statements, named by verb and object."""
    first, name = 0, ""
    quoted = ""
    for number, line in enumerate(lines, 1):
        text = line[:4000]
        if quoted:
            _, closed, text = text.partition(quoted)
            if not closed:
                continue
            quoted = ""
        bare = _QUIET.sub("", text)
        if not first:
            match = _STATEMENT.match(bare)
            if match:
                first, name = number, _statement(match[1], match[2])
        marks = _DOLLAR.findall(bare)
        quoted = marks[0] if len(marks) % 2 else ""
        if first and not quoted and bare.rstrip().endswith(";"):
            yield Construct(name=name, first=first, last=number)
            first = 0
    if first:
        yield Construct(name=name, first=first, last=len(lines))


def _statement(verb: str, rest: str) -> str:
    found = _OBJECT.match(rest)
    what, name = (found[1] or "", found[2] or "") if found else ("", "")
    return " ".join(part for part in (verb.upper(), what.upper(), name.strip('"`[]')) if part)


def sections(header: re.Pattern[str], lines: Sequence[str]) -> Iterator[Construct]:
    """Outline by headers that end one another: targets of a Makefile, stages of a Dockerfile."""
    name, first = "", 0
    for number, line in enumerate(lines, 1):
        match = header.match(line)
        if match:
            if first:
                yield Construct(name=name, first=first, last=number - 1)
            name, first = match[match.lastindex or 0], number
    if first:
        yield Construct(name=name, first=first, last=len(lines))
