"""Find tests that disappear while what they test stays."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import view
from reviewconsole.detection.constructs import Construct
from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source
from reviewconsole.detection.tests_of import (
    code_sources,
    gone_definitions,
    gone_words,
    reworked_hosts,
    test_sources,
    tests,
    touched_words,
    words,
)
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "test-deleted",
    title="A test is deleted",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds test functions and test files that disappear while the code they name stays. Renamed and moved tests "
    "do "
    "not count; where new tests come in the same file, or part of what the test names goes too, it counts less.",
    why="A change that breaks a test can pass by deleting it. In ImpossibleBench agents that were graded by their "
    "tests "
    "did so in the open.",
    example="- def test_refund_is_paid_once():\n-     ...",
    instead="Keep the test and mend the code. If the behaviour is no longer wanted, say so and remove the behaviour "
    "too.",
    references=("ImpossibleBench (agents that edit the tests)", "CWE-1053"),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "rust"),
    alias="q-01",
)
_REWRITTEN = 0.5
"""Part of the removed lines that must come back in tests for the change to be a rewrite of them."""
_SHARED = 0.6
_WORDS = re.compile(r"[A-Z]?[a-z\d]+|[A-Z]+")
_FILLERS = frozenset({"test", "it", "with", "the", "a", "an", "should", "when", "for", "of", "and", "i", "doe"})
_TABLE = re.compile(r"parametri[sz]e|\.each[(`]|subTest|t\.Run\(|for .*(tc|tt|case)\b|ParameterizedTest|rstest")


def check(context: Context) -> Iterator[Hit]:
    """Name each run of deleted tests once."""
    sources = test_sources(context)
    if not any(source.removed for source in sources):
        return
    fresh, rewritten, retired = _fresh(sources), _rewritten(sources), _retired(context)
    defined, mentioned, touched = (
        gone_definitions(context),
        gone_words(context),
        touched_words(context) | reworked_hosts(context),
    )
    for source in sources:
        if not source.removed:
            continue
        last = 0
        for item in _deleted(source):
            subject = words(view(source, Side.OLD), item.first, item.last)
            bare = item.name.rsplit(".", 1)[-1]
            if subject & defined or _elsewhere(source, item, bare, fresh):
                continue
            if last and all(at in source.removed or not source.old[at - 1].strip() for at in range(last, item.first)):
                last = item.last
                continue
            last = item.last
            renamed = any(_alike(bare, name) for _, name, _ in fresh)
            severity = Severity.MEDIUM if rewritten or retired or renamed else Severity.HIGH
            yield _hit(
                source, item, min(severity, _severity(source, subject, mentioned, touched), key=lambda each: each.rank)
            )


def _deleted(source: Source) -> Iterator[Construct]:
    left = {item.name for item in tests(source, Side.NEW)} if source.has_new else set()
    for item in tests(source, Side.OLD):
        if item.first not in source.removed or item.name in left:
            continue
        rows = [at for at in range(item.first, item.last + 1) if source.old[at - 1].strip()]
        if 2 * sum(at in source.removed for at in rows) > len(rows):  # else it has another name now
            yield item


def _fresh(sources: list[Source]) -> list[tuple[str, str, set[str]]]:
    found = []
    for source in sources:
        before = {item.name for item in tests(source, Side.OLD)} if source.added else set()
        for item in tests(source, Side.NEW) if source.added else []:
            if item.first in source.added and item.name not in before:
                found.append((source.path, item.name.rsplit(".", 1)[-1], _body(source, Side.NEW, item)))  # noqa: PERF401
    return found


def _retired(context: Context) -> bool:
    """Tell whether the change takes more code out than it puts in: the tests may have gone with what they tested."""
    changed = code_sources(context)
    return sum(len(source.removed) for source in changed) > sum(len(source.added) for source in changed)


def _rewritten(sources: list[Source]) -> bool:
    """Tell whether the change puts about as many lines into tests as it takes out: they were ported or rebuilt."""
    removed = sum(bool(source.old[at - 1].strip()) for source in sources for at in source.removed)
    added = sum(bool(source.new[at - 1].strip()) for source in sources for at in source.added)
    return added >= _REWRITTEN * removed


def _body(source: Source, side: Side, item: Construct) -> set[str]:
    rows = source.lines(side)[item.first : item.last]
    return {" ".join(row.split()) for row in rows if len(row.strip()) > 3}


def _elsewhere(source: Source, item: Construct, bare: str, fresh: list[tuple[str, str, set[str]]]) -> bool:
    """Tell whether a new test has the name, or half of the body."""
    body = _body(source, Side.OLD, item)
    for _, name, lines in fresh:
        if name == bare:
            return True
        if body and 2 * len(body & lines) >= min(len(body), len(lines)) > 0:
            return True
    return False


def _alike(old: str, new: str) -> bool:
    """Tell whether two names say much the same, whatever the order and the number."""
    ours, theirs = ({word.lower().rstrip("s") for word in _WORDS.findall(name)} - _FILLERS for name in (old, new))
    return len(ours & theirs) > 1 and len(ours & theirs) >= _SHARED * len(ours | theirs)


def _severity(source: Source, subject: set[str], mentioned: set[str], touched: set[str]) -> Severity:
    if subject & mentioned:
        return Severity.LOW
    if subject & touched:
        return Severity.MEDIUM
    added = [source.new[at - 1][:2000] for at in source.added]
    before = len(tests(source, Side.OLD))
    if any(_TABLE.search(row) for row in added) or (source.has_new and len(tests(source, Side.NEW)) >= before):
        return Severity.MEDIUM
    return Severity.HIGH


def _hit(source: Source, item: Construct, severity: Severity) -> Hit:
    message = "A test is deleted and what it names is still there"
    return exact(PAGE.rule, source, Side.OLD, (item.first, item.first), message, severity=severity, lowered=False)


CHECK = Check(page=PAGE, run=check)
