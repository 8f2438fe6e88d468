"""What stands on the terminal while the console is imported: a title and, if known, the start of the diff.

Importing takes most of a start, and git answers in a few milliseconds. So the first picture is made here, from
standard modules and one git process. It is a picture only: nothing in it was checked, nothing counts as read, and
the console draws over it what it has verified. It is left out wherever there is the least doubt about the call.
"""

import hashlib
import os
import re
import sys
import termios
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_SPEC = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]{0,200}")
_SOURCE = re.compile(r"refs/[A-Za-z0-9._/+-]{1,200}")
_CHUNK = 16_384
"""Bytes of a diff that fill a large screen."""
_TREES = ((150, 34), (100, 28), (0, 0))
"""From how many columns the list of files takes how many of them."""
_COLOURS = {"+": "\x1b[32m", "-": "\x1b[31m", "@": "\x1b[36m", "d": "\x1b[1m", "\\": "\x1b[2m"}
_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J"
"""Alternate screen, no cursor, no wrapping (xterm, Control Sequences)."""
_LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
_taken: list[tuple[list[int | list[bytes | int]], bool]] = []
"""While the picture stands: what the terminal's settings were before, and whether the console has taken over."""


def paint(words: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Paint, if this call opens the console on a terminal; tells whether it was."""
    found = _asked(words)
    if found is None or environ.get("TERM", "dumb") == "dumb" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    folder, change = found
    try:
        from reviewconsole.errors import RepositoryError
        from reviewconsole.git.discovery import discover

        git_dir = discover(Path(folder))
    except (RepositoryError, OSError):
        return False
    columns, rows = os.get_terminal_size(sys.stdout.fileno())
    title = f" opening {change} …" if change else f" reviewconsole  {git_dir.parent.name}  reading …"
    diff = _beginning(git_dir, environ, change) if change else b""
    before = termios.tcgetattr(sys.stdin.fileno())
    quiet = [*before]
    quiet[3] &= ~termios.ECHO
    _taken.append(([*before], False))
    termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, quiet)
    sys.stdout.write(_ENTER + picture(title, diff, columns, rows, plain="NO_COLOR" in environ))
    sys.stdout.flush()
    return True


def _asked(words: Sequence[str]) -> tuple[str, str] | None:
    """Folder and change of a call that opens the console; None for every other call."""
    folder, rest = ".", list(words)
    if len(rest) >= 2 and rest[0] == "-C":
        folder, rest = rest[1], rest[2:]
    if not rest or rest == ["open"]:
        return folder, ""
    if len(rest) == 2 and rest[0] == "open" and _SPEC.fullmatch(rest[1]):
        return folder, rest[1]
    return None


def picture(title: str, diff: bytes, columns: int, rows: int, *, plain: bool = False) -> str:
    """The whole screen as text; every line of the diff is made safe before it is shown."""
    from reviewconsole.display import safe_text

    left = " " * next(width for least, width in _TREES if columns >= least)
    out = [f"\x1b[7m{safe_text(title)[:columns]:<{columns}}\x1b[0m"]
    for mark, text in _shown(diff):
        colour = "" if plain else _COLOURS.get(mark, "")
        body = safe_text(text[: 4 * columns].decode("utf-8", "surrogateescape"), tab=4)
        out.append(f"{left}{colour}{body[: columns - len(left)]}\x1b[0m")
        if len(out) == rows - 1:
            break
    return "\r\n".join(out)


def _shown(diff: bytes) -> Iterator[tuple[str, bytes]]:
    """The lines that are shown of a patch, with the character that says what they are."""
    inside = False
    for line in diff.split(b"\n")[:-1]:
        if line.startswith(b"diff --git "):
            inside = False
            yield "d", b"  " + line.rpartition(b" b/")[2]
        elif line.startswith(b"@@ "):
            inside = True
            yield "@", b"  " + line
        elif inside:
            yield chr(line[0]) if line else " ", b" " * 9 + line[:1] + b" " + line[1:]


def _beginning(git_dir: Path, environ: Mapping[str, str], change: str) -> bytes:
    """The first bytes of a change's diff, where the target is known from an earlier time."""
    try:
        source = _memory(git_dir, environ).read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return b""
    if not _SOURCE.fullmatch(source):
        return b""
    from reviewconsole.errors import RepositoryError
    from reviewconsole.git.process import Git

    options = ("-p", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--text", "-U3")
    try:
        return Git(git_dir, environ).beginning(["diff", *options, f"{source}...{change}", "--"], _CHUNK)
    except RepositoryError:
        return b""


def _memory(git_dir: Path, environ: Mapping[str, str]) -> Path:
    from reviewconsole.places import xdg

    name = hashlib.sha256(os.fsencode(git_dir)).hexdigest()[:16]
    return xdg(environ, "XDG_CACHE_HOME", ".cache") / "targets" / name


def remember(git_dir: Path, environ: Mapping[str, str], source: str) -> None:
    """Keep which ref changes are compared with, for the next start; a convenience, so faults are ignored."""
    place = _memory(git_dir, environ)
    try:
        if not place.is_file() or place.read_bytes() != source.encode():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(source, "utf-8")
    except OSError:
        return


def hand_over() -> None:
    """From now on the console draws; only the terminal's settings are put back at the end."""
    _taken[:] = [(before, True) for before, _ in _taken]


def leave() -> None:
    """Put the terminal back as it was found; does nothing where nothing was painted."""
    while _taken:
        before, handed = _taken.pop()
        if not handed:
            sys.stdout.write(_LEAVE)
            sys.stdout.flush()
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, before)
