"""Ask whether a change to code comes with any change to its tests."""

from collections.abc import Iterator

from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import is_nonproduction, is_test
from reviewconsole.detection.tests_of import code_sources
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "source-without-test",
    title="Code without a test",
    family=Family.GAP,
    severity=Severity.LOW,
    confidence=Confidence.LOW,
    what="Tells of changes that add at least 20 lines of code and touch no test.",
    why="It is a weak sign, and true of every twentieth change that is sound. It says where to ask: how does anyone "
    "know "
    "that this works?",
    example="+ 80 lines in billing/refund.py, none in tests/",
    instead="Add a test that fails without the change, or say why none can.",
    references=("https://danger.systems/js/", "CWE-1053"),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "rust"),
    alias="q-06",
)
_ENOUGH = 20
"""Added lines of code below which nothing is said."""


def check(context: Context) -> Iterator[Hit]:
    """Say it once a change, at the file with the most added lines."""
    if any(is_test(source.path) for source in context.sources):
        return
    sources = [source for source in code_sources(context) if not is_nonproduction(source.path)]
    written = {
        source.path: [
            at for at in sorted(source.added) if source.new[at - 1].strip() and not source.is_comment(Side.NEW, at)
        ]
        for source in sources
    }
    total = sum(len(rows) for rows in written.values())
    if total < _ENOUGH or any("#[test]" in row or "#[cfg(test)]" in row for source in sources for row in source.new):
        return
    largest = max(sources, key=lambda source: len(written[source.path]))
    at = written[largest.path][0]
    yield exact(PAGE.rule, largest, Side.NEW, (at, at), f"{total} lines of code are added and no test is touched")


CHECK = Check(page=PAGE, run=check)
