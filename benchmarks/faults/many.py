"""How long many open changes and many notes take to be read.

python -m benchmarks.faults.many [--changes N] [--notes N]
"""

import argparse
import resource
import subprocess
import tempfile
import time
from pathlib import Path

from reviewconsole.git.notes import read_notes
from reviewconsole.git.repository import Repository
from reviewconsole.loading.changes import find_targets, pending
from reviewconsole.review.workspace import Workspace

ENVIRON = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
_WHO = "D <dev@example.com> 1760000000 +0000"


def _data(text: str) -> str:
    return f"data {len(text)}\n{text}\n"


def build(folder: Path, changes: int, notes: int) -> Path:
    """A bare repository with a main, so many branches of one commit each, and so many notes."""
    place = folder / "many.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(place)], check=True)
    feed = [
        f"commit refs/heads/main\nmark :1\nauthor {_WHO}\ncommitter {_WHO}\n{_data('Begin')}M 100644 inline a\n{_data('a')}"
    ]
    feed += [
        f"commit refs/heads/b{number}\nmark :{number + 2}\nauthor {_WHO}\ncommitter {_WHO}\n{_data(f'Change {number}')}from :1\n"
        f"M 100644 inline f{number % 100}/{number}\n{_data(str(number))}"
        for number in range(changes)
    ]
    feed.append(f"commit refs/notes/many\nauthor {_WHO}\ncommitter {_WHO}\n{_data('Notes')}")
    feed += [f"M 100644 inline {number % 256:02x}/{number:038x}\n{_data('x' * 600)}" for number in range(notes)]
    command = ["git", "--git-dir", str(place), "fast-import", "--quiet"]
    subprocess.run(command, input="".join(feed), text=True, check=True)
    return place


def _cpu() -> float:
    """Seconds of this process and of those it has waited for."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.faults.many")
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--notes", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = build(Path(name), options.changes, options.notes)
        for _ in range(3):
            repository = Repository.open(place, ENVIRON | {"HOME": name})
            start, spent = time.perf_counter(), _cpu()
            found = pending(repository, find_targets(repository, None, None))
            listed = time.perf_counter() - start
            repository.close()
            listed_cpu = _cpu() - spent
            start = time.perf_counter()
            read = read_notes(repository, "refs/notes/many")
            took = time.perf_counter() - start
            start, spent = time.perf_counter(), _cpu()
            work = Workspace.open(place, ENVIRON | {"HOME": name})
            rows = work.queue()
            queued = time.perf_counter() - start
            work.close()
            print(
                f"{len(found)} open changes listed in {listed:.2f} s ({listed_cpu:.2f} s CPU, git's included); opened, and"
                f" sorted out to the {len(rows)} that wait, in {queued:.2f} s ({_cpu() - spent:.2f} s CPU);"
                f" {len(read.notes)} notes read in {took:.2f} s"
            )
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    return int((len(found), len(read.notes)) != (options.changes, options.notes))


if __name__ == "__main__":
    raise SystemExit(main())
