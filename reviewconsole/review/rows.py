"""Records as rows that are shown."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from reviewconsole.casefile import RecordRow
from reviewconsole.change import Oid
from reviewconsole.errors import RepositoryError
from reviewconsole.facts import JudgedRecord, VerifiedStatement
from reviewconsole.git.repository import Repository
from reviewconsole.statement import Waiver


def newest(rows: Iterable[RecordRow]) -> tuple[RecordRow, ...]:
    """Sort rows, newest first by what they claim."""
    return tuple(sorted(rows, key=lambda row: (row.decided_at, row.sequence), reverse=True))


def titled(repository: Repository, rows: Sequence[RecordRow]) -> tuple[RecordRow, ...]:
    """Rows with the titles of their commits, as far as those are here."""
    titles: dict[str, str] = {}
    for head in {row.head for row in rows if row.head}:
        with suppress(RepositoryError):
            titles[head] = repository.read_commits([Oid(head)])[0].title
    return tuple(replace(row, title=titles.get(row.head, "")) for row in rows)


def statement_row(record: VerifiedStatement, why: str, *, valid: bool) -> RecordRow:
    """One waiver or task boundary."""
    said = record.attestation
    return RecordRow(
        id=record.id,
        decision="waiver" if isinstance(said.body, Waiver) else "boundary",
        principal=said.principal,
        decided_at=said.decided_at,
        valid=valid,
        why=why,
        reason=said.reason,
        head=said.head,
        log=record.log,
        sequence=said.sequence,
    )


def row(judged: JudgedRecord) -> RecordRow:
    """One decision, with how it stands towards the change."""
    att = judged.record.attestation
    return RecordRow(
        id=judged.record.id,
        decision=att.decision.value,
        principal=att.principal,
        decided_at=att.decided_at,
        valid=judged.valid and judged.live,
        why=judged.why + (f" (carried: {judged.carried})" if judged.carried else ""),
        reason=att.reason,
        head=att.head,
        log=judged.record.log,
        sequence=att.sequence,
    )
