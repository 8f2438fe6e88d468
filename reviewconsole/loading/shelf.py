"""Keep verified logs of a server's repository between two pushes, in a folder that only its owner can write.

Nothing that is pushed gets here: a push brings objects and refs. What is kept is what was verified at a tip that
the repository held, under the tip's own id, so it cannot grow old. A file whose folder or owner is odd, or that is
damaged, is as if it were not there. CI, which starts from a clone, keeps nothing and computes everything.
"""

import hashlib
import json
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviewconsole import __version__
from reviewconsole.change import Oid, encode
from reviewconsole.errors import FormatError
from reviewconsole.facts import Logged, RecordProblem, VerifiedAttestation
from reviewconsole.git.repository import Repository
from reviewconsole.loading.records import LogRead, NoteRead, logged
from reviewconsole.sshkey import fingerprint

FOLDER = "reviewconsole-logs"
_LARGEST = 256 << 20
_FORM = f"reviewconsole log 1 {__version__}"


@dataclass(frozen=True, slots=True)
class FolderShelf:
    """One file a log: a digest, a line of JSON, then the payloads one after the other."""

    folder: Path

    @classmethod
    def of(cls, repository: Repository) -> "FolderShelf | None":
        """The shelf of a repository; None where others than its owner, who must be running this, could write to it."""
        folder = repository.common_dir / FOLDER
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            if all(_private(place.lstat(), folder=True) for place in (repository.common_dir, folder)):
                return cls(folder)
        except OSError:
            return None
        return None

    def _path(self, log: str) -> Path:
        return self.folder / hashlib.sha256(encode(log)).hexdigest()

    def get(self, log: str) -> LogRead | None:
        """What is kept of a log; None where nothing is that can be relied on."""
        try:
            with open(self._path(log), "rb", opener=_not_followed) as stream:
                if not _private(os.fstat(stream.fileno()), folder=False):
                    return None
                raw = stream.read(_LARGEST)
            digest, _, data = raw.partition(b"\n")
            if hashlib.sha256(data).hexdigest().encode() != digest:
                return None
            head, _, payloads = data.partition(b"\n")
            return _log(json.loads(head), payloads, log)
        except (OSError, ValueError, KeyError, TypeError, RecursionError, FormatError):
            return None

    def put(self, log: str, read: LogRead) -> None:
        """Keep a log; what fails is no error."""
        data = _written(log, read)
        path = self._path(log)
        draft = path.with_name(f".{secrets.token_hex(8)}")
        try:
            with open(draft, "xb", opener=_opened) as stream:
                stream.write(hashlib.sha256(data).hexdigest().encode() + b"\n" + data)
            draft.replace(path)
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)


def _not_followed(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _private(state: os.stat_result, *, folder: bool) -> bool:
    """Whether a folder or file is of its kind, belongs to whoever runs this, and no one else can write to it."""
    kind = stat.S_ISDIR if folder else stat.S_ISREG
    return kind(state.st_mode) and state.st_uid == os.geteuid() and not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _written(log: str, read: LogRead) -> bytes:
    signers: dict[bytes, int] = {}
    payloads: list[bytes] = []

    def entry(one: Logged, payload: bytes) -> list[object]:
        payloads.append(payload)
        flags = (one.user_present, one.user_verified) if isinstance(one, VerifiedAttestation) else (False, False)
        return [len(payload), signers.setdefault(one.blob, len(signers)), *flags]

    rows = [
        [
            noted,
            note.blob,
            [entry(*each) for each in zip(note.entries, note.payloads, strict=True)],
            [_problem(each) for each in note.problems],
            note.claimed,
        ]
        for noted, note in read.notes.items()
    ]
    head = {
        "form": _FORM,
        "log": log,
        "tip": read.tip,
        "notes": rows,
        "problems": [_problem(each) for each in read.problems],
        "signers": [blob.hex() for blob in signers],
    }
    return json.dumps(head, separators=(",", ":")).encode() + b"\n" + b"".join(payloads)


def _problem(problem: RecordProblem) -> list[str | None]:
    return [problem.noted, problem.why, problem.signer.hex()]


def _log(head: dict[str, Any], payloads: bytes, log: str) -> LogRead | None:
    if head["form"] != _FORM or head["log"] != log:
        return None
    signers = [(blob, fingerprint(blob)) for blob in map(bytes.fromhex, head["signers"])]
    at = 0
    notes: dict[Oid, NoteRead] = {}
    for noted, blob, rows, problems, claimed in head["notes"]:
        entries: list[Logged] = []
        kept: list[bytes] = []
        for size, signer, present, verified in rows:
            key, name = signers[signer]
            payload = payloads[at : at + size]
            at += size
            kept.append(payload)
            # its signature was checked before it was put here; the payload is read as strictly as ever
            entries.append(
                logged(payload, log=log, noted=Oid(noted), blob=key, fingerprint=name, flags=(present, verified))
            )
        notes[Oid(noted)] = NoteRead(
            blob=Oid(blob),
            entries=tuple(entries),
            payloads=tuple(kept),
            problems=tuple(_told(log, each) for each in problems),
            claimed=tuple((place, name) for place, name in claimed),
        )
    return LogRead(tip=Oid(head["tip"]), notes=notes, problems=tuple(_told(log, each) for each in head["problems"]))


def _told(log: str, row: list[Any]) -> RecordProblem:
    noted, why, signer = row
    return RecordProblem(log=log, noted=None if noted is None else Oid(noted), why=why, signer=bytes.fromhex(signer))
