"""Decidable constraints: the boundary a change must stay inside.

To add one: write `constraints/<name>.py` with a frozen dataclass whose fields are the keys of its
TOML table, `parse(table)` and `evaluate(facts)`, and name it in KINDS.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reviewconsole import canonical
from reviewconsole.boundary import BoundaryResult
from reviewconsole.constraints import limit, paths_allow, paths_deny, policy_self
from reviewconsole.constraints.facts import Answer, Facts
from reviewconsole.errors import PolicyError
from reviewconsole.globs import Globs
from reviewconsole.mapping import Table
from reviewconsole.policy import Policy

Evaluate = Callable[[Facts], Answer]

KINDS: Mapping[str, Callable[[Table], Evaluate]] = {
    "limit": limit.parse,
    "paths.allow": paths_allow.parse,
    "paths.deny": paths_deny.parse,
}


@dataclass(frozen=True, slots=True)
class _Bound:
    id: str
    kind: str
    level: str
    text_sha256: str
    evaluate: Evaluate


def bind(policy: Policy) -> tuple[_Bound, ...]:
    """Read every constraint's own keys; PolicyError names an unknown kind or key."""
    bound = [
        _Bound(
            policy_self.ID,
            policy_self.ID,
            "second-reviewer",
            canonical.digest({"id": policy_self.ID, "kind": policy_self.ID}),
            policy_self.evaluate,
        )
    ]
    for table in policy.constraints:
        if table.kind not in KINDS:
            known = ", ".join(sorted(KINDS))
            raise PolicyError(f"unknown kind {table.kind!r}; known: {known}", place=f"{table.place}.kind")
        options = Table(table.options, table.place, PolicyError)
        evaluate = KINDS[table.kind](options)
        options.end()
        bound.append(_Bound(table.id, table.kind, table.level, table.text_sha256, _exempting(table.exempt, evaluate)))
    return tuple(bound)


def _exempting(exempt: Globs, evaluate: Evaluate) -> Evaluate:
    def apply(facts: Facts) -> Answer:
        kept = tuple(entry for entry in facts.entries if not exempt.matches(entry.path))
        return evaluate(facts.with_entries(kept))

    return apply


def evaluate(policy: Policy, facts: Facts) -> tuple[BoundaryResult, ...]:
    """Evaluate every constraint, none left out, in the order of the policy."""
    results = []
    for bound in bind(policy):
        answer = bound.evaluate(facts)
        results.append(
            BoundaryResult(
                id=bound.id,
                kind=bound.kind,
                verdict=answer.verdict,
                why=answer.why,
                level=bound.level,
                text_sha256=bound.text_sha256,
                witnesses=answer.witnesses,
            )
        )
    return tuple(results)


__all__ = ["KINDS", "Answer", "Facts", "bind", "evaluate"]
