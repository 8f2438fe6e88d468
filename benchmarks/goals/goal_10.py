"""Goal 10: `--version` against the interpreter's start, and the first screen against a bare Textual program."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial

from benchmarks.goals.core import Row, Setting, compare, cpu

_OURS, _BARE = "reviewconsole", "bare Textual"


def _version(words: Sequence[str]) -> None:
    said = subprocess.run([sys.executable, *words, "--version"], check=True, capture_output=True).stdout
    if not said.startswith(b"reviewconsole "):
        raise SystemExit("no version was said")


def rows(setting: Setting) -> Iterator[Row]:
    """The screens are timed by `benchmarks.console`, on a terminal, in one process group each."""

    def floor() -> None:
        subprocess.run([sys.executable, "-c", "pass"], check=True)

    entry = "import sys; from reviewconsole.cli import main; sys.exit(main())"
    for how, words in (
        ("as an entry point", ("-c", entry)),
        ("with -m, whose runpy is Python's own", ("-m", "reviewconsole")),
    ):
        ratios, seconds = compare(floor, partial(_version, words), 4 * setting.rounds + 1, cpu)
        yield Row(
            goal=10, what="`--version` against `python -c pass`, CPU", on=how, bound=1.3, ratios=ratios, seconds=seconds
        )
    command = [sys.executable, "-m", "benchmarks.console", "--rounds", str(setting.rounds), "--sizes", "s", "--presses",
               "1", "--queue", "0", "--json", "--only", _OURS, _BARE]  # fmt: skip
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["s"]
    ours, bare = (min(found[name]["first"].values()) for name in (_OURS, _BARE))
    yield Row(
        goal=10, what="first picture against a bare Textual program (medians)", on="a small change",
        bound=1.3, ratios=[ours / bare], seconds=ours / 1000,
    )  # fmt: skip
