"""Keep logs append-only by content: git's own settings protect branches alone.

A log moves forward only, loses no record, and gains only records of its owner: signed by that
person's key, in the right log, on their subject, following the one before.
"""

import re
from collections.abc import Container, Iterator, Mapping, Sequence

from reviewconsole.attestation import Attestation
from reviewconsole.chain import PRINCIPAL, REF_PREFIX
from reviewconsole.change import Oid
from reviewconsole.decision import DecisionKind
from reviewconsole.envelope import NoteText, parse_note
from reviewconsole.errors import FormatError, RepositoryError, VerificationError
from reviewconsole.facts import Logged, PolicyInForce
from reviewconsole.git.notes import NotesRead, read_each
from reviewconsole.git.repository import Repository
from reviewconsole.loading.records import Logbook, verify_envelope
from reviewconsole.loading.shelf import FolderShelf
from reviewconsole.loading.witnesses import check_witness
from reviewconsole.receive.update import Refusal, Update
from reviewconsole.standing import identity_fault
from reviewconsole.statement import record_summary
from reviewconsole.witness import WITNESS_PREFIX, witness_note

_NAME = re.compile(re.escape(REF_PREFIX) + PRINCIPAL + r"/[0-9a-f]{8}-[0-9a-f]{8}")
_WITNESS_NAME = re.compile(re.escape(WITNESS_PREFIX) + r"[0-9a-f]{8}")
_SYNC = "fetch the records and push again: `reviewconsole sync`"


class Logs:
    """The logs before and after one push: each listed once, and only notes that differ are read."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.book = Logbook(FolderShelf.of(repository))
        self._listed: dict[Oid, NotesRead] = {}

    def listed(self, commit: Oid | None) -> NotesRead:
        """Which notes there are, without their text; none without a commit."""
        if commit is None:
            return NotesRead()
        if commit not in self._listed:
            self._listed[commit] = next(found for _, found in read_each(self.repository, [commit], _Any()))
        return self._listed[commit]

    def text(self, listed: NotesRead, noted: Oid) -> bytes:
        """One note; empty where there is none, or one that is too large."""
        blob = listed.blobs.get(noted)
        return b"" if blob is None else dict(self.repository.objects([blob], "blob", 0))[blob]

    def changed(self, before: NotesRead, after: NotesRead) -> Iterator[Oid]:
        """What notes hang on that are new or not the same any more."""
        return (noted for noted, blob in after.blobs.items() if before.blobs.get(noted) != blob)

    def places(self, log: str, tip: Oid | None) -> dict[str, int]:
        """Id -> sequence of the records of a log, from payloads whose signatures were checked when they came."""
        return {} if tip is None else self.book.read(self.repository, {log: tip})[log].places


class _Any(Container[Oid]):
    def __contains__(self, item: object) -> bool:
        return True


def check_append_only(logs: Logs, update: Update) -> Iterator[Refusal]:
    """Refuse to delete a log, to rewind it, and to drop or change a note that it holds."""
    if update.new is None:
        why = "a log of sign-offs is never deleted"
        yield Refusal(
            ref=update.ref, why=why, remedy="leave it out of the push; what is wrong is taken back by `withdraw`"
        )
        return
    repository = logs.repository
    if not repository.is_commit(update.new):
        yield Refusal(ref=update.ref, why="a log points at a commit", remedy=_SYNC)
        return
    if update.old is None:
        return
    if not repository.is_ancestor(update.old, update.new):
        yield Refusal(ref=update.ref, why="the push rewinds the log or replaces it", remedy=_SYNC)
        return
    before, after = logs.listed(update.old), logs.listed(update.new)
    for noted, blob in before.blobs.items():
        if after.blobs.get(noted) == blob:
            continue
        old, new = (_lines(logs.text(listed, noted)) for listed in (before, after))
        if list(new[: len(old)]) != list(old):
            yield Refusal(ref=update.ref, why=f"the push drops or changes a record on {noted[:12]}", remedy=_SYNC)
            return


def _lines(raw: bytes) -> tuple[bytes, ...]:
    return parse_note(raw).lines


def check_log(
    logs: Logs, update: Update, pushed: Sequence[Update], force: PolicyInForce | None, *, now: int
) -> Iterator[Refusal]:
    """Judge the update of one log; `pushed` are all log updates of the push."""
    faults = list(check_append_only(logs, update))
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
    before, after = logs.listed(update.old), logs.listed(update.new)
    try:
        _plain(before, after)
        added = [
            record
            for noted in logs.changed(before, after)
            for record in _added(update.ref, noted, logs.text(before, noted), logs.text(after, noted))
        ]
        for record in added:
            _own(force, record, now)
            _here(logs.repository, record)
        _follow(logs.places(update.ref, update.old), added)
        if update.old is not None:
            logs.book.keep({update.ref: update.old})
        _seen(logs, added, pushed)
    except (FormatError, VerificationError, RepositoryError) as error:
        remedy = "records are written by `reviewconsole approve`, `reject` and `withdraw`, and pushed by `sync`"
        yield Refusal(ref=update.ref, why=str(error), remedy=remedy)


def check_witnesses(logs: Logs, update: Update, force: PolicyInForce | None, *, now: int) -> Iterator[Refusal]:
    """Judge the update of one ref of witnesses: what it gains is signed by the key of a witness."""
    faults = list(check_append_only(logs, update))
    yield from faults
    if faults or update.new is None:
        return
    if force is None or not _WITNESS_NAME.fullmatch(update.ref):
        why = f"no witness writes there; a witness of the policy in force writes to {WITNESS_PREFIX}<key>"
        yield Refusal(ref=update.ref, why=why, remedy="push .reviewconsole/ to the target first")
        return
    before, after = logs.listed(update.old), logs.listed(update.new)
    try:
        _plain(before, after)
        for noted in logs.changed(before, after):
            note, known = parse_note(logs.text(after, noted)), _lines(logs.text(before, noted))
            _witnessed(force, note, known, update.ref, noted, now=now)
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


def _added(log: str, noted: Oid, known: bytes, raw: bytes) -> Iterator[Logged]:
    """The records that a note gained, each with its signature checked."""
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


def _follow(before: Mapping[str, int], added: Sequence[Logged]) -> None:
    """Each new record follows the one before it, without gap or fork."""
    previous = max(before, key=before.__getitem__, default=None)
    sequence = 0 if previous is None else before[previous]
    for record in sorted(added, key=lambda each: each.attestation.sequence):
        att = record.attestation
        if (att.sequence, att.previous) != (sequence + 1, previous):
            raise VerificationError(
                f"record {att.sequence} does not follow record {sequence}: a gap, or the log of another machine"
            )
        sequence, previous = att.sequence, record.id


def _seen(logs: Logs, added: Sequence[Logged], pushed: Sequence[Update]) -> None:
    """What a record says it observed is really there: a false claim would break somebody else's log."""
    tips = {ref.name: ref.oid for ref in logs.repository.raw_refs(REF_PREFIX.rstrip("/"))}
    tips.update({update.ref: update.new for update in pushed if update.new is not None})
    known: dict[str, Mapping[str, int]] = {}
    for record in added:
        for seen in record.attestation.observed:
            if seen.log not in known:
                known[seen.log] = logs.places(seen.log, tips.get(seen.log))
            if seen.id not in known[seen.log]:
                raise VerificationError(
                    f"record {record.attestation.sequence} observed {seen.id[:19]} in {seen.log}, which is not here"
                )
