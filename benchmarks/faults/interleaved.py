"""Decide in several clones at once, with exchanges between, and compare what everybody has with what was acknowledged.

python -m benchmarks.faults.interleaved [--decisions N] [--seed N]

Each clone belongs to another person with another key and device; one more is a second machine of the first person,
with the same key. A step is a decision that is only recorded, a decision that is sent, or an exchange alone; clones
take steps in turn, and every tenth round all of them take one at the same moment.
"""

import argparse
import random
import subprocess
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.faults.decisions import Writer, branches, fsck, preload, recorded
from tests.e2e.world import Person, World, build

_ALL_AT_ONCE = 10


@dataclass
class Told:
    """What the command said, over all clones."""

    acknowledged: list[str] = field(default_factory=list)
    steps: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    """Decisions of which nothing was acknowledged."""


def second_machine(world: World, who: Person) -> Person:
    """Another clone of the same person: same key, no shared state."""
    home = world.folder / "homes" / f"{who.name}-two"
    home.mkdir(parents=True)
    (home / ".gitconfig").write_bytes((who.home / ".gitconfig").read_bytes())
    clone = world.folder / "clones" / f"{who.name}-two"
    other = Person(name=who.name, home=home, clone=clone, env={**who.env, "HOME": str(home)})
    world.people["dev"].git("clone", "-q", str(world.remote), str(clone))
    other.git("config", "--add", "remote.origin.fetch", "refs/notes/reviewconsole/*:refs/notes/reviewconsole/*")
    return other


def run(world: World, decisions: int, seed: int) -> dict[str, object]:
    """Take steps until so many decisions were made; then exchange twice everywhere."""
    preload()
    chance, told = random.Random(seed), Told()
    changes = branches(world, 40)
    clones = [world[name] for name in world.people if name != "dev"]
    clones.append(second_machine(world, clones[0]))
    for clone in clones:
        clone.git("fetch", "-q", "origin")

    def step(job: tuple[Person, str, str]) -> None:
        who, kind, change = job
        if kind == "exchange":
            who.attempt("sync")
        else:
            ids = Writer(who).decide(change, after=None, words=("--no-push",) if kind == "record" else ())[1]
            told.acknowledged += ids
            told.unanswered += not ids
        told.steps[kind] += 1

    start, rounds = time.perf_counter(), 0
    with ThreadPoolExecutor(len(clones)) as pool:
        while told.steps["record"] + told.steps["send"] < decisions:
            rounds += 1
            jobs = [
                (who, chance.choices(("record", "send", "exchange"), (5, 3, 2))[0], chance.choice(changes))
                for who in clones
            ]
            # one after the other, or all at the same moment
            for some in [jobs] if rounds % _ALL_AT_ONCE == 0 else [[job] for job in jobs]:
                list(pool.map(step, some))
    took = time.perf_counter() - start
    for who in (*clones, *clones):
        who.run("sync")
    known = {str(who.clone.name): recorded(who) for who in clones}
    sets = [frozenset(ids) for ids in known.values()]
    return {
        "decisions": told.steps["record"] + told.steps["send"],
        **{f"of them or beside them: {kind}": count for kind, count in sorted(told.steps.items())},
        "acknowledged": len(told.acknowledged),
        "not acknowledged": told.unanswered,
        "lost": {name: len(set(told.acknowledged) - set(ids)) for name, ids in known.items()},
        "twice": {name: len(ids) - len(set(ids)) for name, ids in known.items()},
        "acknowledged twice": len(told.acknowledged) - len(set(told.acknowledged)),
        "more than acknowledged": len(sets[0]) - len(set(told.acknowledged)),
        "the same everywhere": len(set(sets)) == 1 and len({_tips(who.clone) for who in clones}) == 1,
        "the remote has the same": _tips(world.remote) == _tips(clones[0].clone),
        "problems": [problem for who in clones for problem in who.json("log")["problems"]],
        "fsck": [row for place in (world.remote, *(who.clone for who in clones)) for row in fsck(place)],
        "seconds": round(took, 1),
    }


def _tips(folder: Path) -> str:
    command = [
        "git",
        "-C",
        str(folder),
        "for-each-ref",
        "--format=%(refname) %(objectname)",
        "refs/notes/reviewconsole",
    ]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.faults.interleaved")
    parser.add_argument("--decisions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        result = run(build(Path(name)), options.decisions, options.seed)
    for key, value in result.items():
        print(f"{key}: {value}")
    lost, twice = result["lost"], result["twice"]
    assert isinstance(lost, dict)
    assert isinstance(twice, dict)
    good = result["the same everywhere"] and result["the remote has the same"]
    return int(any(lost.values()) or any(twice.values()) or not good or bool(result["problems"] or result["fsck"]))


if __name__ == "__main__":
    raise SystemExit(main())
