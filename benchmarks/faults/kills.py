"""Kill writers at random moments and look for what was lost.

python -m benchmarks.faults.kills [--kills N] [--writers N] [--seed N]
"""

import argparse
import multiprocessing
import random
import tempfile
import time
from pathlib import Path

from benchmarks.faults.decisions import Tally, Writer, branches, fsck, preload, recorded
from tests.e2e.world import Person, World, build

LONGEST = 1.0
"""Seconds; a decision takes about half of it on an idle machine, so that kills fall everywhere."""


def loop(who: Person, changes: list[str], kills: int, seed: int) -> Tally:
    """Decide and be killed until `kills` kills happened."""
    chance, writer, tally = random.Random(seed), Writer(who), Tally()
    while tally.killed < kills:
        killed, said = writer.decide(chance.choice(changes), after=chance.uniform(0, LONGEST))
        tally.tried += 1
        tally.killed += killed
        tally.acknowledged += said
    return tally


def run(world: World, kills: int, writers: int, seed: int) -> dict[str, object]:
    """One person, several processes with the same key and device: the hardest case."""
    preload()
    alice = world["alice"]
    changes = branches(world, 20)
    with multiprocessing.get_context("fork").Pool(writers) as pool:
        jobs = [(alice, changes, kills // writers, seed + number) for number in range(writers)]
        tallies = pool.starmap(loop, jobs)
    start = time.perf_counter()
    alice.run("approve", changes[0], "--reason", "the next write", "--no-push")
    recovery = time.perf_counter() - start
    known = recorded(alice)
    said = [identifier for tally in tallies for identifier in tally.acknowledged]
    return {
        "writers": writers,
        "tried": sum(tally.tried for tally in tallies),
        "kills": sum(tally.killed for tally in tallies),
        "acknowledged": len(said),
        "lost": len(set(said) - set(known)),
        "records": len(known),
        "duplicates": len(known) - len(set(known)),
        "seconds until the next write": round(recovery, 2),
        "problems": alice.json("log")["problems"],
        "fsck": fsck(alice.clone),
    }


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.faults.kills")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--writers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        result = run(build(Path(name)), options.kills, options.writers, options.seed)
    for key, value in result.items():
        print(f"{key}: {value}")
    return int(bool(result["lost"] or result["duplicates"] or result["problems"] or result["fsck"]))


if __name__ == "__main__":
    raise SystemExit(main())
