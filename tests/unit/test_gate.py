"""The gate, step by step: each way an approval must not count, and the ways it does."""

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reviewconsole.attestation import Acknowledgement, Attestation, findings_digest, payload_bytes
from reviewconsole.boundary import BoundaryResult, boundary_digest
from reviewconsole.carryover import Replay
from reviewconsole.chain import log_ref, record_id
from reviewconsole.change import Change, Commit, Oid, Person, paths_digest
from reviewconsole.decision import DecisionKind, Verdict
from reviewconsole.evidence import Participant, Provenance, ProvenanceClass
from reviewconsole.facts import Facts, PolicyInForce, Records, VerifiedAttestation
from reviewconsole.finding import Confidence, Family, Finding, Location, Severity, Side, number
from reviewconsole.gate import GateReport, evaluate
from reviewconsole.policy import parse_policy
from reviewconsole.signers import RevokedKeys, SignerRoster
from reviewconsole.sshkey import fingerprint, key8
from reviewconsole.standing import broken_logs

NOW = 1_800_000_000
HEAD, BASE, TREE, BASE_TREE = (Oid(digit * 40) for digit in "2143")
BLOBS = {
    name: b"\0\0\0\x0bssh-ed25519\0\0\0\x20"
    + Ed25519PrivateKey.from_private_bytes(bytes([index]) * 32)
    .public_key()
    .public_bytes(Encoding.Raw, PublicFormat.Raw)
    for index, name in enumerate(("alice", "bob", "carol", "mallory"), 1)
}
FINDING = number(
    [
        Finding(
            rule="swallowed-error",
            family=Family.RISK,
            severity=Severity.HIGH,
            confidence=Confidence.HIGH,
            location=Location(path="a.py", side=Side.NEW, line=3, end_line=4),
            message="m",
            evidence="except: pass",
        )
    ]
)
CLEAN = (
    BoundaryResult(
        id="policy.self", kind="policy.self", verdict="pass", why="", level="second-reviewer", text_sha256="0" * 64
    ),
)
TOUCHED = (replace(CLEAN[0], verdict="violated", why="changes .reviewconsole/policy.toml"),)


def force(
    rule: dict[str, object] | None = None, *, revoked: bytes = b"", options: str = "", **review: object
) -> PolicyInForce:
    signers = "".join(
        f'{name} namespaces="decision@reviewconsole"{options} ssh-ed25519 {base64.b64encode(BLOBS[name]).decode()}\n'
        for name in ("alice", "bob", "carol")
    )
    policy = parse_policy(
        {
            "version": 1,
            "repository": "r",
            "targets": ["main"],
            "review": review,
            "people": {name: {"emails": [f"{name}@example.com"]} for name in ("alice", "bob", "carol")},
            "groups": {"seniors": ["alice", "bob"]},
            "rule": [{"id": "default", "approvals": 1, "from": ["seniors"], **(rule or {})}],
        }
    )
    return PolicyInForce(
        policy=policy,
        roster=SignerRoster.parse(signers.encode()),
        revoked=RevokedKeys.parse(revoked),
        commit=BASE,
        sha256="f" * 64,
    )


def commit(oid: Oid, email: str = "dev@example.com") -> Commit:
    who = Person(name="d", email=email)
    return Commit(
        oid=oid, tree=TREE, parents=(BASE,), author=who, author_time=1, committer=who, committer_time=1, message="m"
    )


def facts(**changed: object) -> Facts:
    change = Change(
        ref="refs/heads/feat", target="refs/heads/main", base=BASE, head=HEAD, base_tree=BASE_TREE, head_tree=TREE,
        merge_bases=(BASE,), commits=(commit(HEAD),),
    )  # fmt: skip
    plain = Facts(
        change=change, repository_id="sha256:" + "a" * 64, digest="5" * 64, paths=("a.py",),
        participants=(Participant(email="dev@example.com", roles=("author", "committer")),),
        provenance=Provenance(provenance=ProvenanceClass.DECLARED), findings=FINDING, engine="sha256:" + "b" * 64,
        boundary=CLEAN, level="high",
    )  # fmt: skip
    return replace(plain, **changed)  # type: ignore[arg-type]


