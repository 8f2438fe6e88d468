"""What a constraint may look at, and how it answers."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from reviewconsole.boundary import Witness
from reviewconsole.change import Entry, encode
from reviewconsole.finding import Side


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """The decidable facts of a change: nothing else may enter a verdict."""

    entries: tuple[Entry, ...]
    added: dict[str, int]
    """Added lines by path; binary files and submodules are not in it."""
    removed: dict[str, int]
    commits: int

    def with_entries(self, entries: tuple[Entry, ...]) -> "Facts":
        """The same facts about fewer entries."""
        return replace(self, entries=entries)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One verdict with its reason and the places it rests on."""

    verdict: str
    """pass, violated, n/a or undecidable."""
    why: str
    witnesses: tuple[Witness, ...] = ()


def entry_witnesses(entries: Iterable[Entry]) -> tuple[Witness, ...]:
    """Point at whole entries, by path; the digest binds path and both object ids."""
    return tuple(
        Witness(
            path=entry.path,
            side=Side.OLD if entry.new_oid is None else Side.NEW,
            lines=(0, 0),
            sha256=hashlib.sha256(
                b"\0".join(encode(part) for part in (entry.path, entry.old_oid or "-", entry.new_oid or "-"))
            ).hexdigest(),
        )
        for entry in entries
    )
