"""What the queue shows and in which order: `risk:critical,high author:carol -path:docs retry sort:newest`.

Words must all be found in a row; a field names where, commas mean or, a minus means not.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reviewconsole.casefile import QueueEntry
from reviewconsole.change import short_ref

FIELDS: dict[str, Callable[[QueueEntry], Iterable[str]]] = {
    "state": lambda entry: (entry.state, *(("unclear",) if entry.unclear else ())),
    "risk": lambda entry: (entry.risk.level,),
    "agent": lambda entry: (*entry.provenance.tools, entry.provenance.provenance.value),
    "author": lambda entry: (f"{c.author.name} {c.author.email}" for c in entry.change.commits),
    "claim": lambda entry: (claim.principal for claim in entry.claims),
    "repo": lambda entry: (entry.repository,),
    "path": lambda entry: entry.paths,
    "ref": lambda entry: (entry.change.ref, entry.change.head),
    "rule": lambda entry: (finding.rule for finding in entry.top),
}
SORTS: dict[str, Callable[[QueueEntry], tuple[object, ...]] | None] = {
    "risk": None,
    "newest": lambda entry: (-entry.change.updated,),
    "oldest": lambda entry: (entry.change.updated,),
    "largest": lambda entry: (-(entry.added + entry.removed),),
    "author": lambda entry: (entry.change.commits[0].author.name.lower() if entry.change.commits else "",),
    "repo": lambda entry: (entry.repository.lower(),),
}
"""`risk` is the order in which the queue is read: what is to be worked off first."""
BUILT_IN = {
    "everything that waits": "",
    "risky": "risk:critical,high",
    "blocked or rejected": "state:blocked,rejected",
    "newest first": "sort:newest",
}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a filter."""

    field: str
    """Empty for any of them."""
    values: tuple[str, ...]
    wanted: bool

    def fits(self, entry: QueueEntry) -> bool:
        """Whether a row may be shown as far as this word goes; a risk that nobody knows may be any."""
        if self.field == "risk" and entry.risk.unsure:
            return True
        texts = FIELDS[self.field](entry) if self.field else _anything(entry)
        lowered = [text.lower() for text in texts]
        return any(value in text for value in self.values for text in lowered) is self.wanted


def _anything(entry: QueueEntry) -> Iterable[str]:
    yield entry.change.title
    yield short_ref(entry.change.ref)
    yield entry.change.id
    for texts in FIELDS.values():
        yield from texts(entry)


def words(text: str) -> tuple[list[Word], str]:
    """Read a filter: its words, and the order it asks for."""
    out, order = [], "risk"
    for part in text.lower().split():
        wanted = not part.startswith("-") or part == "-"
        field, colon, value = part.removeprefix("" if wanted else "-").partition(":")
        if field == "sort" and value in SORTS:
            order = value
        elif colon and field in FIELDS:
            values = tuple(each for each in value.split(",") if each)
            if values:
                out.append(Word(field, values, wanted))
        else:
            out.append(Word("", (field + colon + value,), wanted))
    return out, order


def apply(entries: Iterable[QueueEntry], text: str) -> tuple[QueueEntry, ...]:
    """The rows that a filter lets through, in its order."""
    wanted, order = words(text)
    kept = [entry for entry in entries if all(word.fits(entry) for word in wanted)]
    key = SORTS[order]
    return tuple(kept if key is None else sorted(kept, key=key))


def sorted_by(text: str, order: str) -> str:
    """A filter with another order."""
    rest = [part for part in text.split() if not part.lower().startswith("sort:")]
    return " ".join([*rest, *([f"sort:{order}"] if order != "risk" else [])])
