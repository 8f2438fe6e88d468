"""Read the claims that stand: signed by somebody who may decide here, and not ended."""

from collections.abc import Iterator
from contextlib import suppress

from reviewconsole.casefile import Claimed
from reviewconsole.change import Change, Oid
from reviewconsole.claim import CLAIM_NAMESPACE, CLAIM_PREFIX, LONGEST, Claim, claim_ref, parse_claim
from reviewconsole.envelope import pae, parse_envelope, parse_note
from reviewconsole.errors import FormatError, PolicyError, RepositoryError, Undecidable, VerificationError
from reviewconsole.facts import PolicyInForce
from reviewconsole.git import notes
from reviewconsole.loading.policies import in_force, repository_id
from reviewconsole.loading.store import Store
from reviewconsole.signers import parse_time
from reviewconsole.signing import sshsig
from reviewconsole.sshkey import key8

_AHEAD = 300
"""Seconds that another machine's clock may be ahead."""


def standing_claims(store: Store, now: int) -> tuple[Claim, ...]:
    """The newest claim of each person on each head, those that ended or do not verify left out.

    Never raises for what a ref holds: a claim that cannot be read is none.
    """
    try:
        force = in_force(store.repository, store.targets[0].tip)
        names = notes.note_refs(store.repository, CLAIM_PREFIX)
    except (PolicyError, Undecidable, RepositoryError):
        return ()
    identity = repository_id(store.repository, force.policy.repository, store.targets[0].tip)
    newest: dict[tuple[str, str, Oid], Claim] = {}
    for name in names:
        for claim in _of(store, force, name, now):
            key = claim.principal, claim.target_ref, claim.head
            if claim.repository_id == identity and (
                key not in newest or claim_order(newest[key]) <= claim_order(claim)
            ):
                newest[key] = claim
    return tuple(c for c in newest.values() if not _releases(c) and seconds_of(c.expires_at) > now)


def claimed(claims: tuple[Claim, ...], change: Change, own: str | None) -> tuple[Claimed, ...]:
    """Who is on a change, the latest first, once each; `own` is the person who asks."""
    found = sorted((each for each in claims if each.speaks_of(change)), key=lambda each: each.claimed_at)
    rows = {
        each.principal: Claimed(
            principal=each.principal, since=each.claimed_at, until=each.expires_at, own=each.principal == own
        )
        for each in found
    }
    return tuple(reversed(rows.values()))


def claim_order(claim: Claim) -> tuple[str, bool]:
    """Later claims go last, and of two of the same second the one that releases."""
    return claim.claimed_at, _releases(claim)


def _releases(claim: Claim) -> bool:
    return claim.expires_at == claim.claimed_at


def seconds_of(moment: str) -> int:
    """Seconds since the epoch of a claim's moment, in UTC."""
    return parse_time(moment.replace("-", "").replace("T", "").replace(":", ""))


def _of(store: Store, force: PolicyInForce, ref: str, now: int) -> Iterator[Claim]:
    try:
        read = notes.read_notes(store.repository, ref).notes
    except (RepositoryError, FormatError):
        return
    for noted, raw in read.items():
        with suppress(FormatError, VerificationError):
            claim = signed_claim(force, ref, noted, raw, now)
            if timely(claim, now):
                yield claim


def timely(claim: Claim, now: int) -> bool:
    """Whether a claim is of this day, holds no longer than one may, and was not made ahead of its time."""
    start, end = seconds_of(claim.claimed_at), seconds_of(claim.expires_at)
    return start <= end <= start + LONGEST and now - LONGEST <= start <= now + _AHEAD


def signed_claim(force: PolicyInForce, ref: str, noted: Oid, raw: bytes, now: int) -> Claim:
    """The claim of a note, which is that of its last line, whenever it was made.

    Raises VerificationError where the one who is said to have made it did not sign it, or where it lies in another
    place than theirs; FormatError where it cannot be read.
    """
    lines = parse_note(raw).lines
    if not lines:
        raise FormatError("the note holds no claim")
    envelope = parse_envelope(lines[-1])
    claim = parse_claim(envelope.payload)
    signature = sshsig.verify(pae(envelope.payload), envelope.signature, namespace=CLAIM_NAMESPACE)
    key = force.roster.by_blob(signature.blob)
    if key is None or key.principal != claim.principal or force.revoked.revoked(signature.fingerprint, now):
        raise VerificationError("it is not signed by a key of its person")
    if not (key.valid_after or 0) <= now < (key.valid_before or now + 1):
        raise VerificationError("the key is not valid now")
    if ref != claim_ref(claim.principal, key8(signature.blob), claim.device) or noted != claim.head:
        raise VerificationError("it lies in another place than that of its person and head")
    return claim
