"""Goal 5: `verify` of ten commits, against the interpreter's start."""

import subprocess
import sys
from collections.abc import Iterator

from benchmarks import stores
from benchmarks.goals.core import Row, Setting, compare, cpu, git, wall


def rows(setting: Setting) -> Iterator[Row]:
    """The command as CI runs it, its byte code compiled as an installation has it."""
    yield from _rows(setting, setting.store(20), "20 records")
    other = stores.build(setting.folder / "other-release", 20, engine="sha256:" + "0" * 64)
    yield from _rows(setting, other, "20 records of another release, whose rules were others")


def _rows(setting: Setting, store: stores.Synthetic, on: str) -> Iterator[Row]:
    tips = git(store.git_dir, "rev-parse", "main~10", "main").decode().split()
    words = [sys.executable, "-m", "reviewconsole", "-C", str(store.git_dir), "verify", "..".join(tips)]

    def floor() -> None:
        subprocess.run([sys.executable, "-c", "pass"], check=True)

    def work() -> None:
        said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        if "10 satisfied, 0 violated" not in said:
            raise SystemExit(said)

    for how, clock in (("wall clock", wall), ("CPU", cpu)):
        ratios, seconds = compare(floor, work, 2 * setting.rounds + 1, clock)
        yield Row(
            goal=5, what=f"`verify` of 10 commits against `python -c pass`, {how}", on=on, bound=9,
            ratios=ratios, seconds=seconds,
        )  # fmt: skip
