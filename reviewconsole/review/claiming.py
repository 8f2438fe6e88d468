"""Say that one is on a change, so that two do not review the same one, and that one is not any more."""

import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

from reviewconsole import __version__, canonical
from reviewconsole.casefile import Claimed
from reviewconsole.change import Change, Oid
from reviewconsole.claim import CLAIM_NAMESPACE, LONGEST, Claim, claim_bytes, claim_note, claim_ref
from reviewconsole.config import Config
from reviewconsole.envelope import Envelope, pae
from reviewconsole.errors import FormatError, RepositoryError, StorageError, UsageError, VerificationError
from reviewconsole.facts import PolicyInForce
from reviewconsole.git import notes
from reviewconsole.git.repository import Repository
from reviewconsole.loading.claims import claim_order, claimed, seconds_of, signed_claim, standing_claims
from reviewconsole.loading.policies import in_force, repository_id
from reviewconsole.loading.store import Store
from reviewconsole.review.deciding import principal_of
from reviewconsole.review.journaling import device_id
from reviewconsole.signing.select import Ask
from reviewconsole.signing.signer import Signer
from reviewconsole.sshkey import key8

USUAL = 2 * 3600
"""Seconds that a claim holds unless it says otherwise."""
_TRIES = 20


class Claiming(ABC):
    """Claims of one repository opened by one person."""

    _repository: Repository
    _store: Store
    config: Config

    @abstractmethod
    def signer(self, ask: Ask) -> Signer:
        """The reviewer's key, found once."""

    def claims_on(self, change: Change) -> tuple[Claimed, ...]:
        """Who is on a change."""
        return self.claims_of((change,))[change.head]

    def claims_of(self, changes: tuple[Change, ...]) -> Mapping[Oid, tuple[Claimed, ...]]:
        """Who is on each of several changes, by their heads."""
        claims = standing_claims(self._store, int(time.time()))
        own = self.own_name() if claims else None
        return {change.head: claimed(claims, change, own) for change in changes}

    def claim(self, change: Change, ask: Ask, seconds: int = USUAL) -> tuple[Claimed, ...]:
        """Claim a change for a while; gives who is on it now. SigningError without a key of the signers."""
        if not 0 < seconds <= LONGEST:
            raise UsageError("a claim holds a day at most", remedy="claim it again when it has ended")
        self._write(change, change.head, change.ref, ask, seconds, now=int(time.time()))
        return self.claims_on(change)

    def release(self, change: Change, ask: Ask) -> tuple[Claimed, ...]:
        """End one's own claims on a change; gives who is still on it. UsageError where there is none."""
        principal = principal_of(self._force(), self.signer(ask), self.config.principal)
        now = int(time.time())
        own = [c for c in standing_claims(self._store, now) if c.speaks_of(change) and c.principal == principal]
        if not own:
            raise UsageError(f"{principal} has not claimed this change")
        for each in own:
            # the clock of the machine that claimed it may be ahead of this one
            self._write(change, each.head, each.ref, ask, 0, now=max(now, seconds_of(each.claimed_at)))
        return self.claims_on(change)

    def claim_or_release(self, change: Change, ask: Ask) -> tuple[Claimed, ...]:
        """Release what one has claimed, claim what one has not."""
        own = any(each.own for each in self.claims_on(change))
        return self.release(change, ask) if own else self.claim(change, ask)

    def own_name(self) -> str | None:
        """The person's name in the policy, by git's e-mail or the settings; None where neither says."""
        policy = self._store.policy
        emails = (self._repository.config_local("user.email"), self._repository.config_global("user.email"))
        named = next((email.strip().lower() for email in emails if email), "")
        return self.config.principal or (policy.person_of(named) if policy is not None else None)

    def _force(self) -> PolicyInForce:
        return in_force(self._repository, self._store.targets[0].tip)

    def _write(self, change: Change, head: Oid, ref: str, ask: Ask, seconds: int, *, now: int) -> None:
        force, signer = self._force(), self.signer(ask)
        principal, device = principal_of(force, signer, self.config.principal), device_id(self.config.state_dir)
        claim = Claim(
            ref=canonical.printable(ref),
            head=head,
            repository_id=repository_id(self._repository, force.policy.repository, self._store.targets[0].tip),
            target_ref=canonical.printable(change.target),
            principal=principal,
            device=device,
            claimed_at=_utc(now),
            expires_at=_utc(now + seconds),
            tool=("reviewconsole", __version__),
            nonce=secrets.token_hex(16),
        )
        payload = claim_bytes(claim)
        armour = signer.sign(pae(payload), CLAIM_NAMESPACE)
        line = Envelope(payload=payload, keyid=signer.fingerprint, signature=armour).line()
        name, text = claim_ref(principal, key8(signer.public_blob), device), claim_note(line, claim)
        for _ in range(_TRIES):
            tip = next((found.oid for found in self._repository.note_refs(name) if found.name == name), None)
            with suppress(RepositoryError):
                notes.write_notes(self._repository, name, {head: text}, message="Claim a change", expected=tip)
                return
        raise StorageError("the claim could not be written: others write to the same ref", remedy="try again")


def _utc(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def merge_claims(repository: Repository, force: PolicyInForce | None, ref: str, other: Oid, now: int) -> None:
    """Take from another commit of one's own claims what the ref lacks: of two claims on one head the later one.

    What its person did not sign is none, whoever wrote it, and a note of the ref gives way to a later claim alone.
    """

    def order(noted: Oid, raw: bytes | None) -> tuple[str, bool]:
        with suppress(FormatError, VerificationError):
            if raw is not None and force is not None:
                return claim_order(signed_claim(force, ref, noted, raw, now))
        return "", False

    mine = next(found.oid for found in repository.note_refs(ref) if found.name == ref)
    ours, theirs = (notes.read_notes_at(repository, oid).notes for oid in (mine, other))
    later = {noted: text for noted, text in theirs.items() if order(noted, text) > order(noted, ours.get(noted))}
    apart = not repository.is_ancestor(other, mine)
    if later or apart:
        parents = (other,) if apart else ()
        notes.write_notes(repository, ref, later, message="Unite claims", expected=mine, parents=parents)
