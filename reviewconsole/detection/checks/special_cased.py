"""Find code that knows the values of its tests."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import CODE
from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import is_nonproduction, is_test
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "special-cased",
    title="Code that knows its test",
    family=Family.RISK,
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    what="Finds added conditions on a literal that a test of the same change uses, and conditions on running under "
    "test.",
    why="Agents that were graded by tests were seen to answer the test's own input and nothing else. In production the "
    "general case is then missing.",
    example='+ if order_id == "ORD-1042":\n+     return 17',
    instead="Solve the general case; a value that is truly special belongs in a named constant or in configuration.",
    references=("ImpossibleBench (agents that special-case the tests)", "CWE-546"),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "rust"),
    alias="q-07",
)
_EQUALS = re.compile(
    r"\b(?:if|elif|elsif|case|when)\b.*?(?:===?|\beq\b|\bcase|\bwhen|\bin|\.equals\()\s*\(?\s*(?P<value>[\"'][^\"']{4,60}[\"']|-?\d{3,}(?:\.\d+)?|-?\d+\.\d{2,})"
)
_UNDER_TEST = re.compile(
    r"\b(if|elif|unless)\b.*(PYTEST_CURRENT_TEST|[\"']pytest[\"']\s+in\s+sys\.modules|JEST_WORKER_ID"
    r"|testing\.Testing\(\)|NODE_ENV\s*===?\s*[\"']test[\"']|process\.env\.(VITEST|IS_TEST|TEST_MODE)\b"
    r"|(getenv|environ\.get|Getenv)\(\s*[\"'](TESTING|TEST_MODE|IS_TEST)[\"']|config(\.get\(|\[)\s*[\"']TESTING[\"'])"
)
_COMMON = frozenset(
    {
        "100",
        "200",
        "201",
        "204",
        "301",
        "302",
        "400",
        "401",
        "403",
        "404",
        "409",
        "422",
        "429",
        "500",
        "502",
        "503",
        "1000",
        "1024",
    }
)
_PLAIN = re.compile(r"[a-z_]+$|[A-Z_]+$|[a-z]+/[a-z+.-]+$")
"""A word is an enumerated value, not an example."""


def check(context: Context) -> Iterator[Hit]:
    """Name each such condition."""
    tested = "\n".join(source.new[at - 1] for source in context.sources if is_test(source.path) for at in source.added)
    for source in context.sources:
        if source.kind not in CODE or is_test(source.path) or is_nonproduction(source.path):
            continue
        gone = {source.old[at - 1].strip() for at in source.removed}
        told = False
        for at in sorted(source.added):
            line = source.new[at - 1][:2000]
            if line.strip() in gone or source.is_comment(Side.NEW, at):
                continue
            if _UNDER_TEST.search(line):
                if not told:  # once a file: the first place leads to the others
                    yield exact(PAGE.rule, source, Side.NEW, (at, at), "The code behaves differently under test")
                told = True
            elif tested and _known(line, tested):
                yield exact(
                    PAGE.rule, source, Side.NEW, (at, at), "A condition names a value that a test of this change uses"
                )


def _known(line: str, tested: str) -> bool:
    found = _EQUALS.search(line)
    if not found:
        return False
    value = found["value"]
    bare = value.strip("\"'")
    if bare in _COMMON or (value != bare and _PLAIN.match(bare)):
        return False
    return bool(re.search(rf"(?<![\w.]){re.escape(bare)}(?![\w.])", tested))


CHECK = Check(page=PAGE, run=check)
