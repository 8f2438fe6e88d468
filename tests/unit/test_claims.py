"""What makes a claim somebody's: each way it must not be believed, and its time."""

from dataclasses import replace

import pytest

from reviewconsole.attestation import NAMESPACE
from reviewconsole.change import Oid
from reviewconsole.claim import CLAIM_NAMESPACE, LONGEST, Claim, claim_bytes, claim_note, claim_ref
from reviewconsole.errors import FormatError, VerificationError
from reviewconsole.facts import PolicyInForce
from reviewconsole.loading.claims import claim_order, seconds_of, signed_claim, timely
from reviewconsole.signers import RevokedKeys, SignerRoster
from reviewconsole.sshkey import fingerprint, key8
from tests.conformance.kit import KEYS, envelope
from tests.unit.test_gate import force as policy

HEAD = Oid("2" * 40)
CLAIM = Claim(
    ref="refs/heads/feat", head=HEAD, repository_id="sha256:" + "a" * 64, target_ref="refs/heads/main",
    principal="alice", device="0badcafe", claimed_at="2026-11-22T09:00:00Z", expires_at="2026-11-22T11:00:00Z",
    tool=("t", "1"), nonce="0" * 32,
)  # fmt: skip
NOW = seconds_of("2026-11-22T10:00:00Z")
REF = claim_ref("alice", key8(KEYS["alice"].blob), "0badcafe")


def force(revoked: str = "", options: str = "") -> PolicyInForce:
    lines = "".join(f'{n} namespaces="decision@reviewconsole"{options} {KEYS[n].line}\n' for n in ("alice", "bob"))
    roster = SignerRoster.parse(lines.encode())
    return replace(policy(), roster=roster, revoked=RevokedKeys.parse(revoked.encode()))


def note(claim: Claim = CLAIM, key: str = "alice", namespace: str = CLAIM_NAMESPACE) -> bytes:
    return claim_note(envelope(claim_bytes(claim), KEYS[key], namespace), claim)


def test_a_claim_of_its_person_is_theirs_whenever_it_was_made() -> None:
    assert signed_claim(force(), REF, HEAD, note(), NOW) == CLAIM
    old = replace(CLAIM, claimed_at="2026-01-22T09:00:00Z", expires_at="2026-01-22T11:00:00Z")
    assert signed_claim(force(), REF, HEAD, note(old), NOW) == old


@pytest.mark.parametrize(
    ("by", "ref", "noted", "raw", "why"),
    [
        (force(f"{fingerprint(KEYS['alice'].blob)}\n"), REF, HEAD, note(), "not signed by a key of its person"),
        (force(), REF, HEAD, note(key="mallory"), "not signed by a key of its person"),
        (force(), REF, HEAD, note(key="bob"), "not signed by a key of its person"),
        (force(options=',valid-before="20261122095959Z"'), REF, HEAD, note(), "not valid now"),
        (force(options=',valid-after="20261122100001Z"'), REF, HEAD, note(), "not valid now"),
        (force(), REF.replace("alice", "bob"), HEAD, note(), "in another place"),
        (force(), REF.replace("0badcafe", "0badcaff"), HEAD, note(), "in another place"),
        (force(), REF, Oid("3" * 40), note(), "in another place"),
        (force(), REF, HEAD, note(namespace=NAMESPACE), "namespace"),
    ],
)
def test_what_its_person_did_not_say_there_is_no_claim(
    by: PolicyInForce, ref: str, noted: Oid, raw: bytes, why: str
) -> None:
    with pytest.raises(VerificationError, match=why):
        signed_claim(by, ref, noted, raw, NOW)


def test_the_last_line_of_a_note_is_its_claim() -> None:
    for raw in (b"", b"nothing\n", note() + b"{}\n"):
        with pytest.raises(FormatError):
            signed_claim(force(), REF, HEAD, raw, NOW)


@pytest.mark.parametrize(
    ("start", "span", "good"),
    [
        (0, LONGEST, True),
        (0, LONGEST + 1, False),
        (0, 0, True),
        (0, -1, False),
        (-LONGEST, LONGEST, True),
        (-LONGEST - 1, LONGEST, False),
        (300, 60, True),
        (301, 60, False),
    ],
)
def test_a_claim_is_of_this_day_and_holds_a_day_at_most(start: int, span: int, *, good: bool) -> None:
    from reviewconsole.review.claiming import _utc

    claim = replace(CLAIM, claimed_at=_utc(NOW + start), expires_at=_utc(NOW + start + span))
    assert timely(claim, NOW) is good


def test_of_two_claims_of_one_second_the_release_is_later() -> None:
    release = replace(CLAIM, expires_at=CLAIM.claimed_at)
    later = replace(CLAIM, claimed_at="2026-11-22T09:00:01Z")
    assert sorted([later, release, CLAIM], key=claim_order) == [CLAIM, release, later]
