"""`paths.require`: what must be changed together.

Keys: `if_changed`, `then_changed` (patterns, at least one each). A `{name}` stands for one name and
carries over: `services/{svc}/src/**` asks for the tests of the same service. Something deleted
does not count as changed together.
"""

from collections.abc import Callable

from reviewconsole.constraints.facts import Answer, Facts, Tally, entry_witness
from reviewconsole.globs import Globs
from reviewconsole.mapping import Table


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read `if_changed` and `then_changed`."""
    patterns, wanted = table.texts("if_changed"), table.texts("then_changed")
    if not patterns or not wanted:
        raise table.fail("then_changed" if patterns else "if_changed", "names no path")
    triggers = Globs(patterns, place=f"{table.place}.if_changed")
    companions = Globs(wanted, place=f"{table.place}.then_changed")

    def evaluate(facts: Facts) -> Answer:
        tally = Tally()
        alive = [entry.path for entry in facts.whole or facts.entries if entry.status != "D"]
        for entry in facts.entries:
            captured = [found for glob in triggers.each if (found := glob.captures(entry.path)) is not None]
            if not captured:
                continue
            tally.looked = True
            needed = [glob.filled(captured[0]) for glob in companions.each]
            if not any(glob.matches(path) for glob in needed for path in alive if path != entry.path):
                tally.broken(f"{entry.path} is changed, and nothing of {', '.join(wanted)} is", entry_witness(entry))
        return tally.answer("everything that goes together is changed together", "no such path is changed")

    return evaluate
