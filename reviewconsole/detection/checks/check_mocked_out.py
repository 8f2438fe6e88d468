"""Find tests that replace what they ought to test."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import Statement, view
from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source
from reviewconsole.detection.tests_of import test_sources, tests
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "check-mocked-out",
    title="A test mocks what it tests",
    family=Family.RISK,
    severity=Severity.MEDIUM,
    what="Finds added mocks of authorisation, validation, signatures and transactions, of the function that a test is "
    "named for, and assertions on a value that the mock itself was told to return.",
    why="Such a test passes whatever the code does. It is how a change can look tested while the check it was about is "
    "gone.",
    example='+ @patch("billing.auth.require_role", return_value=True)\n+ def test_refund_needs_a_role(...)',
    instead="Mock the far side of a boundary (the network, the clock) and let the code under test and its checks run.",
    references=("ImpossibleBench (agents that edit the tests)", "CWE-1053"),
    languages=("python", "typescript", "go", "java"),
    alias="q-04",
)
_PATCH = re.compile(
    r"(?:patch(?:\.object)?|setattr|mock(?:er)?\.patch|jest\.(?:mock|spyOn)|vi\.(?:mock|spyOn)|stub|when"
    r"|monkeypatch\.setattr)\(\s*(?P<target>[^)\n]{1,200})"
)
_CHECKS = re.compile(
    r"(?i)(\b|_|\.|['\"])(is_)?(authenticat\w*|authori[sz]\w*|require_\w+|has_perm\w*|check_perm\w*|permission\w*"
    r"|validat\w*|verify_?\w*|is_valid\w*|full_clean"
    r"|check_password|check_signature|atomic|transaction|login_required|csrf\w*|rate_?limit\w*)\b"
)


def check(context: Context) -> Iterator[Hit]:
    """Name each such mock that the change brings."""
    for source in test_sources(context):
        if source.added and any(_PATCH.search(source.new[at - 1][:2000]) for at in source.added):
            yield from _file(source)


def _file(source: Source) -> Iterator[Hit]:
    there = view(source, Side.NEW)
    old = {" ".join(row.split()) for row in source.old}
    named = [(item.first, item.last, item.name.rsplit(".", 1)[-1]) for item in tests(source, Side.NEW)]
    for row in there.statements:
        text = source.text(Side.NEW, row.first, row.last)
        found = _PATCH.search(text)
        if not found or row.first not in source.added or " ".join(text.split()) in old:
            continue
        target = re.split(r",\s*(return_value|side_effect|new|autospec|lambda)\b", found["target"])[0]
        subject = _last(target)
        if _CHECKS.search(target):
            yield _hit(source, row, "A test replaces the check that the code relies on")
        elif subject and any(
            first - 4 <= row.first <= last and re.fullmatch(rf"test_?{re.escape(subject)}(_.*)?", name)
            for first, last, name in named
        ):
            yield _hit(source, row, "A test replaces the function that it is named for")


def _last(target: str) -> str:
    parts = re.findall(r"[A-Za-z_]\w{3,}", target)
    return parts[-1] if parts else ""


def _hit(source: Source, row: Statement, message: str) -> Hit:
    return exact(PAGE.rule, source, Side.NEW, (row.first, row.last), message, lowered=False)


CHECK = Check(page=PAGE, run=check)
