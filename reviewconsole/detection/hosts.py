"""Find what became of a named thing: by its symbol, over the whole change.

A function, resource, object, job or heading of the old side survives under its own name in its
own file, under its own name in another changed file, or under another name with a body that is
mostly the same. Pure and bounded.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from reviewconsole.detection.outline import Construct
from reviewconsole.detection.source import Source
from reviewconsole.finding import Side

MOVED = 0.5
"""Part of a body that must reappear for a symbol of the same name elsewhere to be the same."""
RENAMED = 0.6
"""Likewise for a symbol of another name."""
_SHARED = 3
"""Lines that must be shared at least: small bodies are alike by chance."""
_DECLARED = frozenset({"terraform", "yaml", "workflow"})
"""Kinds whose names are addresses: equal names mean the same thing, whatever the body."""
_CANDIDATES = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Survivor:
    """Where a construct of the old side is on the new one."""

    source: Source
    construct: Construct
    """The whole file for what stood at top level."""
    how: str
    """same, moved or renamed."""


@dataclass(slots=True)
class Hosts:
    """The constructs of a change, to be asked for survivors."""

    sources: Sequence[Source]
    memo: dict[tuple[str, str, int], Survivor | None] = field(default_factory=dict)

    def survivor(self, source: Source, construct: Construct | None) -> Survivor | None:
        """What an old-side construct (None: the file itself) became; None where it is gone."""
        if construct is None:
            return self._file(source)
        key = (source.path, construct.name, construct.first)
        if key not in self.memo:
            self.memo[key] = (
                self._same(source, construct) or self._moved(source, construct) or self._renamed(source, construct)
            )
        return self.memo[key]

    def _file(self, source: Source) -> Survivor | None:
        if source.has_new:
            return Survivor(source=source, construct=whole(source), how="same")
        before = _body(source.old)
        best, score = None, RENAMED
        for other in self._others(source):
            if not other.has_old and (found := _kept(before, _body(other.new))) >= score:
                best, score = other, found
        return Survivor(source=best, construct=whole(best), how="moved") if best is not None else None

    def _others(self, source: Source) -> list[Source]:
        return [other for other in self.sources if other is not source and other.kind == source.kind and other.has_new]

    @staticmethod
    def _same(source: Source, construct: Construct) -> Survivor | None:
        after = [item for item in source.constructs(Side.NEW) if item.name == construct.name]
        if not after:
            return None
        before = [item for item in source.constructs(Side.OLD) if item.name == construct.name]
        at = next((index for index, item in enumerate(before) if item.first == construct.first), 0)
        return Survivor(source=source, construct=after[min(at, len(after) - 1)], how="same")

    def _moved(self, source: Source, construct: Construct) -> Survivor | None:
        name, last = construct.name, _last(construct.name)
        found = []
        for other in self._others(source):
            known = {item.name for item in other.constructs(Side.OLD)}
            found += [
                (other, item)
                for item in other.constructs(Side.NEW)
                if item.unit
                and item.name not in known
                and (item.name == name or (source.kind not in _DECLARED and _last(item.name) == last))
            ]
        least = 0.0 if source.kind in _DECLARED else MOVED
        return self._best(source, construct, found, least, shared=0, how="moved")

    def _renamed(self, source: Source, construct: Construct) -> Survivor | None:
        found = []
        for other in (source, *self._others(source)):
            if not (other.has_new and other.added):
                continue
            known = {item.name for item in other.constructs(Side.OLD)}
            found += [
                (other, item)
                for item in other.constructs(Side.NEW)
                if item.unit and item.name not in known and _alike(source.kind, construct.name, item.name)
            ]
        return self._best(source, construct, found, RENAMED, shared=_SHARED, how="renamed")

    @staticmethod
    def _best(
        source: Source,
        construct: Construct,
        found: list[tuple[Source, Construct]],
        least: float,
        *,
        shared: int,
        how: str,
    ) -> Survivor | None:
        before = _inside(source, Side.OLD, construct)
        best: Survivor | None = None
        top = (least, 0)
        for other, item in found[:_CANDIDATES]:
            after = _inside(other, Side.NEW, item)
            score = (_kept(before, after), -abs(after.total() - before.total()))
            if score[0] >= least and (before & after).total() >= shared and (best is None or score > top):
                best, top = Survivor(source=other, construct=item, how=how), score
        return best


def whole(source: Source) -> Construct:
    """The whole new side as one construct without a name."""
    return Construct(name="", first=1, last=max(1, len(source.new)))


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def _alike(kind: str, old: str, new: str) -> bool:
    """Whether one name could have become the other: of the same type where names are addresses."""
    if kind == "terraform":
        return old.rpartition(".")[0] == new.rpartition(".")[0]
    if kind in _DECLARED:
        return old.partition("/")[0] == new.partition("/")[0] if "/" in old or "/" in new else True
    return True


def _body(lines: Sequence[str]) -> Counter[str]:
    """Lines with runs of white space as one blank; what holds brackets only says nothing."""
    rows = (" ".join(line[:400].split()) for line in lines)
    return Counter(row for row in rows if len(row) > 3)


def _inside(source: Source, side: Side, item: Construct) -> Counter[str]:
    return _body(source.lines(side)[item.header : item.last])


def _kept(before: Counter[str], after: Counter[str]) -> float:
    total = before.total()
    return (before & after).total() / total if total else 0.0
