"""Waivers and task boundaries: golden shape, strict reading, and when they count."""

from dataclasses import replace
from typing import Any

import pytest

from reviewconsole import canonical
from reviewconsole.boundary import BoundaryResult, Witness
from reviewconsole.chain import log_ref, record_id
from reviewconsole.decision import DecisionKind, Verdict
from reviewconsole.errors import FormatError
from reviewconsole.evidence import Participant, Provenance, ProvenanceClass
from reviewconsole.facts import Facts, Records, VerifiedStatement
from reviewconsole.finding import Side
from reviewconsole.gate import GateReport, evaluate
from reviewconsole.granting import witness_keys
from reviewconsole.sshkey import fingerprint, key8
from reviewconsole.standing import broken_logs
from reviewconsole.statement import Statement, TaskBoundary, Waiver, parse_record, record_bytes, record_summary
from tests.unit.test_gate import BASE, BLOBS, CLEAN, HEAD, NOW, facts, force, record

WITNESS = Witness(path="infra/prod/db.tf", side=Side.NEW, lines=(3, 4), sha256="a" * 64)
BROKEN = BoundaryResult(
    id="protected", kind="paths.deny", verdict="violated", why="infra/prod/db.tf may not be changed", level="block",
    text_sha256="1" * 64, witnesses=(WITNESS,), waivable=True,
)  # fmt: skip
WAIVER = Waiver(
    constraint="protected", text_sha256="1" * 64, verdict="violated", witnesses=witness_keys(BROKEN.witnesses)
)
TASK = TaskBoundary(task="PAY-17", refs=("feat*",), allow=("*.py",), forbid=("secret.py",), supersedes=())


def statement(body: Waiver | TaskBoundary, who: str = "bob", **changed: Any) -> VerifiedStatement:
    said = Statement(
        ref="refs/heads/feat" if isinstance(body, Waiver) else "refs/heads/main", head=HEAD if isinstance(body, Waiver) else BASE,
        repository_id="sha256:" + "a" * 64, target_ref="refs/heads/main", body=body, principal=who, device="0badcafe",
        sequence=1, previous=None, observed=(), reason="agreed on the call", decided_at="2026-11-22T09:00:00Z",
        expires_at=None, tool=("t", "1"), nonce="0" * 32,
    )  # fmt: skip
    said = replace(said, **changed)
    blob = BLOBS[who]
    return VerifiedStatement(
        id=record_id(record_bytes(said)), attestation=said, log=log_ref(said.principal, key8(blob), said.device),
        noted=said.head, blob=blob, fingerprint=fingerprint(blob),
    )  # fmt: skip


def judge(about: Facts, *said: VerifiedStatement, approved: bool = True, now: int = NOW, **rules: Any) -> GateReport:
    records = (record(about=about),) if approved else ()
    logs = Records(verified=records, statements=said)
    return evaluate(force(**rules), about, replace(logs, broken=broken_logs(logs.entries)), now)


ABOUT = facts(boundary=(*CLEAN, BROKEN), paths=("a.py",))


def test_a_waiver_reads_back_and_has_its_own_type() -> None:
    said = statement(WAIVER, expires_at="2027-01-01T00:00:00Z").attestation
    raw = record_bytes(said)
    assert parse_record(raw) == said
    assert canonical.parse(raw)["predicateType"] == "urn:reviewconsole:waiver:v1"
    assert record_summary(said) == (
        "waiver  bob  constraint protected  witnesses 1  head 222222222222  expires 2027-01-01T00:00:00Z\n"
        'reason: "agreed on the call"'
    )


def test_a_task_boundary_reads_back_and_has_its_own_type() -> None:
    said = statement(TASK).attestation
    raw = record_bytes(said)
    assert parse_record(raw) == said
    assert canonical.parse(raw)["predicateType"] == "urn:reviewconsole:boundary:v1"
    assert record_summary(said).startswith("boundary  bob  task PAY-17  refs 1  allow 1  forbid 1  head 111111111111")


