"""Open every case as a person would, and count what was seen, what ran, and what reached the terminal raw."""

import io
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reviewconsole.cli import text
from reviewconsole.errors import ReviewConsoleError
from reviewconsole.review.workspace import Workspace
from tests.hostile.builder import Hostile, ref_of
from tests.hostile.cases import CASES, Case
from tests.hostile.terminal import Terminal


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the plain review of one case shows."""

    case: Case
    missing: tuple[str, ...]
    raw: str
    """Characters that a terminal would act on, or that cannot be seen."""
    rules: frozenset[str] = frozenset()
    """Rules that found something."""
    error: str = ""


def environ(home: Path) -> dict[str, str]:
    """A person with an empty home."""
    home.mkdir(exist_ok=True)
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}


def review(hostile: Hostile, env: Mapping[str, str], cases: tuple[Case, ...] = CASES) -> list[Seen]:
    """Print the plain review of each case."""
    workspace = Workspace.open(hostile.clone, env)
    return [_review(workspace, case) for case in cases]


def _review(workspace: Workspace, case: Case) -> Seen:
    try:
        opened = workspace.open_change(os.fsdecode(ref_of(case)))
    except ReviewConsoleError as error:
        return Seen(case=case, missing=case.shown, raw="", error=str(error))
    shown = "\n".join(text.inspect(opened, text.Painter(io.StringIO(), {"NO_COLOR": "1"})))
    missing = tuple(word for word in case.shown if word not in shown)
    raw = "".join(sorted(set(map(str, _RAW.findall(shown)))))
    return Seen(case=case, missing=missing, raw=raw, rules=frozenset(f.rule for f in opened.findings))


_RAW = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff]"
)
_SEQUENCES = re.compile(
    r"\x1b\[[0-9;:?<=>]*[ $]?[A-Za-ln-z~]"  # CSI of a console: moves, modes, queries
    r"|\x1b\[[0-9;:]*m"  # colours
    r"|\x1b[=>78]"
    r"|\x1b\]22;[a-z-]+\x07"  # shape of the pointer
    r"|\x1b\][0-9]+;\?(?:\x07|\x1b\\)"  # questions for colours, no text in them
    r"|\x1b\]52;c;[A-Za-z0-9+/=]*\x07"  # a copy that a key asked for, in base64: no text of the repository is in it
    r"|\x1b[P_][^\x1b]*\x1b\\"
)


def raw_in_stream(stream: bytes) -> list[str]:
    """What in a terminal's stream came from a repository unescaped.

    A payload of ours holds PWNED or 31337 inside of its sequence, which no console writes.
    """
    told = stream.decode("utf-8", "surrogateescape")
    faults = [found for found in re.findall(r"\x1b[^ -/]{0,12}(?:31337|PWNED)|\x1b[\]P_][^\x07\x1b]*PWNED", told)]
    left = _SEQUENCES.sub("", told).replace("\r", "").replace("\n", "").replace("\x0f", "")
    return faults + sorted(set(map(str, _RAW.findall(left))))


def session(hostile: Hostile, env: Mapping[str, str], cases: int) -> bytes:
    """Open each case in the console, page through it and go back; gives all that the console wrote."""
    terminal = Terminal(hostile.clone, env)
    try:
        terminal.until(b"changes", 300)
        terminal.quiet(1.0)
        terminal.press("g")
        for _ in range(cases):
            terminal.press("\r", until=b"hunks read")
            terminal.press("  ")
            terminal.press("G")
            terminal.press("q", until=b"changes")
            terminal.press("j")
        assert terminal.alive()
    finally:
        terminal.close()
    return bytes(terminal.stream)