def record(
    who: str = "alice", about: Facts | None = None, *, noted: Oid | None = None, log: str = "", **changed: object
) -> VerifiedAttestation:
    f = about or facts()
    att = Attestation(
        ref="refs/heads/feat", decision=DecisionKind.APPROVE, risk="high", people=f.participants,
        repository_id=f.repository_id, target_ref="refs/heads/main", base=f.change.base, head=f.change.head,
        base_tree=f.change.base_tree, head_tree=f.change.head_tree, diff_sha256=f.digest, paths_count=len(f.paths),
        paths_sha256=paths_digest(f.paths), object_format="sha1", boundary_sha256=boundary_digest(f.boundary),
        boundary_verdicts=tuple(sorted((r.id, r.verdict) for r in f.boundary)), provenance_class="declared", tools=(), operators=(), provenance_sha256="8" * 64,
        findings_sha256=findings_digest(f.findings), engine=f.engine, counts=(0, 1, 0, 0), acknowledged=(),
        external_count=0, external_sha256="d" * 64, hunks=2, viewed=2, reviewed_tree=f.change.head_tree,
        policy_commit=BASE, policy_sha256="f" * 64, rules=("default",), principal=who, device="0badcafe", sequence=1,
        previous=None, observed=(), emergency=False, overrides=(), supersedes=(), reason="checked",
        decided_at="2026-11-22T09:00:00Z", expires_at=None, tool=("t", "1"), nonce="0" * 32,
    )  # fmt: skip
    att = replace(att, **changed)  # type: ignore[arg-type]
    blob = BLOBS[who]
    return VerifiedAttestation(
        id=record_id(payload_bytes(att)), attestation=att, log=log or log_ref(att.principal, key8(blob), att.device),
        noted=noted or att.head, blob=blob, fingerprint=fingerprint(blob), user_present=False, user_verified=False,
    )  # fmt: skip


def judge(
    *records: VerifiedAttestation,
    about: Facts | None = None,
    by: PolicyInForce | None = None,
    now: int = NOW,
    **kw: object,
) -> GateReport:
    logs = Records(verified=records, broken=broken_logs(records), **kw)  # type: ignore[arg-type]
    return evaluate(by or force(), about or facts(), logs, now)


def test_one_good_approval_satisfies() -> None:
    report = judge(record())
    assert report.verdict is Verdict.SATISFIED
    assert report.records[0].valid


def test_nothing_is_violated_and_says_how_many_are_missing() -> None:
    report = judge()
    assert report.verdict is Verdict.VIOLATED
    assert report.why == ("default: 0 of 1 approvals",)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"repository_id": "sha256:" + "e" * 64}, "another repository"),
        ({"diff_sha256": "6" * 64}, "base has moved"),
        ({"head_tree": Oid("9" * 40), "reviewed_tree": Oid("9" * 40)}, "other trees"),
        ({"base_tree": Oid("9" * 40)}, "other trees"),
        ({"paths_sha256": "0" * 64}, "other paths"),
        ({"paths_count": 2}, "other paths"),
        ({"boundary_sha256": "0" * 64}, "boundary evidence"),
        ({"findings_sha256": "0" * 64}, "findings"),
        ({"emergency": True}, "no [emergency]"),
        ({"device": "00000000", "log": log_ref("alice", key8(BLOBS["alice"]), "0badcafe")}, "the log is not"),
        ({"noted": Oid("7" * 40)}, "another object"),
        ({"principal": "bob"}, "not one of bob"),
    ],
)
def test_one_changed_field_and_the_approval_does_not_count(changed: dict[str, object], why: str) -> None:
    report = judge(record(**changed))  # type: ignore[arg-type]
    assert report.verdict is Verdict.VIOLATED
    assert why in report.records[0].why
    assert not report.records[0].valid


def test_an_unknown_key_does_not_count() -> None:
    assert "not one of mallory" in judge(record("mallory")).records[0].why


def test_an_approval_for_another_target_is_not_about_this_change() -> None:
    report = judge(record(target_ref="refs/heads/release"))
    assert (report.verdict, report.records) == (Verdict.VIOLATED, ())


def test_another_content_is_stale_and_undecidable_only_where_replay_is_allowed_and_unknown() -> None:
    other = record(head=Oid("7" * 40), diff_sha256="6" * 64)
    replay = force({"carry_over": "replay"})
    missing = {other.id: Replay(equal=None, why="its head is not here")}
    assert judge(other).verdict is Verdict.VIOLATED
    assert judge(other).records[0].why.startswith("stale")
    assert judge(other, by=replay).verdict is Verdict.VIOLATED
    assert judge(other, replays=missing).verdict is Verdict.VIOLATED
    report = judge(other, by=replay, replays=missing)
    assert report.verdict is Verdict.UNDECIDABLE
    assert "its head is not here" in report.why[0]


