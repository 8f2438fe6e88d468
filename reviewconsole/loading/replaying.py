"""Find out which records carry to a change by content or replay, and who took part in what they were about."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from reviewconsole import canonical
from reviewconsole.attestation import Attestation
from reviewconsole.carryover import Replay, Subject, may_be_replay, same_content
from reviewconsole.change import Change, Commit, Oid
from reviewconsole.decision import DecisionKind
from reviewconsole.errors import CorruptObject, FormatError, MissingObject, RepositoryError, Undecidable
from reviewconsole.evidence import Participant, participants
from reviewconsole.facts import Facts, PolicyInForce, Records, VerifiedAttestation
from reviewconsole.git.merging import Bench
from reviewconsole.git.repository import Repository
from reviewconsole.loading.changes import HEADS, deciding_prefix
from reviewconsole.loading.commit_signatures import signing_people
from reviewconsole.loading.content import content_digest
from reviewconsole.loading.provenances import assess_provenance
from reviewconsole.loading.store import Store
from reviewconsole.loading.undoing import taken_back
from reviewconsole.policy import Policy
from reviewconsole.related import index_of

_SHOWN = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class _Range:
    """What a record was about, read again from its own commits."""

    commits: tuple[Commit, ...]
    base_tree: Oid
    head_tree: Oid


def carried(store: Store, force: PolicyInForce, facts: Facts, records: Records) -> Records:
    """Add to the records what of them carries to this change by replay, who took part in their ranges, what is spent.

    What a record says of people and trees is not believed: its head and base must be here, with the
    trees and the content digest it states.
    """
    subject = Subject(change=facts.change, digest=facts.digest, paths=facts.paths)
    origins: dict[str, tuple[Participant, ...]] = {}
    replays: dict[str, Replay] = {}
    spent: dict[str, str] = {}
    with Bench(store.repository) as bench:
        ledger = _Ledger(repository=store.repository, bench=bench, change=facts.change, policy=force.policy)
        for record in index_of(records.verified).candidates(subject):
            att = record.attestation
            if att.head == facts.change.head:
                spent |= ledger.spent(record, None)
                continue
            content = same_content(att, subject)
            if not content and not may_be_replay(att, subject):
                continue
            found = _read(store.repository, att)
            if isinstance(found, Replay):
                replays[record.id] = found
                spent |= ledger.spent(record, None) if content else {}
                continue
            if not content:
                replays[record.id] = _replay(bench, found, facts.change)
            if content or replays[record.id].equal:
                spent |= ledger.spent(record, found)
                change = replace(facts.change, ref=att.ref, head=att.head, base=att.base, commits=found.commits)
                origin = assess_provenance(store, replace(change, landed=False), facts.paths)
                origins[record.id] = involved(store.repository, force, found.commits, origin.operators)
    return replace(records, origins=origins, replays=replays, spent=spent)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ledger:
    """What of the approvals has been used up."""

    repository: Repository
    bench: Bench
    change: Change
    policy: Policy

    def spent(self, record: VerifiedAttestation, found: _Range | None) -> dict[str, str]:
        """Record id -> why, where what an approval is about has landed before and was taken back.

        Of a backport it is asked of the target that the approval was given for, too, unless it has landed already.
        """
        att, change = record.attestation, self.change
        if att.decision is not DecisionKind.APPROVE:
            return {}
        trees = (change.base_tree, change.head_tree) if found is None else (found.base_tree, found.head_tree)
        try:
            held = taken_back(self.repository, self.bench, att, change, trees)
            where = "the target"
            if held is None and self._is_backport(att):
                where = att.target_ref.removeprefix(HEADS)
                held = taken_back(self.repository, self.bench, att, self._at_its_own_target(att), trees)
        except (RepositoryError, Undecidable) as error:
            return {record.id: f"whether its content was taken back since cannot be told: {error}"}
        if held is None:
            return {}
        return {
            record.id: f"its content stood in {where} at {held[:12]} and was taken back since: rebase, "
            "and have it approved again"
        }

    def _is_backport(self, att: Attestation) -> bool:
        target = canonical.printable(self.change.target)
        sources = self.policy.backport_sources(self.change.target.removeprefix(HEADS))
        if att.target_ref == target or sources is None or not sources.matches(att.target_ref.removeprefix(HEADS)):
            return False
        tip = self._tip(self.change.target)
        return not self.change.landed or tip is None or not self.repository.is_ancestor(self.change.head, tip)

    def _at_its_own_target(self, att: Attestation) -> Change:
        tip = self._tip(att.target_ref)
        if tip is None:
            name = att.target_ref.removeprefix(HEADS)
            raise MissingObject(f"{name}, which it was given for, is not here", remedy=f"fetch {name}")
        return replace(self.change, base=att.base, onto=tip)

    def _tip(self, ref: str) -> Oid | None:
        name = deciding_prefix(self.repository) + ref.removeprefix(HEADS)
        return next((found.oid for found in self.repository.refs(name) if found.name == name), None)


def _read(repository: Repository, att: Attestation) -> _Range | Replay:
    """Read a record's own range; a Replay that says why it cannot be, or is not what the record states."""
    try:
        commits = tuple(repository.commits([att.head], [att.base] if att.base is not None else []))
        bases = repository.read_commits([att.base] if att.base is not None else [])
        base_tree = bases[0].tree if bases else repository.empty_tree
        if not commits or (base_tree, commits[0].tree) != (att.base_tree, att.head_tree):
            return Replay(equal=False, why="its base and head have not the trees that it states")
        if content_digest(repository, base_tree, commits[0].tree) != att.diff_sha256:
            return Replay(equal=False, why="its base and head have not the content that it states")
    except CorruptObject as error:
        return Replay(equal=None, why=str(error))
    except (RepositoryError, FormatError) as error:
        why = f"its head {att.head[:12]} or its base is not here: git fetch origin {att.head}"
        pulls = "or the refs that keep old heads, e.g. 'refs/pull/*/head:refs/pull/*/head'"
        known = isinstance(error, MissingObject)
        return Replay(equal=None, why=f"{why}, {pulls}" if known else f"its content cannot be read: {error}")
    return _Range(commits=commits, base_tree=base_tree, head_tree=commits[0].tree)


