"""Find time limits that are taken off what stays."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import CODE, View
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.removal import Guard, Loss, hit, losses, marked, replaced
from reviewconsole.finding import Confidence, Family, Severity

PAGE = page_of(
    "timeout-removed",
    title="A timeout is removed",
    family=Family.RISK,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    what="Finds time limits that disappear from a call, client, server, probe or job that is still there.",
    why="Without a limit one slow dependency holds threads and connections until everything behind it stands still; "
    "that is how a small latency becomes an outage.",
    example="-    requests.get(url, timeout=5)\n+    requests.get(url)",
    instead="Keep a limit on every remote call, or pass the deadline of the request down; if the value was wrong, "
    "change the value.",
    references=(
        "https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/",
        "CWE-1088",
    ),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "rust", "yaml", "workflow", "terraform"),
    alias="t-01",
)
_CODE = re.compile(
    r"\b(\w*[tT]ime_?[oO]uts?(_?[mM]s|_?[sS]econds|_?[sS]ecs?)?|\w*[dD]eadline\w*|withTimeout\w*|orTimeout"
    r"|wait_for|fail_after|move_on_after|signal)[\"']?\s*(?:=(?!=)(?!\s*(?:None|0|-1|nil|null)\b)|:(?!=)(?!:)|\()"
    r"|\bTimeout\.timeout\b|\bAbortSignal\.timeout\b|\.With(Timeout|Deadline)\b|\.Set\w*Deadline\b"
)
_KEY = re.compile(
    r"^\s*-?\s*\"?(timeout-minutes|\w*[tT]imeout(_?[sS]ec(ond)?s?|_?[mM]s|_in_\w+)?"
    r"|\w*[dD]eadlineSeconds)\"?\s*[:=]\s*\S"
)
_STANDS_IN = re.compile(r"(?i)timeout(?!\w*\s*[=:]\s*(none|null|nil|0|-1)\b)|deadline|wait_for|fail_after|abortsignal")
_NEITHER = re.compile(
    r"(?i)(?:(?<!\.)\b|\b(?:window|globalThis)\.)(set|clear)Timeout\b|timeout_?error|TimeoutException|ErrTimeout|DeadlineExceeded"
)
_SETTING = re.compile(r"\b(?=\w{9,})(\w+_timeout\w*|[a-z]\w*[a-z]Timeout\w*)\b")
"""A name of its own, which no library asks for."""
_GIVEN = re.compile(r"[:=]\s*[\"']?\d[\w.]*[\"']?\s*$")
_KEYED = frozenset({"yaml", "workflow", "terraform"})


def _find(there: View) -> Iterator[Guard]:
    if there.kind in _KEYED:
        for at, line in enumerate(there.lines, 1):
            if _KEY.match(line[:2000]):
                yield Guard(first=at, last=at, key=(at, at), text=line)
        return
    for guard in marked(there, _CODE, skip=_NEITHER):
        call = there.call_around(guard.offset)
        uses = frozenset({call.bare}) if call else guard.uses
        if guard.detail.startswith(".With"):
            uses = frozenset()  # what uses the context is the rest of the host
        yield Guard(first=guard.first, last=guard.last, key=guard.key, uses=uses, text=guard.text, target=guard.target)


def check(context: Context) -> Iterator[Hit]:
    """Name each time limit that is gone."""
    for loss in losses(context, _find, re.compile(f"{_CODE.pattern}|{_KEY.pattern}"), CODE | _KEYED):
        if not replaced(loss, _STANDS_IN) and not _retired(loss):
            yield hit(loss, PAGE.rule, "A time limit is taken off what stays")


def _retired(loss: Loss) -> bool:
    """Tell whether the change takes a setting of this name out of the file for good, where it is declared too."""
    row = loss.source.old[loss.guard.first - 1][:2000]
    given = _GIVEN.search(row) if loss.source.kind in _KEYED else None
    if given and any(loss.source.new[at - 1][:2000].rstrip().endswith(given[0].strip()) for at in loss.source.added):
        return True  # the same value under another key
    found = _SETTING.search(row)
    if found is None:
        return False
    name = re.compile(rf"\b{re.escape(found[0])}\b")
    gone = [at for at in loss.source.removed if name.search(loss.source.old[at - 1][:2000])]
    return len(gone) > 1 and not any(name.search(row[:2000]) for row in loss.source.new)


CHECK = Check(page=PAGE, run=check)
