"""`limit`: a bound on the size of a change.

Keys, at least one, each the largest number that is allowed: `files`, `lines_added`, `lines_deleted`,
`lines_total`, `units`, `commits`, `deleted_files`, `deleted_ratio` (removed lines in a hundred changed
ones), `binary_bytes` (of binary files after the change). Paths of `[boundary] generated` do not count.
Undecidable on line counts when a changed file has none (binary, submodule).
"""

from collections.abc import Callable

from reviewconsole.constraints.facts import Answer, Facts, entry_witnesses
from reviewconsole.mapping import Table

_LINES = ("lines_added", "lines_deleted", "lines_total", "deleted_ratio")
_METRICS = ("files", *_LINES, "units", "commits", "deleted_files", "binary_bytes")


def _measure(facts: Facts) -> dict[str, int]:
    files = [facts.files[entry.path] for entry in facts.entries if entry.path in facts.files]
    added, deleted = sum(file.added for file in files), sum(file.removed for file in files)
    units = {facts.units.of(entry.path) for entry in facts.entries} - {None}
    return {
        "files": len(facts.entries),
        "lines_added": added,
        "lines_deleted": deleted,
        "lines_total": added + deleted,
        "deleted_ratio": 100 * deleted // (added + deleted) if added + deleted else 0,
        "units": len(units),
        "commits": len(facts.commits),
        "deleted_files": sum(entry.status == "D" for entry in facts.entries),
        "binary_bytes": sum(len(file.new or b"") for file in files if file.binary),
    }


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read the bounds."""
    bounds = {name: table.integer(name) for name in _METRICS if table.has(name)}
    if not bounds:
        raise table.fail("files", f"a limit needs one of {', '.join(_METRICS)}")

    def evaluate(facts: Facts) -> Answer:
        kept = facts.with_entries(tuple(e for e in facts.entries if not facts.generated.matches(e.path)))
        measured = _measure(kept)
        over = [f"{name} is {measured[name]}, more than {bound}" for name, bound in bounds.items()
                if measured[name] > bound]  # fmt: skip
        if over:
            return Answer(verdict="violated", why="; ".join(over), witnesses=entry_witnesses(kept.entries))
        unread = [e for e in kept.entries if e.path not in facts.files]
        if any(name in _LINES for name in bounds):
            unread = [e for e in kept.entries if e in unread or facts.files[e.path].binary or e.submodule]
        elif "binary_bytes" not in bounds:
            unread = []
        if unread:
            return Answer(
                verdict="undecidable",
                why=f"{unread[0].path} cannot be counted ({len(unread)} in all)",
                witnesses=entry_witnesses(unread),
            )
        return Answer(verdict="pass", why="within every bound")

    return evaluate