@pytest.mark.parametrize(
    "broken",
    [
        lambda p: p.update(extra=1),
        lambda p: p.pop("reason"),
        lambda p: p.update(witnesses=["b" * 64, "a" * 64]),
        lambda p: p.update(verdict="pass"),
        lambda p: p["log"].update(sequence=0),
        lambda p: p["log"].update(previous="sha256:" + "0" * 64),
        lambda p: p.update(expiresAt="tomorrow"),
    ],
)
def test_anything_else_is_refused(broken: Any) -> None:
    value = canonical.parse(record_bytes(statement(WAIVER).attestation))
    broken(value["predicate"])
    with pytest.raises(FormatError):
        parse_record(canonical.dump(value))


def test_without_a_waiver_the_constraint_blocks_and_with_one_it_does_not() -> None:
    assert judge(ABOUT).verdict is Verdict.VIOLATED
    report = judge(ABOUT, statement(WAIVER))
    assert report.verdict is Verdict.SATISFIED
    assert [(s.kind, s.about, s.in_force) for s in report.statements] == [("waiver", "protected", True)]
    assert any("waived by bob" in item.why for item in report.requirements)
    assert judge(ABOUT, statement(WAIVER), approved=False).verdict is Verdict.VIOLATED


def moved(**changed: Any) -> Facts:
    return facts(boundary=(*CLEAN, replace(BROKEN, **changed)))


@pytest.mark.parametrize(
    ("about", "said", "why"),
    [
        (moved(witnesses=(replace(WITNESS, sha256="b" * 64),)), statement(WAIVER), "void: what it rests on has changed"),
        (moved(witnesses=(replace(WITNESS, path="other"),)), statement(WAIVER), "void: what it rests on has changed"),
        (moved(witnesses=(WITNESS, replace(WITNESS, sha256="b" * 64))), statement(WAIVER), "void: what it rests"),
        (moved(verdict="undecidable"), statement(WAIVER), "void: what it rests on has changed"),
        (moved(text_sha256="2" * 64), statement(WAIVER), "void: the constraint was changed"),
        (moved(waivable=False), statement(WAIVER), "cannot be waived"),
        (ABOUT, statement(WAIVER, expires_at="2026-01-01T00:00:00Z"), "expired"),
        (ABOUT, statement(WAIVER, "carol"), "nobody whom a rule lets approve"),
        (ABOUT, statement(WAIVER, "mallory"), "not one of mallory"),
        (ABOUT, statement(WAIVER, repository_id="sha256:" + "b" * 64), "another repository"),
        (ABOUT, statement(WAIVER, sequence=2, previous="sha256:" + "0" * 64), "its log is broken"),
        (replace(ABOUT, participants=(Participant(email="bob@example.com", roles=("author",)),)), statement(WAIVER), "took part"),
        (moved(witnesses=()), statement(replace(WAIVER, witnesses=()), head=BASE), "given for another head"),
    ],
)  # fmt: skip
def test_a_waiver_that_does_not_count_says_why(about: Facts, said: VerifiedStatement, why: str) -> None:
    report = judge(about, said)
    assert report.verdict is not Verdict.SATISFIED
    [judged] = report.statements
    assert not judged.in_force
    assert why in judged.why


def test_a_waiver_is_withdrawn_by_its_author_alone() -> None:
    first, yes = statement(WAIVER), record(about=ABOUT)
    own = record("bob", ABOUT, decision=DecisionKind.WITHDRAW, supersedes=(first.id,), sequence=2, previous=first.id)
    foreign = record("alice", ABOUT, decision=DecisionKind.WITHDRAW, supersedes=(first.id,), device="11111111")
    for back, verdict, why in (
        (own, Verdict.VIOLATED, "withdrawn by a later record"),
        (foreign, Verdict.SATISFIED, "in force: agreed on the call"),
    ):
        report = evaluate(force(), ABOUT, Records(verified=(yes, back), statements=(first,)), NOW)
        assert report.verdict is verdict
        assert [s.why for s in report.statements] == [why]


def test_lines_may_move_under_a_waiver() -> None:
    shifted = moved(witnesses=(replace(WITNESS, lines=(30, 31)),))
    assert judge(shifted, statement(WAIVER)).verdict is Verdict.SATISFIED


