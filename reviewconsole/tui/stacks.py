"""Rows of the queue in an order in which a stack stands together, the lowest first."""

from collections.abc import Iterator, Sequence

from reviewconsole.casefile import QueueEntry

Row = tuple[QueueEntry, int]
"""A change, and how many of those shown lie below it."""


def arranged(entries: Sequence[QueueEntry]) -> tuple[Row, ...]:
    """Put each stack where the first of its changes stands; one whose lower change is not shown begins a stack."""
    by_ref = {(entry.repository, ref): entry for entry in entries for ref in _refs(entry)}
    above: dict[str, list[QueueEntry]] = {}
    lowest: dict[str, QueueEntry] = {}
    for entry in entries:
        below = by_ref.get((entry.repository, entry.below)) if entry.below else None
        if below is not None and below is not entry:
            above.setdefault(_name(below), []).append(entry)
            lowest[_name(entry)] = below
    out: dict[str, Row] = {}
    for entry in entries:
        root = entry
        while _name(root) in lowest:
            root = lowest[_name(root)]
        for row in _tower(root, above, 0):
            out.setdefault(_name(row[0]), row)
    return tuple(out.values())


def _refs(entry: QueueEntry) -> tuple[str, ...]:
    return (entry.change.ref, *entry.change.other_refs)


def _name(entry: QueueEntry) -> str:
    return f"{entry.repository}\0{entry.change.target}\0{entry.change.head}"


def _tower(entry: QueueEntry, above: dict[str, list[QueueEntry]], depth: int) -> Iterator[Row]:
    yield entry, depth
    for each in above.get(_name(entry), ()):
        yield from _tower(each, above, depth + 1)
