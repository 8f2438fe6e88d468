"""Look for a safeguard that stands in for a removed one: `replaced` and `replaced_in` of a rule."""

from collections.abc import Iterable, Iterator, Sequence

from reviewconsole import lazy_re as re
from reviewconsole.detection.hosts import Survivor
from reviewconsole.detection.line_rules import compiled
from reviewconsole.detection.model import Document
from reviewconsole.detection.outline import Construct
from reviewconsole.detection.source import MAX_LINE, Source
from reviewconsole.finding import Side

_CALLERS = 50
"""Constructs looked at for a caller."""


def replaced(document: Document, host: Survivor, sources: Sequence[Source]) -> bool:
    """Tell whether an added line in one of the places the rule names matches its `replaced`; comments do not."""
    pattern = compiled(document.replaced)
    return any(
        pattern.search(source.new[at - 1][:MAX_LINE])
        for where in sorted(document.replaced_in)
        for source, item in _places(where, host, sources)
        for at in _added(source, item)
        if not source.is_comment(Side.NEW, at)
    )


def _added(source: Source, item: Construct | None) -> Iterable[int]:
    if item is None:
        return source.added
    return (at for at in range(item.first, min(item.last, len(source.new)) + 1) if at in source.added)


def _places(where: str, host: Survivor, sources: Sequence[Source]) -> Iterator[tuple[Source, Construct | None]]:
    source, item = host.source, host.construct
    if where == "host":
        yield source, item
    elif where == "parent":
        # one level up: what encloses the host, the class or the block around it
        around = [
            other
            for other in source.constructs(Side.NEW)
            if other.first <= item.first and item.last <= other.last and other is not item
        ]
        yield from ((source, other) for other in around)
    elif where == "caller":
        yield from _callers(host, sources)
    elif where == "file":
        yield source, None
    else:
        yield from ((other, None) for other in sources if other.kind == source.kind and other.has_new)


def _callers(host: Survivor, sources: Sequence[Source]) -> Iterator[tuple[Source, Construct | None]]:
    bare = host.construct.name.rsplit(".", 1)[-1]
    if not bare:
        return
    call = re.compile(rf"(?<![\w]){re.escape(bare)}\s*\(")
    seen = 0
    for source in sources:
        for item in source.constructs(Side.NEW) if source.added else ():
            if item == host.construct or not source.touched(Side.NEW, item.first, item.last):
                continue
            seen += 1
            if seen > _CALLERS:
                return
            if any(call.search(line[:MAX_LINE]) for line in source.new[item.header : item.last]):
                yield source, item
