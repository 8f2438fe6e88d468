"""How much a change can hurt, as a level and a score that sorts the queue.

The level is the worst finding that counts and is not suppressed. The score adds what findings do
not say: blast radius, data, history, unattended work, size. Every point is explained by a reason in
words; the same inputs give the same score.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewconsole.casefile import UNKNOWN, Risk
from reviewconsole.diff import FileDiff
from reviewconsole.evidence import Provenance, ProvenanceClass
from reviewconsole.finding import Family, Finding, Severity, risk_level

_POINTS = {Severity.CRITICAL: 40, Severity.HIGH: 15, Severity.MEDIUM: 4, Severity.LOW: 1}
_BASE = {"critical": 50, "high": 25, "medium": 8, "low": 2, "none": 0}
_REPEAT_CAP = 3
_WIDE_FOLDERS = 4
_LARGE_LINES = 400
_DEPENDENTS = ((100, 8), (20, 5), (5, 2))
_CHURN = ((50, 4), (20, 2))
_NAMED = 3
_UNSURE = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What stands around a change; empty where nobody has looked."""

    units: tuple[str, ...] = ()
    """Units of the policy with a changed path."""
    dependents: int = 0
    """Other files of the target that import a changed one."""
    busiest: str = ""
    """The changed path that changed most often before."""
    changes: int = 0
    """How often it did, among `steps`."""
    steps: int = 0
    reverts: int = 0
    """Reverts among the earlier changes of one of the paths."""
    stateful: tuple[str, ...] = ()
    """Resources with data that have a changed line."""
    production: tuple[str, ...] = ()
    """Folders of production configuration."""


def assess_risk(
    findings: Sequence[Finding],
    provenance: Provenance,
    files: Sequence[FileDiff],
    unscanned: Sequence[str] = (),
    around: Surroundings | None = None,
    *,
    unread: str = "",
    unsure: str = "",
) -> Risk:
    """Score a change; `reasons` come worst first and name their points.

    `unread` says why there is no content: then there is no level. `unsure` says why rules did not see what they should
    have: then having found nothing is none.
    """
    counted = [finding for finding in findings if finding.counts]
    parts = [
        *_of_findings(counted),
        *_of_size(files),
        *_of_surroundings(around or Surroundings()),
        *_of_provenance(provenance),
    ]
    if unscanned:
        parts.append((5, f"{len(unscanned)} {_plural('part', len(unscanned))} could not be scanned"))
    doubt = unread or unsure
    if doubt:
        parts.append((_UNSURE, doubt))
    parts.sort(key=lambda part: (-part[0], part[1]))
    score = sum(points for points, _ in parts)
    level = risk_level(counted)
    return Risk(
        level=UNKNOWN if unread or (unsure and level == "none") else level,
        score=score,
        reasons=tuple(f"{text} (+{points})" for points, text in parts),
        unsure=doubt,
    )


def _of_findings(findings: Sequence[Finding]) -> Iterator[tuple[int, str]]:
    level = risk_level(findings)
    if _BASE[level]:
        yield _BASE[level], f"the worst finding is {level}"
    live = [finding for finding in findings if not finding.suppressed]
    by_rule = Counter((finding.severity, finding.rule, finding.family) for finding in live)
    for (severity, rule, family), count in by_rule.items():
        points = _POINTS[severity] * min(count, _REPEAT_CAP)
        times = f" x{count}" if count > 1 else ""
        word = "missing" if family is Family.GAP else family.value
        yield points, f"{severity.value} {word}: {rule}{times}"
    hidden = len(findings) - len(live)
    if hidden:
        yield min(2 * hidden, 6), f"{hidden} {_plural('finding', hidden)} suppressed by marks in the code"


def _of_size(files: Sequence[FileDiff]) -> Iterator[tuple[int, str]]:
    folders = {file.path.rsplit("/", 1)[0] if "/" in file.path else "." for file in files}
    if len(folders) >= _WIDE_FOLDERS:
        yield min(len(folders), 10), f"touches {len(folders)} folders"
    lines = sum(file.added + file.removed for file in files)
    if lines >= _LARGE_LINES:
        yield min(lines // _LARGE_LINES * 2, 10), f"{lines} changed lines"


def _of_surroundings(around: Surroundings) -> Iterator[tuple[int, str]]:
    if len(around.units) > 1:
        yield min(3 * (len(around.units) - 1), 9), f"touches {len(around.units)} units: {_list(around.units)}"
    for least, points in _DEPENDENTS:
        if around.dependents >= least:
            yield points, f"{around.dependents} other files import what it changes"
            break
    if around.stateful:
        yield min(5 * len(around.stateful), 15), f"touches what holds data: {_list(around.stateful)}"
    if around.production:
        yield 5, f"changes what production runs on: {_list(around.production)}"
    for least, points in _CHURN:
        if around.changes >= least:
            yield points, f"{around.busiest} was changed by {around.changes} of the last {around.steps} landings"
            break
    if around.reverts:
        were = "was" if around.reverts == 1 else "were"
        earlier = f"{around.reverts} earlier {_plural('change', around.reverts)} of its files"
        yield min(3 * around.reverts, 9), f"{earlier} {were} reverted"


def _of_provenance(provenance: Provenance) -> Iterator[tuple[int, str]]:
    if "autonomous" in provenance.flags:
        yield 5, "declared autonomous"
    elif provenance.provenance is ProvenanceClass.STRONG:
        yield 5, "committed by an agent itself"


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
