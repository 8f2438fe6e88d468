"""A git command that stays open and answers one question after the other: a start takes longer than an answer.

Questions are written and answers read under one lock. Nothing is written that the pipe might not hold
while an answer waits to be read, so that neither side can wait for the other for ever.
"""

import os
import select
import subprocess
import time
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import RLock
from typing import IO

from reviewconsole.errors import RepositoryError
from reviewconsole.git.waiting import SILENT_SECONDS

MOST_ASKED = 8192
"""Bytes of questions that may be unanswered: the smallest pipe of a system we run on holds more."""
MOST_SAID = 1 << 30
"""Bytes of one answer."""
_CHUNK = 1 << 20
_LARGEST_ERROR = 1 << 16
_LONGEST_SECONDS = 600.0

Process = subprocess.Popen[bytes]


class Ended(Exception):
    """The command ended instead of answering."""

    def __init__(self, err: bytes) -> None:
        super().__init__()
        self.err = err
        """What it wrote on stderr."""


class Lasting:
    """One command with pipes to it. It is started when first asked, and again after it ended or a fork."""

    def __init__(
        self,
        start: Callable[[Sequence[str]], Process],
        args: Sequence[str],
        *,
        silent: Callable[[], object] = lambda: None,
    ) -> None:
        self.lock = RLock()
        self._silent = silent
        """Called where nothing was heard for a moment; it may raise."""
        self._start = start
        self._args = args
        self._process: Process | None = None
        self._owner = 0
        self._end: weakref.finalize[..., Lasting] | None = None
        self._buffer = bytearray()
        self._at = 0
        self._err = bytearray()

    def ask(self, question: bytes) -> None:
        """Write a question of at most MOST_ASKED bytes; the answers to the ones before should have been read."""
        process = self._running()
        try:
            os.write(_fd(process.stdin), question)
        except BrokenPipeError:
            self._fail()

    def line(self) -> bytes:
        """Read up to the next newline, which is left out."""
        searched = self._at
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            searched -= self._more()
        row = bytes(self._buffer[self._at : end])
        self._at = end + 1
        return row

    def lines(self, count: int) -> list[bytes]:
        """Read so many lines, without their newlines."""
        found: list[bytes] = []
        while len(found) < count:
            end = self._buffer.rfind(b"\n", self._at)
            if end < 0:
                self._more()
                continue
            rows = bytes(self._buffer[self._at : end]).split(b"\n", count - len(found))
            left = rows.pop() if len(rows) > count - len(found) else None
            self._at = end + 1 if left is None else end - len(left)
            found += rows
        return found

    def take(self, size: int) -> bytes:
        """Read so many bytes."""
        while len(self._buffer) - self._at < size:
            self._more()
        return self._taken(self._at + size, 0)

    def _taken(self, end: int, skipped: int) -> bytes:
        """Give what stands before an offset of the buffer, and pass so many bytes after it."""
        with memoryview(self._buffer) as view:
            data = bytes(view[self._at : end])
        self._at = end + skipped
        if self._at == len(self._buffer):
            self._buffer, self._at = bytearray(), 0  # an answer may be large, and is not kept twice
        return data

    def until(self, mark: bytes, start: bytes) -> list[bytes]:
        """Read up to a mark, which is left out, in pieces; every piece but the first begins a line with `start`.

        So a large answer is never held twice: once to be found whole, and once more to be given.
        """
        pieces: list[bytes] = []
        searched = self._at
        while (end := self._buffer.find(mark, searched)) < 0:
            if (cut := self._buffer.rfind(b"\n" + start, self._at)) >= 0:
                pieces.append(self._taken(cut + 1, 0))
            searched = max(self._at, len(self._buffer) - len(mark) + 1)
            searched -= self._more()
        return [*pieces, self._taken(end, len(mark))]

    def end(self) -> None:
        """End the command; the next question starts it again."""
        if self._end is not None:
            if self._owner == os.getpid():
                self._end()
            else:
                self._end.detach()
        self._process = self._end = None
        self._buffer, self._at, self._err = bytearray(), 0, bytearray()

    def close(self) -> None:
        """Like `end`, unless another thread is being answered: then it ends with its owner."""
        if self.lock.acquire(blocking=False):
            try:
                self.end()
            finally:
                self.lock.release()

    def _running(self) -> Process:
        if self._process is not None and self._owner == os.getpid():
            return self._process
        self.end()
        try:
            process = self._start(self._args)
        except OSError as error:
            raise RepositoryError(f"git could not be started: {error.strerror}") from error
        self._process, self._owner = process, os.getpid()
        self._end = weakref.finalize(self, _finish, process, self._owner)
        return process

    def _more(self) -> int:
        """Read what there is, wait where there is nothing; gives how far what was read before has moved."""
        process = self._running()
        moved, self._at = self._at, 0
        del self._buffer[:moved]
        out, err = _fd(process.stdout), _fd(process.stderr)
        until, looked = time.monotonic() + _LONGEST_SECONDS, False
        while True:
            left = max(0.0, until - time.monotonic())
            ready, _, _ = select.select([out, err], [], [], left if looked else SILENT_SECONDS)
            if err in ready and (said := os.read(err, _LARGEST_ERROR)):
                self._err += said[: _LARGEST_ERROR - len(self._err)]
                continue
            if out in ready:
                data = os.read(out, _CHUNK)
                if not data:
                    self._fail()
                self._buffer += data
                if len(self._buffer) > MOST_SAID:
                    self.end()
                    raise RepositoryError(f"git {self._args[0]}: more than {MOST_SAID >> 20} MB in one answer")
                return moved
            if not ready and not looked:
                looked = True
                self._silent()
                continue
            if not ready:
                self.end()
                raise RepositoryError(f"git {self._args[0]} did not answer within {_LONGEST_SECONDS:g} seconds")
            self._fail()

    def _fail(self) -> None:
        if self._process is not None:
            with suppress(OSError):
                while said := os.read(_fd(self._process.stderr), _LARGEST_ERROR):
                    self._err += said[: _LARGEST_ERROR - len(self._err)]
        err = bytes(self._err)
        self.end()
        raise Ended(err)


def _fd(stream: IO[bytes] | None) -> int:
    return -1 if stream is None else stream.fileno()


def _finish(process: Process, owner: int) -> None:
    """Close the pipes and wait; git ends when its stdin does, and is killed where it is still answering."""
    if owner != os.getpid():
        return
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with suppress(OSError):
                stream.close()
    try:
        process.wait(timeout=1)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
