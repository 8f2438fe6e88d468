"""Find tests that stay and assert less."""

import re
from collections.abc import Iterator, Sequence

from reviewconsole.detection.constructs import Construct
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source, is_test
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "assertion-weakened",
    title="A test asserts less than before",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds tests that survive with fewer assertions, or with a weaker one in place of an equality.",
    why="A failing assertion can be mended in the code or in the test. Agents that are graded by green tests were seen "
    "to choose the test, up to deleting it.",
    example="- assert total == 42\n+ assert total is not None",
    instead="Keep the strict assertion and mend the code; where the expectation was wrong, state the new exact one.",
    references=("ImpossibleBench (agents that edit the tests)", "CWE-1053"),
    languages=("python", "go", "typescript"),
    alias="q-02",
)
_ASSERT = {
    "python": re.compile(r"\s*(assert\b|self\.assert\w+\(|with (pytest|self)\.(raises|assertRaises)|mock\w*\.assert_)"),
    "typescript": re.compile(r"\s*(await\s+)?(expect\(|assert[.(])"),
    "go": re.compile(r"\s*(t\.(Error|Errorf|Fatal|Fatalf)\(|(assert|require)\.\w+\()"),
}
_STRICT = re.compile(
    r"[^=!<>]==[^=]|assertEqual|assertListEqual|assertDictEqual|\.to(Be|Equal|StrictEqual)\((?!\s*\))"
    r"|\b(assert|require)\.Equal|strictEqual|assert_called_once_with"
)
_WEAK = re.compile(
    r"\bis not None\b|\bassertIsNotNone|assertTrue\(|assertIn\(|\bassert\s+[\w.()\[\]]+\s*$|\bin\b|toBeTruthy"
    r"|toBeDefined|not\.toBeNull|toContain|\b(assert|require)\.(NotNil|NotEmpty|Contains|True)|\bANY\b|isinstance\("
    r"|len\([^)]*\)\s*>|assert_called\(\)|expect\.any"
)
_TEST_NAME = re.compile(r"(^|\.)(test\w*|Test\w*|.* .*)$")


def check(context: Context) -> Iterator[Hit]:
    """Name surviving tests whose assertions became fewer or weaker, at the first one removed."""
    sources = [source for source in context.sources if source.kind in _ASSERT and is_test(source.path)]
    added = {plain for source in sources for plain in _plain(source, source.added)}
    for source in sources:
        if source.has_new and source.removed:
            yield from _file(source, added)


def _plain(source: Source, numbers: Sequence[int] | frozenset[int]) -> Iterator[str]:
    for at in numbers:
        yield " ".join(source.new[at - 1][:2000].split())


def _file(source: Source, added: set[str]) -> Iterator[Hit]:
    pattern = _ASSERT[source.kind]
    after = {item.name: item for item in source.constructs(Side.NEW)}
    for item in source.constructs(Side.OLD):
        survivor = after.get(item.name)
        if survivor is None or not (_TEST_NAME.search(item.name) or source.kind == "typescript"):
            continue
        old = _asserts(source, Side.OLD, item, pattern)
        gone = [at for at in old if at in source.removed and " ".join(source.old[at - 1].split()) not in added]
        if not gone:
            continue
        new = _asserts(source, Side.NEW, survivor, pattern)
        fresh = [at for at in new if at in source.added]
        fewer = len(old) - len(new)
        weaker = _weaker(source, gone, fresh)
        if fewer > 0 and not _parametrised(source, survivor):
            yield _hit(source, gone[0], f"{fewer} of {len(old)} assertions are gone from a test that stays")
        elif weaker:
            yield _hit(source, weaker, "An exact assertion is replaced by a weaker one")


def _asserts(source: Source, side: Side, item: Construct, pattern: re.Pattern[str]) -> list[int]:
    """The lines that assert directly in a construct, not in one inside it."""
    lines = source.lines(side)
    return [
        at
        for at in range(item.first, item.last + 1)
        if pattern.match(lines[at - 1][:2000]) and source.host(side, at) == item
    ]


def _weaker(source: Source, gone: list[int], fresh: list[int]) -> int:
    strict = [at for at in gone if _STRICT.search(source.old[at - 1][:2000])]
    still = sum(bool(_STRICT.search(source.new[at - 1][:2000])) for at in fresh)
    rows = [source.new[at - 1][:2000] for at in fresh]
    weak = any(_WEAK.search(row) and not _STRICT.search(row) for row in rows)
    return strict[0] if len(strict) > still and weak else 0


def _parametrised(source: Source, item: Construct) -> bool:
    """Tell whether the test became a table: one assertion then stands for many."""
    first = max(1, item.first - 15)
    rows = [source.new[at - 1] for at in range(first, item.last + 1) if at in source.added]
    return any(re.search(r"parametrize|\.each\(|subTest|^\s*for .*(:|\{)\s*$|t\.Run\(", row[:2000]) for row in rows)


def _hit(source: Source, line: int, message: str) -> Hit:
    return Hit(
        rule=PAGE.rule,
        source=source,
        side=Side.OLD,
        line=line,
        end_line=line,
        text=source.old[line - 1].strip(),
        message=message,
        lowered=False,
    )


CHECK = Check(page=PAGE, run=check)
