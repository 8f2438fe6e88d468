"""Compare the two sides of YAML files by the place of each key, not by its line.

A place is a path of keys; items of a list go by their name, so that an insertion above does not
shift them. Kubernetes objects go by kind and name and are followed from file to file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import yaml

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Context, Hit
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.source import Source
from reviewconsole.detection.yaml_nodes import composed, get, items, line, merged, pairs, scalar
from reviewconsole.finding import Severity, Side

_NAMES = ("name", "alert", "record", "id", "uid", "uses", "run", "repo", "receiver", "host", "key", "image", "script")
_MOST = 20_000
"""Places read of one document: aliases can multiply them."""

Place = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A key with its value, or an item of a list; lines are 1-based."""

    line: int
    end_line: int
    node: yaml.Node
    listed: bool
    through: int
    """Of the `<<` that brought the key in; 0 for a key of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One document of one side of a file, or one item of a `kind: List`."""

    source: Source
    side: Side
    label: str
    """`Kind/name`, or the position in the file where there is no kind."""
    kind: str
    name: str
    line: int
    node: yaml.Node
    entries: Mapping[Place, Entry]
    templated: bool

    @property
    def end_line(self) -> int:
        """The last line of its last entry."""
        return max([self.line, *(entry.end_line for entry in self.entries.values())])

    def get(self, *path: str) -> yaml.Node | None:
        """Walk down keys from the top."""
        return get(self.node, *path)


def documents(source: Source, side: Side) -> tuple[Document, ...]:
    """The documents of one side; none where it does not parse."""
    if source.kind not in ("yaml", "workflow") or not source.lines(side):
        return ()
    return tuple(
        Document(
            source=source, side=side, label=label, kind=kind, name=name, line=line(node), node=node,
            entries=entries, templated=templated,
        )
        for label, kind, name, node, entries, templated in _read("\n".join(source.lines(side)))
    )  # fmt: skip


_Row = tuple[str, str, str, yaml.Node, Mapping[Place, Entry], bool]


@lru_cache(maxsize=64)
def _read(text: str) -> tuple[_Row, ...]:
    nodes, templated = composed(text)
    rows = text.split("\n")
    found: list[_Row] = []
    seen: dict[str, int] = {}
    plain = [item for node in nodes for item in (items(get(node, "items")) if _listing(node) else (node,))]
    for index, node in enumerate(plain):
        kind, name = scalar(get(node, "kind")), scalar(get(node, "metadata", "name"))
        label = f"{kind}/{name}" if kind else f"#{index}"
        seen[label] = seen.get(label, 0) + 1
        if seen[label] > 1:
            label = f"{label}#{seen[label]}"
        entries: dict[Place, Entry] = {}
        _walk(node, (), entries, rows)
        found.append((label, kind, name, node, entries, templated))
    return tuple(found)


def _listing(node: yaml.Node) -> bool:
    return scalar(get(node, "kind")).endswith("List") and bool(items(get(node, "items")))


def _walk(node: yaml.Node, path: Place, found: dict[Place, Entry], rows: list[str]) -> None:
    if len(found) > _MOST or len(path) > 40:
        return
    if isinstance(node, yaml.SequenceNode):
        names: dict[str, int] = {}
        for each in node.value:
            name = item_name(each)
            names[name] = names.get(name, 0) + 1
            place = (*path, f"[{name}]" if names[name] == 1 else f"[{name}#{names[name]}]")
            found[place] = Entry(line=line(each), end_line=_last(each, rows), node=each, listed=True, through=0)
            _walk(each, place, found, rows)
    own = {name: line(key) for name, key, _ in pairs(node)}
    for name, (key, value) in merged(node).items():
        place = (*path, name)
        end, through = max(line(key), _last(value, rows)), 0 if name in own else own["<<"]
        found[place] = Entry(line=line(key), end_line=end, node=value, listed=False, through=through)
        _walk(value, place, found, rows)


