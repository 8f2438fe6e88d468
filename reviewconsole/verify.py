"""The use case of CI, hooks and auditors: judge a range, offline.

Reaches neither the console nor the keyring.
"""

from dataclasses import dataclass

from reviewconsole.change import Change, Oid
from reviewconsole.decision import Verdict, worst
from reviewconsole.errors import PolicyError, RepositoryError, Undecidable
from reviewconsole.git.repository import Repository
from reviewconsole.loading import changes
from reviewconsole.loading.changes import Target
from reviewconsole.loading.judging import ChangeVerdict, judge_each
from reviewconsole.loading.opening import introduction, open_store
from reviewconsole.loading.policies import in_force, repository_id
from reviewconsole.loading.store import Store
from reviewconsole.provenance.patterns import Patterns


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


def _range(store: Store, spec: str, *, told: bool) -> tuple[Target, tuple[Change, ...]]:
    """The target and the changes that a RANGE or REF stands for.

    Of several targets it is the one whose first-parent line holds B, else the one with the fewest
    commits up to B, else the first. A branch that only a pattern makes a target must be asked for by
    name, or be B itself: where nothing guards such names, anybody could push one that hides the rest.
    """
    repository = store.repository
    left_name, dots, right_name = spec.partition("..")
    left = repository.resolve(left_name)[1] if dots and left_name else None
    name = (right_name or "HEAD") if dots else spec
    ref, right = repository.resolve(name)
    for target in store.targets:
        if changes.on_first_parent_line(repository, target, right):
            if not told:
                _asked_for(store, target, None if name == "HEAD" else ref)
            if not dots:
                return target, (changes.landed_commit(repository, target, right),)
            if left is not None and not changes.on_line_of(repository, left, right):
                raise Undecidable(
                    f"{left_name} is not on the first-parent line of {name}",
                    remedy=f"name a commit that {target.ref} itself stood at",
                )
            return target, changes.landed(repository, target, left, right)
    ahead = {target: len(repository.commits([right], [target.tip])) for target in store.targets}
    target = min(store.targets, key=ahead.__getitem__)
    if not told:
        _asked_for(store, target, None)
    if not ahead[target]:
        return target, ()
    return target, (changes.explicit(repository, target.ref, target.tip, right, ref),)


def _asked_for(store: Store, target: Target, ref: str | None) -> None:
    """Refuse to guess a target that only a pattern makes one; `ref` is what B was named by."""
    branch = target.ref.removeprefix(changes.HEADS)
    literal = store.policy is None or branch in store.policy.targets
    if not literal and ref not in (target.ref, target.source):
        raise Undecidable(
            f"{branch} is a target by a pattern alone, and anybody could have pushed a branch of that name",
            remedy="say where the change goes: --target BRANCH",
        )


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
    with repository.held():
        return _verify(repository, patterns, spec, now=now, target=target, since=since)


def _verify(
    repository: Repository, patterns: Patterns, spec: str, *, now: int, target: str | None, since: str | None
) -> RangeVerdict:
    store = open_store(repository, patterns, target)
    start = introduction(repository, since)
    chosen, listed = _range(store, spec, told=target is not None)
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
