"""The use case of CI, hooks and auditors: judge a range, offline.

Reaches neither the console nor the keyring.
"""

from dataclasses import dataclass

from reviewconsole.change import Change, Oid
from reviewconsole.decision import Verdict, worst
from reviewconsole.errors import PolicyError, RepositoryError, Undecidable
from reviewconsole.gate import GateReport
from reviewconsole.git.repository import Repository
from reviewconsole.loading import changes
from reviewconsole.loading.case import Store, judge, open_case, read_provenance_notes
from reviewconsole.loading.policies import in_force, policy_at
from reviewconsole.loading.records import read_records
from reviewconsole.policy import Policy
from reviewconsole.provenance.patterns import Patterns


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeVerdict:
    """The gate's answer to one change of the range."""

    change: Change
    report: GateReport
    policy_unreadable: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RangeVerdict:
    """The gate's answer to a range; satisfied exactly when each of its changes is."""

    verdict: Verdict
    target: str
    policy_commit: Oid | None
    policy_sha256: str
    changes: tuple[ChangeVerdict, ...]
    why: str = ""
    problems: tuple[str, ...] = ()
    """What does not verify in the logs, by log."""
    policy_unreadable: bool = False


def tip_policy(repository: Repository, wanted: str | None) -> Policy | None:
    """The policy that names the targets: that of a likely target's tip; None where there is none."""
    for target in changes.find_targets(repository, None, wanted):
        try:
            return policy_at(repository, target.tip)[0]
        except (Undecidable, PolicyError):
            return None
    return None


def open_store(repository: Repository, patterns: Patterns, wanted: str | None = None) -> Store:
    """Read what all changes of a repository share: targets, records, provenance notes."""
    policy = tip_policy(repository, wanted)
    return Store(
        repository=repository,
        targets=changes.find_targets(repository, policy, wanted),
        records=read_records(repository),
        patterns=patterns,
        notes=read_provenance_notes(repository),
    )


def introduction(repository: Repository, named: str | None) -> Oid | None:
    """The first policy commit that this verifier trusts: named here, or pinned in git's configuration."""
    pinned = named or repository.config_local("reviewconsole.introduction")
    return repository.resolve(pinned)[1] if pinned else None


def _range(store: Store, spec: str) -> tuple[Change, ...]:
    """The changes that a RANGE or REF stands for."""
    repository, target = store.repository, store.targets[0]
    left_name, dots, right_name = spec.partition("..")
    left = repository.resolve(left_name)[1] if dots and left_name else None
    ref, right = repository.resolve((right_name or "HEAD") if dots else spec)
    if changes.on_first_parent_line(repository, target, right):
        if not dots:
            return (changes.landed_commit(repository, target, right),)
        return changes.landed(repository, target, left, right)
    if not repository.commits([right], [target.tip, *([left] if left is not None else [])]):
        return ()
    return (changes.explicit(repository, target.ref, target.tip, right, ref),)


def verify(
    repository: Repository,
    patterns: Patterns,
    spec: str,
    *,
    now: int,
    target: str | None = None,
    since: str | None = None,
) -> RangeVerdict:
    """Judge a range or a ref against its target. `now` is the gate's clock."""
    store = open_store(repository, patterns, target)
    start = introduction(repository, since)
    found = []
    for change in _range(store, spec):
        if start is not None and change.landed and repository.is_ancestor(change.head, start):
            report = GateReport(verdict=Verdict.SATISFIED, why=("before the introduction",), in_scope=False)
            found.append(ChangeVerdict(change=change, report=report))
            continue
        case = open_case(store, change)
        found.append(
            ChangeVerdict(change=change, report=judge(store, case, now), policy_unreadable=case.policy_unreadable)
        )
    commit, sha256 = _policy_of(store)
    problems = tuple(
        f"{problem.log}{' at ' + problem.noted[:12] if problem.noted else ''}: {problem.why}"
        for problem in store.records.problems
    ) + tuple(f"{log}: {why}" for log, why in sorted(store.records.broken.items()))
    return RangeVerdict(
        verdict=worst(item.report.verdict for item in found),
        target=store.targets[0].ref,
        policy_commit=commit,
        policy_sha256=sha256,
        changes=tuple(found),
        why="" if found else "the range is empty: nothing to verify",
        problems=problems,
        policy_unreadable=any(item.policy_unreadable for item in found),
    )


def _policy_of(store: Store) -> tuple[Oid | None, str]:
    try:
        force = in_force(store.repository, store.targets[0].tip)
    except (PolicyError, Undecidable, RepositoryError):
        return None, ""
    return force.commit, force.sha256
