"""Policies: what is accepted, and the place that each fault is reported at."""

from copy import deepcopy

import pytest

from reviewconsole.constraints import bind
from reviewconsole.errors import FormatError, PolicyError
from reviewconsole.globs import Glob
from reviewconsole.policy import parse_policy

GOOD = {
    "version": 1,
    "repository": "example/payments",
    "targets": ["main", "release/*"],
    "people": {"alice": {"emails": ["Alice@example.com"]}, "bob": {"emails": ["bob@example.com", "bob@old.example.com"]}},
    "groups": {"seniors": ["alice", "bob"]},
    "rule": [
        {"id": "default", "approvals": 1, "from": ["seniors"]},
        {"id": "payments", "paths": ["services/payments/**"], "risk": ["high"], "approvals": 2, "from": ["seniors"],
         "require": ["read-all", "max-age=30d"], "carry_over": "exact"},
    ],
    "constraint": [{"id": "protected", "kind": "paths.deny", "level": "block", "paths": ["infra/prod/**"], "why": "no"}],
    "rules": {"disable": ["todo-left"], "severity": {"missing-timeout": "high"}},
}  # fmt: skip


def test_the_example_of_the_contract_parses() -> None:
    policy = parse_policy(GOOD)
    assert policy.person_of("ALICE@example.com") == "alice"
    assert policy.covers("release/1.2")
    assert not policy.covers("feature/x")
    default, payments = policy.rules
    assert default.carry_over == "same-content"
    assert payments.people == {"alice", "bob"}
    assert payments.applies(("services/payments/a.py",), "high")
    assert not payments.applies(("services/payments/a.py",), "low")
    assert not payments.applies(("docs/a.md",), "high")
    assert [bound.id for bound in bind(policy)] == ["policy.self", "protected"]


def _with(path: str, value: object) -> dict[str, object]:
    raw = deepcopy(GOOD)
    at: object = raw
    *parents, last = path.split("/")
    for part in parents:
        at = at[int(part) if part.isdigit() else part]  # type: ignore[index]
    at[last] = value  # type: ignore[index]
    return raw


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("version", 2, "version"),
        ("version", True, "version"),
        ("surprise", 1, "surprise"),
        ("targets", [], "targets"),
        ("targets", "main", "targets"),
        ("rule", [], "rule"),
        ("rule/0/from", ["nobody"], "rule[0].from[0]"),
        ("rule/1/from", [], "rule[1].from"),
        ("rule/1/approvals", 3, "rule[1].approvals"),
        ("rule/1/approvals", 0, "rule[1].approvals"),
        ("rule/1/risk", ["terrible"], "rule[1].risk[0]"),
        ("rule/1/require", ["read-some"], "rule[1].require[0]"),
        ("rule/1/carry_over", "always", "rule[1].carry_over"),
        ("rule/1/id", "default", "rule[1].id"),
        ("rule/0/unknown", 1, "rule[0].unknown"),
        ("rule/0/id", "records", "rule[0].id"),
        ("rule/0/id", "authors", "rule[0].id"),
        ("rule/0/id", "rules.packs", "rule[0].id"),
        ("trust", "keys", "trust"),
        ("trust", "release", "trust"),
        ("targets", ["release/*"], "trust"),
        ("groups/seniors", ["carol"], "groups.seniors[0]"),
        ("groups/seniors", [], "groups.seniors"),
        ("people/Alice", {"emails": ["a@b"]}, "people.Alice"),
        ("people/carol", {"emails": []}, "people.carol.emails"),
        ("people/carol", {"emails": ["ALICE@example.com"]}, "people.carol.emails"),
        ("people/carol", {"emails": ["c@x"], "boss": True}, "people.carol.boss"),
        ("constraint/0/kind", "paths.maybe", "constraint[0].kind"),
        ("constraint/0/pathz", ["x"], "constraint[0].pathz"),
        ("constraint/0/level", "shout", "constraint[0].level"),
        ("constraint/0/when", {}, "constraint[0].when"),
        ("review", {"scope": "some"}, "review.scope"),
        ("review", {"counts_as_ai": "none"}, "review.counts_as_ai"),
        ("rules/severity", {"x": "fatal"}, "rules.severity.x"),
        ("emergency", {"from": ["nobody"], "expires": "24h"}, "emergency.from[0]"),
    ],
)
def test_faults_name_their_place(path: str, value: object, place: str) -> None:
    with pytest.raises(PolicyError) as caught:
        bind(parse_policy(_with(path, value)))
    assert caught.value.place == place


def test_the_trust_branch_may_be_any_target() -> None:
    assert parse_policy(_with("trust", "release/keys")).trust == "release/keys"
    assert parse_policy(_with("targets", ["release/*", "trunk"])).trust == "trunk"


def test_what_this_version_cannot_judge_by_is_listed() -> None:
    assert parse_policy(_with("rules/packs", [".reviewconsole/rules"])).packs == (".reviewconsole/rules",)


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("services/**", "services/a/b.py", True),
        ("services/*", "services/a/b.py", False),
        ("**/*.lock", "poetry.lock", True),
        ("**/*.lock", "a/b/poetry.lock", True),
        ("*.py", "a.py", True),
        ("*.py", "a/b.py", False),
        ("a?c", "abc", True),
        ("a.c", "abc", False),
        ("a+(b)[c]", "a+(b)[c]", True),
        ("**", "x\ny", True),
    ],
)
def test_globs(pattern: str, path: str, matches: bool) -> None:
    assert Glob(pattern).matches(path) is matches


def test_an_empty_pattern_is_refused() -> None:
    with pytest.raises(FormatError):
        Glob("")
