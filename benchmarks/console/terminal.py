"""A program on a terminal of our own: when what appears, how long a key takes, how much memory it holds."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_ESCAPES = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^X][^\x1b]*\x1b\\|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-Z\\-_=>]"
)
_REPLIES = (
    (re.compile(rb"\x1b\[c"), b"\x1b[?62;22c"),
    (re.compile(rb"\x1b\[6n"), b"\x1b[1;1R"),
    (re.compile(rb"\x1b\]11;\?(?:\x07|\x1b\\)"), b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
    (re.compile(rb"\x1b\[\?2026\$p"), b"\x1b[?2026;2$y"),
)
"""What terminals answer: DA1, cursor, colour of the ground, synchronised output (xterm, Control Sequences)."""


@dataclass(kw_only=True)
class Run:
    """One run of a program, milliseconds and bytes."""

    seen: dict[str, float] = field(default_factory=dict)
    """Word -> when it was on the terminal."""
    keys: dict[str, list[float]] = field(default_factory=dict)
    """Key -> how long until something was drawn, each time it was pressed."""
    idle: dict[str, int] = field(default_factory=dict)
    """Key -> how often nothing was drawn."""
    own: int = 0
    """Highest resident memory of the program itself, bytes."""
    tree: int = 0
    """Highest resident memory of the program and what it had started, bytes; shared pages count each time."""


class Terminal:
    """Starts a program and plays the terminal to it."""

    def __init__(
        self, command: Sequence[str], *, folder: Path, environ: Mapping[str, str], size: tuple[int, int]
    ) -> None:
        self.run = Run()
        self._text = b""
        self._tail = b""
        self._alive = True
        self._begun = time.perf_counter()
        self._sampled = 0.0
        self._pid, self._handle = pty.fork()
        if self._pid == 0:
            try:
                os.chdir(folder)
                os.execvpe(command[0], list(command), dict(environ))
            finally:
                os._exit(127)
        fcntl.ioctl(self._handle, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def _pump(self, seconds: float) -> float | None:
        """Take one piece of output; its time, or None when nothing came or the program has ended."""
        ready, _, _ = select.select([self._handle], [], [], max(0.0, seconds))
        if not ready:
            return None
        try:
            data = os.read(self._handle, 65536)
        except OSError:
            data = b""
        at = time.perf_counter()
        if not data:
            self._alive = False
            return None
        window = self._tail + data
        for question, answer in _REPLIES:
            for found in question.finditer(window):
                if found.end() > len(self._tail):
                    os.write(self._handle, answer)
        self._tail = window[-16:]
        self._text += data
        if at - self._sampled > 0.02:
            self._sampled = at
            self._measure()
        return at

    def wait(self, word: str, seconds: float = 60) -> float:
        """Wait until a word is on the terminal; milliseconds since the start. SystemExit where it never comes."""
        until = time.perf_counter() + seconds
        at: float | None = None
        while word.encode() not in _ESCAPES.sub(b"", self._text):
            at = self._pump(0.05)
            if time.perf_counter() > until or not self._alive:
                shown = _ESCAPES.sub(b" ", self._text[-2000:]).decode("utf-8", "replace")
                raise SystemExit(f"{word!r} did not appear; the last output was: {shown}")
        took = ((at or time.perf_counter()) - self._begun) * 1000
        self.run.seen.setdefault(word, took)
        return took

    def quiet(self, seconds: float, limit: float = 30) -> None:
        """Wait until nothing was drawn for a while."""
        until = time.perf_counter() + limit
        last = time.perf_counter()
        while time.perf_counter() < until and time.perf_counter() - last < seconds and self._alive:
            last = self._pump(0.02) or last
        self._text = self._text[-4000:]

    def press(self, key: bytes, name: str, *, settle: float = 0.06) -> None:
        """Press a key when it is quiet, or after `settle` while it never is; note when something was drawn."""
        self.quiet(settle, limit=settle)
        start = time.perf_counter()
        os.write(self._handle, key)
        at = None
        while at is None and time.perf_counter() - start < 2 and self._alive:
            at = self._pump(0.2)
        if at is None:
            self.run.idle[name] = self.run.idle.get(name, 0) + 1
        else:
            self.run.keys.setdefault(name, []).append((at - start) * 1000)
        self.quiet(settle, limit=0.5)

    def shown(self) -> str:
        """What was written last, without escapes."""
        return _ESCAPES.sub(b"", self._text).decode("utf-8", "replace")

    def _measure(self) -> None:
        family = [self._pid, *_children(self._pid)]
        sizes = [_resident(pid) for pid in family]
        self.run.own = max(self.run.own, sizes[0])
        self.run.tree = max(self.run.tree, sum(sizes))

    def close(self, keys: bytes = b"") -> Run:
        """End the program and give what was measured."""
        self._measure()
        if keys and self._alive:
            os.write(self._handle, keys)
            self.quiet(0.2, limit=1)
        for number in (signal.SIGTERM, signal.SIGKILL):
            if os.waitpid(self._pid, os.WNOHANG)[0]:
                break
            os.kill(self._pid, number)
            time.sleep(0.3)
        else:
            os.waitpid(self._pid, 0)
        os.close(self._handle)
        return self.run


def _children(pid: int) -> list[int]:
    found, todo = [], [pid]
    while todo:
        place = Path(f"/proc/{todo.pop()}/task")
        try:
            kids = [int(kid) for task in place.iterdir() for kid in (task / "children").read_text().split()]
        except OSError:
            continue
        found += kids
        todo += kids
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
