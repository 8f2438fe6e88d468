"""The use case of an agent or a pre-commit hook: the boundary alone, before anybody is asked to review."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from reviewconsole import constraints
from reviewconsole.boundary import LEVELS, BoundaryResult
from reviewconsole.casefile import Requirement
from reviewconsole.change import Change, Oid
from reviewconsole.constraints.facts import Facts as BoundaryFacts
from reviewconsole.decision import Verdict, worst
from reviewconsole.diff import FileDiff
from reviewconsole.display import counted
from reviewconsole.errors import Undecidable, UsageError
from reviewconsole.evidence import ProvenanceClass, participants
from reviewconsole.facts import Facts, PolicyInForce
from reviewconsole.git.index import Index
from reviewconsole.git.repository import Repository
from reviewconsole.git.worktree import WorkTree
from reviewconsole.granting import Granted, judge_statements
from reviewconsole.loading import changes
from reviewconsole.loading.boundary import boundary_facts
from reviewconsole.loading.content import assemble, load_trees
from reviewconsole.loading.opening import open_store
from reviewconsole.loading.policies import in_force, repository_id
from reviewconsole.loading.provenances import assess_provenance
from reviewconsole.loading.store import Store
from reviewconsole.provenance.patterns import Patterns


@dataclass(frozen=True, kw_only=True, slots=True)
class Guarded:
    """What the boundary says to work that nobody has reviewed yet."""

    verdict: Verdict
    target: str
    base: Oid | None
    head: Oid
    staged: bool
    work_tree: bool
    """Whether it judges the work tree as it lies there, staged or not."""
    unstaged: tuple[str, ...]
    """Paths that were not looked at, since they are not staged."""
    policy_commit: Oid
    policy_sha256: str
    results: tuple[BoundaryResult, ...]
    reasons: Mapping[str, str]
    """Constraint id -> the `why` of the policy."""
    waived: Mapping[str, str]
    tasks: tuple[Requirement, ...]
    level: str
    """The mildest level whose violation fails."""

    def fails(self, result: BoundaryResult) -> bool:
        """Whether this constraint's answer is one that stops the work."""
        if result.id in self.waived or result.verdict in ("pass", "n/a"):
            return False
        return LEVELS.index(result.level) <= LEVELS.index(self.level)


def guard(
    repository: Repository,
    patterns: Patterns,
    *,
    now: int,
    spec: str | None = None,
    staged: bool = False,
    target: str | None = None,
    assume_ai: bool = False,
    level: str = "acknowledge",
    root: Path | None = None,
) -> Guarded:
    """Evaluate the boundary on the work as it lies in the work tree at `root`, on what is staged, or on a range.

    The policy is that of the target's tip, as for the gate. Undecidable where there is none, and where
    nothing is staged, although something is changed: that would be a pass of nothing.
    """
    if staged and spec is not None:
        raise UsageError("either --staged or a range")
    store = open_store(repository, patterns, target)
    chosen, change = _change(store, spec)
    force = in_force(repository, chosen.tip)
    with _looked_at(store, change, root if spec is None else None, staged=staged) as seen:
        facts = _assumed(seen.facts) if assume_ai else seen.facts
        results = constraints.evaluate(force.policy, facts)
    granted = _granted(store, force, change, facts, results=results, now=now)
    out = Guarded(
        verdict=Verdict.SATISFIED,
        target=chosen.ref,
        base=change.base,
        head=change.head,
        staged=staged,
        work_tree=seen.work_tree,
        unstaged=seen.unstaged,
        policy_commit=force.commit,
        policy_sha256=force.sha256,
        results=results,
        reasons={table.id: table.why for table in force.policy.constraints},
        waived=granted.waived,
        tasks=granted.requirements,
        level=level,
    )
    verdicts = [task.verdict for task in granted.requirements]
    verdicts += [
        Verdict.UNDECIDABLE if result.verdict == "undecidable" else Verdict.VIOLATED
        for result in results
        if out.fails(result)
    ]
    return replace(out, verdict=worst(verdicts))


