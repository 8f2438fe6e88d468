"""Goal 3: a change of 1,000,000 diff lines: the list of files, the whole of it, and the memory that takes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.goals.core import Row, Setting, compare, cpu, git
from benchmarks.stores import ENVIRON, IDENTITY
from reviewconsole.change import Oid
from reviewconsole.git.repository import Repository
from reviewconsole.loading.content import load_trees

_FILES, _LINES = 500, 1_000

_PEAK = """
import re, sys
from pathlib import Path
from reviewconsole.git.repository import Repository
from reviewconsole.loading.content import load_trees
import reviewconsole.diff
def peak():
    return int(re.search(r"VmHWM:\\s+([0-9]+)", Path("/proc/self/status").read_text())[1])
repository = Repository.open(Path(sys.argv[1]), {"PATH": sys.argv[2]})
before = peak()
content = load_trees(repository, sys.argv[3], sys.argv[4])
print(peak() - before)
"""


def build(folder: Path) -> Path:
    """Two commits: every line of every file is another one."""
    git(folder.parent, "init", "-q", "--bare", "-b", "main", str(folder))
    feed = []
    for side in ("old", "new"):
        feed.append(f"commit refs/heads/main\ncommitter {IDENTITY}\ndata 1\nx\n".encode())
        for number in range(_FILES):
            text = b"".join(b"%s line %d of file %d\n" % (side.encode(), line, number) for line in range(_LINES))
            feed.append(b"M 100644 inline src/f%d.txt\ndata %d\n%s\n" % (number, len(text), text))
    git(folder, "fast-import", "--quiet", feed=b"".join(feed))
    return folder


def rows(setting: Setting) -> Iterator[Row]:
    """List and first file, all of it, and the peak of memory beside the bytes of the diff."""
    folder = build(setting.folder / "huge.git")
    old, new = map(Oid, git(folder, "rev-parse", "main^^{tree}", "main^{tree}").decode().split())
    sizes: list[int] = []
    on = f"{_FILES} files, {2 * _FILES * _LINES:,} lines"

    def floor() -> None:
        sizes.append(len(git(folder, "diff", "main^", "main")))

    def some() -> None:
        repository = Repository.open(folder, ENVIRON)  # anew, so that git's work is counted: it ends with it
        entries = repository.entries(old, new)
        blobs = repository.blobs([oid for _, oid in entries[0].sides if oid is not None])
        if len(entries) != _FILES or len(blobs) != 2:
            raise SystemExit("not every file was listed")

    def every() -> None:
        content = load_trees(Repository.open(folder, ENVIRON), old, new)
        if sum(file.added + file.removed for file in content.files) != 2 * _FILES * _LINES:
            raise SystemExit("not every line was parsed")

    for what, work, bound in (("list, and both sides of one file", some, 0.05), ("all of it, parsed", every, 0.2)):
        ratios, seconds = compare(floor, work, setting.rounds, cpu)
        yield Row(goal=3, what=what, on=on, bound=bound, ratios=ratios, seconds=seconds)
    command = [sys.executable, "-c", _PEAK, str(folder), ENVIRON["PATH"], old, new]
    peaks = [
        1024 * int(subprocess.run(command, capture_output=True, check=True).stdout) / sizes[0]
        for _ in range(setting.rounds)
    ]
    yield Row(goal=3, what="memory of all of it, beside the bytes of the diff", on=on, bound=2, ratios=peaks)
