"""`paths.allow`: the visible scope. A changed path that no pattern names is outside of it.

Keys: `paths` (patterns, at least one).
"""

from collections.abc import Callable

from reviewconsole.constraints.facts import Answer, Facts, entry_witnesses
from reviewconsole.globs import Globs
from reviewconsole.mapping import Table


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read `paths`."""
    patterns = table.texts("paths")
    if not patterns:
        raise table.fail("paths", "allows nothing")
    allowed = Globs(patterns, place=f"{table.place}.paths")

    def evaluate(facts: Facts) -> Answer:
        outside = [entry for entry in facts.entries if not allowed.matches(entry.path)]
        if outside:
            return Answer(
                verdict="violated",
                why=f"{outside[0].path} is outside the visible scope ({len(outside)} in all)",
                witnesses=entry_witnesses(outside),
            )
        return Answer(verdict="pass", why="every changed path is within the visible scope")

    return evaluate
