"""Find logs, metrics and traces that are taken out of code which stays."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import View
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.removal import Guard, hit, losses, replaced
from reviewconsole.finding import Confidence, Family, Severity

PAGE = page_of(
    "log-or-metric-removed",
    title="A log, metric or trace is removed",
    family=Family.RISK,
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    what="Finds error logs, metrics, spans and error reports that disappear from code that stays, and error logs that "
    "become informational (low).",
    why="At 3 AM the log line and the counter are all there is. What nobody is told of, customers find.",
    example='  except GatewayError:\n-     logger.exception("charge failed", order=order.id)\n      return None',
    instead="Keep the signal, or name the one that shows the same failure; check that no alarm or dashboard reads it.",
    references=("CWE-778", "CWE-223", "https://sre.google/sre-book/monitoring-distributed-systems/"),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "rust"),
    alias="e-10",
)
_SIGN = re.compile(
    r"\b(\w*[lL]og(ger|ging)?|LOG(?:GER)?|slog|sentry\w*|Sentry|console|tracing|zap|logrus|klog"
    r"|rollbar)\b\s*\(?\)?\.(?:With\w*\(.*\)\.)?"
    r"(error|exception|critical|fatal|warn|warning|Error\w*|Fatal\w*|Warn\w*|Err|AuditErr\w*|capture\w*|severe)\s*\("
    r"|\bcapture_?(exception|message|error)\w*\s*\(|\bcapture(Exception|Message|Error)\s*\("
    r"|\b(statsd|\w*_?metrics?|\w*[cC]ounter\w*|\w*[hH]istogram\w*|\w*[gG]auge\w*|stats|prometheus\w*|newrelic"
    r"|datadog)\b"
    r"(\.\w+(\([^()]*\))?)*\.(inc|incr|increment|Inc|Add|observe|Observe|timing|gauge|count|histogram|record|labels"
    r"|set|Set)\s*\("
    r"|\b\w*([sS]pan|[tT]racer)\w*\.(record\w*|set_\w+|start\w*|Record\w*|Set\w*|Start|addEvent|setAttribute\w*)\s*\("
    r"|\b(error|warn)!\("
)
_ANY = re.compile(
    r"\b(\w*[lL]og(ger|ging|s)?|LOG(?:GER)?|slog|console)\b.*\.\w+\(|sentry|capture|metric|statsd|[cC]ounter|[hH]istogram"
    r"|[gG]auge|span\b"
    r"|tracer|\braise\b|\bthrow\b|\breport\w*\("
)
_QUIET = re.compile(
    r"\b(?:\w*[lL]og(ger|ging)?|LOG(?:GER)?)\b\s*\(?\)?\.(info|debug|Info\w*|Debug\w*|trace)\s*\(|\bconsole\.(log|debug|info)\("
)


def _find(there: View) -> Iterator[Guard]:
    for row in there.statements:
        if _SIGN.search(row.text) and not row.text.startswith(("import", "from", "def ", "func ")):
            yield Guard(first=row.first, last=row.last, key=(row.first, row.last), text=there.lines[row.first - 1])


def check(context: Context) -> Iterator[Hit]:
    """Name each signal that is gone."""
    for loss in losses(context, _find, _SIGN):
        if replaced(loss, _QUIET):
            yield hit(loss, PAGE.rule, "An error is told at a level that nobody is woken by", Severity.LOW)
        elif loss.severity is Severity.HIGH and not replaced(loss, _ANY):
            yield hit(loss, PAGE.rule, "A failure that could be seen is no longer told", Severity.MEDIUM)


CHECK = Check(page=PAGE, run=check)
