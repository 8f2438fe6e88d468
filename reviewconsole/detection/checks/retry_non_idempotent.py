"""Find retries around what must not happen twice."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import CODE, view
from reviewconsole.detection.hits import exact
from reviewconsole.detection.loops import retry_loops
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source, is_test
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "retry-non-idempotent",
    title="A retry of what must not happen twice",
    family=Family.RISK,
    severity=Severity.HIGH,
    confidence=Confidence.LOW,
    what="Finds added retries around POST requests, charges, transfers, messages and inserts without a key that lets "
    "the other side recognise the second attempt.",
    why="A call that timed out may have been carried out. The retry then charges the card again, and the log shows one "
    "success.",
    example="+ @retry(stop=stop_after_attempt(3))\n+ def charge(card, amount):\n+     gateway.post('/charges', card, "
    "amount)",
    instead="Send an idempotency key made before the first attempt, or look whether it happened before trying again.",
    references=("https://aws.amazon.com/builders-library/making-retries-safe-with-idempotent-APIs/", "CWE-837"),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "rust"),
    alias="t-07",
)
_TWICE = re.compile(
    r"^(post|charge\w*|pay|refund\w*|transfer\w*|debit\w*|credit\w*|send_?([mM]ail|[eE]mail|[sS]ms|[mM]essage"
    r"|[pP]ayment)\w*|place_?[oO]rder|capture|withdraw\w*"
    r"|insert\w*|increment\w*|create_?([oO]rder|[cC]harge|[pP]ayment|[uU]ser|[iI]nvoice)\w*|Post|PostForm|Charge"
    r"|Transfer|sendMail|bulk_create)$"
)
_KEY = re.compile(
    r"(?i)idempot|dedup|request_?id|client_?token|on conflict|upsert|get_or_create|unique|if_not_exists|nonce"
)
_RETRY = re.compile(r"@[\w.]*(retry|backoff|Retryable)\b")
_WRAPPED = re.compile(r"^(p?[rR]etry\w*|with_?[rR]etr(y|ies)|retryAsync|Do)$")


def check(context: Context) -> Iterator[Hit]:
    """Name each such retry that the change brings."""
    for source in context.sources:
        if source.kind in CODE and source.added and not is_test(source.path):
            yield from _file(source)


def _file(source: Source) -> Iterator[Hit]:
    there = view(source, Side.NEW)
    places = [
        (loop.block.first, loop.block.first, loop.block.last)
        for loop in retry_loops(there)
        if loop.block.first in source.added
    ]
    for row, target in there.decorators:
        host = source.host(Side.NEW, target)
        if row.first in source.added and host and _RETRY.match(row.text):
            places.append((row.first, host.first, host.last))
    places += [
        (call.first, call.first, call.last)
        for call in there.calls
        if call.first in source.added and call.last > call.first and _WRAPPED.match(call.bare) and "etry" in call.name
    ]
    for at, first, last in places:
        twice = any(_TWICE.match(call.bare) and call.first >= first for call in there.calls_in(first + 1, last))
        if twice and not _KEY.search("\n".join(there.lines[max(0, at - 3) : last])):
            yield exact(PAGE.rule, source, Side.NEW, (at, at), "A second attempt may do it twice")


CHECK = Check(page=PAGE, run=check)