def test_a_replay_counts_where_every_rule_that_applies_allows_it() -> None:
    moved = record(head=Oid("7" * 40), diff_sha256="6" * 64)
    equal = {moved.id: Replay(equal=True)}
    report = judge(moved, by=force({"carry_over": "replay"}), replays=equal)
    assert (report.verdict, report.records[0].carried) == (Verdict.SATISFIED, "replay")
    assert "carried from 777777777777: replay" in report.requirements[0].why
    assert judge(moved, replays=equal).verdict is Verdict.VIOLATED
    assert "no more than same-content" in judge(moved, replays=equal).records[0].why
    no = record("bob", head=Oid("7" * 40), diff_sha256="6" * 64, decision=DecisionKind.REJECT)
    assert judge(record(), no, replays={no.id: Replay(equal=True)}).verdict is Verdict.VIOLATED
    assert judge(record(), no, replays={no.id: Replay(equal=False)}).verdict is Verdict.SATISFIED
    assert judge(record(), no, replays={no.id: Replay(equal=None)}).verdict is Verdict.UNDECIDABLE


def test_who_only_rebased_may_approve_who_wrote_may_not() -> None:
    own = facts(participants=(Participant(email="alice@example.com", roles=("committer",)),))
    old = record("bob", about=facts(), head=Oid("7" * 40))
    other = {old.id: (Participant(email="dev@example.com", roles=("author",)),)}
    assert judge(record(about=own), about=own).verdict is Verdict.VIOLATED
    assert (
        judge(record(about=own), old, about=own, origins=other, by=force({"from": ["alice"]})).verdict
        is Verdict.SATISFIED
    )
    mine = record(about=facts(), head=Oid("7" * 40))
    assert (
        judge(
            record(about=own), mine, about=own, origins={mine.id: other[old.id]}, by=force({"carry_over": "exact"})
        ).verdict
        is Verdict.VIOLATED
    )
    wrote = facts(participants=(Participant(email="alice@example.com", roles=("author",)),))
    assert judge(mine, about=wrote, origins={mine.id: other[old.id]}).verdict is Verdict.VIOLATED


def test_the_same_content_under_another_head_is_carried_unless_the_rule_says_exact() -> None:
    moved = record(head=Oid("7" * 40), base=Oid("8" * 40))
    report = judge(moved)
    assert report.verdict is Verdict.SATISFIED
    assert report.records[0].carried == "same-content"
    assert judge(moved, by=force({"carry_over": "exact"})).verdict is Verdict.VIOLATED
    assert judge(moved, by=force({"require": ["fresh"]})).verdict is Verdict.VIOLATED


def test_an_empty_change_is_never_carried() -> None:
    empty = facts(paths=())
    assert (
        judge(record(about=empty, head=Oid("7" * 40)), about=empty).records == ()
        or not judge(record(about=empty, head=Oid("7" * 40)), about=empty).records[0].valid
    )


@pytest.mark.parametrize("role", ["author", "committer", "co-author", "operator"])
def test_nobody_approves_what_they_had_a_hand_in(role: str) -> None:
    own = facts(participants=(Participant(email="alice@example.com", roles=(role,)),))
    report = judge(record(about=own), about=own)
    assert report.verdict is Verdict.VIOLATED
    assert "took part" in report.records[0].why
    assert judge(record("bob", about=own), about=own).verdict is Verdict.SATISFIED


def test_a_carried_approval_is_judged_by_its_own_range_or_by_both() -> None:
    landed = facts(participants=(Participant(email="alice@example.com", roles=("committer",)),))
    moved = record(head=Oid("7" * 40), about=facts())
    assert judge(moved, about=landed).verdict is Verdict.VIOLATED
    origin = {moved.id: (Participant(email="dev@example.com", roles=("author",)),)}
    assert judge(moved, about=landed, origins=origin).verdict is Verdict.SATISFIED
    own = {moved.id: (Participant(email="alice@example.com", roles=("author",)),)}
    assert judge(moved, origins=own).verdict is Verdict.VIOLATED


