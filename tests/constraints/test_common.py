"""What all kinds share: conditions, exemptions, order, text hashes."""

from dataclasses import replace
from typing import Any

import pytest

from reviewconsole.constraints import bind, evaluate
from reviewconsole.errors import PolicyError
from reviewconsole.evidence import Provenance, ProvenanceClass
from reviewconsole.policy import Policy, parse_policy
from tests.constraints.made import facts


def policy(*constraints: dict[str, Any], **boundary: Any) -> Policy:
    return parse_policy(
        {
            "version": 1,
            "repository": "r",
            "targets": ["main"],
            "people": {"a": {"emails": ["a@x"]}},
            "groups": {"g": ["a"]},
            "rule": [{"id": "default", "from": ["g"]}],
            "constraint": list(constraints),
            "boundary": boundary,
        }
    )


LIMIT = {"id": "small", "kind": "limit", "level": "acknowledge", "files": 0}
ABOUT = facts({"services/pay/a.py": ("1\n", "2\n")}, target="main")


@pytest.mark.parametrize(
    ("when", "found", "applies"),
    [
        ({"provenance": ["heuristic"]}, "none", False),
        ({"provenance": ["heuristic"]}, "heuristic", True),
        ({"provenance": ["heuristic"]}, "declared", True),
        ({"provenance": ["heuristic"], "assume": "ai"}, "none", True),
        ({"paths": ["services/**"]}, "none", True),
        ({"paths": ["infra/**"]}, "none", False),
        ({"branch": ["main"]}, "none", True),
        ({"branch": ["release/*"]}, "none", False),
        ({"unit": ["pay"]}, "none", True),
        ({"unit": ["ship"]}, "none", False),
        ({"paths": ["services/**"], "branch": ["release/*"]}, "none", False),
    ],
)
def test_conditions(when: dict[str, Any], found: str, applies: bool) -> None:
    about = replace(ABOUT, provenance=Provenance(provenance=ProvenanceClass(found)))
    [_, result] = evaluate(policy({**LIMIT, "when": when}, units=["services/([^/]+)/**"]), about)
    assert result.verdict == ("violated" if applies else "n/a")


@pytest.mark.parametrize(
    ("when", "place"),
    [
        ({}, "when"),
        ({"provenance": ["none"]}, "when.provenance[0]"),
        ({"assume": "ai"}, "when.assume"),
        ({"moon": "full"}, "when.moon"),
        ({"paths": [""]}, "when.paths[0]"),
    ],
)
def test_a_condition_that_says_nothing_is_refused(when: dict[str, Any], place: str) -> None:
    with pytest.raises(Exception, match=r"constraint\[0\]") as caught:
        bind(policy({**LIMIT, "when": when}))
    assert caught.value.place == f"constraint[0].{place}"


def test_a_blocking_prohibition_may_not_hang_on_a_trailer() -> None:
    denied = {"id": "x", "kind": "paths.deny", "paths": ["a"], "when": {"provenance": ["declared"]}}
    with pytest.raises(PolicyError) as caught:
        bind(policy(denied))
    assert caught.value.place == "constraint[0].when.provenance"
    assert len(bind(policy({**denied, "level": "acknowledge"}))) == 2


def test_scope_comes_before_prohibitions_limits_and_duties_and_nothing_is_left_out() -> None:
    results = evaluate(
        policy(
            {"id": "d", "kind": "paths.require", "if_changed": ["**"], "then_changed": ["x"]},
            {"id": "c", "kind": "limit", "files": 0},
            {"id": "b", "kind": "paths.deny", "paths": ["**"]},
            {"id": "a", "kind": "paths.allow", "paths": ["docs/**"]},
        ),
        ABOUT,
    )
    assert [r.id for r in results] == ["policy.self", "a", "b", "c", "d"]
    assert [r.verdict for r in results] == ["pass", *["violated"] * 4]


def test_exempt_paths_are_not_looked_at() -> None:
    [_, result] = evaluate(policy({**LIMIT, "exempt": ["services/**"]}), ABOUT)
    assert (result.verdict, result.why) == ("n/a", "every changed path is exempt")


def test_what_is_exempt_still_counts_as_changed_together() -> None:
    rule = {"id": "t", "kind": "paths.require", "if_changed": ["**/*.py"], "then_changed": ["tests/**"]}
    both = facts({"a.py": ("1\n", "2\n"), "tests/t.py": ("1\n", "2\n")})
    [_, result] = evaluate(policy({**rule, "exempt": ["tests/**"]}), both)
    assert result.verdict == "pass"


def test_the_text_of_a_constraint_is_bound_whole() -> None:
    plain = policy(LIMIT).constraints[0].text_sha256
    assert plain == policy(dict(reversed(LIMIT.items()))).constraints[0].text_sha256
    for key, value in (("waivable", True), ("when", {"paths": ["a"]}), ("why", "w"), ("files", 1), ("exempt", ["a"])):
        assert policy({**LIMIT, key: value}).constraints[0].text_sha256 != plain, key


@pytest.mark.parametrize("pattern", ["services/**", "services/([^/]+/**", "services/(["])
def test_a_unit_pattern_names_its_unit(pattern: str) -> None:
    with pytest.raises(Exception, match=r"units\[0\]"):
        policy(units=[pattern])
