"""Find the tests of a file and what they assert, in every language the rules read."""

from collections import Counter
from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import CODE, Statement, View, view
from reviewconsole.detection.constructs import Construct
from reviewconsole.detection.model import Context
from reviewconsole.detection.source import Source, is_test
from reviewconsole.finding import Side

_NAME = {
    "python": re.compile(r"(^|\.)test\w*$"),
    "go": re.compile(r"^(\w+\.)?(Test|Fuzz|Example|Benchmark)\w*$"),
    "ruby": re.compile(r"(^|\.)(test_\w+|[^.]* [^.]*)$"),
}
_ASSERT = {
    "python": re.compile(
        r"assert\b|(await )?[\w.]*\.?(self|cls|testcase|tc)\.(assert|fail)\w*\(|(async )?with .*\b(raises"
        r"|assertRaises\w*|warns"
        r"|assert\w+)\(|[\w.\[\]]+\.assert_\w+\(|(await )?assert_\w+\(|pytest\.(fail|raises)"
    ),
    "typescript": re.compile(
        r"(await |return )?(expect\b.*\(|assert[.(]|t\.(is|deepEqual|true|false|throws)\(|sinon\.assert|should\b)"
    ),
    "go": re.compile(
        r"(if .*)?\b(t|tb|b|s|suite|c)\.(Error|Errorf|Fatal|Fatalf|Fail|FailNow)\(|.*\b(assert|require|test|check"
        r"|must|is)\.[A-Z]\w*\("
        r"|(s|suite)\.(Require\(\)\.|Assert\(\)\.)?(Equal|NoError|True|False|Nil|NotNil|Error|Contains"
        r"|Len)\w*\(|[aA]ssert\w*\("
    ),
    "java": re.compile(
        r"(Assert\w*\.|Assertions\.|Mockito\.|then\.|\w{1,40}\.(?=assert))?(assert\w*|verify\w*|fail|expect\w*)\(|.*\.and(Expect|Return)\("
    ),
    "ruby": re.compile(r"(is_expected|expect|assert\w*|refute\w*|must_|should)\b|.*\.(should|must_\w+)\b"),
    "rust": re.compile(r"(debug_)?assert\w*!\(|.*\bpanic!\("),
}
_ASSERT["kotlin"] = _ASSERT["java"]


def test_sources(context: Context) -> list[Source]:
    """The changed files that hold tests in a language of ours."""
    return [source for source in context.sources if source.kind in CODE and is_test(source.path)]


def code_sources(context: Context) -> list[Source]:
    """The changed files that hold code and no tests."""
    return [source for source in context.sources if source.kind in CODE and not is_test(source.path)]


def tests(source: Source, side: Side) -> list[Construct]:
    """The test functions and blocks of one side."""
    found = source.constructs(side)
    lines = source.lines(side)
    if source.kind == "typescript":
        return [item for item in found if re.match(r"\s*(it|test|specify)\b[.\w]*\(", lines[item.first - 1])]
    if source.kind in ("java", "kotlin", "rust"):
        mark = re.compile(r"#\[(\w+::)?test|@(\w*Test)\b")
        return [item for item in found if any(mark.search(row) for row in _before(lines, item.first))]
    name = _NAME[source.kind]
    return [item for item in found if name.search(item.name)]


def _before(lines: tuple[str, ...], first: int) -> Iterator[str]:
    yield lines[first - 1]
    for at in range(first - 1, max(0, first - 5), -1):
        row = lines[at - 1].strip()
        if row and not row.startswith(("@", "#[", "//", "*", "/*")):
            return
        yield row


def assertions(source: Source, side: Side, item: Construct) -> list[Statement]:
    """The statements that assert directly in a test, not in one inside it."""
    pattern = _ASSERT[source.kind]
    rows = view(source, side).rows_in(item.first, item.last)
    return [row for row in rows if pattern.match(row.text) and source.host(side, row.first) == item]


def words(there: View, first: int, last: int) -> set[str]:
    """Every word of a range of lines, strings included: routes and keys name a subject too."""
    return set(re.findall(r"[A-Za-z_]\w{3,}", "\n".join(there.lines[first - 1 : last])))


_DEFINED = re.compile(
    r"^\s*(?:export\s+|default\s+|public\s+|private\s+|protected\s+|static\s+|async\s+|abstract\s+|pub(?:\(\w+\))?\s+"
    r"|final\s+)*"
    r"(?:def|class|func(?:\s*\([^)]*\))?|function|fn|struct|enum|trait|interface|type|const|let|var|object|fun"
    r"|module)\s+"
    r"(?:self\.)?([A-Za-z_]\w{2,})|^([A-Za-z_]\w{2,})\s*(?::\s*[\w\[\], |]+)?=(?!=)"
)


def gone_definitions(context: Context) -> set[str]:
    """Names whose definition the change takes out of the code for good, and stems of files it deletes."""
    old: set[str] = set()
    new: set[str] = set()
    for source in code_sources(context):
        if not source.has_new:
            old.add(source.path.rsplit("/", 1)[-1].split(".")[0])
        old |= _definitions(source.old[at - 1] for at in source.removed)
        new |= _definitions(source.new[at - 1] for at in source.added)
    return old - new


def _definitions(rows: Iterator[str]) -> set[str]:
    found = (_DEFINED.match(row[:400]) for row in rows)
    return {match[1] or match[2] for match in found if match}


def gone_words(context: Context) -> set[str]:
    """Words that the change removes from the code and that no changed file of code names any more."""
    old: set[str] = set()
    new: set[str] = set()
    for source in context.sources:
        if not is_test(source.path):
            for at in source.removed:
                old.update(re.findall(r"[A-Za-z_]\w{3,}", source.old[at - 1][:2000]))
            if source.removed or source.added:
                new.update(re.findall(r"[A-Za-z_]\w{3,}", "\n".join(source.new)))
    return old - new


def changed_words(context: Context) -> set[str]:
    """Words on removed lines of code: what the change works on."""
    rows = (source.old[at - 1][:2000] for source in code_sources(context) for at in source.removed)
    return {word for row in rows for word in re.findall(r"[A-Za-z_]\w{4,}", row)}


def touched_words(context: Context) -> set[str]:
    """Words on removed lines of code that no added line of code has again: what the change takes from behaviour."""
    old: set[str] = set()
    new: set[str] = set()
    for source in code_sources(context):
        for at in source.removed:
            old.update(re.findall(r"[A-Za-z_]\w{4,}", source.old[at - 1][:2000]))
        for at in source.added:
            new.update(re.findall(r"[A-Za-z_]\w{4,}", source.new[at - 1][:2000]))
    return old - new


def reworked_hosts(context: Context) -> set[str]:
    """Names of functions and classes whose lines the change takes away or replaces, those around them too."""
    return {
        part
        for source in code_sources(context)
        for at in source.removed
        for part in source.host_name(Side.OLD, at).split(".")
        if len(part) > 4
    }


def added_lines(context: Context) -> Counter[str]:
    """The added lines of the tests, blanks as one, with how often they come."""
    return Counter(" ".join(source.new[at - 1].split()) for source in test_sources(context) for at in source.added)