def test_two_keys_of_one_person_are_one_approval() -> None:
    two = force({"approvals": 2})
    again = record(device="11111111")
    assert judge(record(), again, by=two).verdict is Verdict.VIOLATED
    assert judge(record(), record("bob"), by=two).verdict is Verdict.SATISFIED
    assert judge(record(), record("carol"), by=two).verdict is Verdict.VIOLATED


def test_a_reject_blocks_until_superseded_or_overridden_with_the_quorum_met() -> None:
    no = record("bob", decision=DecisionKind.REJECT)
    assert judge(record(), no).verdict is Verdict.VIOLATED
    assert judge(record(overrides=(no.id,)), no).verdict is Verdict.SATISFIED
    yes = record("bob", sequence=2, previous=no.id, supersedes=(no.id,))
    assert judge(no, yes).verdict is Verdict.SATISFIED
    other = record(supersedes=(no.id,))
    assert judge(other, no).verdict is Verdict.VIOLATED
    outsider = record("carol", decision=DecisionKind.REJECT)
    assert judge(record(), outsider).verdict is Verdict.SATISFIED


def test_a_reject_carries_whatever_the_rule_says() -> None:
    no = record("bob", decision=DecisionKind.REJECT, head=Oid("7" * 40))
    assert judge(record(), no, by=force({"carry_over": "exact"})).verdict is Verdict.VIOLATED


def test_a_withdrawal_takes_an_approval_back() -> None:
    yes = record()
    gone = record(decision=DecisionKind.WITHDRAW, sequence=2, previous=yes.id, supersedes=(yes.id,))
    assert judge(yes, gone).verdict is Verdict.VIOLATED


@pytest.mark.parametrize("kind", ["gap", "fork", "previous", "observed"])
def test_a_log_that_is_not_whole_counts_for_nothing_and_is_undecidable(kind: str) -> None:
    first, second = record(), record(sequence=2, previous="sha256:" + "9" * 64)
    cases = {
        "gap": [record(sequence=2, previous=first.id)],
        "fork": [first, record(nonce="1" * 32)],
        "previous": [first, second],
        "observed": [
            record("bob", observed=()),
            record(
                "bob",
                sequence=2,
                previous=record("bob").id,
                observed=(type_observed(first.log, "sha256:" + "3" * 64),),
            ),
            first,
        ],
    }
    report = judge(*cases[kind])
    assert report.verdict is Verdict.UNDECIDABLE or any(r.id == "records" for r in report.requirements)
    assert any(r.verdict is Verdict.UNDECIDABLE for r in report.requirements)


def type_observed(log: str, identifier: str) -> object:
    from reviewconsole.chain import Observed

    return Observed(log=log, sequence=1, id=identifier)


def test_a_broken_log_cannot_lift_a_reject() -> None:
    no = record("bob", decision=DecisionKind.REJECT)
    lifted = record("bob", sequence=3, previous=no.id, supersedes=(no.id,))
    report = judge(record(), no, lifted)
    assert report.verdict is Verdict.VIOLATED


def test_revoked_expired_and_future_keys_do_not_count() -> None:
    revoked = force(revoked=f"{fingerprint(BLOBS['alice'])}\n".encode())
    assert "revoked" in judge(record(), by=revoked).records[0].why
    early = force(options=',valid-after="20300101Z"')
    assert "not valid yet" in judge(record(), by=early).records[0].why
    late = force(options=',valid-before="20200101Z"')
    assert "no longer valid" in judge(record(decided_at="2019-01-01T00:00:00Z"), by=late).records[0].why


def test_read_all_and_acknowledge_high_name_what_is_missing() -> None:
    read = force({"require": ["read-all"]})
    part = record(viewed=1, reviewed_tree=BASE_TREE)
    assert judge(part, by=read).why == ("default: 0 of 1 approvals; alice had 1 of 2 hunks on screen",)
    assert judge(record(), by=read).verdict is Verdict.SATISFIED
    answered = force({"require": ["acknowledge-high"]})
    assert "did not acknowledge swallowed-error" in judge(record(), by=answered).why[0]
    said = (Acknowledgement(fingerprint=FINDING[0].fingerprint, rule="swallowed-error", text="fine"),)
    assert judge(record(acknowledged=said), by=answered).verdict is Verdict.SATISFIED
    assert judge(record(), by=force({"require": ["touch"]})).verdict is Verdict.VIOLATED
    assert judge(record(), by=force({"require": ["max-age=1d"]})).verdict is Verdict.UNDECIDABLE


