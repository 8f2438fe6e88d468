"""`limit`: a bound on the size of a change.

Keys, at least one: `files`, `lines_added`, `lines_deleted`, `lines_total`, `commits`,
`deleted_files`. Undecidable on line counts when a changed file has none (binary, submodule).
"""

from collections.abc import Callable

from reviewconsole.constraints.facts import Answer, Facts, entry_witnesses
from reviewconsole.mapping import Table

_LINES = ("lines_added", "lines_deleted", "lines_total")
_METRICS = ("files", *_LINES, "commits", "deleted_files")


def _measure(facts: Facts) -> dict[str, int]:
    paths = [entry.path for entry in facts.entries]
    added = sum(facts.added.get(path, 0) for path in paths)
    deleted = sum(facts.removed.get(path, 0) for path in paths)
    return {
        "files": len(paths),
        "lines_added": added,
        "lines_deleted": deleted,
        "lines_total": added + deleted,
        "commits": facts.commits,
        "deleted_files": sum(entry.status == "D" for entry in facts.entries),
    }


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read the bounds."""
    bounds = {name: table.integer(name) for name in _METRICS if table.has(name)}
    if not bounds:
        raise table.fail("files", f"a limit needs one of {', '.join(_METRICS)}")

    def evaluate(facts: Facts) -> Answer:
        measured = _measure(facts)
        over = [name for name, bound in bounds.items() if measured[name] > bound]
        if over:
            name = over[0]
            return Answer(
                verdict="violated",
                why=f"{name} is {measured[name]}, more than {bounds[name]}",
                witnesses=entry_witnesses(facts.entries),
            )
        if any(name in _LINES for name in bounds):
            unmeasured = [entry for entry in facts.entries if entry.path not in facts.added]
            if unmeasured:
                return Answer(
                    verdict="undecidable",
                    why=f"{unmeasured[0].path} has no lines to count",
                    witnesses=entry_witnesses(unmeasured),
                )
        return Answer(verdict="pass", why="within every bound")

    return evaluate
