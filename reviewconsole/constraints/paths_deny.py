"""`paths.deny`: an explicit prohibition on paths.

Keys: `paths` (patterns, at least one), `change` (kinds of change that are forbidden: add, modify,
delete, mode, symlink, submodule; default all). A rename is a delete and an add.
"""

from collections.abc import Callable

from reviewconsole.change import SYMLINK_MODE, Entry
from reviewconsole.constraints.facts import Answer, Facts, entry_witnesses
from reviewconsole.globs import Globs
from reviewconsole.mapping import Table

CHANGES = ("add", "modify", "delete", "mode", "symlink", "submodule")


def _changes(entry: Entry) -> set[str]:
    kinds = {{"A": "add", "D": "delete"}.get(entry.status, "modify")}
    if entry.status in "MT" and entry.old_mode != entry.new_mode:
        kinds.add("mode")
    if SYMLINK_MODE in (entry.old_mode, entry.new_mode):
        kinds.add("symlink")
    if entry.submodule:
        kinds.add("submodule")
    return kinds


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read `paths` and `change`."""
    patterns = table.texts("paths")
    if not patterns:
        raise table.fail("paths", "forbids nothing")
    forbidden = Globs(patterns, place=f"{table.place}.paths")
    changes = set(table.texts("change", CHANGES, choices=CHANGES))

    def evaluate(facts: Facts) -> Answer:
        hit = [entry for entry in facts.entries if forbidden.matches(entry.path) and _changes(entry) & changes]
        if hit:
            return Answer(
                verdict="violated",
                why=f"{hit[0].path} may not be changed ({len(hit)} in all)",
                witnesses=entry_witnesses(hit),
            )
        return Answer(verdict="pass", why="no forbidden path is changed")

    return evaluate
