"""What is settled once for many changes is settled anew for another time, repository or set of signers."""

from dataclasses import replace

from reviewconsole.chain import Observed
from reviewconsole.dating import settled
from reviewconsole.facts import PolicyInForce, Records
from reviewconsole.signers import RevokedKeys, SignerRoster
from reviewconsole.sshkey import fingerprint
from reviewconsole.witness import WITNESS_NAMESPACE, VerifiedWitness, Witness
from tests.conformance.kit import KEYS
from tests.unit.test_gate import force as policy
from tests.unit.test_gate import record

HERE, ELSEWHERE = "sha256:" + "a" * 64, "sha256:" + "c" * 64
AT = 1_794_996_800


def force(options: str = "", revoked: str = "") -> PolicyInForce:
    line = f'ci namespaces="{WITNESS_NAMESPACE}"{options} {KEYS["ci"].line}\n'
    witnesses = SignerRoster.parse(line.encode(), namespace=WITNESS_NAMESPACE)
    return replace(policy(), witnesses=witnesses, revoked=RevokedKeys.parse(revoked.encode()))


def seen(**over: object) -> Records:
    approval = record()
    said = Witness(
        target_ref="refs/heads/main", head=approval.attestation.head, repository_id=HERE, verdict="satisfied",
        tips=(Observed(log=approval.log, sequence=1, id=approval.id),), sequence=1, previous=None, witnessed_at="2026-11-18T10:13:20Z",
        tool=("t", "1"), nonce="0" * 32,
    )  # fmt: skip
    one = VerifiedWitness(
        id="sha256:" + "9" * 64, witness=replace(said, **over), ref="refs/notes/reviewconsole-ci/00000000",  # type: ignore[arg-type]
        noted=approval.attestation.head, blob=KEYS["ci"].blob, fingerprint=fingerprint(KEYS["ci"].blob),
    )  # fmt: skip
    return Records(verified=(approval,), witnesses=(one,))


def test_a_witness_counts_from_its_own_time_on_and_for_its_repository() -> None:
    by, records = force(), seen()
    [name] = (r.id for r in records.verified)
    assert settled(by, records, HERE, AT - 301).witnessed == {}
    assert settled(by, records, HERE, AT - 300).witnessed == {name: AT}
    assert settled(by, records, ELSEWHERE, AT).witnessed == {}
    assert settled(by, records, HERE, AT).witnessed == {name: AT}
    assert settled(by, records, HERE, AT - 301).witnessed == {}


def test_a_witness_counts_by_the_signers_of_now() -> None:
    records = seen()
    assert settled(force(), records, HERE, AT).witnessed
    assert settled(force(revoked=f"{fingerprint(KEYS['ci'].blob)}\n"), records, HERE, AT).witnessed == {}
    assert settled(force(',valid-after="20261118101321Z"'), records, HERE, AT).witnessed == {}
    assert settled(force(',valid-before="20261118101320Z"'), records, HERE, AT).witnessed == {}
    assert settled(force(',valid-after="20261118101320Z",valid-before="20261118101321Z"'), records, HERE, AT).witnessed


def test_what_is_the_same_is_settled_once() -> None:
    by, records = force(), seen()
    first = settled(by, records, HERE, AT)
    assert settled(by, records, HERE, AT).witnessed is first.witnessed
    gone = seen(tips=(Observed(log=records.verified[0].log, sequence=2, id="sha256:" + "7" * 64),))
    assert "is missing" in settled(by, gone, HERE, AT).broken[records.verified[0].log]
    assert settled(by, gone, ELSEWHERE, AT).broken == {}
