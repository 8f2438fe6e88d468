"""The session: a pure account of what was seen and said."""

from dataclasses import replace

import pytest

from reviewconsole.casefile import OpenedChange, Risk
from reviewconsole.change import Change, Entry, Oid
from reviewconsole.decision import REASON_LIMIT, DecisionKind, Verdict
from reviewconsole.diff import FileDiff, HunkId, parse_hunks
from reviewconsole.drafting import draft, offered
from reviewconsole.errors import ReviewIncomplete
from reviewconsole.evidence import Provenance, ProvenanceClass
from reviewconsole.finding import Confidence, Family, Finding, Location, Severity, Side, number
from reviewconsole.session import (
    Accept,
    Acknowledge,
    AddComment,
    Comment,
    HeadMoved,
    Judge,
    Refuse,
    ReviewSession,
    ShowDelta,
    Undo,
    View,
    Write,
    reduce,
)

HEAD, NEXT = Oid("1" * 40), Oid("2" * 40)
PATCH = b"@@ -1,2 +1,2 @@\n-old one\n+new one\n same\n@@ -10 +10 @@ def f\n-old two\n+new two\n"
GONE = HunkId("0" * 16)


def file_diff(path: str, patch: bytes) -> FileDiff:
    entry = Entry(
        path=path, status="M", old_mode="100644", new_mode="100644", old_oid=Oid("a" * 40), new_oid=Oid("b" * 40)
    )
    return FileDiff(entry=entry, old=b"", new=b"", hunks=parse_hunks(path, patch), binary=not patch)


def change_at(head: Oid, *files: FileDiff) -> OpenedChange:
    change = Change(
        ref="refs/heads/x", target="refs/heads/main", base=None, head=head, base_tree=HEAD, head_tree=head,
        merge_bases=(), commits=(),
    )  # fmt: skip
    finding = Finding(
        rule="swallowed-error", family=Family.RISK, severity=Severity.HIGH, confidence=Confidence.HIGH, message="m",
        evidence="except: pass", location=Location(path="a.py", side=Side.NEW, line=1, end_line=1),
    )  # fmt: skip
    return OpenedChange(
        change=change, provenance=Provenance(provenance=ProvenanceClass.NONE), files=files, findings=number([finding]),
        boundary=(), risk=Risk(level="high", score=1, reasons=()), digest="", engine="", requirements=(),
        verdict=Verdict.VIOLATED, participants=(), policy_commit=None,
    )  # fmt: skip


OPENED = change_at(HEAD, file_diff("a.py", PATCH), file_diff("logo.png", b""))
SESSION = ReviewSession(opened=OPENED)
ONE, TWO, BINARY = OPENED.units
PRINT = OPENED.findings[0].fingerprint


def test_nothing_new_gives_the_same_object() -> None:
    seen = reduce(SESSION, View(units=frozenset({ONE})))
    assert seen.viewed == {ONE}
    assert reduce(seen, View(units=frozenset({ONE}))) is seen
    assert reduce(seen, View(units=frozenset({GONE}))) is seen
    assert reduce(seen, Undo()) is seen
    assert reduce(seen, Accept(unit=GONE)) is seen
    assert reduce(seen, Acknowledge(fingerprint="sha256:0", text="x")) is seen
    assert reduce(seen, AddComment(comment=Comment(unit=GONE, path="a", side=Side.NEW, line=1, text="x"))) is seen
    accepted = reduce(seen, Accept(unit=ONE))
    assert reduce(accepted, Accept(unit=ONE)) is accepted
    moved = reduce(seen, HeadMoved(head=NEXT))
    assert reduce(moved, HeadMoved(head=NEXT)) is moved


def test_marks_do_not_count_as_seen() -> None:
    assert reduce(SESSION, Accept(unit=ONE)).viewed == frozenset()


def test_undo_takes_back_what_was_said_but_not_what_was_seen() -> None:
    session = reduce(reduce(SESSION, Accept(unit=ONE)), Refuse(unit=ONE, reason="no"))
    session = reduce(session, View(units=frozenset({TWO})))
    session = reduce(session, Acknowledge(fingerprint=PRINT, text="known"))
    assert session.open_findings == ()
    session = reduce(reduce(session, Undo()), Undo())
    assert session.said.marks[ONE].accepted
    assert session.open_findings == OPENED.findings
    assert session.viewed == {TWO}
    assert reduce(session, Undo()).said.marks == {}


