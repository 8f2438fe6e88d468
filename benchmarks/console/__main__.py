"""Time the console on a terminal of 160 x 50, round by round beside other programs.

    python -m benchmarks.console [--rounds N] [--only NAME …] [--json]

Every round starts every program once, so that all of them see the same machine. What is not installed is left
out: tig, lazygit, less. Linux only (memory is read from /proc). State, cache and settings are new folders each time.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.console import material
from benchmarks.console.terminal import Run, Terminal
from benchmarks.statistics import percentile

_SIZE = (160, 50)
_KEYS = {"line": b"j", "page": b" ", "hunk": b"]", "file": b"}"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """What is started for a change, the words that show how far it is, and its keys."""

    name: str
    command: Callable[[str], Sequence[str]]
    words: Sequence[str]
    keys: Mapping[str, bytes] = field(default_factory=dict)
    quit: bytes = b"q"
    needs: str = ""
    settled: str = ""
    """What shows that it has done everything; left out where that takes more than 45 seconds."""
    again: bool = False
    """Whether it is started once before it is measured, by the same person."""


def programs() -> tuple[Program, ...]:
    """Everything that is here."""
    console = shutil.which("reviewconsole", path=str(Path(sys.executable).parent)) or "reviewconsole"
    all_of_them = (
        Program(name="reviewconsole", command=lambda c: (console, "open", c), keys=_KEYS, quit=b"\x11",
                words=(material.NEEDLE, "hunks read"), again=True, settled="gate ?"),
        Program(name="reviewconsole, first time", command=lambda c: (console, "open", c), quit=b"\x11",
                words=(material.NEEDLE, "hunks read")),
        Program(name="bare Textual", command=lambda _: (sys.executable, "-m", "benchmarks.console.bare"),
                words=("row_1",), keys={"line": b"j"}),
        Program(name="less", command=lambda c: ("sh", "-c", f"git diff --no-color main...{c} | less"),
                words=(material.NEEDLE,), keys={"line": b"j", "page": b" "}, needs="less"),
        Program(name="tig", command=lambda c: ("sh", "-c", f"git diff main...{c} | tig"),
                words=(material.NEEDLE,), keys={"line": b"j", "page": b" ", "hunk": b"@"}, needs="tig"),
        Program(name="lazygit", command=lambda c: ("lazygit", "-f", f"refs/heads/{c}"), words=("Files",),
                needs="lazygit"),
    )  # fmt: skip
    return tuple(each for each in all_of_them if not each.needs or shutil.which(each.needs))


def environ(home: Path) -> dict[str, str]:
    """A person with nothing set, on a terminal of many colours."""
    keep = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {
        **keep, "HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1", "PYTHONPATH": str(Path.cwd()),
    }  # fmt: skip


def once(program: Program, repository: Path, change: str, presses: int) -> Run:
    """Start a program on a change, wait for its words, press its keys."""
    with tempfile.TemporaryDirectory() as home:
        if program.again:
            first = Terminal(program.command("s"), folder=repository, environ=environ(Path(home)), size=_SIZE)
            first.wait(program.words[-1])
            first.close(program.quit)
        terminal = Terminal(program.command(change), folder=repository, environ=environ(Path(home)), size=_SIZE)
        try:
            for word in program.words:
                terminal.wait(word)
            if program.settled:
                with suppress(SystemExit):
                    terminal.wait(program.settled, 45)
            terminal.quiet(1.0, limit=10)
            for name, key in program.keys.items():
                for _ in range(presses):
                    terminal.press(key, name)
        finally:
            run = terminal.close(program.quit)
    return run


def busy(repository: Path, presses: int) -> Run:
    """Press keys in the queue while its changes are scored."""
    [program] = [each for each in programs() if each.name == "reviewconsole"]
    with tempfile.TemporaryDirectory() as home:
        command = [program.command("")[0]]
        terminal = Terminal(command, folder=repository, environ=environ(Path(home)), size=_SIZE)
        try:
            terminal.wait("Quote orders")
            terminal.quiet(1, limit=3)  # there are rows to move on by then: a key that moves nothing draws nothing
            scored = 0
            for index in range(presses):
                terminal.press(b"jk"[index % 2 : index % 2 + 1], "line", settle=0.03)
                scored += "reading the queue" in terminal.shown()
            terminal.run.seen["still scoring, of 100 keys"] = 100 * scored / presses
        finally:
            run = terminal.close(b"\x11")
    return run


def summary(runs: Sequence[Run]) -> dict[str, object]:
    """Medians over the rounds; of keys over all presses."""
    words = {word: statistics.median(run.seen[word] for run in runs if word in run.seen) for word in runs[0].seen}
    names = list(runs[0].keys)
    pressed = {name: [took for run in runs for took in run.keys.get(name, ())] for name in names}
    return {
        "first": {word: round(value, 1) for word, value in words.items()},
        "keys": {
            name: {"median": round(statistics.median(took), 1), "p95": round(percentile(took, 0.95), 1), "n": len(took)}
            for name, took in pressed.items()
            if took
        },
        "own_mb": round(max(run.own for run in runs) / 1e6, 1),
        "tree_mb": round(max(run.tree for run in runs) / 1e6, 1),
    }


def measure(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    """Everything asked for; results by name."""
    sizes = tuple(size for size in material.SIZES if size.name in options.sizes)
    repository = material.changes(folder / "changes", (material.SIZES[0], *(s for s in sizes if s.name != "s")))
    found: dict[str, object] = {"load": os.getloadavg()[0]}
    for size in sizes:
        found[f"size {size.name}"] = material.measured(repository, size.name)
        runs: dict[str, list[Run]] = {}
        for _ in range(options.rounds):
            for program in programs():
                if not options.only or program.name in options.only:
                    runs.setdefault(program.name, []).append(once(program, repository, size.name, options.presses))
        found[size.name] = {name: summary(each) for name, each in runs.items()}
    if options.queue and (not options.only or "reviewconsole" in options.only):
        many = material.queue(folder / "queue", options.queue)
        found[f"queue of {options.queue}"] = summary([busy(many, 120) for _ in range(options.rounds)])
    found["load after"] = os.getloadavg()[0]
    return found


def show(found: Mapping[str, object]) -> None:
    """Print one row a program."""
    for name, value in found.items():
        if isinstance(value, dict) and "first" not in value and all(isinstance(v, dict) for v in value.values()):
            for program, row in value.items():
                print(f"{name} {program:<14} {json.dumps(row)}")
        else:
            print(f"{name}: {json.dumps(value)}")


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.console")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--presses", type=int, default=20, help="how often each key is pressed in a round")
    parser.add_argument("--only", nargs="*", default=[], help="programs")
    parser.add_argument("--sizes", nargs="*", default=["s", "m", "l"])
    parser.add_argument("--queue", type=int, default=200, help="changes scored while keys are pressed; 0 for none")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = measure(Path(name), options)
    if options.json:
        json.dump(found, sys.stdout, indent=2)
    else:
        show(found)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
