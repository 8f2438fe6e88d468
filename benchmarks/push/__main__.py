"""Time a push that lands one signed-off commit together with its record, with the hook and without.

    python -m benchmarks.push [--records N] [--rounds N] [--json]

The pushes alternate on fresh copies of one store, so that both see the same machine; each is checked
to have moved the target. Times are wall-clock seconds of the whole `git push`.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import stores
from reviewconsole.chain import REF_PREFIX
from reviewconsole.git import notes
from reviewconsole.git.repository import Repository
from reviewconsole.loading.records import Logbook
from reviewconsole.loading.shelf import FolderShelf
from reviewconsole.review.hooks import install_hook


def push(folder: Path, origin: Path, pusher: Path, ref: str, *, hook: bool) -> float:
    """Push once into a fresh copy of a repository; gives the seconds."""
    remote = folder / "target.git"
    shutil.copytree(origin, remote)
    if hook:
        install_hook(Repository.open(remote, stores.ENVIRON), "pre-receive")
    before = stores.git(remote, "rev-parse", "refs/heads/main")
    start = time.perf_counter()
    stores.git(pusher, "push", "-q", str(remote), "main", ref)
    took = time.perf_counter() - start
    if stores.git(remote, "rev-parse", "refs/heads/main") == before:
        raise SystemExit("the push moved nothing")
    shutil.rmtree(remote)
    return took


def measure(folder: Path, store: stores.Synthetic, rounds: int) -> dict[str, float]:
    """Push `rounds` times: without the hook, with its first look at the logs, and with what it kept of them.

    And once what must be refused. Gives seconds by name.
    """
    pusher, known = folder / "pusher.git", folder / "known.git"
    for copy in (pusher, known):
        shutil.copytree(store.git_dir, copy)
    ref = stores.one_more(pusher, store)
    repository = Repository.open(known, stores.ENVIRON)
    tips = notes.log_tips(repository, REF_PREFIX, {})[0]
    book = Logbook(FolderShelf.of(repository))
    book.read(repository, tips)
    book.keep(tips)
    kinds = {"without": (store.git_dir, False), "first": (store.git_dir, True), "with": (known, True)}
    times: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(rounds):
        for name, (origin, hook) in kinds.items():
            times[name].append(push(folder, origin, pusher, ref, hook=hook))
    _refused(folder, known, pusher)
    added = [done - without for without, done in zip(times["without"], times["with"], strict=True)]
    return {
        "records": store.records,
        **{name: statistics.median(taken) for name, taken in times.items()},
        "added": statistics.median(added),
        "least": min(added),
        "most": max(added),
    }


def _refused(folder: Path, origin: Path, pusher: Path) -> None:
    """The work is done: a push without its record is refused."""
    alone = folder / "alone.git"
    shutil.copytree(origin, alone)
    install_hook(Repository.open(alone, stores.ENVIRON), "pre-receive")
    try:
        stores.git(pusher, "push", "-q", str(alone), "main")
    except subprocess.CalledProcessError:
        shutil.rmtree(alone)
        return
    raise SystemExit("a push without its record was accepted")


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.push")
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        result = measure(folder, stores.build(folder / "store", options.records), options.rounds)
    if options.json:
        json.dump(result, sys.stdout, indent=2)
    else:
        seconds = ", ".join(f"{name} {result[name]:.2f} s" for name in ("without", "first", "with"))
        span = f"{result['least']:.2f} to {result['most']:.2f}, {options.rounds} rounds"
        print(f"{options.records} records, seconds of a push: {seconds}; added {result['added']:.2f} ({span})")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
