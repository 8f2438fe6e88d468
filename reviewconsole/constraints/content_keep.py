"""`content.keep`: text that must stay where it is: a licence header, an access check, `prevent_destroy`.

Keys: `patterns` (RE2 expressions, at least one; `(?m)` and `(?s)` work), `paths` (patterns; default
all), `every` (no occurrence may go, not only the last one), `deleted` (deleting the file counts too).
Undecidable where a matching path is no text.
"""

from collections.abc import Callable

from reviewconsole.constraints.facts import Answer, Facts, Tally, Undetermined, entry_witness, sides, text_witness
from reviewconsole.finding import Side
from reviewconsole.globs import Globs, compile_pattern
from reviewconsole.mapping import Table


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read patterns and where they hold."""
    expressions = table.texts("patterns")
    if not expressions:
        raise table.fail("patterns", "keeps nothing")
    compiled = [compile_pattern(text, f"{table.place}.patterns[{i}]") for i, text in enumerate(expressions)]
    paths = Globs(table.texts("paths", ("**",)), place=f"{table.place}.paths")
    every, deleted = table.flag("every", default=False), table.flag("deleted", default=False)

    def evaluate(facts: Facts) -> Answer:
        tally = Tally()
        for entry, file in facts.matching(paths):
            if entry.status == "A" or entry.submodule or (entry.status == "D" and not deleted):
                continue
            tally.looked = True
            try:
                old, new = sides(entry, file)
            except Undetermined as error:
                tally.unclear(f"{entry.path} {error.message}", entry_witness(entry))
                continue
            for expression, pattern in zip(expressions, compiled, strict=True):
                before = list(pattern.finditer(old or ""))
                after = sum(1 for _ in pattern.finditer(new or ""))
                if before and (after < len(before) if every else not after):
                    first = before[0]
                    line = (old or "").count("\n", 0, first.start()) + 1
                    tally.broken(
                        f"{entry.path} loses {expression}",
                        text_witness(entry.path, Side.OLD, first[0], line, line + first[0].count("\n")),
                    )
        return tally.answer("everything that must stay is still there", "no such file is changed")

    return evaluate