def _replay(bench: Bench, old: _Range, change: Change) -> Replay:
    try:
        merge = bench.merge(old.base_tree, change.base_tree, old.head_tree)
        if merge.tree == change.head_tree:
            return Replay(equal=True)
        if merge.tree is None:
            return Replay(equal=False, why=f"what was signed conflicts with the new base in {_names(merge.conflicts)}")
        beyond = _names(bench.differing(merge.tree, change.head_tree))
        return Replay(equal=False, why=f"the content has changed since, beyond a mechanical rebase, in {beyond}")
    except Undecidable as error:
        return Replay(equal=None, why=f"{error}: {error.remedy}")
    except RepositoryError as error:
        return Replay(equal=None, why=str(error))


def _names(paths: Iterable[str]) -> str:
    listed = [canonical.printable(path) for path in paths]
    rest = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + rest


@dataclass(frozen=True, kw_only=True, slots=True)
class Mechanical:
    """Whether a merge commit is what git alone makes of its two parents."""

    is_so: bool | None
    """None where it cannot be told."""
    why: str = ""


def mechanical(repository: Repository, bench: Bench, merge: Commit) -> Mechanical:
    """Merge the parents of a merge commit again and compare; content beyond that is named."""
    if len(merge.parents) != 2:
        return Mechanical(is_so=None, why="an octopus merge is judged by its content alone")
    try:
        bases = repository.merge_bases(*merge.parents)
        if len(bases) != 1:
            return Mechanical(
                is_so=None, why=f"its parents have {len(bases)} merge bases, so no merge is the mechanical one"
            )
        trees = {commit.oid: commit.tree for commit in repository.read_commits([*bases, *merge.parents])}
        found = bench.merge(*(trees[oid] for oid in (*bases, *merge.parents)))
        if found.tree == merge.tree:
            return Mechanical(is_so=True)
        if found.tree is None:
            return Mechanical(is_so=False, why=f"conflicts were settled by hand in {_names(found.conflicts)}")
        beyond = _names(bench.differing(found.tree, merge.tree))
        return Mechanical(is_so=False, why=f"the merge changes {beyond} beyond what git alone makes of its parents")
    except (RepositoryError, Undecidable) as error:
        return Mechanical(is_so=None, why=str(error))


def involved(
    repository: Repository, force: PolicyInForce, commits: tuple[Commit, ...], operators: Iterable[str]
) -> tuple[Participant, ...]:
    """Who took part in a range: by name, and by the key that signed a commit, whatever name it bears.

    Who only merged is left out where the tree is what git alone makes. Merges are made again only
    where it matters: where a person of the policy is in the range by nothing but a merge.
    """
    policy = force.policy
    merges = [commit for commit in commits if len(commit.parents) > 1]
    plain = [commit for commit in commits if len(commit.parents) < 2]
    sure = {p.email for p in participants(plain, operators)}
    named = {p.email for p in participants(merges)}
    doubtful = {email for email in named - sure if policy.person_of(email) is not None}
    with Bench(repository) as bench:
        idle = {
            commit.oid
            for commit in merges
            if doubtful & {p.email for p in participants([commit])} and mechanical(repository, bench, commit).is_so
        }
    kept = [commit for commit in commits if commit.oid not in idle]
    found = {p.email: set(p.roles) for p in participants(kept, operators)}
    for person in signing_people(repository, kept, force.roster):
        for email in sorted(policy.people.get(person, ()))[:1]:
            found.setdefault(email, set()).add("committer")
    return tuple(Participant(email=email, roles=tuple(sorted(roles))) for email, roles in sorted(found.items()))