@pytest.mark.parametrize("text", ["", "  \n", "x" * (REASON_LIMIT + 1)])
def test_texts_must_say_something_within_the_limit(text: str) -> None:
    comment = Comment(unit=ONE, path="a.py", side=Side.NEW, line=1, text=text)
    for action in (
        Refuse(unit=ONE, reason=text),
        Acknowledge(fingerprint=PRINT, text=text),
        AddComment(comment=comment),
    ):
        with pytest.raises(ReviewIncomplete):
            reduce(SESSION, action)
    with pytest.raises(ReviewIncomplete):
        draft(SESSION, DecisionKind.APPROVE, text)


def test_a_draft_holds_what_was_seen_and_answered() -> None:
    session = reduce(SESSION, View(units=frozenset({ONE, BINARY})))
    session = reduce(session, Acknowledge(fingerprint=PRINT, text=" known "))
    made = draft(session, DecisionKind.APPROVE, " read it ")
    assert made.reason == "read it"
    assert made.viewed == {ONE, BINARY}
    assert [(a.fingerprint, a.rule, a.text) for a in made.acknowledged] == [(PRINT, "swallowed-error", "known")]


def test_a_refused_hunk_stands_against_an_approval_and_goes_into_a_rejection() -> None:
    session = reduce(SESSION, Refuse(unit=TWO, reason="drops the lock"))
    session = reduce(session, AddComment(comment=Comment(unit=ONE, path="a.py", side=Side.OLD, line=1, text="why?")))
    with pytest.raises(ReviewIncomplete, match="1 refused"):
        draft(session, DecisionKind.APPROVE, "fine")
    session = reduce(session, Write(kind=DecisionKind.REJECT, reason="not like this"))
    lines = offered(session, DecisionKind.REJECT).split("\n")
    assert lines == ["not like this", "refused a.py:10: drops the lock", "a.py:1 (old side): why?"]
    again = reduce(session, Write(kind=DecisionKind.REJECT, reason="\n".join(lines)))
    assert offered(again, DecisionKind.REJECT).split("\n") == lines, "no remark twice"
    assert offered(session, DecisionKind.APPROVE) == "a.py:1 (old side): why?"
    assert offered(session, DecisionKind.WITHDRAW) == ""


def test_remarks_must_fit_into_the_reason() -> None:
    session = reduce(SESSION, Refuse(unit=ONE, reason="x" * REASON_LIMIT))
    with pytest.raises(ReviewIncomplete, match="characters"):
        draft(session, DecisionKind.REJECT, offered(session, DecisionKind.REJECT))


def test_a_path_of_odd_bytes_can_be_part_of_a_reason() -> None:
    session = ReviewSession(opened=change_at(HEAD, file_diff("a\udcff.py", PATCH)))
    session = reduce(session, Refuse(unit=session.opened.units[0], reason="odd"))
    assert offered(session, DecisionKind.REJECT).encode() == b"refused a\\udcff.py:1: odd"


def test_a_moved_head_blocks_until_its_difference_was_shown() -> None:
    session = reduce(SESSION, View(units=frozenset({ONE, TWO})))
    session = reduce(reduce(session, Accept(unit=ONE)), Accept(unit=TWO))
    session = reduce(session, Acknowledge(fingerprint=PRINT, text="known"))
    session = reduce(session, HeadMoved(head=NEXT))
    assert session.stale
    for kind in DecisionKind:
        with pytest.raises(ReviewIncomplete, match="moved"):
            draft(session, kind, "fine")
    # The second hunk is another one now; the first only stands elsewhere.
    newer = change_at(
        NEXT, file_diff("a.py", b"@@ -4 +4 @@\n-old one\n+new one\n@@ -10 +10 @@\n-old two\n+new three\n")
    )
    session = reduce(session, ShowDelta(newer=newer))
    assert not session.stale
    assert session.opened is newer
    assert session.viewed == {ONE}
    assert set(session.said.marks) == {ONE}
    assert session.open_findings == ()
    assert draft(session, DecisionKind.APPROVE, "fine").viewed == {ONE}
    assert reduce(session, HeadMoved(head=HEAD)).stale


def test_the_gate_can_answer_again_for_the_same_head_only() -> None:
    answer = replace(OPENED, verdict=Verdict.SATISFIED, state="approved", files=())
    session = reduce(reduce(SESSION, Accept(unit=ONE)), Judge(opened=answer))
    assert (session.opened.verdict, session.opened.state) == (Verdict.SATISFIED, "approved")
    assert session.opened.files is OPENED.files
    assert session.said.marks[ONE].accepted
    assert reduce(session, Judge(opened=answer)) is session
    assert reduce(session, Judge(opened=change_at(NEXT))) is session
