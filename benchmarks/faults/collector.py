"""Collect garbage in a loop beside decisions, as an agent might.

python -m benchmarks.faults.collector [--decisions N]
"""

import argparse
import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.faults.decisions import Writer, branches, fsck, preload, recorded
from tests.e2e.world import World, build


def run(world: World, decisions: int) -> dict[str, object]:
    """Decide while `git gc --prune=now` runs without a pause in the same clone."""
    preload()
    alice, stop, rounds = world["alice"], threading.Event(), [0]
    changes = branches(world, 20)

    def collect() -> None:
        while not stop.is_set():
            command = ["git", "-C", str(alice.clone), "gc", "-q", "--prune=now"]
            subprocess.run(command, env=alice.env, capture_output=True, check=False)
            rounds[0] += 1

    collector = threading.Thread(target=collect, daemon=True)
    collector.start()
    start = time.perf_counter()
    said: list[str] = []
    for number in range(decisions):
        said += Writer(alice).decide(changes[number % len(changes)], after=None)[1]
    took = time.perf_counter() - start
    stop.set()
    collector.join()
    alice.run("sync")
    known = recorded(alice)
    return {
        "decisions": decisions,
        "acknowledged": len(said),
        "lost": len(set(said) - set(known)),
        "duplicates": len(known) - len(set(known)),
        "collections": rounds[0],
        "seconds": round(took, 1),
        "problems": alice.json("log")["problems"],
        "fsck": fsck(alice.clone),
    }


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.faults.collector")
    parser.add_argument("--decisions", type=int, default=200)
    options = parser.parse_args()
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    with tempfile.TemporaryDirectory() as name:
        result = run(build(Path(name)), options.decisions)
    for key, value in result.items():
        print(f"{key}: {value}")
    return int(bool(result["lost"] or result["duplicates"] or result["problems"] or result["fsck"]))


if __name__ == "__main__":
    raise SystemExit(main())
