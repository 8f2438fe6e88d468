"""The use case of CI, hooks and auditors: judge a range, offline.

Reaches neither the console nor the keyring.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from reviewconsole.chain import REF_PREFIX
from reviewconsole.change import OBJECT_ID, Change, Oid
from reviewconsole.decision import Verdict, worst
from reviewconsole.errors import PolicyError, RepositoryError, Undecidable, UsageError
from reviewconsole.gate import GateReport
from reviewconsole.git.repository import Repository
from reviewconsole.loading import changes
from reviewconsole.loading.case import judge, open_case
from reviewconsole.loading.changes import Target
from reviewconsole.loading.landing import judge_landed, together
from reviewconsole.loading.policies import in_force, policy_at, repository_id
from reviewconsole.loading.provenances import read_provenance_notes
from reviewconsole.loading.records import read_records
from reviewconsole.loading.store import Store
from reviewconsole.policy import Policy
from reviewconsole.provenance.patterns import Patterns

_ABBREVIATED = re.compile(r"[0-9a-f]{4,39}")
_WHOLE_ID = re.compile(OBJECT_ID)
_LOOKED_BACK = 100


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
    tip: Oid
    """The target's tip."""
    repository_id: str = ""
    """Empty where no readable policy names the repository."""


def tip_policy(repository: Repository, wanted: str | None) -> Policy | None:
    """The policy that names the targets: that of a likely target's tip; None where there is none.

    Where the tip's cannot be read, the newest one before it that can: what is protected stays so.
    """
    for target in changes.find_targets(repository, None, wanted):
        commit = newest_readable(repository, target.tip)
        return policy_at(repository, commit)[0] if commit is not None else None
    return None


def newest_readable(repository: Repository, tip: Oid) -> Oid | None:
    """The newest commit of a first-parent line whose policy can be read; None where there is no policy."""
    for commit in (tip, *repository.first_parents(tip, [])[1:_LOOKED_BACK]):
        try:
            policy_at(repository, commit)
        except PolicyError:
            continue
        except Undecidable:
            return None
        return commit
    return None


def open_store(
    repository: Repository,
    patterns: Patterns,
    wanted: str | None = None,
    *,
    pushed: Mapping[str, Oid] = MappingProxyType({}),
) -> Store:
    """Read what all changes of a repository share: targets, records, provenance notes.

    `pushed` gives notes refs the tips that a push brings.
    """
    policy = tip_policy(repository, wanted)
    return Store(
        repository=repository,
        policy=policy,
        targets=changes.find_targets(repository, policy, wanted),
        records=read_records(repository, pushed),
        patterns=patterns,
        notes=read_provenance_notes(repository, pushed),
    )


def introduction(repository: Repository, named: str | None) -> Oid | None:
    """The first policy commit that this verifier trusts: named here, or pinned in git's configuration."""
    pinned = named or repository.config_local("reviewconsole.introduction")
    if not pinned:
        return None
    if not _WHOLE_ID.fullmatch(pinned) and (named is None or _ABBREVIATED.fullmatch(named)):
        raise UsageError(
            f"the introduction {pinned!r} is no whole commit id, and a name could be made to mean another commit",
            remedy="git config reviewconsole.introduction $(git rev-parse COMMIT)",
        )
    return repository.resolve(pinned)[1]


def _range(store: Store, spec: str) -> tuple[Target, tuple[Change, ...]]:
    """The target and the changes that a RANGE or REF stands for.

    Of several targets it is the one whose first-parent line holds B, else the one with the fewest
    commits up to B, else the first.
    """
    repository = store.repository
    left_name, dots, right_name = spec.partition("..")
    left = repository.resolve(left_name)[1] if dots and left_name else None
    ref, right = repository.resolve((right_name or "HEAD") if dots else spec)
    for target in store.targets:
        if changes.on_first_parent_line(repository, target, right):
            if not dots:
                return target, (changes.landed_commit(repository, target, right),)
            if left is not None and not changes.on_line_of(repository, left, right):
                raise Undecidable(
                    f"{left_name} is not on the first-parent line of {right_name or 'HEAD'}",
                    remedy=f"name a commit that {target.ref} itself stood at",
                )
            return target, changes.landed(repository, target, left, right)
    ahead = {target: len(repository.commits([right], [target.tip])) for target in store.targets}
    target = min(store.targets, key=ahead.__getitem__)
    if not ahead[target]:
        return target, ()
    return target, (changes.explicit(repository, target.ref, target.tip, right, ref),)


