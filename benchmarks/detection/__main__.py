"""Time the detection: `python -m benchmarks.detection --help`.

The first stage and the whole scan over the commits of one repository, a generated change of 10,000 lines,
and a queue that is listed twice: without and with what the first time kept.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.changes import Sides, file_diffs
from benchmarks.load.__main__ import jobs
from benchmarks.repositories import git
from benchmarks.statistics import percentile
from reviewconsole.change import Oid
from reviewconsole.detection import RuleSettings, stages
from reviewconsole.diff import FileDiff
from reviewconsole.errors import ReviewConsoleError
from reviewconsole.git.repository import Repository
from reviewconsole.loading.content import load_trees
from reviewconsole.loading.trees import CommitTree

_FILES, _FUNCTIONS, _LINES = 100, 10, 10_000


def timed(files: Sequence[FileDiff], old: CommitTree | None, new: CommitTree | None) -> tuple[float, float, float]:
    """Milliseconds until the first stage, until the last, and of this process's CPU."""
    begin, spent = time.perf_counter(), time.process_time()
    first = 0.0
    for _ in stages(files, RuleSettings(), old_tree=old, new_tree=new):
        first = first or time.perf_counter() - begin
    return 1000 * first, 1000 * (time.perf_counter() - begin), 1000 * (time.process_time() - spent)


def generated() -> tuple[FileDiff, ...]:
    """A change of 10,000 lines: half the functions of a hundred files lose a check and a time limit."""
    draw = random.Random(20)
    change = []
    for number in range(_FILES):
        old, new = ["import requests", ""], ["import requests", ""]
        for at in range(_FUNCTIONS):
            head = [f"def step_{number}_{at}(value, order):"]
            check = ["    if value is None:", "        raise ValueError(order)"]
            names = [f"    total_{row} = value + {draw.randint(1, 999)}" for row in range(3)]
            old += [*head, *check, *names, f"    return requests.get('https://example.com/{at}', timeout=5)", ""]
            new += [*head, *names, f"    return requests.get('https://example.com/{at}')", "", *_added(number, at)]
        change.append(Sides(f"service/part_{number}.py", "\n".join(old) + "\n", "\n".join(new) + "\n"))
    files = file_diffs(change)
    lines = sum(len(hunk.added) + len(hunk.removed) for file in files for hunk in file.hunks)
    assert lines >= _LINES
    return files


def _added(number: int, at: int) -> list[str]:
    name = f"load_{number}_{at}"
    head = [f"def {name}(items):", "    for item in items:", f"        log.info('{name}', item)"]
    return [*head, "        yield item.value", f"    publish('{name}', len(items))", "    return None", ""]


def row(name: str, found: Sequence[tuple[float, float, float]]) -> str:
    """Median and 99th percentile of each figure."""
    parts = []
    for at, what in enumerate(("first stage", "whole", "CPU")):
        values = [each[at] for each in found]
        parts.append(f"{what} {percentile(values, 0.5):.0f} / {percentile(values, 0.99):.0f} ms")
    return f"{name} ({len(found)}): {', '.join(parts)}"


def commits(place: Path, sample: int, seed: int) -> list[tuple[float, float, float]]:
    """Scan commits of the first-parent line as the console does."""
    repository = Repository.open(place, dict(os.environ))
    found = []
    for job in jobs(place.name, place, "HEAD", sample, seed):
        try:
            content = load_trees(repository, Oid(job.parent_tree), Oid(job.tree))
        except ReviewConsoleError:
            continue
        trees = CommitTree(repository, Oid(job.parent_tree)), CommitTree(repository, Oid(job.tree))
        found.append(timed(content.files, *trees))
    return found


def queue(place: Path, changes: int) -> tuple[float, float]:
    """Seconds of `queue --all`, cold and warm, over branches that lead back from the tip."""
    with tempfile.TemporaryDirectory() as folder:
        work, home = Path(folder) / "work", Path(folder) / "home"
        home.mkdir()
        subprocess.run(["git", "clone", "-q", "--shared", str(place), str(work)], check=True)
        tip = git(work / ".git", "rev-parse", "HEAD").decode().strip()
        back = git(work / ".git", "rev-list", "--first-parent", f"-{changes + 1}", tip).decode().split()
        for at, commit in enumerate(back[:-1]):
            git(work / ".git", "branch", f"change-{at}", commit)
        git(work / ".git", "remote", "remove", "origin")
        git(work / ".git", "update-ref", git(work / ".git", "symbolic-ref", "HEAD").decode().strip(), back[-1])
        environ = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
        for name in ("CONFIG", "STATE", "DATA"):
            environ[f"XDG_{name}_HOME"] = str(home / name.lower())
        took = []
        for _ in range(2):
            begin = time.perf_counter()
            command = [sys.executable, "-m", "reviewconsole", "-C", str(work), "queue", "--all", "--json"]
            subprocess.run(command, check=True, env=environ, stdout=subprocess.DEVNULL)
            took.append(time.perf_counter() - begin)
        return took[0], took[1]


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection", description=__doc__)
    parser.add_argument("repository", type=Path, help="a repository, bare or not")
    parser.add_argument("--sample", type=int, default=200, help="commits")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--changes", type=int, default=20, help="changes of the queue")
    options = parser.parse_args()
    place = options.repository / ".git" if (options.repository / ".git").is_dir() else options.repository
    large = generated()
    timed(large[:1], None, None)  # patterns are compiled once
    print("median / 99th percentile")
    print(row("commits", commits(place, options.sample, options.seed)))
    print(row("10,000 lines", [timed(generated(), None, None) for _ in range(3)]))
    cold, warm = queue(place, options.changes)
    print(f"queue of {options.changes}: cold {cold:.1f} s, warm {warm:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
