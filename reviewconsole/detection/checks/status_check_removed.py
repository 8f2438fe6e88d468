"""Find checks of a reply or an exit code that are taken off calls which stay."""

from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import CODE, View
from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.removal import Guard, hit, losses, marked, replaced
from reviewconsole.detection.source import Source, is_test
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "status-check-removed",
    title="A failed call is no longer noticed",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds `raise_for_status()`, `response.ok`, status code checks, `check=True`, `set -e` and `pipefail` that "
    "disappear while the call stays, and added `set +e`, less where the exit code is looked at or `set -e` comes back.",
    why="A refused request and a failed command look like a success from then on: the error page is parsed as data, "
    "and the deployment goes on after the step that failed.",
    example="  response = session.get(url, timeout=5)\n- response.raise_for_status()\n  return response.json()",
    instead="Check the status where the call is made, and say what the caller gets when it failed.",
    references=("semgrep use-raise-for-status", "hadolint DL4006", "CWE-252"),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "rust", "shell", "workflow", "dockerfile"),
    alias="e-08",
)
_SIGN = re.compile(
    r"\b(raise_for_status|error_for_status|raise_on_\w+|ensure_?[sS]uccess\w*|EnsureSuccess\w*|checkStatus|check_status"
    r"|raiseForStatus)\b|\bcheck\s*=\s*True\b|\bcheck_returncode\b|!\s*\w+\.ok\b|\bnot\s+[\w.]+\.ok\b|\.(ok"
    r"|isSuccessful\(\)"
    r"|is_success|success\?|is_error)\b(?=\s*[:){]|\s*$)"
    r"|\.(ok|is_success|isSuccessful\(\))\s*(!==?|===?|is)\s*([fF]alse|[tT]rue)\b"
    r"|\b\w*\.?(status_code|statusCode|StatusCode|returncode|getStatusCode\(\))\s*(!==?|>=|>|===?|not in)\s*[\w.]"
    r"|\b\w*\.?(status|getStatus\(\))\s*(!==?|>=|>|===?|not in)\s*([(\[]?\d|[\w.]*(H[tT][tT][pP]|SC_|codes\.|\bOK\b))"
    r"|\bcurl\b.*\s(-\w*f\w*|--fail)\b"
)
_SHELL = re.compile(r"^\s*(set\s+-\w*e\w*|set\s+-o\s+errexit|.*\b(set|shell:|SHELL)\s+(?!\+).*pipefail)")
_SHELLS = frozenset({"shell", "workflow", "dockerfile", "makefile", "yaml"})
_NEAR = 12
_STEP = 40
"""Lines of a step or function up to which it is compared."""
_ALIKE = 0.75
_WHOLE = 0.9
"""Part of a host that stays where nothing else was its purpose."""
_NAMED = re.compile(
    r"raise_for_status|error_for_status|ensure_?[sS]uccess|check\s*=\s*True|check_returncode|errexit|pipefail|set\s+-|--fail\b|curl"
)
_EXIT_CODE = re.compile(r"\$\?|PIPESTATUS")
_OFF = re.compile(r"^\s*(-?\s*run:\s*)?set\s+\+(e|o\s+(errexit|pipefail))\b")


def _find(there: View) -> Iterator[Guard]:
    if there.kind in _SHELLS:
        for at, line in enumerate(there.lines, 1):
            if _SHELL.match(line[:2000]) or re.search(r"\bcurl\s.*?\s(-\w*f|--fail)", line[:2000]):
                yield Guard(first=at, last=at, key=(at, at), family="shell")
        return
    for guard in marked(there, _SIGN):
        call = there.call_around(guard.offset)
        uses = {call.bare} if call and "check" in guard.detail else there.names_in(guard.first, guard.last)
        yield replace(guard, uses=frozenset(uses))


def check(context: Context) -> Iterator[Hit]:
    """Name each check that is gone, and each place where a script stops stopping."""
    seen = set()
    for loss in losses(context, _find, re.compile(f"{_SIGN.pattern}|{_SHELL.pattern}"), CODE | _SHELLS):
        place = (loss.source.path, loss.guard.first)
        if place in seen or is_test(loss.source.path) or replaced(loss, _SIGN) or replaced(loss, _SHELL):
            continue
        seen.add(place)
        told = loss.kept >= _WHOLE or _NAMED.search(loss.source.old[loss.guard.first - 1])
        severity = None if told else Severity.MEDIUM
        yield hit(loss, PAGE.rule, "A call that stays may fail unnoticed", severity)
    for source in context.sources:
        if source.kind not in _SHELLS:
            continue
        balance = sum(bool(_OFF.match(source.new[at - 1])) for at in source.added)
        balance -= sum(bool(_OFF.match(source.old[at - 1])) for at in source.removed)
        for at in sorted(source.added):
            if balance > 0 and _OFF.match(source.new[at - 1]):
                severity = Severity.MEDIUM if _watched(source, at) or _copied(source, at) else Severity.HIGH
                message = "The script goes on after a command that failed"
                yield exact(PAGE.rule, source, Side.NEW, (at, at), message, severity=severity)


def _watched(source: Source, at: int) -> bool:
    """Tell whether the exit code is looked at, or stopping is switched on again, a few rows on."""
    rows = source.new[at : at + _NEAR]
    return any(_SHELL.match(row[:300]) or _EXIT_CODE.search(row[:300]) for row in rows)


def _copied(source: Source, at: int) -> bool:
    """Tell whether the step around an added row is a copy, names apart, of one that the file had."""
    host = source.host(Side.NEW, at)
    mine = source.text(Side.NEW, host.first, host.last) if host else ""
    return any(
        item.last - item.first < _STEP
        and any(_OFF.match(row) for row in source.old[item.first - 1 : item.last])
        and SequenceMatcher(None, source.text(Side.OLD, item.first, item.last)[:2000], mine[:2000]).ratio() > _ALIKE
        for item in source.constructs(Side.OLD)
        if host is not None and host.last - host.first < _STEP
    )


CHECK = Check(page=PAGE, run=check)
