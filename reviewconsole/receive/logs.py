"""Keep logs append-only by content: git's own settings protect branches alone.

A log moves forward only, loses no record, and gains only records of its owner: signed by that
person's key, in the right log, on their subject, following the one before.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from reviewconsole.attestation import Attestation
from reviewconsole.chain import PRINCIPAL, REF_PREFIX, record_id
from reviewconsole.change import Oid
from reviewconsole.decision import DecisionKind
from reviewconsole.envelope import NoteText, parse_note
from reviewconsole.errors import FormatError, RepositoryError, VerificationError
from reviewconsole.git.notes import NotesRead, read_notes_at
from reviewconsole.git.repository import Repository
from reviewconsole.loading.records import verify_envelope
from reviewconsole.loading.witnesses import check_witness
from reviewconsole.onepass import read_envelope
from reviewconsole.receive.update import Refusal, Update
from reviewconsole.standing import Logged, PolicyInForce, identity_fault
from reviewconsole.statement import record_summary
from reviewconsole.witness import WITNESS_PREFIX, witness_note

_NAME = re.compile(re.escape(REF_PREFIX) + PRINCIPAL + r"/[0-9a-f]{8}-[0-9a-f]{8}")
_WITNESS_NAME = re.compile(re.escape(WITNESS_PREFIX) + r"[0-9a-f]{8}")
_SYNC = "fetch the records and push again: `reviewconsole sync`"

Read = Callable[[Oid], NotesRead]
"""Gives the notes of one notes commit."""


def reader(repository: Repository) -> Read:
    """Read each notes commit of one push once, however many checks ask for it."""
    return cache(lambda commit: read_notes_at(repository, commit))


def check_append_only(repository: Repository, update: Update, read: Read) -> Iterator[Refusal]:
    """Refuse to delete a log, to rewind it, and to drop or change a note that it holds."""
    if update.new is None:
        why = "a log of sign-offs is never deleted"
        yield Refusal(
            ref=update.ref, why=why, remedy="leave it out of the push; what is wrong is taken back by `withdraw`"
        )
        return
    if not repository.is_commit(update.new):
        yield Refusal(ref=update.ref, why="a log points at a commit", remedy=_SYNC)
        return
    if update.old is None:
        return
    if not repository.is_ancestor(update.old, update.new):
        yield Refusal(ref=update.ref, why="the push rewinds the log or replaces it", remedy=_SYNC)
        return
    before, after = read(update.old), read(update.new)
    for noted, raw in before.notes.items():
        found = after.notes.get(noted, b"")
        if found == raw:
            continue
        old, new = _lines(raw), _lines(found)
        if list(new[: len(old)]) != list(old):
            yield Refusal(ref=update.ref, why=f"the push drops or changes a record on {noted[:12]}", remedy=_SYNC)
            return


def _lines(raw: bytes) -> tuple[bytes, ...]:
    return parse_note(raw).lines


def check_log(
    repository: Repository,
    update: Update,
    pushed: Sequence[Update],
    force: PolicyInForce | None,
    *,
    read: Read,
    now: int,
) -> Iterator[Refusal]:
    """Judge the update of one log; `pushed` are all log updates of the push."""
    faults = list(check_append_only(repository, update, read))
    yield from faults
    if faults or update.new is None:
        return
    if not _NAME.fullmatch(update.ref):
        name = f"{REF_PREFIX}<person>/<key>-<device>"
        yield Refusal(ref=update.ref, why=f"no log has such a name; one is called {name}", remedy=_SYNC)
        return
    if force is None:
        why = "no target holds a readable policy, so nobody's key is known here"
        yield Refusal(ref=update.ref, why=why, remedy="push .reviewconsole/ to the target first")
        return
    before = read(update.old) if update.old is not None else NotesRead()
    after = read(update.new)
    try:
        _plain(before, after)
        added = [record for noted in after.notes for record in _added(update.ref, noted, before, after)]
        for record in added:
            _own(force, record, now)
            _here(repository, record)
        _follow(before, added)
        _seen(repository, added, pushed, read)
    except (FormatError, VerificationError, RepositoryError) as error:
        remedy = "records are written by `reviewconsole approve`, `reject` and `withdraw`, and pushed by `sync`"
        yield Refusal(ref=update.ref, why=str(error), remedy=remedy)


def check_witnesses(
    repository: Repository, update: Update, force: PolicyInForce | None, *, read: Read, now: int
) -> Iterator[Refusal]:
    """Judge the update of one ref of witnesses: what it gains is signed by the key of a witness."""
    faults = list(check_append_only(repository, update, read))
    yield from faults
    if faults or update.new is None:
        return
    if force is None or not _WITNESS_NAME.fullmatch(update.ref):
        why = f"no witness writes there; a witness of the policy in force writes to {WITNESS_PREFIX}<key>"
        yield Refusal(ref=update.ref, why=why, remedy="push .reviewconsole/ to the target first")
        return
    before = read(update.old) if update.old is not None else NotesRead()
    after = read(update.new)
    try:
        _plain(before, after)
        for noted, raw in after.notes.items():
            if raw != before.notes.get(noted):
                _witnessed(force, parse_note(raw), _lines(before.notes.get(noted, b"")), update.ref, noted, now=now)
    except (FormatError, VerificationError, RepositoryError) as error:
        remedy = "witnesses are written by `reviewconsole verify --witness`, with a key that allowed_signers names"
        yield Refusal(ref=update.ref, why=str(error), remedy=remedy)


def _witnessed(
    force: PolicyInForce, note: NoteText, known: tuple[bytes, ...], ref: str, noted: Oid, *, now: int
) -> None:
    """Check what a note of witnesses gained."""
    last = None
    for line in note.lines[len(known) :]:
        last = check_witness(line, ref=ref, noted=noted)
        if force.witnesses.by_blob(last.blob) is None or force.revoked.revoked(last.fingerprint, now):
            raise VerificationError(f"the key {last.fingerprint} is no witness's in allowed_signers, or is revoked")
    if note.problems or last is None or note.summary != parse_note(witness_note([], last.witness)).summary:
        raise FormatError(f"the note on {noted[:12]} does not say what its last witness says")


def _plain(before: NotesRead, after: NotesRead) -> None:
    if after.oversized or len(after.junk) > len(before.junk):
        raise FormatError("it holds something that is no note, or a note that is too large")


def _added(log: str, noted: Oid, before: NotesRead, after: NotesRead) -> Iterator[Logged]:
    """The records that a note gained, each with its signature checked."""
    raw, known = after.notes[noted], before.notes.get(noted, b"")
    if raw == known:
        return
    note = parse_note(raw)
    if note.problems:
        raise FormatError(f"the note on {noted[:12]}: {note.problems[0]}")
    last = None
    for line in note.lines[len(_lines(known)) :]:
        try:
            last = verify_envelope(line, log=log, noted=noted)
        except (FormatError, VerificationError) as error:
            raise VerificationError(f"a record on {noted[:12]} does not verify: {error}") from error
        yield last
    if last is None or note.summary != record_summary(last.attestation):
        raise FormatError(f"the summary of the note on {noted[:12]} does not say what its last record says")


def _own(force: PolicyInForce, record: Logged, now: int) -> None:
    fault = identity_fault(force, record)
    if fault is None and force.revoked.revoked(record.fingerprint, now):
        fault = "the key is revoked"
    if fault:
        raise VerificationError(f"a record on {record.noted[:12]} is not its owner's: {fault}")


def _here(repository: Repository, record: Logged) -> None:
    """The range of an approval is here: else who took part in it would be what the record says."""
    att = record.attestation
    if not isinstance(att, Attestation) or att.decision is not DecisionKind.APPROVE:
        return
    for oid in (att.head, att.base):
        if oid is not None and not repository.is_commit(oid):
            raise VerificationError(
                f"push the commits first: it approves {att.head[:12]}, and the commit {oid[:12]} is not here"
            )


def _follow(before: NotesRead, added: Sequence[Logged]) -> None:
    """Each new record follows the one before it, without gap or fork."""
    sequence, previous = _tip(before)
    for record in sorted(added, key=lambda each: each.attestation.sequence):
        att = record.attestation
        if (att.sequence, att.previous) != (sequence + 1, previous):
            raise VerificationError(
                f"record {att.sequence} does not follow record {sequence}: a gap, or the log of another machine"
            )
        sequence, previous = att.sequence, record.id


def _tip(notes: NotesRead) -> tuple[int, str | None]:
    """Sequence and id of the last record, from payloads whose signatures were checked when they came."""
    tip: tuple[int, str | None] = (0, None)
    for raw in notes.notes.values():
        for line in _lines(raw):
            payload = read_envelope(line).payload
            sequence = json.loads(payload)["predicate"]["log"]["sequence"]
            tip = max(tip, (sequence, record_id(payload)), key=lambda each: each[0])
    return tip


def _seen(repository: Repository, added: Sequence[Logged], pushed: Sequence[Update], read: Read) -> None:
    """What a record says it observed is really there: a false claim would break somebody else's log."""
    tips = {ref.name: ref.oid for ref in repository.raw_refs(REF_PREFIX.rstrip("/"))}
    tips.update({update.ref: update.new for update in pushed if update.new is not None})
    known: dict[str, set[str]] = {}
    for record in added:
        for seen in record.attestation.observed:
            if seen.log not in known:
                held = read(tips[seen.log]).notes.values() if seen.log in tips else ()
                known[seen.log] = {record_id(read_envelope(line).payload) for raw in held for line in _lines(raw)}
            if seen.id not in known[seen.log]:
                raise VerificationError(
                    f"record {record.attestation.sequence} observed {seen.id[:19]} in {seen.log}, which is not here"
                )
