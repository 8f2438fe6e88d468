"""The use case of a server's hook: judge a push before it is accepted, offline.

updates, quarantined objects -> names -> logs -> targets -> refusals

A push is taken whole or refused whole. Trust comes from the tips that the repository has before the
push: policy, signers and revocations of the target, never what the push brings. Records that come
in the same push count, once they passed as an addition to their log.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reviewconsole.chain import REF_PREFIX
from reviewconsole.claim import CLAIM_PREFIX
from reviewconsole.errors import FormatError, PolicyError, RepositoryError, Undecidable
from reviewconsole.facts import PolicyInForce
from reviewconsole.git.repository import Repository
from reviewconsole.loading.changes import HEADS, find_targets
from reviewconsole.loading.opening import introduction, open_store, readable_policy, tip_policy
from reviewconsole.loading.policies import in_force
from reviewconsole.provenance.patterns import Patterns
from reviewconsole.receive import claims, landing, logs, names
from reviewconsole.receive.update import Refusal, Update, followed, parse_pushes, parse_updates
from reviewconsole.witness import WITNESS_PREFIX

__all__ = ["PushVerdict", "Refusal", "Update", "before_push", "parse_updates", "receive"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PushVerdict:
    """The hook's answer to one push; accepted exactly when nothing is refused."""

    refusals: tuple[Refusal, ...]
    notices: tuple[str, ...] = ()
    """What the pusher should know although it was not refused."""


def receive(repository: Repository, patterns: Patterns, updates: Sequence[Update], *, now: int) -> PushVerdict:
    """Judge one push. `now` is the hook's clock, in seconds since the epoch."""
    with repository.held():
        return _receive(repository, patterns, followed(repository, updates), now=now)


def _receive(repository: Repository, patterns: Patterns, updates: Sequence[Update], *, now: int) -> PushVerdict:
    refusals = [refusal for update in updates for refusal in names.check(update)]
    own = [update for update in updates if update.ref.startswith(REF_PREFIX)]
    force, held = _force(repository), logs.Logs(repository)
    for update in own:
        refusals += logs.check_log(held, update, own, force, now=now)
    for update in updates:
        if update.ref.startswith(WITNESS_PREFIX):
            refusals += logs.check_witnesses(held, update, force, now=now)
        if update.ref.startswith(CLAIM_PREFIX):
            refusals += claims.check_claims(held, update, force, now=now)
    if refusals or not any(update.ref.startswith(HEADS) for update in updates):
        return PushVerdict(refusals=tuple(refusals))
    if not repository.raw_refs(HEADS):
        return PushVerdict(refusals=(), notices=("the first push into an empty repository: nothing is enforced yet",))
    pushed = {update.ref: update.new for update in updates if update.new is not None}
    store = open_store(repository, patterns, pushed=pushed, book=held.book)
    held.book.keep({ref.name: ref.oid for ref in repository.raw_refs(REF_PREFIX) if ref.name not in pushed})
    start = introduction(repository, None)
    for update in updates:
        refusals += landing.check(store, update, start, now)
    return PushVerdict(refusals=tuple(refusals))


def before_push(repository: Repository, patterns: Patterns, feed: bytes, *, now: int) -> PushVerdict:
    """Judge, in a clone, what is about to be pushed to targets.

    A courtesy: whoever pushes can leave it out (`--no-verify`); the server's hook is what holds.
    """
    refusals: list[Refusal] = []
    store = open_store(repository, patterns)
    start = introduction(repository, None)
    for update in parse_pushes(feed):
        refusals += landing.check(store, update, start, now)
    return PushVerdict(refusals=tuple(refusals))


def _force(repository: Repository) -> PolicyInForce | None:
    """Whose keys are known: by the policy of a target's tip; None where there is none to read."""
    try:
        tip = find_targets(repository, tip_policy(repository, None))[0].tip
        found = readable_policy(repository, tip)
        return in_force(repository, tip if found is None else found[0])
    except (Undecidable, PolicyError, RepositoryError, FormatError):
        return None
