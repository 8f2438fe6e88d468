"""What was computed before, in the person's cache folder: checked, bounded, and never needed.

A file holds the SHA-256 of the rest and JSON. What is odd is as if it were not there; nothing here
raises. CI does not use it: a verdict is always computed.
"""

import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LARGEST = 8_000_000
"""Bytes of one entry."""
MOST_FILES = 4_000
MOST_BYTES = 200_000_000
_SWEEP = 64
"""One write in this many looks whether the folder has grown too large."""


@dataclass(frozen=True, slots=True)
class Cache:
    """One folder of entries by kind and key."""

    folder: Path

    def _path(self, kind: str, key: str) -> Path:
        name = hashlib.sha256(f"{kind}\0{key}".encode("utf-8", "surrogateescape")).hexdigest()
        return self.folder / kind / name[:2] / name

    def get(self, kind: str, key: str) -> Any:  # noqa: ANN401 - JSON
        """The value stored under a key; None where there is none that is whole."""
        try:
            with self._path(kind, key).open("rb") as stream:
                raw = stream.read(LARGEST + 100)
            digest, _, data = raw.partition(b"\n")
            if hashlib.sha256(key.encode("utf-8", "surrogateescape") + b"\0" + data).hexdigest().encode() != digest:
                return None
            return json.loads(data)
        except (OSError, ValueError, RecursionError):
            return None

    def put(self, kind: str, key: str, value: object) -> None:
        """Store a JSON value; a full disk or a folder that cannot be written is no error."""
        data = json.dumps(value, separators=(",", ":")).encode()
        if len(data) > LARGEST:
            return
        digest = hashlib.sha256(key.encode("utf-8", "surrogateescape") + b"\0" + data).hexdigest().encode()
        path = self._path(kind, key)
        draft = path.with_name(f".{secrets.token_hex(8)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(draft, "xb", opener=_private) as stream:
                stream.write(digest + b"\n" + data)
            draft.replace(path)
            if secrets.randbelow(_SWEEP) == 0:
                self.sweep()
        except OSError:
            draft.unlink(missing_ok=True) if draft.exists() else None

    def sweep(self) -> None:
        """Remove the oldest entries beyond MOST_FILES or MOST_BYTES, down to three quarters of both."""
        found = []
        for path in self.folder.rglob("*"):
            try:
                state = path.lstat()
            except OSError:
                continue
            if path.is_file() and not path.is_symlink():
                found.append((state.st_mtime, state.st_size, path))
        files, size = len(found), sum(entry[1] for entry in found)
        if files <= MOST_FILES and size <= MOST_BYTES:
            return
        for _, length, path in sorted(found):
            if files <= MOST_FILES * 3 // 4 and size <= MOST_BYTES * 3 // 4:
                return
            try:
                path.unlink()
            except OSError:
                continue
            files, size = files - 1, size - length


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
