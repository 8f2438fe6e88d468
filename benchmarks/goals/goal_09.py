"""Goal 9: how long after the diff the first findings of a typical change are there."""

import random
import statistics
import time
from collections.abc import Iterator

from benchmarks.goals.core import Row, Setting, git, name_of
from benchmarks.stores import ENVIRON
from reviewconsole.change import Oid
from reviewconsole.detection import RuleSettings, stages
from reviewconsole.errors import ReviewConsoleError
from reviewconsole.git.repository import Repository
from reviewconsole.loading.content import load_trees

_CHANGES = 150


def rows(setting: Setting) -> Iterator[Row]:
    """Milliseconds of the first stage over commits drawn from a history; modules are imported before."""
    for folder in setting.repositories:
        repository = Repository.open(folder, ENVIRON)
        listed = git(folder, "rev-list", "--no-merges", "--min-parents=1", "-5000", "HEAD").decode().split()
        drawn = random.Random(9).sample(listed, min(len(listed), _CHANGES))
        found = []
        for commit in repository.read_commits([Oid(oid) for oid in drawn]):
            [parent] = repository.read_commits(commit.parents[:1])
            try:
                files = load_trees(repository, parent.tree, commit.tree).files
            except ReviewConsoleError:
                continue
            start = time.perf_counter()
            next(iter(stages(files, RuleSettings())))
            found.append(1000 * (time.perf_counter() - start))
        yield Row(
            goal=9, what="median of the first stage, wall clock", on=f"{name_of(folder)}, {len(found)} changes",
            bound=50, unit="ms", ratios=[statistics.median(found)],
        )  # fmt: skip
