"""Goal 2: diff and parse 1,000 commits, against one `git diff-tree --stdin -p` of them."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.goals.core import Row, Setting, compare, cpu, git, name_of
from benchmarks.stores import ENVIRON
from reviewconsole.change import Oid
from reviewconsole.git.repository import Repository
from reviewconsole.loading.content import load_trees

_COMMITS = 1_000


def rows(setting: Setting) -> Iterator[Row]:
    """Every blob hashed again, every hunk parsed and applied."""
    for folder in setting.repositories:
        yield from _rows(setting, folder)


def _rows(setting: Setting, folder: Path) -> Iterator[Row]:
    repository = Repository.open(folder, ENVIRON)
    listed = git(folder, "rev-list", "--no-merges", "--min-parents=1", f"-{_COMMITS}", "HEAD")
    commits = repository.read_commits([Oid(oid) for oid in listed.decode().split()])
    parents = {commit.oid: commit.tree for commit in repository.read_commits({c.parents[0] for c in commits})}
    hunks: list[int] = []

    def floor() -> None:
        git(folder, "diff-tree", "--stdin", "-r", "-p", "--no-renames", feed=listed)

    def work() -> None:
        anew = Repository.open(folder, ENVIRON)  # so that git's work is counted: its processes end with it
        read = [load_trees(anew, parents[c.parents[0]], c.tree) for c in commits]
        hunks.append(sum(len(file.hunks) for content in read for file in content.files))

    ratios, seconds = compare(floor, work, setting.rounds, cpu)
    yield Row(
        goal=2, what=f"diff, parse and check {len(commits)} commits", on=name_of(folder), bound=1.8, ratios=ratios,
        seconds=seconds, done=f"{hunks[0]} hunks",
    )  # fmt: skip