def _change(store: Store, spec: str | None) -> tuple[changes.Target, Change]:
    """The target and the range; for staged work and without a spec, what HEAD has beyond the target."""
    repository = store.repository
    if spec is not None and ".." in spec:
        left, _, right = spec.partition("..")
        ref, head = repository.resolve(right.removeprefix(".") or "HEAD")
        if not repository.commits([head], [repository.resolve(left)[1]]):
            return store.targets[0], _nothing(store, store.targets[0], ref, head)
        change = changes.one(repository, store.targets, spec)
        return next(t for t in store.targets if t.ref == change.target), change
    ref, head = repository.resolve(spec or "HEAD")
    ahead = {target: len(repository.commits([head], [target.tip])) for target in store.targets}
    target = min(store.targets, key=ahead.__getitem__)
    if ahead[target]:
        return target, changes.explicit(repository, target.ref, target.tip, head, ref)
    return target, _nothing(store, target, ref, head)


def _nothing(store: Store, target: changes.Target, ref: str | None, head: Oid) -> Change:
    """A range without a commit."""
    [commit] = store.repository.read_commits([head])
    return Change(
        ref=ref or head,
        target=target.ref,
        base=head,
        head=head,
        base_tree=commit.tree,
        head_tree=commit.tree,
        merge_bases=(head,),
        commits=(),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """What is judged, and what of the work tree is not."""

    facts: BoundaryFacts
    work_tree: bool = False
    unstaged: tuple[str, ...] = ()


@contextmanager
def _looked_at(store: Store, change: Change, root: Path | None, *, staged: bool) -> Iterator[_Seen]:
    """The facts of what is staged, of the work tree at `root` where it holds more than HEAD, else of the range."""
    repository = store.repository
    if root is None:
        yield _Seen(facts=_staged(store, change) if staged else _committed(store, change))
        return
    with WorkTree(repository, root) as work:
        unstaged = tuple(sorted(work.unstaged()))
        [head] = repository.read_commits([change.head])
        anew = bool(Index(repository).entries(head.tree))
        if not staged and (unstaged or anew):
            yield _Seen(facts=_staged(replace(store, repository=work.lent()), change), work_tree=True)
            return
        if unstaged and not anew and "GIT_INDEX_FILE" not in repository.environ:
            raise Undecidable(
                f"nothing is staged, and {counted(len(unstaged), 'file')} changed, {unstaged[0]} first",
                remedy="git add them, or leave --staged out: `reviewconsole guard` looks at the work tree",
            )
        facts = _staged(store, change) if staged else _committed(store, change)
        yield _Seen(facts=facts, unstaged=unstaged)


def _assumed(facts: BoundaryFacts) -> BoundaryFacts:
    """The same as AI-assisted, whatever the evidence says."""
    if facts.provenance.provenance.rank >= ProvenanceClass.DECLARED.rank:
        return facts
    return replace(facts, provenance=replace(facts.provenance, provenance=ProvenanceClass.DECLARED))


def _committed(store: Store, change: Change) -> BoundaryFacts:
    if len(change.merge_bases) > 1:
        raise Undecidable("several merge bases", remedy="merge or rebase on the target, so that there is one")
    content = load_trees(store.repository, change.base_tree, change.head_tree)
    return _facts(store, change, content.files)


def _staged(store: Store, change: Change) -> BoundaryFacts:
    repository = store.repository
    index = Index(repository)
    entries = index.entries(change.base_tree)
    content = assemble(repository, entries, lambda: index.patches(change.base_tree, entries))
    facts = _facts(store, change, content.files)
    blobs: dict[str, Oid] = {}

    def head_file(path: str) -> bytes | None:
        if not blobs:
            blobs.update(index.files())
        return repository.blobs([blobs[path]])[blobs[path]] if path in blobs else None

    return replace(facts, head_file=head_file)


def _facts(store: Store, change: Change, files: tuple[FileDiff, ...]) -> BoundaryFacts:
    return boundary_facts(
        store.repository,
        change,
        entries=tuple(file.entry for file in files),
        files=files,
        provenance=assess_provenance(store, change, tuple(file.path for file in files)),
        patterns=store.patterns,
    )


def _granted(
    store: Store,
    force: PolicyInForce,
    change: Change,
    facts: BoundaryFacts,
    *,
    results: tuple[BoundaryResult, ...],
    now: int,
) -> Granted:
    tip = next(target.tip for target in store.targets if target.ref == change.target)
    seen = Facts(
        change=change,
        repository_id=repository_id(store.repository, force.policy.repository, tip),
        digest="",
        paths=tuple(entry.path for entry in facts.entries),
        participants=participants(change.commits, facts.provenance.operators),
        provenance=facts.provenance,
        findings=(),
        engine="",
        boundary=results,
        level="none",
    )
    rules = tuple(force.policy.rules)
    return judge_statements(force, seen, store.records, rules=rules, judged=(), now=now)
