"""Find retries, circuit breakers and limits that are taken off calls which stay."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import View
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.removal import Guard, Loss, hit, losses, marked, once_a_host
from reviewconsole.finding import Family, Severity

PAGE = page_of(
    "retry-or-breaker-removed",
    title="A retry, breaker or limit is removed",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds retries, backoff, circuit breakers, rate limits and load shedding that disappear while the call or the "
    "handler they protected stays.",
    why="They are what keeps a short fault short. Without them one lost packet is a failed order, and one hot client "
    "or one slow dependency takes the rest down with it. Changes of this kind were three times as frequent among "
    "changes that were later reverted.",
    example='- @limiter.limit("10/minute")\n  def login(request):',
    instead="Keep the protection, or name what protects the call now; if the numbers were wrong, change the numbers.",
    references=("https://sre.google/sre-book/addressing-cascading-failures/", "CWE-770", "CWE-799"),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "rust"),
    alias="t-06",
)
_SIGN = re.compile(
    r"(?i)^@[\w.]*(retry|retries|backoff|circuit|breaker|limit|throttl|bulkhead)\w*|\b(?!\w*(key|exceeded|errors?"
    r"|remaining|reached)\b)(\w*retr(y|ies|yable|ying)\w*|\w*backoff\w*|\w*(circuit"
    r"|breaker)\w*|\w*rate_?limit\w*|\w*limiter\w*"
    r"|\w*throttl\w*|bulkhead\w*|\w*shed_?load\w*|load_?shed\w*|max_?attempts|max_?tries|tenacity)\b"
    r"(?=[\"']?\s*(\(|=(?!=)|:(?!=)|\.\w+))|\bfor\s*\(?\s*(?:\w+\s+)?_?(attempt|try|retry|tries)\w*\b"
)
_STANDS_IN = re.compile(r"(?i)retr(y|ies)|backoff|circuit|breaker|limit|throttl|bulkhead|attempt|tenacity|semaphore")
_NEITHER = re.compile(
    r"(?i)retry_?(error|after)|(raise|throw|except|catch|errors?\.)\b|ratelimit(ed|exceeded)|retry:"
    r"|_?stats\b|metrics?\b|gauge"
)


_NAME = re.compile(r"[A-Za-z_]\w*")


def _find(there: View) -> Iterator[Guard]:
    return marked(there, _SIGN, skip=_NEITHER)


def _renamed(loss: Loss) -> bool:
    """Tell whether an added row says the same but for one name."""
    source = loss.source
    row = source.old[loss.guard.first - 1][:2000]
    own = _NAME.split(row)
    return any(
        _NAME.split(new) == own
        and sum(a != b for a, b in zip(_NAME.findall(row), _NAME.findall(new), strict=True)) == 1
        for new in (source.new[at - 1][:2000] for at in source.added if loss.host.first <= at <= loss.host.last)
    )


def check(context: Context) -> Iterator[Hit]:
    """Name each protection that is gone, once a host."""
    for loss in once_a_host(losses(context, _find, _SIGN), _STANDS_IN):
        if _renamed(loss):
            continue
        yield hit(loss, PAGE.rule, "A retry, breaker or limit is taken off what stays")


CHECK = Check(page=PAGE, run=check)
