"""What the terminal is like: how many colours, and whether its ground is dark. Asked once, before the first frame."""

import os
import re
import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

SECONDS = 0.25
"""How long an answer is waited for; a terminal that answers the second question earlier has answered both."""

_QUESTION = b"\x1b]11;?\x1b\\\x1b[c"
"""OSC 11 asks for the ground's colour (xterm, Control Sequences); every terminal answers DA1, which ends it."""
_GROUND = re.compile(rb"\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")
_DEVICE = re.compile(rb"\x1b\[\?[0-9;]*c")
_SILENT = {"", "dumb", "linux", "vt100"}
_RICH = ("256color", "direct", "truecolor", "kitty", "alacritty", "ghostty", "wezterm", "foot")
_LONGEST = 4096


def is_dark(answer: bytes) -> bool | None:
    """Whether the answer to OSC 11 names a dark colour; None where it names none."""
    found = _GROUND.search(answer)
    if found is None:
        return None
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in found.groups())
    return bool(0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.5)


def ask_ground() -> bytes:
    """Ask the terminal, and read until it has answered or the time is up; nothing where there is no terminal."""
    try:
        handle = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return b""
    answer = b""
    try:
        before = termios.tcgetattr(handle)
        try:
            tty.setcbreak(handle)
            os.write(handle, _QUESTION)
            until = time.monotonic() + SECONDS
            while len(answer) < _LONGEST and not _DEVICE.search(answer):
                ready, _, _ = select.select([handle], [], [], max(0.0, until - time.monotonic()))
                if not ready:
                    break
                answer += os.read(handle, 256)
        finally:
            termios.tcsetattr(handle, termios.TCSAFLUSH, before)
    except (OSError, termios.error):
        return b""
    finally:
        os.close(handle)
    return answer


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what libraries write to standard error off the screen while the console draws through it.

    The toolkit draws to `sys.__stderr__`; C code, e.g. RE2 when a pattern needs much memory, writes to file 2.
    """
    before = sys.__stderr__
    screen = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    try:
        with os.fdopen(screen, "w", encoding="utf-8", errors="replace") as file:
            os.dup2(nowhere, 2)
            sys.__stderr__ = file  # type: ignore[misc]
            try:
                yield
            finally:
                sys.__stderr__ = before  # type: ignore[misc]
                os.dup2(file.fileno(), 2)
    finally:
        os.close(nowhere)


def few_colours(environ: Mapping[str, str]) -> bool:
    """Whether the terminal says that it has sixteen colours or fewer."""
    term = environ.get("TERM", "")
    return environ.get("COLORTERM", "") not in ("truecolor", "24bit") and not any(word in term for word in _RICH)


def choose(wanted: str, environ: Mapping[str, str], ask: Callable[[], bytes] = ask_ground) -> str:
    """The theme to begin with: the one that is wanted; for `auto`, `ansi`, `dark` or `light` as the terminal is."""
    if wanted != "auto":
        return wanted
    if "web_driver" in environ.get("TEXTUAL_DRIVER", ""):
        return "dark"  # a page of our own
    if few_colours(environ):
        return "ansi"
    dark = is_dark(ask()) if environ.get("TERM", "") not in _SILENT else None
    if dark is None:
        # rxvt and Konsole say "foreground;background" by number: 7 and above 8 are light.
        ground = environ.get("COLORFGBG", "").rpartition(";")[2]
        dark = not (ground.isdigit() and (int(ground) == 7 or int(ground) > 8))
    return "dark" if dark else "light"