def item_name(node: yaml.Node) -> str:
    """What a list item goes by: its value, or the first of its usual names."""
    if isinstance(node, yaml.ScalarNode):
        return str(node.value).strip()[:200]
    kind, name = scalar(get(node, "kind")), scalar(get(node, "metadata", "name"))
    if kind and name:
        return f"{kind}/{name}"
    held = merged(node)
    for each in _NAMES:
        text = scalar(held[each][1]) if each in held else ""
        if text:
            return text.strip().split("\n")[0][:200]
    return next(iter(held), "")


def _last(node: yaml.Node, rows: list[str]) -> int:
    mark = node.end_mark
    block = (isinstance(node, yaml.CollectionNode) and not node.flow_style) or (
        isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
    )
    last = int(mark.line) if block and mark.line > node.start_mark.line else int(mark.line) + 1
    last = min(last, len(rows))
    while last > line(node) and not rows[last - 1].split("#", 1)[0].strip():
        last -= 1
    return last


def counterpart(place: Place, old: Document, new: Document) -> Place | None:
    """Where a place of the old side is on the new one; None where it is gone.

    A list item under another name is taken for the same one when it is the only item on both sides.
    """
    here: Place = ()
    for depth, name in enumerate(place):
        step = (*here, name)
        if step not in new.entries:
            item = old.entries[place[: depth + 1]].listed
            ours, theirs = _children(place[:depth], old), _children(here, new)
            if not item or len(ours) != 1 or len(theirs) != 1 or not theirs[0][-1].startswith("["):
                return None
            step = theirs[0]
        here = step
    return here


def _children(place: Place, document: Document) -> list[Place]:
    depth = len(place)
    return [each for each in document.entries if len(each) == depth + 1 and each[:depth] == place]


def paired(context: Context) -> Iterator[tuple[Document, Document | None]]:
    """Each document of the old side with what became of it, None where it is gone.

    An object is looked for in its own file, then in the others of the change, then as the only
    object of its kind in the file, under another name.
    """
    sources = [source for source in context.sources if source.kind in ("yaml", "workflow")]
    news = {id(source): documents(source, Side.NEW) for source in sources}
    olds = {id(source): documents(source, Side.OLD) for source in sources}
    arrived: dict[str, Document] = {}
    for source in sources:
        before = {old.label for old in olds[id(source)]}
        for new in news[id(source)]:
            if new.kind and new.label not in before:
                arrived.setdefault(new.label, new)
    for source in sources:
        if not news[id(source)] and any(row.strip() for row in source.new):
            continue  # it is still there and cannot be read: nobody can say what is gone
        here = {new.label: new for new in news[id(source)]}
        for old in olds[id(source)]:
            found = here.get(old.label)
            if found is None and old.kind:
                found = arrived.get(old.label) or _renamed(old, olds[id(source)], news[id(source)])
            yield old, found


def _renamed(old: Document, olds: tuple[Document, ...], news: tuple[Document, ...]) -> Document | None:
    ours = [each for each in olds if each.kind == old.kind]
    theirs = [each for each in news if each.kind == old.kind]
    return theirs[0] if len(ours) == len(theirs) == 1 else None


def at_entry(
    rule: str, document: Document, entry: Entry, message: str, *, severity: Severity | None = None
) -> Iterator[Hit]:
    """A hit on the changed rows of an entry, or on the `<<` that brings it in; none where neither changed."""
    for span in ((entry.line, entry.end_line), (entry.through, entry.through)):
        found = list(changed_at(rule, document.source, document.side, span, message, severity=severity))
        if found:
            yield from found
            return


def numeric(node: yaml.Node | None) -> float | None:
    """A number or a duration (`90`, `5m`, `1h30m`, `50%`) as a float, durations in seconds; None for neither."""
    return number(scalar(node))


_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}


def number(text: str) -> float | None:
    """Like `numeric`, of a text."""
    text = text.strip().strip("\"'")
    if re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?%?", text):
        return float(text.rstrip("%"))
    if re.fullmatch(r"(\d+(ms|[smhdw]))+", text):
        return sum(float(value) * _UNITS[unit] for value, unit in re.findall(r"(\d+)(ms|[smhdw])", text))
    return None
