"""Read every log, check each signature against its own key, follow each chain (steps 2 to 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from reviewconsole.attestation import NAMESPACE
from reviewconsole.chain import REF_PREFIX, record_id
from reviewconsole.change import Oid
from reviewconsole.envelope import pae, parse_note
from reviewconsole.errors import FormatError, VerificationError
from reviewconsole.git import notes
from reviewconsole.git.repository import Repository
from reviewconsole.loading.witnesses import read_witnesses
from reviewconsole.onepass import read_envelope
from reviewconsole.signing import sshsig
from reviewconsole.standing import (
    Logged,
    RecordProblem,
    Records,
    VerifiedAttestation,
    VerifiedStatement,
    broken_logs,
    own_log,
)
from reviewconsole.statement import Statement, parse_record, record_summary


@dataclass(slots=True)
class _Reading:
    verified: dict[tuple[str, str], Logged]
    problems: list[RecordProblem]


def verify_envelope(line: bytes, *, log: str, noted: Oid) -> Logged:
    """Check one envelope line: its signature over the stored bytes, then its payload.

    Raises FormatError (unreadable) or VerificationError (the proof is bad).
    """
    envelope = read_envelope(line)
    signature = sshsig.verify(pae(envelope.payload), envelope.signature, namespace=NAMESPACE)
    if signature.fingerprint != envelope.keyid:
        raise VerificationError("the key id is not that of the signing key")
    try:
        record = parse_record(envelope.payload)
    except FormatError as error:
        raise _UnreadablePayload(error, signature.blob) from error
    if isinstance(record, Statement):
        return VerifiedStatement(
            id=record_id(envelope.payload),
            attestation=record,
            log=log,
            noted=noted,
            blob=signature.blob,
            fingerprint=signature.fingerprint,
        )
    return VerifiedAttestation(
        id=record_id(envelope.payload),
        attestation=record,
        log=log,
        noted=noted,
        blob=signature.blob,
        fingerprint=signature.fingerprint,
        user_present=bool(signature.user_present),
        user_verified=bool(signature.user_verified),
    )


class _UnreadablePayload(FormatError):
    """A good signature over a payload that this version cannot read."""

    def __init__(self, error: FormatError, signer: bytes) -> None:
        super().__init__(error.message, place=error.place)
        self.signer = signer


def _read_note(reading: _Reading, log: str, noted: Oid, raw: bytes) -> None:
    note = parse_note(raw)
    reading.problems += [RecordProblem(log=log, noted=noted, why=why) for why in note.problems]
    last: Logged | None = None
    for number, line in enumerate(note.lines, 1):
        try:
            last = verify_envelope(line, log=log, noted=noted)
        except (FormatError, VerificationError) as error:
            signer = error.signer if isinstance(error, _UnreadablePayload) else b""
            reading.problems.append(
                RecordProblem(log=log, noted=noted, why=f"envelope {number}: {error}", signer=signer)
            )
            last = None
            continue
        reading.verified[log, last.id] = last
    if last is not None and note.summary != record_summary(last.attestation):
        why = "the summary above the envelopes does not say what the last record says"
        reading.problems.append(RecordProblem(log=log, noted=noted, why=why))


def read_records(repository: Repository, pushed: Mapping[str, Oid] = MappingProxyType({})) -> Records:
    """Read all logs of a repository. What does not verify is a problem, never a silence.

    `pushed` gives logs the tips that a push brings.
    """
    reading = _Reading({}, [])
    for log, read in notes.read_logs(repository, REF_PREFIX, pushed):
        reading.problems += [
            RecordProblem(log=log, noted=oid, why="a note larger than 1 MiB") for oid in read.oversized
        ]
        reading.problems += [RecordProblem(log=log, noted=None, why=f"not a note: {name}") for name in read.junk]
        for noted, raw in read.notes.items():
            _read_note(reading, log, noted, raw)
    verified = tuple(reading.verified.values())
    witnesses, faults = read_witnesses(repository)
    return Records(
        verified=tuple(record for record in verified if isinstance(record, VerifiedAttestation)),
        statements=tuple(record for record in verified if isinstance(record, VerifiedStatement)),
        problems=(*reading.problems, *faults),
        witnesses=witnesses,
        broken=broken_logs(record for record in verified if record.log == own_log(record)),
    )