def test_other_detection_rules_are_named_and_acknowledgements_still_compared() -> None:
    old = record(engine="sha256:" + "c" * 64, findings_sha256="0" * 64)
    report = judge(old)
    assert report.verdict is Verdict.SATISFIED
    assert "other detection rules" in report.records[0].notes[0]
    assert judge(old, by=force({"require": ["acknowledge-high"]})).verdict is Verdict.VIOLATED


def test_a_change_to_the_policy_needs_two_whatever_wrote_it() -> None:
    human = facts(
        boundary=TOUCHED, provenance=Provenance(provenance=ProvenanceClass.NONE), paths=(".reviewconsole/policy.toml",)
    )
    assert judge(about=human).verdict is Verdict.VIOLATED
    assert judge(record(about=human), about=human).verdict is Verdict.VIOLATED
    assert judge(record(about=human), record("bob", about=human), about=human).verdict is Verdict.SATISFIED


def test_scope() -> None:
    human = facts(provenance=Provenance(provenance=ProvenanceClass.NONE))
    assert judge(about=human).why == ("not in scope",)
    assert judge(about=human, by=force(scope="all")).verdict is Verdict.VIOLATED
    assert judge(about=human, by=force(assume_ai=["dev@example.com"])).verdict is Verdict.VIOLATED
    assert judge(about=human, by=force(assume_ai=["*.py"])).verdict is Verdict.VIOLATED
    guess = facts(provenance=Provenance(provenance=ProvenanceClass.HEURISTIC))
    assert judge(about=guess).verdict is Verdict.VIOLATED
    assert judge(about=guess, by=force(counts_as_ai="strong")).verdict is Verdict.SATISFIED


def test_a_reject_that_stands_brings_a_change_into_scope() -> None:
    human = facts(provenance=Provenance(provenance=ProvenanceClass.NONE))
    reject = record(about=human, decision=DecisionKind.REJECT)
    assert "rejected by alice" in judge(reject, about=human).why
    assert judge(reject, about=human).in_scope
    gone = judge(
        record(about=human, decision=DecisionKind.REJECT, head=Oid("7" * 40), diff_sha256="7" * 64), about=human
    )
    assert (gone.verdict, gone.in_scope) == (Verdict.SATISFIED, False)
    nobody = record("carol", about=human, decision=DecisionKind.REJECT)
    assert judge(nobody, about=human).why == ("not in scope",)
    taken_back = record(
        about=human, decision=DecisionKind.WITHDRAW, sequence=2, previous=reject.id, supersedes=(reject.id,)
    )
    assert judge(reject, taken_back, about=human).why == ("not in scope",)


def test_no_rule_that_applies_is_violated() -> None:
    assert judge(record(), by=force({"paths": ["b/**"]})).why == ("no rule applies to this change",)


def test_what_cannot_be_decided_is_undecidable() -> None:
    assert judge(record(), about=facts(doubts=("several merge bases",))).verdict is Verdict.UNDECIDABLE
    assert judge(record(), by=force(unknown_authors="refuse")).verdict is Verdict.UNDECIDABLE
    doubtful = facts(boundary=(replace(CLEAN[0], verdict="undecidable", why="no lines to count"),))
    assert judge(record(about=doubtful), about=doubtful).verdict is Verdict.UNDECIDABLE


def test_a_second_reviewer_is_one_of_a_rule_and_meets_its_demands() -> None:
    about = facts(boundary=TOUCHED)
    alice, bob, carol = (record(name, about) for name in ("alice", "bob", "carol"))
    assert judge(alice, bob, about=about).verdict is Verdict.SATISFIED
    assert judge(alice, carol, about=about).verdict is Verdict.VIOLATED
    skimmed = record("bob", about, viewed=1)
    assert judge(alice, skimmed, about=about).verdict is Verdict.SATISFIED
    assert judge(alice, skimmed, about=about, by=force({"require": ["read-all"]})).verdict is Verdict.VIOLATED


def test_rule_packs_that_are_broken_leave_a_change_undecided() -> None:
    about = facts(rule_faults=("pack x: line 3",))
    report = judge(record(about=about), about=about)
    assert (report.verdict, report.why) == (Verdict.UNDECIDABLE, ("pack x: line 3",))
