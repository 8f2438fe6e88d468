"""Find the records that may have to do with a change without asking each of them. Pure.

A store holds the records of years, and a change is about a few: records are listed once by what relates them
to changes (head, ref, content, paths), and what is not found this way has no rung (`carryover.rung`).
"""

from collections.abc import Sequence

from reviewconsole.attestation import Attestation
from reviewconsole.carryover import Subject
from reviewconsole.facts import VerifiedAttestation

_MOST_KEPT = 4
_FEW = 3
"""Questions for which looking at each record costs less than listing them all."""


class Index:
    """The decisions of all logs by what relates them to a change."""

    def __init__(self, records: Sequence[VerifiedAttestation]) -> None:
        self.records = records
        self._of: dict[tuple[str, str], list[int]] | None = None
        self._asked = 0
        self.superseding = tuple(record for record in records if record.attestation.supersedes)
        """Those that take others back."""

    def candidates(self, subject: Subject) -> list[VerifiedAttestation]:
        """Every record that `carryover.rung` may place, and perhaps more, in the order of the logs."""
        heads = {str(oid) for oid in {subject.change.head, *subject.heads}}
        self._asked += 1
        if self._of is None and self._asked <= _FEW:
            return [each for each in self.records if _is_near(each.attestation, subject, heads)]
        if self._of is None:
            self._of = self._listed()
        keys = [("head", oid) for oid in heads]
        keys += [("ref", subject.ref), ("content", subject.digest), ("paths", subject.paths_sha256)]
        return [self.records[number] for number in sorted({at for key in keys for at in self._of.get(key, ())})]

    def _listed(self) -> dict[tuple[str, str], list[int]]:
        found: dict[tuple[str, str], list[int]] = {}
        for number, record in enumerate(self.records):
            att = record.attestation
            found.setdefault(("head", str(att.head)), []).append(number)
            found.setdefault(("ref", att.ref), []).append(number)
            found.setdefault(("content", att.diff_sha256), []).append(number)
            found.setdefault(("paths", att.paths_sha256), []).append(number)
        return found


def _is_near(att: Attestation, subject: Subject, heads: set[str]) -> bool:
    near = att.head in heads or att.ref == subject.ref
    return near or att.diff_sha256 == subject.digest or att.paths_sha256 == subject.paths_sha256


_KEPT: list[Index] = []


def index_of(records: Sequence[VerifiedAttestation]) -> Index:
    """The index of a tuple of records, made once for it; values never change, so it cannot grow old."""
    for index in _KEPT:
        if index.records is records:
            return index
    index = Index(records)
    _KEPT[:] = [index, *_KEPT[: _MOST_KEPT - 1]]
    return index
