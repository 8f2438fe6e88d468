"""What a broken constraint leads to, by its level."""

from dataclasses import replace

import pytest

from reviewconsole.boundary import BoundaryResult
from reviewconsole.decision import Verdict
from tests.unit.test_gate import CLEAN, TOUCHED, facts, force, judge, record

BROKEN = BoundaryResult(
    id="small", kind="limit", verdict="violated", why="files is 9, more than 5", level="block", text_sha256="1" * 64
)


@pytest.mark.parametrize(
    ("level", "reviewers", "verdict"),
    [
        ("block", 2, Verdict.VIOLATED),
        ("second-reviewer", 1, Verdict.VIOLATED),
        ("second-reviewer", 2, Verdict.SATISFIED),
        ("acknowledge", 2, Verdict.VIOLATED),
        ("warn", 1, Verdict.SATISFIED),
    ],
)
def test_levels(level: str, reviewers: int, verdict: Verdict) -> None:
    about = facts(boundary=(*CLEAN, replace(BROKEN, level=level)))
    records = [record(who, about=about) for who in ("alice", "bob")[:reviewers]]
    assert judge(*records, about=about).verdict is verdict


def test_a_second_reviewer_is_one_more_than_the_rules_ask_for_and_two_for_the_policy_itself() -> None:
    rules = force({"approvals": 2})
    for boundary, verdict in (
        ((*CLEAN, replace(BROKEN, level="second-reviewer")), Verdict.VIOLATED),
        (TOUCHED, Verdict.SATISFIED),
    ):
        about = facts(boundary=boundary)
        report = judge(record(about=about), record("bob", about=about), about=about, by=rules)
        assert report.verdict is verdict


@pytest.mark.parametrize("level", ["block", "second-reviewer", "acknowledge", "warn"])
def test_what_cannot_be_decided_blocks_at_every_level(level: str) -> None:
    about = facts(boundary=(*CLEAN, replace(BROKEN, level=level, verdict="undecidable")))
    assert judge(record(about=about), record("bob", about=about), about=about).verdict is Verdict.UNDECIDABLE
