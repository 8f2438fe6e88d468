"""Exchange bytes with a running process, and give up on one that says nothing for too long."""

import contextlib
import os
import resource
import select
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import IO, cast

_PIECE = 64 << 10
_GRACE_SECONDS = 2.0
"""Between SIGTERM and SIGKILL: time for git to remove its locks."""
SILENT_SECONDS = 2.0
"""Silence after which it is looked for what git may be waiting on."""
_LEAVING_SECONDS = 2.0
_LEAVING = threading.Event()


def leave() -> None:
    """Wait for nobody who is silent longer than a moment, from now on: this process is about to end."""
    _LEAVING.set()


class Stalled(Exception):
    """Nothing was heard for `seconds`; with `whole`, it did not end within them."""

    def __init__(self, seconds: float, *, whole: bool) -> None:
        super().__init__(seconds)
        self.seconds = seconds
        self.whole = whole


class TooMuch(Exception):
    """A process said more than it may."""


def limit_memory(process: "subprocess.Popen[bytes]", most: int) -> None:
    """Bound what a process may allocate, in bytes, where the system can (Linux, prlimit(2))."""
    if hasattr(resource, "prlimit"):
        with contextlib.suppress(OSError):
            resource.prlimit(process.pid, resource.RLIMIT_DATA, (most, most))


def exchange(
    process: "subprocess.Popen[bytes]",
    stdin: bytes,
    *,
    stall: float,
    longest: float,
    most: int,
    silent: Callable[[], object] | None = None,
) -> tuple[bytes, bytes]:
    """Write `stdin`, give stdout and stderr, like `communicate`; `silent` is called once after SILENT_SECONDS.

    Raises Stalled when no byte moved in any direction for `stall` seconds, or after `longest` altogether, and
    TooMuch when more than `most` bytes came.
    """
    pipes = cast("list[IO[bytes]]", [process.stdin, process.stdout, process.stderr])
    feed, out, err = pipes
    read: dict[int, bytearray] = {out.fileno(): bytearray(), err.fileno(): bytearray()}
    left = memoryview(stdin)
    came = 0
    start = heard = time.monotonic()
    with selectors.DefaultSelector() as ready:
        for pipe in pipes:
            os.set_blocking(pipe.fileno(), False)
            ready.register(pipe, selectors.EVENT_WRITE if pipe is feed else selectors.EVENT_READ)
        while ready.get_map():
            now = time.monotonic()
            silence = min(stall, _LEAVING_SECONDS) if _LEAVING.is_set() else stall
            patience = min(heard + silence, start + longest) - now
            if patience <= 0:
                whole = now >= start + longest
                raise Stalled(longest if whole else silence, whole=whole)
            if silent is not None and now - heard > SILENT_SECONDS:
                silent()
                silent = None
            for key, _ in ready.select(min(patience, 0.5)):
                heard = time.monotonic()
                pipe = cast("IO[bytes]", key.fileobj)
                if pipe is feed:
                    left = left[_write(key.fd, left) :]
                    done = not left
                else:
                    piece = os.read(key.fd, _PIECE)
                    read[key.fd] += piece
                    came += len(piece)
                    if came > most:
                        raise TooMuch
                    done = not piece
                if done:
                    ready.unregister(pipe)
                    pipe.close()
    process.wait(timeout=stall)
    outputs = tuple(read.values())
    return bytes(outputs[0]), bytes(outputs[1])


def first_bytes(process: "subprocess.Popen[bytes]", size: int, seconds: float) -> bytes:
    """Read up to `size` bytes of stdout, of what comes within some seconds."""
    out, until, found = cast("IO[bytes]", process.stdout), time.monotonic() + seconds, bytearray()
    while len(found) < size:
        ready, _, _ = select.select([out], [], [], max(0.0, until - time.monotonic()))
        piece = os.read(out.fileno(), size - len(found)) if ready else b""
        if not piece:
            break
        found += piece
    return bytes(found)


def _write(handle: int, data: memoryview) -> int:
    try:
        return os.write(handle, data[:_PIECE])
    except BlockingIOError:
        return 0
    except BrokenPipeError:
        return len(data)


def end(process: "subprocess.Popen[bytes]", *, group: bool) -> None:
    """End a process; when it leads a group of its own everything it started, by SIGTERM first."""
    if not group:
        process.kill()
        return
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_GRACE_SECONDS)
