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
from reviewconsole.git.repository import Repository
from reviewconsole.review.hooks import install_hook


def push(folder: Path, store: stores.Synthetic, pusher: Path, ref: str, *, hook: bool) -> float:
    """Push once into a fresh copy of the store; gives the seconds."""
    remote = folder / "target.git"
    shutil.copytree(store.git_dir, remote)
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
    """Push `rounds` times with the hook and without, and once what must be refused; seconds by name."""
    pusher = folder / "pusher.git"
    shutil.copytree(store.git_dir, pusher)
    ref = stores.one_more(pusher, store)
    times: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(rounds):
        for hook, taken in times.items():
            taken.append(push(folder, store, pusher, ref, hook=hook))
    try:
        alone = folder / "alone.git"
        shutil.copytree(store.git_dir, alone)
        install_hook(Repository.open(alone, stores.ENVIRON), "pre-receive")
        stores.git(pusher, "push", "-q", str(alone), "main")
    except subprocess.CalledProcessError:
        pass
    else:
        raise SystemExit("a push without its record was accepted")
    added = [with_ - without for without, with_ in zip(times[False], times[True], strict=True)]
    return {
        "records": store.records,
        "without": statistics.median(times[False]),
        "with": statistics.median(times[True]),
        "added": statistics.median(added),
        "least": min(added),
        "most": max(added),
    }


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
        print(
            f"{options.records} records: a push takes {result['without']:.2f} s without the hook and "
            f"{result['with']:.2f} s with it; added {result['added']:.2f} s ({result['least']:.2f} to "
            f"{result['most']:.2f}, {options.rounds} rounds)"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
