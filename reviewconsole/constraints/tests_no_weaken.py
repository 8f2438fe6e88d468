"""`tests.no_weaken`: tests may not get fewer, softer or silent.

Keys: `paths` (patterns of test files; default the usual ones), `assertions` (how many assertions fewer
the change may have, net over all test files; default 0). Violated by a test that is gone from every
changed test file, a marker added that skips, focuses or expects failure, and a net loss of assertions.
Read are Python, JavaScript, TypeScript, Go, Java, Ruby and Rust; other code among the tests is undecidable.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from reviewconsole.change import Entry
from reviewconsole.constraints.facts import Answer, Facts, Tally, Undetermined, entry_witness, sides, text_witness
from reviewconsole.constraints.reading.testing import Tests, language_of, tests
from reviewconsole.finding import Side
from reviewconsole.globs import Globs
from reviewconsole.mapping import Table

_PATHS = (
    "**/test/**", "**/tests/**", "**/__tests__/**", "**/spec/**", "**/test_*.py", "**/*_test.py", "**/*_test.go",
    "**/*.test.*", "**/*.spec.*", "**/*Test.java", "**/*Tests.java", "**/*_spec.rb", "**/*_test.rb",
)  # fmt: skip


@dataclass(slots=True)
class _Whole:
    """What all changed test files together hold."""

    gone: list[tuple[Entry, str, int]] = field(default_factory=list)
    """Tests that their own file lost."""
    present: set[str] = field(default_factory=set)
    """Last part of the name of every test of the new side."""
    lost: int = 0
    shrunk: list[Entry] = field(default_factory=list)


def _compare(tally: Tally, whole: _Whole, entry: Entry, old: Tests, new: Tests) -> None:
    whole.gone += [(entry, name, line) for name, line in old.tests.items() if name not in new.tests]
    whole.present |= {name.rsplit(".", 1)[-1] for name in new.tests}
    known = Counter(" ".join(text.split()) for text, _ in old.skips)
    for text, line in new.skips:
        marker = " ".join(text.split())
        if known[marker]:
            known[marker] -= 1
            continue
        tally.broken(f"{entry.path}:{line} adds {marker[:60]}", text_witness(entry.path, Side.NEW, text, line))
    difference = len(old.assertions) - len(new.assertions)
    whole.lost += difference
    if difference > 0:
        whole.shrunk.append(entry)


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read `paths` and `assertions`."""
    paths = Globs(table.texts("paths", _PATHS), place=f"{table.place}.paths")
    spare = table.integer("assertions", 0)

    def evaluate(facts: Facts) -> Answer:
        tally, whole = Tally(), _Whole()
        for entry, file in facts.matching(paths):
            try:
                language = language_of(entry.path)
                if language is None:
                    continue
                tally.looked = True
                old, new = (Tests() if text is None else tests(language, text) for text in sides(entry, file))
            except Undetermined as error:
                tally.looked = True
                tally.unclear(f"{entry.path} {error.message}", entry_witness(entry))
                continue
            _compare(tally, whole, entry, old, new)
        for entry, name, line in whole.gone:
            if name.rsplit(".", 1)[-1] not in whole.present:
                tally.broken(f"{entry.path} loses the test {name}", text_witness(entry.path, Side.OLD, name, line))
        if whole.lost > spare:
            witnesses = [entry_witness(entry) for entry in whole.shrunk]
            tally.broken(f"there are {whole.lost} assertions fewer, net", *witnesses)
        return tally.answer("no test is lost, silenced or softened", "no test is changed")

    return evaluate