def test_a_waiver_of_another_branch_is_no_matter_of_this_change() -> None:
    report = judge(ABOUT, statement(WAIVER, ref="refs/heads/other", head=BASE))
    assert report.statements == ()
    assert report.verdict is Verdict.VIOLATED


@pytest.mark.parametrize(
    ("paths", "body", "verdict", "words"),
    [
        (("a.py",), TASK, Verdict.SATISFIED, "within task"),
        (("a.py", "b.md"), TASK, Verdict.VIOLATED, "b.md is outside of task PAY-17"),
        (("secret.py",), TASK, Verdict.VIOLATED, "secret.py is forbidden to task PAY-17"),
        (("b.md",), replace(TASK, allow=()), Verdict.SATISFIED, "within task"),
        (("b.md",), replace(TASK, refs=("other",)), Verdict.SATISFIED, ""),
        (("b.md",), replace(TASK, refs=("refs/heads/fe?t",)), Verdict.VIOLATED, "outside"),
    ],
)
def test_a_task_boundary_narrows(paths: tuple[str, ...], body: TaskBoundary, verdict: Verdict, words: str) -> None:
    about = facts(paths=paths)
    report = judge(about, statement(body))
    assert report.verdict is verdict
    assert words in " ".join(item.why for item in report.requirements if item.id == "boundary/task/PAY-17")


def test_a_task_boundary_holds_without_ai_evidence_and_after_landing() -> None:
    human = facts(paths=("b.md",), provenance=Provenance(provenance=ProvenanceClass.NONE))
    assert judge(human, statement(TASK)).verdict is Verdict.VIOLATED
    assert judge(replace(human, paths=("a.py",)), statement(TASK)).why == ("not in scope",)
    squashed = facts(paths=("b.md",))
    squashed = replace(squashed, change=replace(squashed.change, ref=HEAD, landed=True))
    assert judge(squashed, statement(TASK)).verdict is Verdict.VIOLATED


@pytest.mark.parametrize("who", ["carol", "mallory"])
def test_a_task_boundary_of_somebody_who_may_not_approve_binds_nobody(who: str) -> None:
    report = judge(facts(paths=("b.md",)), statement(TASK, who))
    assert report.verdict is Verdict.SATISFIED
    assert [s.in_force for s in report.statements] == [False]


@pytest.mark.parametrize("role", ["author", "co-author", "committer"])
def test_a_name_in_a_commit_lifts_no_boundary(role: str) -> None:
    named = facts(paths=("b.md",), participants=(Participant(email="bob@example.com", roles=(role,)),))
    report = judge(named, statement(TASK))
    assert report.verdict is Verdict.VIOLATED
    assert [s.in_force for s in report.statements] == [True]


def test_a_boundary_can_be_lifted_by_its_author_alone() -> None:
    first = statement(TASK)
    lift = statement(
        replace(TASK, allow=(), forbid=(), supersedes=(first.id,)), sequence=2, previous=first.id
    )  # fmt: skip
    assert judge(facts(paths=("b.md",)), first, lift).verdict is Verdict.SATISFIED
    ended = replace(TASK, allow=(), forbid=(), supersedes=(first.id,))
    stranger = statement(ended, "alice", device="11111111")
    logs = broken_logs((first, stranger))
    assert logs == {}  # else it would count for nothing anyway
    assert judge(facts(paths=("b.md",)), first, stranger).verdict is Verdict.VIOLATED


def test_statements_are_links_of_the_same_chain_as_decisions() -> None:
    first = statement(WAIVER, "alice")
    about = replace(ABOUT, boundary=CLEAN)
    second = record(about=about, sequence=2, previous=first.id, decision=DecisionKind.APPROVE)
    logs = Records(verified=(second,), statements=(first,))
    assert evaluate(force(), about, replace(logs, broken=broken_logs(logs.entries)), NOW).verdict is Verdict.SATISFIED
    assert evaluate(force(), about, replace(logs, statements=()), NOW).verdict is not Verdict.SATISFIED
