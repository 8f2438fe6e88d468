"""Find the records that may have to do with a change without asking each of them. Pure.

A store holds the records of years, and a change is about a few: records are listed once by what relates them
to changes (head, ref, content, paths), and what is not found this way has no rung (`carryover.rung`).
"""

from collections.abc import Sequence

from reviewconsole.carryover import Subject
from reviewconsole.facts import VerifiedAttestation

_MOST_KEPT = 4


class Index:
    """The decisions of all logs by what relates them to a change."""

    def __init__(self, records: Sequence[VerifiedAttestation]) -> None:
        self.records = records
        self._of: dict[tuple[str, str], list[int]] = {}
        for number, record in enumerate(records):
            att = record.attestation
            for key in {
                ("head", str(att.head)),
                ("ref", att.ref),
                ("content", att.diff_sha256),
                ("paths", att.paths_sha256),
            }:
                self._of.setdefault(key, []).append(number)
        self.superseding = tuple(record for record in records if record.attestation.supersedes)
        """Those that take others back."""

    def candidates(self, subject: Subject) -> list[VerifiedAttestation]:
        """Every record that `carryover.rung` may place, and perhaps more, in the order of the logs."""
        keys = [("head", str(oid)) for oid in {subject.change.head, *subject.heads}]
        keys += [("ref", subject.ref), ("content", subject.digest), ("paths", subject.paths_sha256)]
        return [self.records[number] for number in sorted({at for key in keys for at in self._of.get(key, ())})]


_KEPT: list[Index] = []


def index_of(records: Sequence[VerifiedAttestation]) -> Index:
    """The index of a tuple of records, made once for it; values never change, so it cannot grow old."""
    for index in _KEPT:
        if index.records is records:
            return index
    index = Index(records)
    _KEPT[:] = [index, *_KEPT[: _MOST_KEPT - 1]]
    return index
