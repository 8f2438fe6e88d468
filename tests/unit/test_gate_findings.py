"""A change is scanned for a verdict only where the verdict can hang on what is found."""

from dataclasses import replace
from itertools import product

import pytest

from reviewconsole.change import Oid
from reviewconsole.decision import DecisionKind
from reviewconsole.facts import Records
from reviewconsole.gate import evaluate, rests_on_findings
from tests.unit.test_gate import HEAD, NOW, facts, force, record

OTHER = "sha256:" + "c" * 64
RULES = ({}, {"risk": ["high"]}, {"risk": ["low"]}, {"require": ["read-all"]}, {"require": ["acknowledge-high"]},
         {"carry_over": "exact"}, {"approvals": 2})  # fmt: skip
RECORDS = (
    {}, {"engine": OTHER}, {"head": Oid("7" * 40)}, {"decision": DecisionKind.REJECT}, {"findings_sha256": "0" * 64},
    {"findings_sha256": "0" * 64, "engine": OTHER}, {"emergency": True, "expires_at": "2030-01-01T00:00:00Z"},
)  # fmt: skip


def test_without_a_scan_the_answer_is_the_same_wherever_none_is_asked_for() -> None:
    found = facts()
    unscanned = replace(found, findings=(), level="none")
    asked = set()
    for rule, one, two in product(RULES, RECORDS, (None, *RECORDS)):
        signed = [record("alice", **one), *([record("bob", **two)] if two is not None else [])]  # type: ignore[arg-type]
        policy, records = force(rule), Records(verified=tuple(signed))
        wanted = rests_on_findings(policy.policy, records.verified, HEAD, found.engine)
        asked.add(wanted)
        if not wanted:
            assert evaluate(policy, unscanned, records, NOW) == evaluate(policy, found, records, NOW)
    assert asked == {True, False}


@pytest.mark.parametrize(
    ("rule", "changed", "wanted"),
    [
        ({}, {}, True),
        ({}, {"engine": OTHER}, False),
        ({}, {"head": Oid("7" * 40)}, False),
        ({}, {"decision": DecisionKind.REJECT}, False),
        ({"risk": ["high"]}, {"engine": OTHER}, True),
        ({"require": ["acknowledge-high"]}, {"engine": OTHER}, True),
    ],
)
def test_what_asks_for_a_scan(rule: dict[str, object], changed: dict[str, object], wanted: bool) -> None:
    assert rests_on_findings(force(rule).policy, [record("alice", **changed)], HEAD, facts().engine) is wanted  # type: ignore[arg-type]


def test_an_approval_that_states_other_findings_under_the_same_rules_still_does_not_count() -> None:
    lying = Records(verified=(record("alice", findings_sha256="0" * 64),))
    assert rests_on_findings(force().policy, lying.verified, HEAD, facts().engine)
    assert "not those found here" in evaluate(force(), facts(), lying, NOW).records[0].why
