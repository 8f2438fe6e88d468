"""Let onto a target only what its gate is satisfied with."""

from collections.abc import Iterator
from dataclasses import replace

from reviewconsole.change import Oid
from reviewconsole.decision import Verdict
from reviewconsole.errors import FormatError, RepositoryError, Undecidable
from reviewconsole.gate import GateReport
from reviewconsole.globs import Globs
from reviewconsole.loading import changes
from reviewconsole.loading.changes import HEADS, Target
from reviewconsole.loading.judging import judge_each
from reviewconsole.loading.policies import policy_at
from reviewconsole.loading.store import Store
from reviewconsole.policy import REVOKED_PATH, SIGNERS_PATH
from reviewconsole.receive.names import folded
from reviewconsole.receive.update import Refusal, Update

_NEWER = "create it from a newer commit, or have it created in the repository itself"
_TRUSTED = (SIGNERS_PATH, REVOKED_PATH)


def check(store: Store, update: Update, start: Oid | None, now: int) -> Iterator[Refusal]:
    """Judge the update of one branch; nothing is said of one that is no target.

    A change is judged by the policy of its first parent, so a policy that a push weakens does not
    yet hold for that push.
    """
    branch = update.ref.removeprefix(HEADS)
    protected = {target.ref: target for target in store.targets}
    if branch == update.ref:
        return
    if not (update.ref in protected or (store.policy and store.policy.covers(branch))):
        if update.new is not None:
            yield from _beside(store, update.ref)
        return
    if update.new is None:
        remedy = "take it out of `targets` in the policy first"
        yield Refusal(ref=update.ref, why="a target is never deleted", remedy=remedy)
        return
    target = protected.get(update.ref)
    try:
        if target is None:
            yield from _begun(store, update.ref, update.new, start, now)
        else:
            yield from _forward(store, target, update.new, start, now)
    except (RepositoryError, FormatError, Undecidable) as error:
        yield Refusal(ref=update.ref, why=f"it cannot be judged: {error}", remedy=error.remedy)


def _beside(store: Store, ref: str) -> Iterator[Refusal]:
    """Refuse a branch that stands in a target's place: on disks without case, here or in a clone, or as its folder."""
    names = [target.ref.removeprefix(HEADS) for target in store.targets]
    names += store.policy.targets if store.policy else []
    branch, wanted = folded(ref.removeprefix(HEADS)), [folded(name) for name in names]
    alike = next((n for n, w in zip(names, wanted, strict=True) if branch == w or Globs((w,)).matches(branch)), None)
    below = next((n for n, w in zip(names, wanted, strict=True) if w.startswith(f"{branch}/")), None)
    if alike is not None:
        why = f"where case is not told apart it is the target {alike}"
    elif below is not None:
        why = f"a branch of this name keeps the target {below} from being created"
    else:
        return
    yield Refusal(ref=ref, why=why, remedy="choose another name: git branch -m NEW-NAME, then push that")


def _forward(store: Store, target: Target, new: Oid, start: Oid | None, now: int) -> Iterator[Refusal]:
    repository = store.repository
    if not repository.is_ancestor(target.tip, new):
        remedy = f"git fetch, then rebase or merge on {target.ref.removeprefix(HEADS)}, and push without --force"
        yield Refusal(ref=target.ref, why="the push rewrites what has landed", remedy=remedy)
        return
    if not changes.on_line_of(repository, target.tip, new):
        why = "what has landed would become the second parent of a merge, and older rules would judge what is new"
        remedy = (
            f"merge into {target.ref.removeprefix(HEADS)}, not the other way round: git checkout it, git merge yours"
        )
        yield Refusal(ref=target.ref, why=why, remedy=remedy)
        return
    moved = replace(store, targets=tuple(replace(t, tip=new) if t == target else t for t in store.targets))
    listed = changes.landed(repository, target, target.tip, new)
    for item in judge_each(moved, listed, start, now, within=frozenset(change.head for change in listed)):
        if item.report.verdict is not Verdict.SATISFIED:
            why = "; ".join(item.report.why) or item.report.verdict.value
            title = f"{item.change.head[:12]} {item.change.title}"
            yield Refusal(
                ref=target.ref,
                why=f"{title}: {item.report.verdict.value}: {why}",
                remedy=_remedy(store, item.change.head, item.report),
            )


def _begun(store: Store, ref: str, new: Oid, start: Oid | None, now: int) -> Iterator[Refusal]:
    """A new target may begin only where a target stands or stood, under the rules of today.

    A commit within a merged branch, or within a run that was approved as one, is no state that a
    target stood at: nobody approved it as it is.
    """
    repository = store.repository
    stood = next((each for each in store.targets if changes.on_first_parent_line(repository, each, new)), None)
    first = store.targets[0]
    if not any(repository.is_ancestor(new, each.tip) for each in store.targets):
        why = "a new target begins with commits that are on no other target"
        yield Refusal(ref=ref, why=why, remedy="create it from a commit of a target, then land the rest")
    elif policy_at(repository, new)[1] != policy_at(repository, first.tip)[1]:
        why = f"a new target begins at a commit whose policy is not that of {first.ref}"
        yield Refusal(ref=ref, why=why, remedy=_NEWER)
    elif _is_trust(store, ref) and any(
        repository.file_at(new, path) != repository.file_at(first.tip, path) for path in _TRUSTED
    ):
        why = f"the trust branch begins where signers or revocations are not those of {first.ref}"
        yield Refusal(ref=ref, why=why, remedy=_NEWER)
    elif stood is None or (new != stood.tip and not _covered_alone(store, stood, new, start, now)):
        why = "a new target begins inside of what landed as one, at a state that nobody approved by itself"
        yield Refusal(ref=ref, why=why, remedy=_NEWER)


def _is_trust(store: Store, ref: str) -> bool:
    return store.policy is not None and ref == HEADS + store.policy.trust


def _covered_alone(store: Store, target: Target, oid: Oid, start: Oid | None, now: int) -> bool:
    listed = [changes.landed_commit(store.repository, target, oid)]
    return all(
        item.report.verdict is Verdict.SATISFIED for item in judge_each(store, listed, start, now, within=frozenset())
    )


def _locked_out(store: Store, report: GateReport) -> bool:
    """Whether the people of the policy are too few for what is missing, whoever of them signs."""
    short = [item.quorum for item in report.requirements if item.quorum is not None]
    if any(len(quorum.given) + len(quorum.may) < quorum.needed for quorum in short):
        return True
    people = {name for rule in (store.policy.rules if store.policy else ()) for name in rule.people}
    return len(people) < 2 and any(item.id == "boundary/policy.self" for item in report.requirements)


def _remedy(store: Store, head: Oid, report: GateReport) -> str:
    if store.policy is None:
        return (
            "no policy judges this branch yet: the administrator lets the first one in with "
            f"`git config reviewconsole.introduction {head}` in the repository that has this hook"
        )
    if _locked_out(store, report):
        return (
            "nobody whom the policy names can sign this off, since they are too few or took part: name one more person "
            "(`reviewconsole people add`); where that change is refused for the same reason, the administrator lets it "
            f"in with `git config reviewconsole.introduction {head}` in the repository that has this hook"
        )
    return (
        "have it signed off (`reviewconsole` in a clone), push the records (`reviewconsole sync`), then push again; "
        "a squash or rebase keeps a sign-off, other content does not"
    )
