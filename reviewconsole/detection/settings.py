"""Read configuration as settings: who is configured (the host), by which path, to which value.

One form for Terraform, Kubernetes, CloudFormation, Helm values and the settings in program text,
so that a rule can compare both sides without knowing the syntax. YAML and pretty-printed JSON
are read by indentation, not parsed: a chart's template has settings too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from reviewconsole import lazy_re as re
from reviewconsole.detection import terraform
from reviewconsole.detection.model import Context, Same
from reviewconsole.detection.source import MAX_LINE, Source
from reviewconsole.finding import Side

_KINDS = frozenset({"terraform", "yaml", "workflow", "json", "python", "typescript", "go"})
_CODE = frozenset({"python", "typescript", "go"})
_KEY = re.compile(r"^(?P<depth>\s*(?:-\s+)*)(?P<quote>[\"']?)(?P<name>[\w./$@-]+)(?P=quote)\s*:(?:\s+(?P<value>.*))?$")
_ITEM = re.compile(r"^(\s*)-\s")
_IN_CODE = re.compile(
    r"[\"']?\b([A-Za-z_]\w*)[\"']?\s*(?<![=!<>:])[:=](?![=:])\s*"
    r"((?:[A-Za-z_][\w]*\.)*[A-Za-z_]\w*(?:\(\w*\))?|-?\d+(?:\.\d+)?|\"[^\"]*\"|'[^']*')(?=\s*[,})\]]|\s*$|\s*//|\s*#|\s*;)"
)
_MADE = re.compile(
    r"(?:\bnew\s+|\b|=\s*)([A-Za-z_][\w.]*)\(\s*(?:(?:this|self|scope|ctx)\s*,\s*)?[\"'`]([^\"'`]+)[\"'`]"
)
_INFRASTRUCTURE = re.compile(
    r"pulumi|\bcdk|cdktf|troposphere|RemovalPolicy|DatabaseInstance"
    r"|\b(aws|gcp|azure|rds|s3|dynamodb|ecs|eks|efs|kms|sqs|sql|k8s|kubernetes)\.[\w.]*[A-Z]\w*\("
)
_HEREDOC = re.compile(r"[|>][+-]?\d?\s*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One value of one host."""

    host: str
    """Address, `Kind/name`, logical id; empty for a file that is one."""
    kind: str
    """Type of the resource, object or call; empty where nothing says it."""
    path: str
    value: str
    first: int
    last: int

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit(".", 1)[-1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Host:
    """Something that is configured, with its lines."""

    name: str
    kind: str
    first: int
    last: int
    settings: tuple[Setting, ...]

    def value(self, path: str) -> str:
        """The value at a path; empty without it."""
        return next((item.value for item in self.settings if item.path == path), "")


def hosts(source: Source, side: Side) -> tuple[Host, ...]:
    """Everything configured on one side of a file, by first line."""
    if source.kind not in _KINDS:
        return ()
    return source.once("hosts", side, lambda: _hosts(source.kind, source.lines(side)))


def _hosts(kind: str, lines: tuple[str, ...]) -> tuple[Host, ...]:
    rows = tuple(row if len(row) <= MAX_LINE else "" for row in lines)
    if kind == "terraform":
        return tuple(_terraform(rows))
    if kind in _CODE:
        return tuple(_code(kind, rows)) if _INFRASTRUCTURE.search("\n".join(rows)) else ()
    return tuple(_indented(rows))


def _terraform(lines: tuple[str, ...]) -> Iterator[Host]:
    for block in terraform.parse(lines):
        kind = block.labels[0] if block.type == "resource" and block.labels else block.type
        settings = tuple(
            Setting(host=block.address, kind=kind, path=path, value=item.value, first=item.first, last=item.last)
            for path, item in block.walk()
        )
        yield Host(name=block.address, kind=kind, first=block.first, last=block.last, settings=settings)


def _documents(lines: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    start = 1
    for number, line in enumerate((*lines, "---"), 1):
        if line.startswith("---"):
            if number > start:
                yield start, number - 1
            start = number + 1


def _indented(lines: tuple[str, ...]) -> Iterator[Host]:
    for first, last in _documents(lines):
        settings = list(_paths(lines, first, last))
        found = {item.path: item.value for item in settings}
        if found.get("kind") and "apiVersion" in found:
            name = f"{found['kind']}/{found.get('metadata.name', '')}"
            yield Host(
                name=name, kind=found["kind"], first=first, last=last, settings=_named(settings, name, found["kind"])
            )
            continue
        taken: set[int] = set()
        for prefix, name, kind in _resources(settings):
            own = [item for item in settings if item.path.startswith(prefix)]
            taken.update(id(item) for item in own)
            named = _named(own, name, kind, len(prefix))
            yield Host(name=name, kind=kind, first=max(first, named[0].first - 1), last=named[-1].last, settings=named)
        rest = tuple(item for item in settings if id(item) not in taken)
        if rest:
            yield Host(name="", kind="", first=first, last=last, settings=rest)


def _named(settings: list[Setting], host: str, kind: str, cut: int = 0) -> tuple[Setting, ...]:
    return tuple(
        Setting(host=host, kind=kind, path=item.path[cut:], value=item.value, first=item.first, last=item.last)
        for item in settings
    )


def _resources(settings: list[Setting]) -> Iterator[tuple[str, str, str]]:
    """Path prefix, logical id and type of each resource of a CloudFormation template or Serverless file."""
    for item in settings:
        match = re.fullmatch(r"((?:resources\.)?Resources\.([\w-]+)\.)Type", item.path)
        if match and re.match(r"(AWS|Custom|Alexa)::", item.value):
            yield match[1], match[2], item.value


def _paths(lines: tuple[str, ...], first: int, last: int) -> Iterator[Setting]:
    stack: list[tuple[int, str]] = []
    counts: dict[str, int] = {}
    block = -1
    for number in range(first, last + 1):
        line = lines[number - 1].rstrip()
        if line.lstrip()[:1] in ('"', "{", "}", "[", "]"):
            line = line.rstrip(",")
        body = line.lstrip()
        depth = len(line) - len(body)
        if not body or (body[0] in "#{}[]" and not body.startswith("{{")):
            continue
        if block >= 0 and depth > block:
            continue
        block = -1
        item = _ITEM.match(line)
        if item:
            while (stack and stack[-1][0] > depth) or (
                stack and stack[-1][0] == depth and stack[-1][1].startswith("[")
            ):
                stack.pop()
            parent = ".".join(name for _, name in stack)
            label = re.match(r"-\s+[\"']?(?:name|id|Name|key|Key|Id)[\"']?\s*:\s*(\S+)", body)
            counts[parent] = counts.get(parent, -1) + 1
            stack.append((depth, f"[{label[1].strip(chr(34)) if label else counts[parent]}]"))
        match = _KEY.match(line)
        if not match:
            continue
        column = len(match["depth"])
        while (
            stack and stack[-1][0] >= column and not (item and stack[-1][1].startswith("[") and stack[-1][0] == depth)
        ):
            stack.pop()
        value = re.sub(r"\s+#.*$", "", match["value"] or "").strip()
        path = ".".join([*(name for _, name in stack), match["name"]])
        bare = value.strip("\"'") if len(value) > 1 and value[0] in "\"'" and value[0] == value[-1] else value
        if value in ("", "{", "[") or (value[:1] == "&" and " " not in value):
            stack.append((column, match["name"]))
            yield Setting(host="", kind="", path=path, value="", first=number, last=number)
            continue
        if _HEREDOC.search(value) and len(value) <= 4:
            block = column
        yield Setting(host="", kind="", path=path, value=bare, first=number, last=number)


def _code(kind: str, lines: tuple[str, ...]) -> Iterator[Host]:
    """Settings in program text, under the constructor call that stands above them in the same nesting."""
    calls: list[tuple[int, str, str, int, list[Setting]]] = []
    loose: list[Setting] = []
    depth = 0
    mark = "#" if kind == "python" else "//"
    done: list[Host] = []
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith(mark):
            continue
        made = _MADE.search(line)
        if made and re.search(r"(^|\.)[A-Z]\w*$", made[1]):
            calls.append((depth, f"{made[1]}({made[2]})", made[1], number, []))
        for match in _IN_CODE.finditer(line):
            host = calls[-1] if calls else None
            setting = Setting(
                host=host[1] if host else "", kind=host[2] if host else "", path=match[1],
                value=match[2].strip("\"'"), first=number, last=number,
            )  # fmt: skip
            (host[4] if host else loose).append(setting)
        bare = re.sub(r"\"[^\"]*\"|'[^']*'|`[^`]*`", "", line)
        depth += sum(bare.count(sign) for sign in "([{") - sum(bare.count(sign) for sign in ")]}")
        while calls and depth <= calls[-1][0]:
            _, name, made_by, first, own = calls.pop()
            done.append(Host(name=name, kind=made_by, first=first, last=number, settings=tuple(own)))
    if loose:
        done.append(Host(name="", kind="", first=1, last=len(lines), settings=tuple(loose)))
    yield from sorted(done, key=lambda host: host.first)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A host on the old side and what it became."""

    old: Host
    new: Host
    old_source: Source
    new_source: Source


def moved_addresses(context: Context) -> dict[str, str]:
    """Old to new address of every `moved` block on the new side."""
    return {
        block.attribute("from"): block.attribute("to")
        for source in context.sources
        if source.kind == "terraform"
        for block in terraform.parse(source.new)
        if block.type == "moved"
    }


def pairs(context: Context) -> Iterator[Pair]:
    """Hosts that are on both sides; a resource or manifest may have moved to another file or address."""
    renamed = moved_addresses(context)
    elsewhere: dict[tuple[str, str], list[tuple[Source, Host]]] = {}
    for source in context.sources:
        for host in hosts(source, Side.NEW):
            if host.name:
                elsewhere.setdefault((source.kind, host.name), []).append((source, host))
    for source in context.sources:
        if not (source.removed or source.added):
            continue
        after = {host.name: host for host in hosts(source, Side.NEW)}
        for host in hosts(source, Side.OLD):
            if host.name in after:
                yield Pair(old=host, new=after[host.name], old_source=source, new_source=source)
                continue
            away = elsewhere.get((source.kind, renamed.get(host.name, host.name)), []) if host.name else []
            fresh = [(file, found) for file, found in away if found.first in file.added]
            if len(fresh) == 1:
                yield Pair(old=host, new=fresh[0][1], old_source=source, new_source=fresh[0][0])


def fresh(context: Context) -> tuple[tuple[Source, Host, Setting], ...]:
    """Settings of the new side that stand on added lines."""
    return _fresh(Same(context))


@lru_cache(maxsize=2)
def _fresh(same: Same) -> tuple[tuple[Source, Host, Setting], ...]:
    return tuple(_on_added_lines(same.context))


def _on_added_lines(context: Context) -> Iterator[tuple[Source, Host, Setting]]:
    for source in context.sources:
        if source.added:
            for host in hosts(source, Side.NEW):
                for item in host.settings:
                    if source.touched(Side.NEW, item.first, item.last):
                        yield source, host, item


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A setting whose value differs between the sides; `old` or `new` is None where it is absent."""

    pair: Pair
    old: Setting | None
    new: Setting | None
    item: Setting
    """The new one where there is one, else the old."""

    @property
    def place(self) -> tuple[Source, Side, tuple[int, int]]:
        """Where `item` stands."""
        if self.new is not None:
            return self.pair.new_source, Side.NEW, (self.new.first, self.new.last)
        return self.pair.old_source, Side.OLD, (self.item.first, self.item.last)


def changes(context: Context) -> tuple[Change, ...]:
    """Settings of surviving hosts that were added, removed or set to another value."""
    return _changes(Same(context))


@lru_cache(maxsize=2)
def _changes(same: Same) -> tuple[Change, ...]:
    return tuple(_differences(same.context))


def _differences(context: Context) -> Iterator[Change]:
    for pair in pairs(context):
        before, after = _by_path(pair.old), _by_path(pair.new)
        for path in dict.fromkeys((*before, *after)):
            old, new = before.get(path), after.get(path)
            gone = new is None and not pair.new.name and not _parent_stays(path, after)
            if (old is None or new is None or old.value != new.value) and not gone:
                item = new or old
                if item is not None:
                    yield Change(pair=pair, old=old, new=new, item=item)


def _parent_stays(path: str, after: dict[str, Setting]) -> bool:
    """Tell whether what a path belongs to is still there, in a file that is one host."""
    parent, dot, _ = path.rpartition(".")
    return not dot or any(each == parent or each.startswith(parent + ".") for each in after)


def _by_path(host: Host) -> dict[str, Setting]:
    found: dict[str, Setting] = {}
    for item in host.settings:
        path, again = item.path, 2
        while path in found:
            path, again = f"{item.path}#{again}", again + 1
        found[path] = item
    return found
