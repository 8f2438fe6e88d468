"""Find retries whose callers all come back at the same moment."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import CODE, view
from reviewconsole.detection.hits import exact
from reviewconsole.detection.loops import retry_loops
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source, is_test, stood
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "retry-without-backoff",
    title="A retry without backoff or jitter",
    family=Family.GAP,
    severity=Severity.HIGH,
    what="Finds added retries that wait a constant time or not at all. In scripts and command line tools it counts as "
    "medium: one caller makes no herd.",
    why="When a service comes back, everybody who waited the same time calls at once and pushes it over again. Google "
    "Cloud says that the restart of its tasks on 12 June 2025 overloaded the database behind them, for want of "
    "randomised exponential backoff.",
    example="+ for attempt in range(5):\n+     try:\n+         return fetch()\n+     except IOError:\n+         "
    "time.sleep(1)",
    instead="Wait longer after each try, add a random part, and cap both the wait and the number of tries.",
    references=(
        "https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/",
        "https://status.cloud.google.com/incidents/ow5i3PPK96RduMcb1SsW",
    ),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "rust"),
    alias="t-05",
)
_GROWS = re.compile(
    r"(?i)random|jitter|\*\*|<<|\bpow\(|backoff|exponential|expo\b|\*=|(sleep|delay|wait|timeout|after"
    r"|setTimeout)\w*\W.*\*|\*\s*(attempt|i|n|tr(y|ies)|retr\w+)\b"
    r"|uniform"
)
_ARITHMETIC = re.compile(r"(?i)(sleep|setTimeout|delay|time\.After|wait)\w*\s*\(?.*(\*\*|<<|\bpow\()")
_SPREAD = re.compile(r"(?i)random|jitter|uniform|backoff|expo")
"""A wait that grows by the same formula for everybody brings everybody back together."""
_REMOTE = re.compile(
    r"(?i)\b(requests|http|client|session|fetch|axios|conn|rpc|grpc|redis|socket|api)\b\w*[.(]"
    r"|\b(send|publish|push|fetch|request|post|upload|download|deliver|notify|charge|query|execute|connect)\w*\("
)
_WAITS = re.compile(r"(?i)sleep|setTimeout|delay|time\.After|wait\(")
_FIXED = re.compile(
    r"@(?:tenacity\.)?retry\((?=.*\b(stop|wait|reraise)\s*=)(?!.*\bwait\s*=\s*[^,)]*(random|expo|jitter|chain|combine|incrementing|\+))",
    re.DOTALL,
)
_ADAPTER = re.compile(
    r"\b(?:urllib3\.)?(?:util\.)?(?:retry\.)?Retry\((?=.*\b(total|connect|read|status)\s*=)(?!.*backoff)", re.DOTALL
)
_TOOL = re.compile(
    r"(^|/)(scripts?|tools?|bin|cmd|cli|ci|hack|build)/|(^|/)(cli|manage|setup|__main__)\.\w+$|\.github/"
)


def check(context: Context) -> Iterator[Hit]:
    """Name each such retry that the change brings."""
    for source in context.sources:
        if source.kind not in CODE or not source.added or is_test(source.path):
            continue
        yield from _loops(source)
        if source.kind == "python":
            yield from _declared(source)


def _loops(source: Source) -> Iterator[Hit]:
    there = view(source, Side.NEW)
    for loop in retry_loops(there):
        block = loop.block
        if block.first not in source.added:
            continue
        text = "\n".join(there.masked[block.first - 1 : block.last])
        if _GROWS.search(text) and not (_ARITHMETIC.search(text) and not _SPREAD.search(text)):
            continue
        if _WAITS.search(text) or _calls_out(text):
            yield _hit(source, block.first, block.head, "Every caller of this retry comes back at the same moment")


def _calls_out(text: str) -> bool:
    return bool(_REMOTE.search(text))


def _declared(source: Source) -> Iterator[Hit]:
    there = view(source, Side.NEW)
    places = [(row.first, row.last, _FIXED) for row, _ in there.decorators]
    places += [(call.first, call.last, _ADAPTER) for call in there.calls if call.bare == "Retry"]
    for first, last, pattern in places:
        text = source.text(Side.NEW, first, last)
        fresh = source.touched(Side.NEW, first, last) and not stood(source, text)
        if fresh and pattern.search(text):
            yield _hit(source, first, last, "A retry is declared without backoff or jitter")


def _hit(source: Source, first: int, last: int, message: str) -> Hit:
    severity = Severity.MEDIUM if _TOOL.search(source.path) else Severity.HIGH
    return exact(PAGE.rule, source, Side.NEW, (first, last), message, severity=severity)


CHECK = Check(page=PAGE, run=check)
