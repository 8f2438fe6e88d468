"""Write a decision so that it is never lost: journal first, then the note, then say so.

One journal per repository, person, key and device lies in the state folder, out of reach of the
git that an agent may run. The notes log is a copy of it that travels; whatever a note lost is
written again from the journal.
"""

import contextlib
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from reviewconsole.attestation import NAMESPACE, Attestation
from reviewconsole.chain import MOST_OBSERVED, Observed, log_ref, record_id
from reviewconsole.change import Oid
from reviewconsole.decision import DecisionKind
from reviewconsole.envelope import Envelope, pae, parse_envelope, parse_note
from reviewconsole.errors import FormatError, MissingObject, RepositoryError, StorageError
from reviewconsole.facts import Records
from reviewconsole.git import notes
from reviewconsole.git.journal import Journal
from reviewconsole.git.repository import Repository
from reviewconsole.signing.signer import Signer
from reviewconsole.standing import own_log
from reviewconsole.statement import Statement, note_text, parse_record, record_bytes

_TRIES = 50
_MOST_KEPT = 16
"""Heads that one commit of a log keeps."""
_Record = TypeVar("_Record", bound=Attestation | Statement)


def device_id(state_dir: Path) -> str:
    """32 random bits, as hex, that tell this machine's logs from those of the same key elsewhere."""
    path = state_dir / "device"
    try:
        state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists() or not path.read_bytes():
            _write_new(path, secrets.token_hex(4) + "\n")
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"the state folder cannot be used: {error}", remedy=f"make {state_dir} writable") from error
    if len(text) == 8 and set(text) <= set("0123456789abcdef"):
        return text
    raise StorageError(f"{path} does not hold 8 hex digits", remedy="remove the file; a new log will be begun")


