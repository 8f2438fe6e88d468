"""Find retries that never give up."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import CODE, View, view
from reviewconsole.detection.hits import exact
from reviewconsole.detection.loops import RetryLoop, retry_loops
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source, is_test, stood
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "retry-uncapped",
    title="A retry never gives up",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds added loops that try again after every error with no count and no deadline, retry decorators without a "
    "stop, and retry settings of `None`, -1 or infinity.",
    why="When the other side is down every caller keeps calling, so it cannot come back up, and the work behind the "
    "loop "
    "piles up unseen. AWS tells of nodes that kept retrying long after the first fault of an event was over.",
    example="+ while True:\n+     try:\n+         return client.fetch(job)\n+     except ClientError:\n+         "
    "continue",
    instead="Stop after a number of tries or at a deadline, back off with jitter, and hand the failure to somebody.",
    references=(
        "https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/",
        "https://aws.amazon.com/message/5467D2/",
        "CWE-834",
        "CWE-835",
    ),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "rust", "yaml", "terraform"),
    alias="t-04",
)
_SETTING = re.compile(
    r"\b(max_?[rR]etries|max_?[aA]ttempts|max_?[tT]ries|retries|maxRetryCount|retry_?[lL]imit|retry_?[cC]ount"
    r"|max_retry\w*|stop)\b[\"']?"
    r"\s*[:=]\s*(None|null|nil|-1|math\.inf|float\(.inf.\)|Infinity|Number\.MAX_\w+|Integer\.MAX_VALUE"
    r"|math\.MaxInt\d*|sys\.maxsize|stop_never"
    r"|tenacity\.stop_never|\d{4,}\b)(?!\s*(if|or)\b)|\bbackoffLimit:\s*\d{3,}"
)
_DECLARED = re.compile(r"\b(def|func|function|fn)\b|\bself\.\w+\s*=|:\s*(int|Optional|float)\b|\|\s*None")
_TENACITY = re.compile(r"@(?:tenacity\.)?retry\b(?!ing)")
_BACKOFF = re.compile(r"@backoff\.on_(exception|predicate)\b")
_SETTINGS = frozenset({"yaml", "workflow", "terraform", "json"})


def check(context: Context) -> Iterator[Hit]:
    """Name each retry without an end that the change brings."""
    for source in context.sources:
        if not source.added or is_test(source.path):
            continue
        if source.kind in CODE:
            yield from _loops(source)
            yield from _decorators(source)
        if source.kind in CODE or source.kind in _SETTINGS:
            yield from _settings(source)


def _loops(source: Source) -> Iterator[Hit]:
    before = None
    for loop in retry_loops(view(source, Side.NEW)):
        block = loop.block
        if not loop.endless or loop.bounded:
            continue
        changed = [at for at in range(block.first, block.last + 1) if at in source.added]
        if not changed:
            continue
        if before is None:
            before = {each.block.header for each in _open(view(source, Side.OLD))} if source.has_old else set()
        if block.first in source.added or block.header not in before:
            yield exact(
                PAGE.rule,
                source,
                Side.NEW,
                (block.first, block.head),
                "A loop tries again after every error and never gives up",
            )


def _open(there: View) -> Iterator[RetryLoop]:
    return (loop for loop in retry_loops(there) if loop.endless and not loop.bounded)


def _decorators(source: Source) -> Iterator[Hit]:
    if source.kind != "python":
        return
    for row, _ in view(source, Side.NEW).decorators:
        text = source.text(Side.NEW, row.first, row.last)
        bare = _TENACITY.match(row.text) and not re.search(
            r"\bstop\s*=|\btries\b|\bmax_|\battempts\b|\*\*|\btimeout", text
        )
        if (
            _TENACITY.match(row.text)
            and "(" in row.text
            and not re.search(r"\b(wait|retry|reraise|before|after)\s*=", text)
        ):
            bare = None  # not tenacity's arguments: another decorator of that name
        endless = _BACKOFF.match(row.text) and not re.search(r"\bmax_(tries|time)\b|\*\*", text)
        if (bare or endless) and source.touched(Side.NEW, row.first, row.last) and not stood(source, text):
            yield exact(PAGE.rule, source, Side.NEW, (row.first, row.last), "A retry is declared without a stop")


def _settings(source: Source) -> Iterator[Hit]:
    removed = {m[0] for at in source.removed if (m := _SETTING.search(source.old[at - 1][:2000]))}
    for at in sorted(source.added):
        line = source.new[at - 1][:2000]
        found = _SETTING.search(line)
        if found and found[0] not in removed and not _DECLARED.search(line) and not source.is_comment(Side.NEW, at):
            yield exact(PAGE.rule, source, Side.NEW, (at, at), "A limit on retries is switched off")


CHECK = Check(page=PAGE, run=check)
