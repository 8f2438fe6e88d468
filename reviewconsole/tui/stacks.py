"""Rows of the queue in an order in which a stack stands together, the lowest first."""

from collections.abc import Sequence

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
        if _name(entry) not in out:
            _tower(_lowest(entry, lowest), above, out)
    return tuple(out.values())


def _lowest(entry: QueueEntry, lowest: dict[str, QueueEntry]) -> QueueEntry:
    seen = set()  # refs that changed meanwhile may close a ring
    while _name(entry) in lowest and _name(entry) not in seen:
        seen.add(_name(entry))
        entry = lowest[_name(entry)]
    return entry


def _refs(entry: QueueEntry) -> tuple[str, ...]:
    return (entry.change.ref, *entry.change.other_refs)


def _name(entry: QueueEntry) -> str:
    return f"{entry.repository}\0{entry.change.target}\0{entry.change.head}"


def _tower(root: QueueEntry, above: dict[str, list[QueueEntry]], out: dict[str, Row]) -> None:
    waiting = [(root, 0)]
    while waiting:
        entry, depth = waiting.pop()
        if _name(entry) not in out:
            out[_name(entry)] = entry, depth
            waiting.extend((each, depth + 1) for each in reversed(above.get(_name(entry), ())))
