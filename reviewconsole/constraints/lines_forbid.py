"""`lines.forbid`: text that may not be added, or not be removed.

Keys: `patterns` (RE2 expressions, at least one), `paths` (patterns; default all), `side` (`added`,
the default, or `removed`), `net` (with `removed`: only where a file loses more matching lines than it
gains), `each_commit` (also look at every commit by itself, since what is added and removed again
stays in history). Undecidable where a matching path is binary.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reviewconsole.change import Entry
from reviewconsole.constraints.facts import Answer, Facts, Tally, entry_witness, searchable, side_rows, text_witness
from reviewconsole.diff import FileDiff
from reviewconsole.finding import Side
from reviewconsole.globs import Globs, compile_pattern
from reviewconsole.mapping import Table


@dataclass(frozen=True, slots=True)
class _Search:
    patterns: tuple[Any, ...]
    side: Side
    net: bool

    def hits(self, file: FileDiff, side: Side) -> list[tuple[int, str]]:
        """Lines of one side that any pattern matches."""
        return [row for row in side_rows(file, side) if any(p.search(searchable(row[1])) for p in self.patterns)]

    def apply(self, tally: Tally, entry: Entry, file: FileDiff | None, where: str = "") -> None:
        if file is None or (file.binary and file.old != file.new):
            tally.unclear(f"{entry.path} has no lines to search{where}", entry_witness(entry))
            return
        found = self.hits(file, self.side)
        if self.net and len(found) <= len(self.hits(file, Side.NEW)):
            return
        verb = "adds" if self.side is Side.NEW else "removes"
        for number, text in found:
            tally.broken(
                f"{entry.path}:{number} {verb} what a pattern forbids{where}",
                text_witness(entry.path, self.side, text, number),
            )


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read patterns and where they hold."""
    expressions = table.texts("patterns")
    if not expressions:
        raise table.fail("patterns", "forbids nothing")
    compiled = [compile_pattern(text, f"{table.place}.patterns[{i}]") for i, text in enumerate(expressions)]
    paths = Globs(table.texts("paths", ("**",)), place=f"{table.place}.paths")
    side = Side.NEW if table.text("side", "added", choices=["added", "removed"]) == "added" else Side.OLD
    net = table.flag("net", default=False)
    if net and side is Side.NEW:
        raise table.fail("net", 'counts what is removed: it needs side = "removed"')
    each = table.flag("each_commit", default=False)
    search = _Search(tuple(compiled), side, net)

    def evaluate(facts: Facts) -> Answer:
        tally = Tally()
        for entry, file in facts.matching(paths):
            if not entry.submodule:
                tally.looked = True
                search.apply(tally, entry, file)
        for step in facts.steps() if each else ():
            for file in step.files:
                if paths.matches(file.path) and not file.entry.submodule:
                    search.apply(tally, file.entry, file, f" in commit {step.commit.oid[:12]}")
        return tally.answer("no line matches", "no such path is changed")

    return evaluate