def _not_fetched(repository: Repository) -> str:
    """Why missing records may only not have been fetched; empty where they would be here."""
    if repository.is_bare or not repository.remotes() or repository.note_refs(REF_PREFIX):
        return ""
    if repository.fetches(REF_PREFIX):
        return ""
    return f"no records have been fetched: git fetch origin '{REF_PREFIX}*:{REF_PREFIX}*', or `reviewconsole sync`"


def judge_each(
    store: Store, listed: Sequence[Change], start: Oid | None, now: int, *, within: frozenset[Oid] | None = None
) -> Iterator[ChangeVerdict]:
    """Ask the gate about each change; what landed up to the introduction `start` is out of scope.

    `within` are the commits that may be taken as approved together, None for any.
    """
    found = [_judge_one(store, change, start, now) for change in listed]
    joined = together(store, [(item.change, item.report) for item in found], now, within)
    missing = _not_fetched(store.repository)
    for item in found:
        report = joined.get(item.change.head, item.report)
        if missing and report.verdict is Verdict.VIOLATED:
            report = replace(report, verdict=Verdict.UNDECIDABLE, why=(*report.why, missing))
        yield replace(item, report=report)


def _judge_one(store: Store, change: Change, start: Oid | None, now: int) -> ChangeVerdict:
    if start is not None and change.landed and store.repository.is_ancestor(change.head, start):
        report = GateReport(verdict=Verdict.SATISFIED, why=("before the introduction",), in_scope=False)
        return ChangeVerdict(change=change, report=report)
    case = open_case(store, change)
    report = judge_landed(store, case, now) if change.landed else judge(store, case, now)
    return ChangeVerdict(change=change, report=report, policy_unreadable=case.policy_unreadable)


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
    chosen, listed = _range(store, spec)
    if start is not None and not repository.is_ancestor(start, chosen.tip):
        raise Undecidable(
            f"the introduction {start[:12]} is not in the history of {chosen.ref}",
            remedy="pin one that is, and ask who rewrote the branch",
        )
    found = tuple(judge_each(store, listed, start, now))
    commit, sha256, unreadable, identity = _policy_of(repository, chosen)
    problems = tuple(
        f"{problem.log}{' at ' + problem.noted[:12] if problem.noted else ''}: {problem.why}"
        for problem in store.records.problems
    ) + tuple(f"{log}: {why}" for log, why in sorted(store.records.broken.items()))
    return RangeVerdict(
        verdict=worst([*(item.report.verdict for item in found), *([Verdict.UNDECIDABLE] if unreadable else [])]),
        target=chosen.ref,
        policy_commit=commit,
        policy_sha256=sha256,
        changes=found,
        why=unreadable or ("" if found else "the range is empty: nothing to verify"),
        problems=problems,
        policy_unreadable=bool(unreadable) or any(item.policy_unreadable for item in found),
        tip=chosen.tip,
        repository_id=identity,
    )


def _policy_of(repository: Repository, target: Target) -> tuple[Oid | None, str, str, str]:
    """Commit and digest of the target's policy, what is unreadable about it, and the repository's id."""
    try:
        force = in_force(repository, target.tip)
    except PolicyError as error:
        return None, "", f"the policy is not readable: {error}", ""
    except (Undecidable, RepositoryError):
        return None, "", "", ""
    return force.commit, force.sha256, "", repository_id(repository, force.policy.repository, target.tip)
