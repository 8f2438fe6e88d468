"""Decidable constraints: the boundary a change must stay inside (docs/boundary.md).

To add one: write `constraints/<name>.py` with `parse(table)`, which reads the keys of its TOML table
and gives the evaluating function, and name it in KINDS.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import cast

from reviewconsole import canonical
from reviewconsole.boundary import BoundaryResult
from reviewconsole.constraints import policy_self
from reviewconsole.constraints.facts import Answer, Facts, entry_witnesses
from reviewconsole.errors import PolicyError
from reviewconsole.evidence import ProvenanceClass
from reviewconsole.globs import Globs
from reviewconsole.mapping import Table
from reviewconsole.policy import Policy, When

Evaluate = Callable[[Facts], Answer]

SCOPE, PROHIBITION, LIMIT, DUTY = range(4)
"""Stages, in the order of evaluation."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of constraint; its module is imported when a policy uses it."""

    module: str
    stage: int

    @property
    def parse(self) -> Callable[[Table], Evaluate]:
        """Read the keys of a table of this kind, and give what evaluates it."""
        return cast("Callable[[Table], Evaluate]", import_module(f"{__name__}.{self.module}").parse)


KINDS: Mapping[str, Kind] = {
    "attrs.forbid": Kind("attrs_forbid", PROHIBITION),
    "ci.no_weaken": Kind("ci_no_weaken", PROHIBITION),
    "commits.require": Kind("commits_require", DUTY),
    "content.keep": Kind("content_keep", PROHIBITION),
    "deps.change": Kind("deps_change", PROHIBITION),
    "evidence.require": Kind("evidence_require", DUTY),
    "iam.no_widen": Kind("iam_no_widen", PROHIBITION),
    "keys.forbid": Kind("keys_forbid", PROHIBITION),
    "limit": Kind("limit", LIMIT),
    "lines.forbid": Kind("lines_forbid", PROHIBITION),
    "paths.allow": Kind("paths_allow", SCOPE),
    "paths.deny": Kind("paths_deny", PROHIBITION),
    "paths.require": Kind("paths_require", DUTY),
    "provenance.require": Kind("provenance_require", DUTY),
    "resource.no_delete": Kind("resource_no_delete", PROHIBITION),
    "sql.forbid": Kind("sql_forbid", PROHIBITION),
    "tests.no_weaken": Kind("tests_no_weaken", PROHIBITION),
}


@dataclass(frozen=True, slots=True)
class _Bound:
    id: str
    kind: str
    level: str
    text_sha256: str
    waivable: bool
    evaluate: Evaluate


def bind(policy: Policy) -> tuple[_Bound, ...]:
    """Read every constraint's own keys, in order of evaluation; PolicyError names an unknown kind or key."""
    bound = []
    for table in policy.constraints:
        if table.kind not in KINDS:
            known = ", ".join(sorted(KINDS))
            raise PolicyError(f"unknown kind {table.kind!r}; known: {known}", place=f"{table.place}.kind")
        kind = KINDS[table.kind]
        _check_when(table.when, table.level, kind, table.place)
        options = Table(table.options, table.place, PolicyError)
        evaluate = kind.parse(options)
        options.end()
        evaluate = _conditional(table.when, _exempting(table.exempt, evaluate))
        bound.append(
            (kind.stage, _Bound(table.id, table.kind, table.level, table.text_sha256, table.waivable, evaluate))
        )
    bound.sort(key=lambda item: item[0])
    text = canonical.digest({"id": policy_self.ID, "kind": policy_self.ID})
    always = _Bound(policy_self.ID, policy_self.ID, "second-reviewer", text, False, policy_self.evaluate)
    return (always, *(item for _, item in bound))


def _check_when(when: When | None, level: str, kind: Kind, place: str) -> None:
    """Refuse a prohibition that a missing trailer would switch off."""
    if when is not None and when.provenance is not None and level == "block" and kind.stage in (SCOPE, PROHIBITION):
        raise PolicyError(
            "may only add a duty: without the evidence this prohibition would not hold",
            place=f"{place}.when.provenance",
        )


def _exempting(exempt: Globs, evaluate: Evaluate) -> Evaluate:
    if not exempt.patterns:
        return evaluate

    def apply(facts: Facts) -> Answer:
        kept = tuple(entry for entry in facts.entries if not exempt.matches(entry.path))
        if facts.entries and not kept:
            return Answer(verdict="n/a", why="every changed path is exempt")
        return evaluate(facts.with_entries(kept))

    return apply


def _conditional(when: When | None, evaluate: Evaluate) -> Evaluate:
    if when is None:
        return evaluate

    def apply(facts: Facts) -> Answer:
        missing = _unmet(when, facts)
        return Answer(verdict="n/a", why=missing) if missing else evaluate(facts)

    return apply


def _unmet(when: When, facts: Facts) -> str:
    """Say which condition does not hold; empty where all do."""
    paths = [entry.path for entry in facts.entries]
    found = facts.provenance.provenance
    if when.provenance is not None:
        unattested = when.assume_ai and found.rank < ProvenanceClass.HEURISTIC.rank
        if found.rank < when.provenance.rank and not unattested:
            return f"applies to provenance {when.provenance.value} and stronger, here it is {found.value}"
    if when.paths is not None and not any(map(when.paths.matches, paths)):
        return f"applies where {', '.join(when.paths.patterns)} is changed"
    if when.branch is not None and not when.branch.matches(facts.target):
        return f"applies to changes into {', '.join(when.branch.patterns)}"
    if when.units and not when.units & {unit[1] for unit in map(facts.units.of, paths) if unit is not None}:
        return f"applies to the units {', '.join(sorted(when.units))}"
    return ""


def evaluate(policy: Policy, facts: Facts) -> tuple[BoundaryResult, ...]:
    """Evaluate every constraint, none left out: scope, prohibitions, limits, duties."""
    facts = replace(facts, whole=facts.entries, units=policy.units, generated=policy.generated)
    return tuple(_result(bound, _answer(bound.evaluate, facts)) for bound in bind(policy))


def _answer(evaluate: Evaluate, facts: Facts) -> Answer:
    """Evaluate one constraint; a file that nests deeper than any reader follows must not end the program."""
    try:
        return evaluate(facts)
    except RecursionError:
        why = "a changed file is nested too deep to be read"
        return Answer(verdict="undecidable", why=why, witnesses=entry_witnesses(facts.entries))


def unreadable(policy: Policy, why: str) -> tuple[BoundaryResult, ...]:
    """The answer to every constraint where the change itself cannot be read."""
    return tuple(_result(bound, Answer(verdict="undecidable", why=why)) for bound in bind(policy))


def _result(bound: _Bound, answer: Answer) -> BoundaryResult:
    return BoundaryResult(
        id=bound.id,
        kind=bound.kind,
        verdict=answer.verdict,
        why=answer.why,
        level=bound.level,
        text_sha256=bound.text_sha256,
        witnesses=answer.witnesses,
        waivable=bound.waivable,
    )


__all__ = ["KINDS", "Answer", "Facts", "bind", "evaluate", "unreadable"]
