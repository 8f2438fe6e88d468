"""Names of settings that guard data, wherever they stand: resource, module argument, variable, tfvars, values."""

from collections.abc import Iterator
from dataclasses import dataclass

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Context
from reviewconsole.detection.references import is_open, resolve, values
from reviewconsole.detection.settings import Change, Host, Setting, changes, hosts
from reviewconsole.detection.source import Source
from reviewconsole.finding import Side

_INDIRECT = frozenset({"variable", "module", "locals", "inputs", ""})


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """A setting by name that is not what a pattern on one resource sees: before, after, and where."""

    name: str
    """The variable's name for its default, else the setting's own."""
    old: str
    new: str
    source: Source
    side: Side
    span: tuple[int, int]
    declared: bool = False
    """It is the default of a variable that did not exist before, or refers to one: who sets it decides."""


def turns(context: Context, pattern: re.Pattern[str]) -> Iterator[Turn]:
    """Changes of settings whose name matches, outside of Terraform resources and where those refer to a variable."""
    paired: set[tuple[str, str]] = set()
    for change in changes(context):
        host = change.pair.new
        paired.add((change.pair.new_source.path, host.name))
        name = named(host, change.item)
        if change.pair.new_source.kind not in ("terraform", "yaml", "json") or not pattern.search(name):
            continue
        source, side, span = change.place
        old = _literal(context, change.pair.old_source, Side.OLD, change.old)
        new = _literal(context, change.pair.new_source, Side.NEW, change.new)
        if _is_indirect(source, host) or old != (change.old.value if change.old else "") or _refers(change.new) or (
            change.pair.old_source is not change.pair.new_source or change.pair.old.name != host.name
        ):  # fmt: skip
            yield Turn(name=name, old=old, new=new, source=source, side=side, span=span)
    for source in context.sources:
        if source.kind != "terraform" or not source.added:
            continue
        before = {host.name for host in hosts(source, Side.OLD)}
        for host in hosts(source, Side.NEW):
            if host.name in before or not _is_indirect(source, host):
                continue
            for item in host.settings:
                name = named(host, item)
                if item.first in source.added and pattern.search(name):
                    new = _literal(context, source, Side.NEW, item)
                    yield Turn(
                        name=name,
                        old="",
                        new=new,
                        source=source,
                        side=Side.NEW,
                        span=(item.first, item.last),
                        declared=host.kind == "variable" or is_open(item.value),
                    )


def value_of(context: Context, change: Change, item: Setting | None) -> str:
    """What the old or new setting of a change comes to, without quotes; empty for None."""
    source, side = (change.pair.new_source, Side.NEW) if item is change.new else (change.pair.old_source, Side.OLD)
    return _literal(context, source, side, item).strip("\"'")


def _refers(item: Setting | None) -> bool:
    return item is not None and is_open(item.value)


def named(host: Host, item: Setting) -> str:
    """What a setting is called, in snake case."""
    name = host.name.partition(".")[2] if host.kind == "variable" and item.path == "default" else item.name
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _is_indirect(source: Source, host: Host) -> bool:
    return source.kind == "terraform" and host.kind in _INDIRECT


def _literal(context: Context, source: Source, side: Side, item: Setting | None) -> str:
    if item is None:
        return ""
    known = values(context, source, side) if source.kind == "terraform" and is_open(item.value) else {}
    return resolve(item.value, known).strip('"')
