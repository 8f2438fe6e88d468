"""Find tests that stay and assert less."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import Statement, names, view
from reviewconsole.detection.constructs import Construct
from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source
from reviewconsole.detection.tests_of import (
    added_lines,
    assertions,
    changed_words,
    code_sources,
    gone_words,
    test_sources,
    tests,
    words,
)
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "assertion-weakened",
    title="A test asserts less than before",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds tests that survive with fewer assertions, or with a weaker one in place of an exact one: membership or "
    "existence for equality, a wider tolerance, any error for a named one. Another expected value does not count.",
    why="A failing assertion can be mended in the code or in the test. Agents that are graded by green tests were seen "
    "to choose the test, up to deleting it.",
    example="- assert total == 42\n+ assert total is not None",
    instead="Keep the strict assertion and mend the code; where the expectation was wrong, state the new exact one.",
    references=("ImpossibleBench (agents that edit the tests)", "CWE-1053"),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "rust"),
    alias="q-02",
)
_LONG = 6
"""Shorter names are too common to recognise a value by them."""
_NONE = re.compile(
    r"^assert (True|1|not False)\s*(,|$)|assertTrue\(True\)|expect\(true\)\.toBe\(true\)|\|\| true\)|\bor True\b"
)
_EXISTS = re.compile(
    r"\bis not None\b|assertIsNotNone|assertNotNull|toBeTruthy|toBeDefined|not\.toBeNull|not\.toBeUndefined|NotNil"
    r"|NotEmpty"
    r"|assert_called(_once)?\(\)|\.called\b|toHaveBeenCalled\(\)|be_truthy|assertNotEqual|!==?|\bassert_ne!|is_ok\(\)"
    r"|is_some\(\)"
    r"|isPresent\(\)|notNullValue|is\(not\(|not\.toThrow|isNotNull|not_nil|NotEqual|assertDoesNotThrow"
)
_EXACT = re.compile(
    r"[^=!<>]==[^=]|assert_?equals?\b|[aA]ssert\w*Equals?\b|assertIs\(|\.to(Be|Equal|StrictEqual)\((?!\s*\))"
    r"|\bEquals?\b\("
    r"|[sS]trictEqual|[dD]eepEqual|assert_called(_once)?_with|assert_has_calls|toHaveBeenCalled(Times|With)"
    r"|assert_eq!|isEqualTo"
    r"|\beq\(|\beql?\b|JSONEq|toMatchInlineSnapshot|assertCountEqual|assertListEqual|ElementsMatch|\bis (?!not None)"
    r"|toHaveLength"
    r"|\bDeepEquals\b|assertSame|\b(is|equalTo)\((?!\s*(not|null|any|instance|empty|a\b|\)))|\bErrorIs\(|\bEqualError\("
)
_BROAD = re.compile(
    r"\b(Exception|BaseException|StandardError|Throwable|RuntimeException|Error)\b\s*[),:]|\.toThrow\(\)"
    r"|rejects\.toThrow\(\)"
)
_RAISES = re.compile(r"raises|assertRaises|toThrow|assertThrows|raise_error|should_panic")
_TOLERANCE = re.compile(
    r"(abs|rel|tol|atol|rtol|delta|places|precision|epsilon)\s*=\s*([\d.eE-]+)|(CloseTo|InDelta|InEpsilon|approx)\b"
)
_WILD = re.compile(r"\bANY\b|expect\.any|mock\.Anything|gomock\.Any|\banything\(")
_ROW = re.compile(r"\.filter\(\s*\w+=.*\)\.exists\(\)")
"""A row with these values is there: that is exact."""
_NO_ERROR = re.compile(r"NotError|NoError|IsNoError|\berr\b.*,?\s*nil|assertIsNone\(err|Succeed")
_NEGATED = re.compile(r"assert not [\w.()\[\]]+$")
_TRUTH = re.compile(r"^assert [\w.()\[\]]+$|assertTrue\([\w.()]+\)$|toBeTruthy")
_OPPOSITES = (
    (
        re.compile(r"(==|is|,) (0|False|false|\[\]|\{\})\s*(,|\)|$)|\((0|false)\)|Empty\(|len\(.*\), 0"),
        re.compile(r"> ?0|!=|[nN]otE|NotEmpty|Greater|^assert [\w.()\[\]]+$|toBeTruthy"),
    ),
    (
        re.compile(r"(==|is|,) (None|nil)\s*(,|\)|$)|\((null|undefined)\)|isNull|Nil\(|IsNone"),
        re.compile(r"is not None|[nN]otN|not\.|!=|IsNotNone|toBeDefined"),
    ),
)
"""What says the opposite of an assertion is another expectation, no weaker one."""
_BOOLEAN = re.compile(r"[Ee]quals?\((.*,\s*)?(true|false)\b|assert_eq!\(.*\b(true|false)\b|\.Is(True|False)\(")
_SAYS = re.compile(r"\b(assert|require)\.(True|False)\(|\bassert(True|False)\(|^assert!\(")
"""Says of a truth value all that equality with it says, where no other value can stand for one."""
_TYPED = frozenset({"go", "java", "kotlin", "rust"})
_TABLE = re.compile(r"parametri[sz]e|\.each[(`]|subTest|^\s*for .*(:|\{)\s*$|t\.Run\(|ParameterizedTest")


_CALLED_WITH = re.compile(r"\bassert_(called|any_call|has_calls|awaited)\w*\(.*\S|toHaveBeenCalledWith\(|calledWith\(")
"""Says at once what several assertions on the arguments of a call said."""
_MANY = 10
"""A test of more assertions than so many for each that goes still says most of what it said."""


def check(context: Context) -> Iterator[Hit]:
    """Name surviving tests whose assertions became fewer or weaker, at the first one removed."""
    sources = [source for source in test_sources(context) if source.has_new and source.removed]
    if not sources:
        return
    added, vanished, touched = added_lines(context), gone_words(context), changed_words(context)
    reworked = any(source.removed for source in code_sources(context))
    for source in sources:
        after = {item.name: item for item in tests(source, Side.NEW)}
        for item in tests(source, Side.OLD):
            survivor = after.get(item.name)
            if survivor and source.touched(Side.OLD, item.first, item.last):
                for hit in _test(source, (item, survivor), added, (vanished, touched)):
                    yield replace(hit, severity=Severity.MEDIUM) if reworked and hit.severity is Severity.HIGH else hit


def _within(source: Source, item: Construct) -> list[int]:
    return [at for at in source.added if item.first <= at <= item.last]


def _raw(source: Source, side: Side, row: Statement) -> str:
    return " ".join(" ".join(source.lines(side)[row.first - 1 : row.last]).split())


def _test(
    source: Source, both: tuple[Construct, Construct], added: Counter[str], subjects: tuple[set[str], set[str]]
) -> Iterator[Hit]:
    item, survivor = both
    old = assertions(source, Side.OLD, item)
    new = assertions(source, Side.NEW, survivor)
    there = Counter(_raw(source, Side.NEW, row) for row in new)
    gone = []
    for row in old:
        text = _raw(source, Side.OLD, row)
        if there[text] > 0:
            there[text] -= 1
        elif source.touched(Side.OLD, row.first, row.last):
            gone.append(row)
    fresh = [row for row in new if there[_raw(source, Side.NEW, row)] > 0]
    weaker = _weaker(source, gone, fresh) if len(fresh) <= len(gone) else None
    if weaker:
        yield _hit(source, weaker, "An exact assertion is replaced by a weaker one", Severity.HIGH)
    gone = [row for row in gone if names(row.text) and not added[" ".join(source.old[row.first - 1].split())]]
    gone = [row for row in gone if not _told(row, fresh) and not _set_up(source, row)]
    missing = len(gone) - len(fresh)
    if not weaker and missing > 0 and not _table(source, survivor):
        lost = next((row for row in gone if not _matched(row, fresh)), gone[0])
        severity = _severity(source, item, gone, lost, subjects)
        told = any(_CALLED_WITH.search(source.new[at - 1]) for at in _within(source, survivor))
        if missing * _MANY < len(old) or told:
            severity = min(severity, Severity.MEDIUM, key=lambda each: each.rank)
        yield _hit(source, lost, f"{missing} of {len(old)} assertions are gone from a test that stays", severity)


@lru_cache(maxsize=4096)
def _names(text: str) -> frozenset[str]:
    return frozenset(names(text))


def _set_up(source: Source, row: Statement) -> bool:
    """Tell whether an assertion that a call worked went with the call."""
    return bool(_NO_ERROR.search(row.text)) and row.first - 1 in source.removed


def _told(row: Statement, fresh: list[Statement]) -> bool:
    """Tell whether an exact assertion that is new speaks of the same value."""
    mine = {name for name in _names(row.text) if len(name) >= _LONG}
    said = _strength(row.text)
    return any(_strength(other.text) >= min(3, said) and mine & _names(other.text) for other in fresh)


def _matched(row: Statement, fresh: list[Statement]) -> bool:
    mine = _names(row.text)
    return any(len(mine & _names(other.text)) * 2 > len(mine) for other in fresh)


def _severity(
    source: Source, item: Construct, gone: list[Statement], lost: Statement, subjects: tuple[set[str], set[str]]
) -> Severity:
    """High where nothing but assertions left the test, and the code they look at is as it was."""
    said = words(view(source, Side.OLD), lost.first, lost.last)
    vanished, touched = subjects
    if said & vanished:
        return Severity.LOW
    mine = {at for row in gone for at in range(row.first - 1, row.last + 2)}
    others = [at for at in range(item.first, item.last + 1) if at in source.removed and at not in mine]
    others = [at for at in others if source.old[at - 1].strip() and not source.is_comment(Side.OLD, at)]
    return Severity.MEDIUM if others or said & touched else Severity.HIGH


def _strength(text: str) -> int:
    """How much an assertion says: 3 exact, 2 some, 1 that something is there, 0 nothing."""
    if _NONE.search(text):
        return 0
    if _RAISES.search(text):
        return 2 if _BROAD.search(text) else 3
    if (_EXACT.search(text) or _NEGATED.match(text) or _ROW.search(text)) and not _WILD.search(text):
        return 3
    return 1 if _EXISTS.search(text) or _TRUTH.search(text) else 2


def _weaker(source: Source, gone: list[Statement], fresh: list[Statement]) -> Statement | None:
    """The first removed assertion whose successor, by what both name, says less."""
    left = list(fresh)
    for row in gone:
        mine = _names(row.text)
        best = max(left, key=lambda other: len(mine & _names(other.text)), default=None)
        shared = len(mine & _names(best.text)) if best is not None else 0
        if best is None or not (_alike(shared, row, best) or _strength(best.text) == 0):
            continue
        left.remove(best)
        before, after = _raw(source, Side.OLD, row), _raw(source, Side.NEW, best)
        reversed_ = any(old.search(before) and new.search(after) for old, new in _OPPOSITES)
        same = source.kind in _TYPED and bool(_BOOLEAN.search(before) and _SAYS.search(after))
        if not reversed_ and not same and (_strength(best.text) < _strength(row.text) or _looser(before, after)):
            return row
    return None


def _alike(shared: int, row: Statement, other: Statement) -> bool:
    """Tell whether an assertion took the place of another: it names half of what that named, or nothing else."""
    said = len(names(other.text))
    return 2 * shared >= len(names(row.text)) or (shared > 0 and 2 * shared >= said)


def _looser(before: str, after: str) -> bool:
    """Tell whether a tolerance grew, an error lost its pattern, or a wildcard took the place of a value."""
    if len(_WILD.findall(after)) > len(_WILD.findall(before)):
        return True
    if "match=" in before and "match=" not in after and _RAISES.search(after):
        return True
    if re.search(r"toThrow\w*\(.+\)", before) and re.search(r"toThrow\w*\(\)", after):
        return True
    return _wider(before, after)


def _wider(before: str, after: str) -> bool:
    old, new = _TOLERANCE.search(before), _TOLERANCE.search(after)
    if not new:
        return False
    if not old:
        return bool(_EXACT.search(before))
    numbers = [
        [float(part) for part in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?:[eE]-?\d+)?", text)] for text in (before, after)
    ]
    if not all(numbers) or len(numbers[0]) != len(numbers[1]) or numbers[0][:-1] != numbers[1][:-1]:
        return False
    fewer = "places" in before or "CloseTo" in before or "precision" in before
    return numbers[1][-1] < numbers[0][-1] if fewer else numbers[1][-1] > numbers[0][-1]


def _table(source: Source, item: Construct) -> bool:
    """Tell whether the test became a table: one assertion then stands for many."""
    first = max(1, item.first - 15)
    rows = [source.new[at - 1] for at in range(first, item.last + 1) if at in source.added]
    return any(_TABLE.search(row[:2000]) for row in rows)


def _hit(source: Source, row: Statement, message: str, severity: Severity) -> Hit:
    return exact(PAGE.rule, source, Side.OLD, (row.first, row.last), message, severity=severity, lowered=False)


CHECK = Check(page=PAGE, run=check)
