"""Read every log, check each signature against its own key, follow each chain (steps 2 to 5)."""

import gc
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from types import MappingProxyType
from typing import Protocol

from reviewconsole.attestation import NAMESPACE
from reviewconsole.chain import REF_PREFIX, record_id
from reviewconsole.change import Oid
from reviewconsole.envelope import pae, parse_note
from reviewconsole.errors import FormatError, VerificationError
from reviewconsole.facts import Logged, RecordProblem, Records, VerifiedAttestation, VerifiedStatement
from reviewconsole.git import notes
from reviewconsole.git.repository import Repository
from reviewconsole.loading.witnesses import read_witnesses
from reviewconsole.onepass import read_envelope
from reviewconsole.signing import sshsig
from reviewconsole.standing import broken_logs, own_log
from reviewconsole.statement import Statement, parse_record, record_summary


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteRead:
    """One note of a log, its signatures checked."""

    blob: Oid
    """Its own id."""
    entries: tuple[Logged, ...]
    problems: tuple[RecordProblem, ...]
    payloads: tuple[bytes, ...] = ()
    """Those of the entries, where they are to be kept."""
    claimed: tuple[tuple[int, str], ...] = ()
    """Sequence and id that envelopes claim which do not verify or cannot be read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogRead:
    """One log at one tip."""

    tip: Oid
    notes: Mapping[Oid, NoteRead]
    """Annotated object -> note, in the order of the tree."""
    problems: tuple[RecordProblem, ...] = ()

    @property
    def places(self) -> dict[str, int]:
        """Id -> sequence of every record, those included that this version cannot read."""
        found = {entry.id: entry.attestation.sequence for note in self.notes.values() for entry in note.entries}
        return {name: place for note in self.notes.values() for place, name in note.claimed} | found


class Shelf(Protocol):
    """Keeps logs between two runs."""

    def get(self, log: str) -> LogRead | None:
        """What is kept of a log; None where nothing is that can be relied on."""

    def put(self, log: str, read: LogRead) -> None:
        """Keep a log; what fails is no error."""


def verify_envelope(line: bytes, *, log: str, noted: Oid) -> Logged:
    """Check one envelope line: its signature over the stored bytes, then its payload.

    Raises FormatError (unreadable) or VerificationError (the proof is bad).
    """
    return _verified(line, log, noted)[1]


def _verified(line: bytes, log: str, noted: Oid) -> tuple[bytes, Logged]:
    envelope = read_envelope(line)
    signature = sshsig.verify(pae(envelope.payload), envelope.signature, namespace=NAMESPACE)
    if signature.fingerprint != envelope.keyid:
        raise VerificationError("the key id is not that of the signing key")
    try:
        entry = logged(
            envelope.payload,
            log=log,
            noted=noted,
            blob=signature.blob,
            fingerprint=signature.fingerprint,
            flags=(bool(signature.user_present), bool(signature.user_verified)),
        )
    except FormatError as error:
        raise _UnreadablePayload(error, signature.blob) from error
    return envelope.payload, entry


def logged(payload: bytes, *, log: str, noted: Oid, blob: bytes, fingerprint: str, flags: tuple[bool, bool]) -> Logged:
    """An entry of a log from a payload whose signature was checked; `flags` are presence and verification.

    Raises FormatError where the payload cannot be read.
    """
    record = parse_record(payload)
    name = record_id(payload)
    if isinstance(record, Statement):
        return VerifiedStatement(id=name, attestation=record, log=log, noted=noted, blob=blob, fingerprint=fingerprint)
    return VerifiedAttestation(
        id=name,
        attestation=record,
        log=log,
        noted=noted,
        blob=blob,
        fingerprint=fingerprint,
        user_present=flags[0],
        user_verified=flags[1],
    )


class _UnreadablePayload(FormatError):
    """A good signature over a payload that this version cannot read."""

    def __init__(self, error: FormatError, signer: bytes) -> None:
        super().__init__(error.message, place=error.place)
        self.signer = signer


def _unsigned(line: bytes) -> tuple[tuple[int, str], ...]:
    """Place and id that an envelope claims; none where there is no telling."""
    try:
        payload = read_envelope(line).payload
        sequence = json.loads(payload)["predicate"]["log"]["sequence"]
    except (FormatError, ValueError, KeyError, TypeError, RecursionError):
        return ()
    return ((sequence, record_id(payload)),) if isinstance(sequence, int) else ()


def _read_note(log: str, noted: Oid, blob: Oid, raw: bytes, *, payloads: bool) -> NoteRead:
    note = parse_note(raw)
    problems = [RecordProblem(log=log, noted=noted, why=why) for why in note.problems]
    entries: list[Logged] = []
    kept: list[bytes] = []
    claimed: list[tuple[int, str]] = []
    last: Logged | None = None
    for number, line in enumerate(note.lines, 1):
        try:
            payload, last = _verified(line, log, noted)
        except (FormatError, VerificationError) as error:
            signer = error.signer if isinstance(error, _UnreadablePayload) else b""
            problems.append(RecordProblem(log=log, noted=noted, why=f"envelope {number}: {error}", signer=signer))
            claimed += _unsigned(line)
            last = None
            continue
        entries.append(last)
        kept += [payload] if payloads else []
    if last is not None and note.summary != record_summary(last.attestation):
        why = "the summary above the envelopes does not say what the last record says"
        problems.append(RecordProblem(log=log, noted=noted, why=why))
    return NoteRead(
        blob=blob,
        entries=tuple(entries),
        payloads=tuple(kept),
        problems=tuple(problems),
        claimed=tuple(claimed),
    )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Spare the collector what is read: thousands of values without a cycle, looked at again and again."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


class Logbook:
    """What was read of logs: each note is read and its signatures are checked once, however often its log moves.

    A note is known by its log, its object and its id, so nothing has to be forgotten. A `shelf` keeps logs
    between two runs. Threads may share it.
    """

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._logs: dict[str, LogRead] = {}
        self._kept: dict[str, Oid] = {}
        self._shelf = shelf
        self._lock = Lock()

    def read(self, repository: Repository, tips: Mapping[str, Oid]) -> dict[str, LogRead]:
        """Read logs at their tips, in the order of their names."""
        with self._lock, _uncollected():
            return self._read(repository, tips)

    def _read(self, repository: Repository, tips: Mapping[str, Oid]) -> dict[str, LogRead]:
        for log in tips:
            if log not in self._logs and self._shelf is not None and (kept := self._shelf.get(log)) is not None:
                self._logs[log] = kept
                self._kept[log] = kept.tip
        moved = {log: tip for log, tip in tips.items() if log not in self._logs or self._logs[log].tip != tip}
        known = {note.blob for log in moved if log in self._logs for note in self._logs[log].notes.values()}
        names: dict[Oid, list[str]] = {}
        for log, tip in moved.items():
            names.setdefault(tip, []).append(log)
        for tip, listed in notes.read_each(repository, names, known):
            for log in names[tip]:
                self._logs[log] = self._taken(repository, log, tip, listed)
        return {log: self._logs[log] for log in sorted(tips)}

    def _taken(self, repository: Repository, log: str, tip: Oid, listed: notes.NotesRead) -> LogRead:
        before = self._logs[log].notes if log in self._logs else {}
        found = {n: before[n] for n, blob in listed.blobs.items() if n in before and before[n].blob == blob}
        fresh = [noted for noted in listed.blobs if noted not in found]
        elsewhere = {listed.blobs[noted] for noted in fresh if noted not in listed.notes}  # on another object before
        texts = dict(repository.objects(elsewhere, "blob", 0))

        def check(noted: Oid) -> NoteRead:
            blob = listed.blobs[noted]
            raw = listed.notes[noted] if noted in listed.notes else texts[blob]
            return _read_note(log, noted, blob, raw, payloads=self._shelf is not None)

        found.update({noted: check(noted) for noted in fresh})
        found = {noted: found[noted] for noted in listed.blobs}
        return LogRead(tip=tip, notes=found, problems=_odd(log, listed))

    def keep(self, tips: Mapping[str, Oid]) -> None:
        """Put the logs that are at these tips on the shelf."""
        for log, tip in tips.items():
            read = self._logs.get(log)
            if self._shelf is not None and read is not None and read.tip == tip != self._kept.get(log):
                self._shelf.put(log, read)
                self._kept[log] = tip


def _odd(log: str, listed: notes.NotesRead) -> tuple[RecordProblem, ...]:
    return (
        *(RecordProblem(log=log, noted=oid, why="a note larger than 1 MiB") for oid in listed.oversized),
        *(RecordProblem(log=log, noted=None, why=f"not a note: {name}") for name in listed.junk),
    )


def read_records(
    repository: Repository, pushed: Mapping[str, Oid] = MappingProxyType({}), book: Logbook | None = None
) -> Records:
    """Read all logs of a repository. What does not verify is a problem, never a silence.

    `pushed` gives logs the tips that a push brings; `book` holds what was read before.
    """
    tips, dead = notes.log_tips(repository, REF_PREFIX, pushed)
    read = (book or Logbook()).read(repository, tips)
    problems = [problem for log, tip in dead.items() for problem in _odd(log, notes.dead_notes(tip))]
    found: dict[tuple[str, str], Logged] = {}
    for log, one in read.items():
        problems += one.problems
        for note in one.notes.values():
            problems += note.problems
            found.update({(log, entry.id): entry for entry in note.entries})
    witnesses, faults = read_witnesses(repository)
    return Records(
        verified=tuple(record for record in found.values() if isinstance(record, VerifiedAttestation)),
        statements=tuple(record for record in found.values() if isinstance(record, VerifiedStatement)),
        problems=(*problems, *faults),
        witnesses=witnesses,
        broken=broken_logs(record for record in found.values() if record.log == own_log(record)),
    )
