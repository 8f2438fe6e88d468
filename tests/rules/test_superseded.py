"""One reason is told for one place: the stronger one."""

from reviewconsole.detection.superseded import superseded
from reviewconsole.finding import Confidence, Family, Finding, Location, Severity, Side


def _finding(rule: str, line: int, severity: Severity = Severity.CRITICAL, *, suppressed: str = "") -> Finding:
    place = Location(path="a.py", side=Side.NEW, line=line, end_line=line, construct="")
    return Finding(
        rule=rule, family=Family.RISK, severity=severity, confidence=Confidence.HIGH, location=place, message="m",
        evidence="e", why="w", instead="i", references=("r",), suppressed=suppressed, external="",
    )  # fmt: skip


def test_the_stronger_rule_stands_for_the_weaker_on_the_same_line():
    found = [_finding("drop-in-upgrade", 4), _finding("column-still-used", 4), _finding("drop-in-upgrade", 9)]
    assert [(each.rule, each.location.line) for each in superseded(found)] == [
        ("column-still-used", 4),
        ("drop-in-upgrade", 9),
    ]


def test_what_is_suppressed_or_less_severe_hides_nothing():
    weak = [_finding("destroy-command", 2), _finding("recreate-pair", 2, Severity.MEDIUM)]
    silenced = [_finding("destroy-command", 2), _finding("recreate-pair", 2, suppressed="a reason")]
    assert [len(superseded(found)) for found in (weak, silenced)] == [2, 2]
