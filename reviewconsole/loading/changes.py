"""Find the ranges that are up for review: one walk over all commits, no process per commit."""

import math
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace

from reviewconsole.change import Change, Commit, Oid, decode
from reviewconsole.errors import RepositoryError, Undecidable, UsageError
from reviewconsole.git.repository import Ref, Repository
from reviewconsole.policy import Policy

HEADS = "refs/heads/"
REMOTES = "refs/remotes/"
_REVIEW_REFS = ("refs/pull/", "refs/merge-requests/")


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A protected branch: its full name, and the tip that decides (the remote's where there is one)."""

    ref: str
    tip: Oid
    source: str
    """The ref that the tip was read from."""


def sync_remote(repository: Repository) -> str | None:
    """The remote that records travel by: `origin`, or the only one there is."""
    names = repository.remotes()
    if "origin" in names:
        return "origin"
    return names[0] if len(names) == 1 else None


def deciding_prefix(repository: Repository) -> str:
    """Where the refs lie that decide: the remote's tracking refs, local branches only without a remote.

    Raises Undecidable where there are several remotes and none is `origin`.
    """
    if repository.is_bare or not repository.remotes():
        return HEADS
    remote = sync_remote(repository)
    if remote is None:
        raise Undecidable(
            "there are several remotes, and none is called origin", remedy="git remote rename NAME origin"
        )
    return f"{REMOTES}{remote}/"


def find_targets(repository: Repository, policy: Policy | None, wanted: str | None = None) -> tuple[Target, ...]:
    """List the targets in the policy's order; without a policy, the branch the remote calls its head.

    `wanted` narrows to one branch. Raises RepositoryError when there is none, Undecidable where the
    remote's branch has not been fetched.
    """
    prefix = deciding_prefix(repository)
    refs = {ref.name.removeprefix(prefix): ref for ref in repository.raw_refs(prefix)}
    if wanted is not None:
        names = [wanted.removeprefix(HEADS)]
    elif policy is not None:
        names = [name for pattern in policy.targets for name in sorted(refs) if _named(policy, pattern, name)]
    else:
        stated = _stated_head(repository, prefix)
        refs = _commits(repository, refs, (stated, *_USUAL), prefix)
        names = _likely(refs, stated)
    found = [
        Target(ref=HEADS + name, tip=ref.oid, source=ref.name)
        for name, ref in _commits(repository, refs, names, prefix).items()
    ]
    if not found:
        kind = RepositoryError if prefix == HEADS else Undecidable
        raise kind(
            f"no target branch: {', '.join(names) or 'none'} is not under {prefix}",
            remedy="name one with --target, or fetch the branch that changes go to",
        )
    return tuple(found)


def _commits(repository: Repository, refs: Mapping[str, Ref], names: Iterable[str], prefix: str) -> dict[str, Ref]:
    """Those of some names that stand at a commit that is here."""
    there = [refs[name] for name in dict.fromkeys(names) if name in refs]
    return {ref.name.removeprefix(prefix): ref for ref in repository.peeled(there)}


def _named(policy: Policy, pattern: str, name: str) -> bool:
    return name == pattern if "*" not in pattern else policy.covers(name) and name not in policy.targets


_USUAL = ("main", "master", "trunk", "develop")


def _stated_head(repository: Repository, prefix: str) -> str:
    """The branch that HEAD names: the repository's own in a bare one, else the remote's; empty for none.

    By name and not by id: anybody who may push can make another branch stand at the same commit.
    """
    code, out, _ = repository.git.attempt(["symbolic-ref", "-q", "HEAD" if prefix == HEADS else f"{prefix}HEAD"])
    return decode(out).strip().removeprefix(prefix) if code == 0 else ""


def _likely(refs: Mapping[str, Ref], stated: str) -> list[str]:
    """Without a policy: the branch that HEAD names, else the one usual name there is."""
    if stated in refs:
        return [stated]
    there = [name for name in _USUAL if name in refs]
    if len(there) > 1:
        raise Undecidable(
            f"any of {', '.join(there)} could be the branch that changes go to",
            remedy="name one with --target, or let HEAD name it: git remote set-head origin --auto",
        )
    return there or list(_USUAL)


def _heads(repository: Repository, targets: Sequence[Target]) -> dict[Oid, list[str]]:
    """Head id -> refs that point at it: local branches first, then remote ones, then review refs."""
    skip = {target.ref for target in targets} | {target.source for target in targets}
    heads: dict[Oid, list[str]] = {}
    for ref in _ordered(repository.refs(HEADS, REMOTES, *_REVIEW_REFS)):
        short = ref.name.split("/", 3)[-1] if ref.name.startswith(REMOTES) else ref.name.removeprefix(HEADS)
        if ref.name in skip or short == "HEAD" or ref.name.endswith("/merge"):
            continue
        if any(ref.name.startswith(REMOTES) and f"{HEADS}{short}" == target.ref for target in targets):
            continue
        heads.setdefault(ref.oid, []).append(ref.name)
    return heads


def _ordered(refs: Iterable[Ref]) -> list[Ref]:
    rank = (HEADS, REMOTES, *_REVIEW_REFS)
    return sorted(refs, key=lambda r: (next(i for i, p in enumerate(rank) if r.name.startswith(p)), r.name))


class _Walk:
    """The commits that a target lacks, and the ranges of single heads within them."""

    def __init__(self, repository: Repository, target: Target, tips: Sequence[Oid]) -> None:
        self._repository = repository
        self._target = target
        self._commits = {commit.oid: commit for commit in repository.commits(tips, [target.tip])}
        self._line: dict[Oid, int] | None = None
        self._order = {oid: index for index, oid in enumerate(self._commits)}

    def _best(self, candidates: set[Oid], head: Oid) -> tuple[Oid, ...]:
        """The best of several common ancestors; on the first-parent line it is the newest of them."""
        if self._line is None:
            line = self._repository.first_parents(self._target.tip, [])
            self._line = {oid: index for index, oid in enumerate(line)}
        if candidates <= self._line.keys():
            return (min(candidates, key=self._line.__getitem__),)
        return self._repository.merge_bases(self._target.tip, head)

    def range_of(self, head: Oid) -> tuple[tuple[Commit, ...], tuple[Oid, ...]]:
        """The commits of base..head, newest first, and the merge bases."""
        if head not in self._commits:
            return (), (head,)
        inside, outside, todo = {head}, set(), [head]
        while todo:
            for parent in self._commits[todo.pop()].parents:
                if parent not in self._commits:
                    outside.add(parent)
                elif parent not in inside:
                    inside.add(parent)
                    todo.append(parent)
        bases = self._best(outside, head) if len(outside) > 1 else tuple(outside)
        ordered = sorted(inside, key=self._order.__getitem__)
        return tuple(self._commits[oid] for oid in ordered), bases


def _readable(
    repository: Repository, target: Target, heads: Sequence[Oid], faults: dict[Oid, str]
) -> list[tuple[_Walk, Sequence[Oid]]]:
    """Walks that cover all heads whose commits can be read; for the others `faults` gets the reason."""
    try:
        return [(_Walk(repository, target, heads), heads)]
    except RepositoryError as error:
        if len(heads) == 1:
            faults[heads[0]] = str(error)
            return []
    middle = len(heads) // 2
    halves = (heads[:middle], heads[middle:])
    return [walk for half in halves for walk in _readable(repository, target, half, faults)]


def pending(
    repository: Repository, targets: Sequence[Target], unread: MutableMapping[str, str] | None = None
) -> tuple[Change, ...]:
    """List one change per head that its target does not hold yet.

    Of several targets a change belongs to the one with the fewest commits between merge base and
    head, then to the first. A ref whose commits cannot be read hides no other: `unread` gets it, with the reason.
    """
    heads = _heads(repository, targets)
    if not heads:
        return ()
    best: dict[Oid, tuple[Target, tuple[Commit, ...], tuple[Oid, ...]]] = {}
    merged: set[Oid] = set()
    faults: dict[Oid, str] = {}
    for target in targets:
        for walk, readable in _readable(repository, target, list(heads), faults):
            for head in readable:
                commits, bases = walk.range_of(head)
                if not commits:
                    merged.add(head)
                elif head not in best or len(commits) < len(best[head][1]):
                    best[head] = (target, commits, bases)
    if unread is not None:
        unread.update({ref: why for head, why in faults.items() for ref in heads[head]})
    trees: dict[Oid, Oid] = {}
    wanted = {bases[0] for head, (_, _, bases) in best.items() if head not in merged and bases}
    for commit in repository.read_commits(sorted(wanted)):
        trees[commit.oid] = commit.tree
    return tuple(
        _change(repository, heads[head], target.ref, commits, bases, trees=trees)
        for head, (target, commits, bases) in best.items()
        if head not in merged
    )


def _change(
    repository: Repository,
    refs: Sequence[str],
    target: str,
    commits: tuple[Commit, ...],
    bases: tuple[Oid, ...],
    *,
    trees: Mapping[Oid, Oid],
    landed: bool = False,
) -> Change:
    """Put a change together; `commits` are newest first and not empty."""
    base = bases[0] if bases else None
    return Change(
        ref=refs[0] if refs else commits[0].oid,
        other_refs=tuple(refs[1:]),
        target=target,
        base=base,
        head=commits[0].oid,
        base_tree=trees[base] if base is not None else repository.empty_tree,
        head_tree=commits[0].tree,
        merge_bases=bases,
        commits=commits,
        landed=landed,
    )


def one(repository: Repository, targets: Sequence[Target], spec: str) -> Change:
    """Resolve what a user typed: a branch, a full ref, a commit id, a change id or `base..head`."""
    if ".." in spec and "..." not in spec:
        left, right = spec.split("..", 1)
        return _ranged(repository, targets, left, right)
    try:
        ref, head = repository.resolve(spec)
    except RepositoryError:
        for change in pending(repository, targets):
            if len(spec) >= 4 and change.id.startswith(spec):
                return change
        raise
    if any(ref in (target.ref, target.source) for target in targets) and spec != "HEAD":
        raise UsageError(
            f"{spec} is a target, not a change",
            remedy="name a branch that wants to enter it, or the id of a commit that has landed on it",
        )
    best: Change | None = None
    for target in targets:
        commits, bases = _Walk(repository, target, [head]).range_of(head)
        if commits and (best is None or len(commits) < len(best.commits)):
            trees = {commit.oid: commit.tree for commit in repository.read_commits(bases[:1])}
            best = _change(repository, [ref] if ref else [], target.ref, commits, bases, trees=trees)
        if not commits:
            return landed_commit(repository, target, head)
    if best is None:
        raise UsageError(f"{spec} names nothing that could be reviewed")
    return best


def _ranged(repository: Repository, targets: Sequence[Target], left: str, right: str) -> Change:
    """What a user typed as `base..head`; a branch that is named as base may be a change of its own."""
    (lower, base), (head, ref) = repository.resolve(left), _named_head(repository, right)
    target = targets[0]
    if len(targets) > 1:
        sizes = {each: len(_Walk(repository, each, [head]).range_of(head)[0]) for each in targets}
        target = min(targets, key=lambda each: sizes[each] or math.inf)
    change = explicit(repository, target.ref, base, head, ref)
    other = lower and all(lower not in (each.ref, each.source) for each in targets)
    return replace(change, below=lower) if lower and other and change.merge_bases == (base,) else change


def _named_head(repository: Repository, name: str) -> tuple[Oid, str | None]:
    ref, head = repository.resolve(name or "HEAD")
    return head, ref


def explicit(repository: Repository, target: str, left: Oid, head: Oid, ref: str | None = None) -> Change:
    """The change from merge base of two commits to the second one."""
    bases = repository.merge_bases(left, head)
    commits = tuple(repository.commits([head], [left]))
    if not commits:
        raise UsageError("the range holds no commit")
    trees = {commit.oid: commit.tree for commit in repository.read_commits(bases[:1])}
    return _change(repository, [ref] if ref else [], target, commits, bases, trees=trees)


def landed_commit(repository: Repository, target: Target, head: Oid) -> Change:
    """One commit of the target's history as a change against its first parent."""
    [commit] = repository.read_commits([head])
    parents = commit.parents[:1]
    commits = (commit, *(repository.commits(commit.parents[1:], parents) if len(commit.parents) > 1 else ()))
    trees = {parent.oid: parent.tree for parent in repository.read_commits(parents)}
    return _change(repository, [], target.ref, tuple(commits), parents, trees=trees, landed=True)


def landed(repository: Repository, target: Target, left: Oid | None, right: Oid) -> tuple[Change, ...]:
    """The first-parent commits of left..right, oldest first, one change each."""
    oids = repository.first_parents(right, [left] if left is not None else [])
    return tuple(landed_commit(repository, target, oid) for oid in reversed(oids))


def on_line_of(repository: Repository, old: Oid, new: Oid) -> bool:
    """Tell whether `old` is `new` or lies on its first-parent line."""
    between = repository.first_parents(new, [old])
    if not between:
        return old == new
    [first] = repository.read_commits(between[-1:])
    return first.parents[:1] == (old,)


def on_first_parent_line(repository: Repository, target: Target, oid: Oid) -> bool:
    """Tell whether a commit lies on the target's first-parent line."""
    return oid == target.tip or oid in set(repository.first_parents(target.tip, []))
