"""Goal 2: diff and parse 1,000 commits, against one `git diff-tree --stdin -p` of them."""

from collections.abc import Iterator

from benchmarks.goals.core import Row, Setting, compare, cpu, git, name_of
from benchmarks.stores import ENVIRON
from reviewconsole.git.repository import Repository
from reviewconsole.loading.content import load_trees

_COMMITS = 1_000


def rows(setting: Setting) -> Iterator[Row]:
    """Every blob hashed again, every hunk parsed and applied."""
    for folder in setting.repositories:
        repository = Repository.open(folder, ENVIRON)
        oids = git(folder, "rev-list", "--no-merges", "--min-parents=1", f"-{_COMMITS}", "HEAD")
        commits = repository.read_commits(oids.decode().split())  # type: ignore[arg-type]
        parents = {commit.oid: commit.tree for commit in repository.read_commits({c.parents[0] for c in commits})}
        hunks: list[int] = []

        def floor(folder: object = folder, oids: bytes = oids) -> None:
            git(folder, "diff-tree", "--stdin", "-r", "-p", "--no-renames", feed=oids)  # type: ignore[arg-type]

        def work() -> None:
            read = [load_trees(repository, parents[c.parents[0]], c.tree) for c in commits]  # noqa: B023
            hunks.append(sum(len(file.hunks) for content in read for file in content.files))  # noqa: B023

        ratios, seconds = compare(floor, work, setting.rounds, cpu)
        yield Row(
            goal=2, what=f"diff, parse and check {len(commits)} commits", on=name_of(folder), bound=1.8, ratios=ratios,
            seconds=seconds, done=f"{hunks[0]} hunks",
        )  # fmt: skip
