"""An append-only file of records that no git command touches.

One line a record: length of the record in bytes, its SHA-256 as hex, the record as base64, newline.
A line that a crash left incomplete at the end (no newline, or a hole of NUL bytes) is cut at the
next append; anything else that does not add up is an error, since it would be a lost decision.
"""

import base64
import binascii
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reviewconsole.errors import StorageError

_REMEDY = "free space or make the state folder writable; nothing was recorded"


def _line(record: bytes) -> bytes:
    digest = hashlib.sha256(record).hexdigest().encode()
    return b"%d %s %s\n" % (len(record), digest, base64.b64encode(record))


def _parse(line: bytes) -> bytes | None:
    parts = line.split(b" ")
    if len(parts) != 3:
        return None
    try:
        record = base64.b64decode(parts[2], validate=True)
    except (binascii.Error, ValueError):
        return None
    return record if _line(record) == line + b"\n" else None


class Journal:
    """One journal file; `lock` it for everything but a look."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the journal alone among all processes; the lock falls with its process."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageError(f"the journal cannot be locked: {error.strerror}", remedy=_REMEDY) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def read(self) -> tuple[list[bytes], bool]:
        """Give all whole records, and whether a torn one stands at the end."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return [], False
        except OSError as error:
            raise StorageError(f"the journal cannot be read: {error.strerror}", remedy=_REMEDY) from error
        *lines, tail = data.split(b"\n")
        records: list[bytes] = []
        for number, line in enumerate(lines, 1):
            record = _parse(line)
            if record is None:
                if number == len(lines) and not tail and b"\0" in line:
                    return records, True
                raise StorageError(
                    f"line {number} of {self.path} is damaged", remedy="restore the file, or move it away and sync"
                )
            records.append(record)
        return records, bool(tail)

    def append(self, record: bytes) -> None:
        """Add a record; when this returns it is on disk and was read back."""
        records, torn = self.read()
        keep = sum(len(_line(known)) for known in records)
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                if torn:
                    os.ftruncate(handle, keep)
                line = _line(record)
                if os.write(handle, line) != len(line):
                    os.ftruncate(handle, keep)
                    raise StorageError("the disk is full", remedy=_REMEDY)
                os.fsync(handle)
            finally:
                os.close(handle)
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise StorageError(f"the journal cannot be written: {error.strerror}", remedy=_REMEDY) from error
        if self.read() != ([*records, record], False):
            raise StorageError("the journal does not read back as written", remedy=_REMEDY)
