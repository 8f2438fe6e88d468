"""Contention: clones that push decisions to one bare remote at once, over their number.

    python -m benchmarks.goals.contention [--writers 1 10 50] [--each 5] [--json FILE]

Each clone writes a signed record to its own log and pushes it, or to one shared ref, which is what a design without
logs would have. A push that is refused is repeated after a fetch, until it passes. Every record must arrive.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.goals.core import Setting, machine
from benchmarks.goals.goal_07 import fresh, held, run

_PREFIX = "refs/notes/reviewconsole"


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What so many writers took together."""

    writers: int
    shared: bool
    decisions: int
    repeated: int
    seconds: float
    """From the common start to the end of the last."""
    load: float

    def row(self) -> str:
        """The row of the table."""
        where = "one shared ref" if self.shared else "a log each"
        each = 1000 * self.seconds * 1 / self.decisions
        return (
            f"| {self.writers} | {where} | {self.decisions} | {self.repeated} | {self.seconds:.1f} | {each:.0f} |"
            f" {self.load:.0f} |"
        )


def measure(setting: Setting, writers: int, each: int, *, shared: bool) -> Measured:
    """Push so many decisions from so many clones; SystemExit where one was lost."""
    store, keys = setting.store(200), setting.folder / "store-200" / "keys"
    folder = setting.folder / f"clones-{writers}-{shared}"
    folder.mkdir()
    remote, *clones = fresh(folder, store, writers)
    seconds, done, again = run("push", clones, store, keys, each, shared=shared)
    if done != writers * each or (not shared and held(remote, _PREFIX) != done):
        raise SystemExit("a decision was lost")
    return Measured(
        writers=writers, shared=shared, decisions=done, repeated=again, seconds=seconds, load=os.getloadavg()[0]
    )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.goals.contention")
    parser.add_argument("--writers", nargs="*", type=int, default=[1, 10, 50])
    parser.add_argument("--each", type=int, default=5, help="decisions of each writer")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory() as name:
        setting = Setting(folder=Path(name), repositories=(), rounds=1, records=(200,))
        for writers in options.writers:
            for shared in (False, True):
                found.append(measure(setting, writers, options.each, shared=shared))
                print(found[-1].row(), file=sys.stderr, flush=True)
    print("| writers | to | decisions | repeated | seconds | ms a decision | load |\n|---|---|---|---|---|---|---|")
    print("\n".join(each.row() for each in found))
    if options.json:
        document = {"machine": machine(), "contention": [asdict(each) for each in found]}
        options.json.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