def _write_new(path: Path, text: str) -> None:
    """Put a whole file in place, unless another process was faster; an empty one, as a full disk leaves, gives way."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with fresh.open("w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists() and not path.read_bytes():
            path.unlink(missing_ok=True)
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def _folder(state_dir: Path, repository_id: str) -> Path:
    return state_dir / "journal" / repository_id.removeprefix("sha256:")[:16]


def mend_logs(repository: Repository, state_dir: Path, repository_id: str) -> None:
    """Write back to the notes whatever any journal of this device holds and they lost."""
    for path in sorted(_folder(state_dir, repository_id).glob("*.log")):
        principal, key, _ = path.stem.rsplit("-", 2)
        Log(repository, state_dir, repository_id, principal, key).mend()


class Log:
    """One person's log of one key on this device: the journal and the notes ref that mirrors it.

    `key` is `key8` of the public key.
    """

    def __init__(self, repository: Repository, state_dir: Path, repository_id: str, principal: str, key: str) -> None:
        self._repository = repository
        self.device = device_id(state_dir)
        self.ref = log_ref(principal, key, self.device)
        self._journal = Journal(_folder(state_dir, repository_id) / f"{principal}-{key}-{self.device}.log")

    def record(
        self,
        build: Callable[[int, str | None, tuple[Observed, ...]], _Record],
        signer: Signer,
        records: Records,
        *,
        heard: Records,
    ) -> tuple[str, _Record]:
        """Build, sign, journal and note one record, alone among all processes of this log.

        `build` gets sequence, previous id and the tips observed among `heard`, which are the records of
        people alone (`of_people`). When this returns, the record is on
        disk and read back; when it raises, nothing was recorded, unless the journal says otherwise,
        in which case the next write or sync finishes the note.
        """
        with self._journal.lock():
            own = self._restore(records, signer.public_blob)
            last = parse_record(own[-1].payload) if own else None
            previous = record_id(own[-1].payload) if own else None
            att = build(
                last.sequence + 1 if last else 1, previous, _observed(heard, self.ref, [e.payload for e in own])
            )
            payload = record_bytes(att)
            armour = signer.sign(pae(payload), NAMESPACE)
            envelope = Envelope(payload=payload, keyid=signer.fingerprint, signature=armour)
            self._journal.append(envelope.line())
            self._mirror([*own, envelope])
        return record_id(payload), att

    def mend(self) -> None:
        """Write to the notes ref whatever the journal holds and the ref does not."""
        with self._journal.lock():
            own = [parse_envelope(line) for line in self._journal.read()[0]]
            if own:
                self._mirror(own)

    def _restore(self, records: Records, blob: bytes | None) -> list[Envelope]:
        """Read the journal; records of one's own key that only the notes still have are journalled again."""
        lines, _ = self._journal.read()
        own = [parse_envelope(line) for line in lines]
        known = {record_id(envelope.payload) for envelope in own}
        mine = [r for r in records.entries if r.log == self.ref == own_log(r) and r.blob == blob and r.id not in known]
        if not mine:
            return own
        noted = notes.read_notes(self._repository, self.ref).notes
        found = {}
        for raw in noted.values():
            for line in parse_note(raw).lines:
                try:
                    found[record_id(parse_envelope(line).payload)] = line
                except FormatError:
                    continue
        for record in sorted(mine, key=lambda r: r.attestation.sequence):
            if record.attestation.sequence == len(own) + 1 and record.id in found:
                self._journal.append(found[record.id])
                own.append(parse_envelope(found[record.id]))
        return own

    def _mirror(self, own: list[Envelope]) -> None:
        by_head: dict[Oid, list[bytes]] = {}
        for envelope in own:
            by_head.setdefault(parse_record(envelope.payload).head, []).append(envelope.line())
        texts = {head: note_text(lines) for head, lines in by_head.items()}
        error: RepositoryError | None = None
        for _ in range(_TRIES):
            tip = next((ref.oid for ref in self._repository.note_refs(self.ref) if ref.name == self.ref), None)
            there, damaged = self._there()
            updates = {head: text for head, text in texts.items() if there.get(head) != text}
            if not updates:
                return
            base, gone = (None, tip) if damaged else (tip, None)
            try:
                notes.write_notes(
                    self._repository,
                    self.ref,
                    updates,
                    message="Record a decision",
                    expected=base,
                    parents=self._approved_heads(own, updates),
                    replaced=gone,
                )
            except RepositoryError as failed:
                error = failed
                continue
            return
        raise StorageError(f"recorded in the journal, but the note could not be written: {error}") from error

    def _approved_heads(self, own: list[Envelope], updates: Mapping[Oid, bytes]) -> tuple[Oid, ...]:
        """Heads that the log keeps, as parents of its commit: an approval is judged by the commits it was given for.

        What was rejected is not kept.
        """
        records = [record for record in (parse_record(each.payload) for each in own) if record.head in updates]
        heads = dict.fromkeys(
            att.head for att in records if isinstance(att, Attestation) and att.decision is DecisionKind.APPROVE
        )
        there = self._repository.sizes(heads)
        return tuple(head for head in heads if head in there)[-_MOST_KEPT:]

    def _there(self) -> tuple[Mapping[Oid, bytes], bool]:
        """The notes as they are, and whether they are damaged: a prune can take what a ref needs."""
        try:
            return notes.read_notes(self._repository, self.ref).notes, False
        except MissingObject:
            return {}, True


OpenLog = Callable[[str, str, bytes], Log]
"""Opens a log, given repository id, principal and public key blob."""


def _observed(records: Records, own_ref: str, own: list[bytes]) -> tuple[Observed, ...]:
    """Tips of other logs that changed since one's own previous record, at most 100."""
    told: dict[str, int] = {}
    for payload in own:
        for seen in parse_record(payload).observed:
            told[seen.log] = max(told.get(seen.log, 0), seen.sequence)
    tips: dict[str, Observed] = {}
    for record in records.entries:
        att = record.attestation
        if record.log == own_ref or record.log in records.broken:
            continue
        if record.log not in tips or att.sequence > tips[record.log].sequence:
            tips[record.log] = Observed(log=record.log, sequence=att.sequence, id=record.id)
    fresh = [tip for log, tip in sorted(tips.items()) if tip.sequence > told.get(log, 0)]
    return tuple(fresh[:MOST_OBSERVED])


def merge_notes(ours: bytes | None, theirs: bytes | None) -> bytes:
    """Unite two versions of one note of the same log: every envelope once, in the log's order.

    What cannot be read is no record of ours and is left out; a note without any is kept as it was.
    """
    found: dict[str, tuple[int, bytes]] = {}
    for raw in (ours, theirs):
        for line in parse_note(raw).lines if raw else ():
            try:
                payload = parse_envelope(line).payload
                found[record_id(payload)] = (parse_record(payload).sequence, line)
            except FormatError:
                continue
    return note_text([line for _, line in sorted(found.values())]) if found else ours or theirs or b""
