"""More of how cost grows: over the refs of reviewers, over files and lines, and memory over both."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import stores
from benchmarks.goals.core import Setting, cpu, git
from benchmarks.goals.growth import Curve, branches
from reviewconsole.change import Oid
from reviewconsole.config import builtin_patterns
from reviewconsole.detection import RuleSettings, scan
from reviewconsole.git.repository import Repository
from reviewconsole.loading.content import load_trees
from reviewconsole.verify import verify

_RECORDS = 1_000
_FUNCTION = """def f{at}(client, order):
    if order.total < 0:
        raise ValueError("total")
    return client.post("/orders/{at}", json=order.body, timeout={limit})


"""
_PEAK = """
import re, sys
from pathlib import Path
def peak():
    return int(re.search(r"VmHWM:\\s+([0-9]+)", Path("/proc/self/status").read_text())[1]) / 1024
"""
_OPENED = (
    _PEAK
    + """
from reviewconsole.git.repository import Repository
from reviewconsole.loading.content import load_trees
repository = Repository.open(Path(sys.argv[1]), {"PATH": sys.argv[2]})
content = load_trees(repository, sys.argv[3], sys.argv[4])
print(peak())
"""
)
_QUEUED = (
    _PEAK
    + """
from reviewconsole.review.workspace import Workspace
work = Workspace.open(Path(sys.argv[1]), {"PATH": sys.argv[2], "HOME": sys.argv[3]})
if len(work.queue()) != int(sys.argv[4]):
    raise SystemExit("not every branch is in the queue")
print(peak())
work.close()
"""
)


def reviewers(setting: Setting, counts: Sequence[int] = (1, 10, 50, 200)) -> list[Curve]:
    """`verify` of ten commits over the number of people whose logs hold the same 1,000 records."""
    points = []
    for count in counts:
        store = stores.build(setting.folder / f"people-{count}", _RECORDS, reviewers=count)
        tips = git(store.git_dir, "rev-parse", "main~10", "main").decode().split()

        def judged(folder: Path = store.git_dir, spec: str = "..".join(tips)) -> None:
            if (
                len(
                    verify(Repository.open(folder, stores.ENVIRON), builtin_patterns(), spec, now=1_800_000_000).changes
                )
                != 10
            ):
                raise SystemExit("not every commit was judged")

        judged()
        points.append((count, min(cpu(judged) for _ in range(2))))
    return [Curve(name=f"verify of 10 commits, {_RECORDS} records", of="reviewers", points=points)]


def _change(folder: Path, files: int, functions: int) -> tuple[Path, Oid, Oid]:
    """Two trees: every file's functions lose half of their time limit."""
    git(folder.parent, "init", "-q", "--bare", "-b", "main", str(folder))
    feed = []
    for limit in (10, 5):
        feed.append(f"commit refs/heads/main\ncommitter {stores.IDENTITY}\ndata 1\nx\n".encode())
        for number in range(files):
            text = "".join(_FUNCTION.format(at=at, limit=limit) for at in range(functions)).encode()
            feed.append(b"M 100644 inline src/m%d.py\ndata %d\n%s\n" % (number, len(text), text))
    git(folder, "fast-import", "--quiet", feed=b"".join(feed))
    old, new = git(folder, "rev-parse", "main^^{tree}", "main^{tree}").decode().split()
    return folder, Oid(old), Oid(new)


def _scanned(setting: Setting, of: str, sizes: Sequence[tuple[int, int]]) -> Curve:
    points = []
    for files, functions in sizes:
        folder, old, new = _change(setting.folder / f"{of}-{files}-{functions}.git", files, functions)
        content = load_trees(Repository.open(folder, stores.ENVIRON), old, new)
        if len(content.files) != files:
            raise SystemExit("not every file was read")
        seconds = cpu(lambda content=content: scan(content.files, settings=RuleSettings()))  # type: ignore[misc]
        points.append((files if of == "files" else 6 * functions, seconds))
    return Curve(name="every rule on a change", of=of, points=points)


def detection(setting: Setting) -> list[Curve]:
    """All rules over the number of changed files of 60 lines, and over the lines of one file."""
    return [
        _scanned(setting, "files", [(10, 10), (30, 10), (100, 10), (300, 10)]),
        _scanned(setting, "lines", [(1, 100), (1, 300), (1, 1_000), (1, 3_000)]),
    ]


def _said(code: str, *words: str) -> float:
    command = [sys.executable, "-c", code, *words]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def memory(setting: Setting) -> Iterator[tuple[str, str, list[tuple[int, float]]]]:
    """Peak of memory, in MB, of a process that opens a change, and of one that lists a queue."""
    opened = []
    for files in (10, 100, 500):
        folder, old, new = _change(setting.folder / f"open-{files}.git", files, 167)
        opened.append((files * 2_004, _said(_OPENED, str(folder), os.environ["PATH"], old, new)))
    yield "a change opened and checked", "lines of both sides", opened
    queued = []
    for count in (20, 100, 500, 1_000):
        folder = branches(setting.folder / f"memory-{count}.git", 1_000, count)
        home = setting.folder / f"memory-home-{count}"
        queued.append((count, _said(_QUEUED, str(folder), os.environ["PATH"], str(home), str(count))))
    yield "a queue listed", "branches", queued
