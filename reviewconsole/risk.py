"""How much a change can hurt, as a level and a score that sorts the queue.

The level is the worst finding that is not suppressed. The score adds what findings do not say:
breadth, size, unattended work. Every point is explained by a reason in words; the same inputs
give the same score.
"""

from collections import Counter
from collections.abc import Sequence

from reviewconsole.casefile import Risk
from reviewconsole.diff import FileDiff
from reviewconsole.evidence import Provenance, ProvenanceClass
from reviewconsole.finding import Family, Finding, Severity, risk_level

_POINTS = {Severity.CRITICAL: 40, Severity.HIGH: 15, Severity.MEDIUM: 4, Severity.LOW: 1}
_BASE = {"critical": 50, "high": 25, "medium": 8, "low": 2, "none": 0}
_REPEAT_CAP = 3
_WIDE_FOLDERS = 4
_LARGE_LINES = 400


def assess_risk(
    findings: Sequence[Finding], provenance: Provenance, files: Sequence[FileDiff], unscanned: Sequence[str] = ()
) -> Risk:
    """Score a change; `reasons` come worst first and name their points."""
    live = [finding for finding in findings if not finding.suppressed]
    level = risk_level(live)
    parts: list[tuple[int, str]] = [(_BASE[level], f"the worst finding is {level}")] if _BASE[level] else []
    by_rule = Counter((finding.severity, finding.rule, finding.family) for finding in live)
    for (severity, rule, family), count in by_rule.items():
        points = _POINTS[severity] * min(count, _REPEAT_CAP)
        times = f" x{count}" if count > 1 else ""
        word = "missing" if family is Family.GAP else family.value
        parts.append((points, f"{severity.value} {word}: {rule}{times}"))
    folders = {file.path.rsplit("/", 1)[0] if "/" in file.path else "." for file in files}
    if len(folders) >= _WIDE_FOLDERS:
        parts.append((min(len(folders), 10), f"touches {len(folders)} folders"))
    lines = sum(file.added + file.removed for file in files)
    if lines >= _LARGE_LINES:
        parts.append((min(lines // _LARGE_LINES * 2, 10), f"{lines} changed lines"))
    if "autonomous" in provenance.flags or provenance.provenance is ProvenanceClass.STRONG:
        parts.append(
            (5, "committed by an agent itself" if "autonomous" not in provenance.flags else "declared autonomous")
        )
    if unscanned:
        parts.append((5, f"{len(unscanned)} parts could not be scanned"))
    parts.sort(key=lambda part: (-part[0], part[1]))
    score = sum(points for points, _ in parts)
    return Risk(level=level, score=score, reasons=tuple(f"{text} (+{points})" for points, text in parts))
