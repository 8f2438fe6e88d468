"""Keep a person's claims theirs: nothing depends on them, but a forged or lost one sends two to the same review."""

from collections.abc import Iterator

from reviewconsole.change import Oid
from reviewconsole.claim import Claim
from reviewconsole.errors import FormatError, RepositoryError, VerificationError
from reviewconsole.facts import PolicyInForce
from reviewconsole.loading.claims import claim_order, signed_claim
from reviewconsole.receive.logs import Logs
from reviewconsole.receive.update import Refusal, Update

_REMEDY = "claims are written by `reviewconsole claim` and `release`, and pushed by `sync`"


def check_claims(logs: Logs, update: Update, force: PolicyInForce | None, *, now: int) -> Iterator[Refusal]:
    """Judge the update of one ref of claims: it moves forward, loses none, and gains what its person signed."""
    if update.new is None:
        return
    try:
        _check(logs, update, force, now)
    except (FormatError, VerificationError, RepositoryError) as error:
        yield Refusal(ref=update.ref, why=str(error), remedy=_REMEDY)


def _check(logs: Logs, update: Update, force: PolicyInForce | None, now: int) -> None:
    if force is None:
        raise VerificationError("no target holds a readable policy, so nobody's key is known here")
    if update.new is None or not logs.repository.is_commit(update.new):
        raise FormatError("claims point at a commit")
    if update.old is not None and not logs.repository.is_ancestor(update.old, update.new):
        raise VerificationError("the push rewinds the claims or replaces them")
    before, after = logs.listed(update.old), logs.listed(update.new)
    if before.blobs.keys() - after.blobs.keys() or after.oversized:
        raise VerificationError("the push drops a claim, or brings one that is too large")
    for noted in logs.changed(before, after):
        fresh = signed_claim(force, update.ref, noted, logs.text(after, noted), now)
        known = _known(force, update.ref, noted, logs.text(before, noted), now)
        if known is not None and claim_order(fresh) < claim_order(known):
            raise VerificationError(f"the push puts an older claim on {noted[:12]}")


def _known(force: PolicyInForce, ref: str, noted: Oid, raw: bytes, now: int) -> Claim | None:
    try:
        return signed_claim(force, ref, noted, raw, now)
    except (FormatError, VerificationError):
        return None
