"""Drive the console in a real pseudo-terminal and keep every byte that it writes."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path


class Terminal:
    """One console process on a pseudo-terminal of a stated size."""

    def __init__(self, folder: Path, env: Mapping[str, str], *, columns: int = 120, rows: int = 40) -> None:
        self.stream = bytearray()
        self._process, self._master = pty.fork()
        if self._process == 0:
            words = [sys.executable, "-m", "reviewconsole", "-C", str(folder)]
            os.execve(sys.executable, words, {**env, "TERM": "xterm-256color", "COLORTERM": "truecolor"})
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def quiet(self, still: float = 0.1, limit: float = 20.0) -> None:
        """Read until nothing came for `still` seconds."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if not select.select([self._master], [], [], still)[0]:
                break
            try:
                self.stream += os.read(self._master, 65536)
            except OSError:
                break

    def until(self, word: bytes, limit: float = 60.0, *, since: int | None = None) -> None:
        """Read until a word came, since now or since a place in the stream."""
        start, end = len(self.stream) if since is None else since, time.monotonic() + limit
        while word not in self.stream[start:]:
            assert time.monotonic() < end, bytes(self.stream[-2000:])
            if select.select([self._master], [], [], 0.5)[0]:
                self.stream += os.read(self._master, 65536)

    def press(self, keys: str, until: bytes = b"") -> None:
        """Type, and read what it leads to; with `until`, until that came."""
        since = len(self.stream)
        os.write(self._master, keys.encode())
        if until:
            self.until(until, since=since)
        self.quiet()

    def alive(self) -> bool:
        """Whether the process still runs."""
        return os.waitpid(self._process, os.WNOHANG)[0] == 0

    def close(self) -> None:
        """End the process."""
        try:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self._master)
