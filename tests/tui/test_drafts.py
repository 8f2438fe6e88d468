"""What a reviewer noted is there again after the console was left, and after a rebase."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import TextArea

from reviewconsole.decision import DecisionKind
from reviewconsole.drafting import draft
from reviewconsole.errors import FormatError, StorageError
from reviewconsole.finding import Side
from reviewconsole.review import drafts
from reviewconsole.review.drafts import Drafts
from reviewconsole.session import (
    Accept,
    Acknowledge,
    AddComment,
    Comment,
    DropComment,
    Place,
    Refuse,
    ReviewSession,
    ShowDelta,
    Tick,
    Undo,
    View,
    Write,
    kept,
    reduce,
    resume,
)
from reviewconsole.tui.rows import Kind
from reviewconsole.tui.screens.decision import DecisionScreen
from reviewconsole.tui.screens.prompts import TextPrompt
from reviewconsole.tui.screens.queue import QueueScreen
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.widgets.diff_view import DiffView
from tests.tui.conftest import Service, app_on, newer_than, source
from tests.tui.test_console import on_screen, press, rendered, review, said, until


def full(opened) -> ReviewSession:
    session = ReviewSession(opened=opened)
    unit = opened.files[1].units[1]
    comment = Comment(unit=unit, path="services/a.py", side=Side.NEW, line=99, end_line=100, text="why?")
    for action in (
        View(units=frozenset(opened.units[:2])),
        Accept(unit=opened.units[0]),
        Refuse(unit=unit, reason="drops the error"),
        Acknowledge(fingerprint=opened.findings[0].fingerprint, text="known"),
        AddComment(comment=comment),
        AddComment(comment=Comment(unit=opened.units[4], path="services/b.py", side=Side.NEW, line=0, text="tests?")),
        Tick(units=frozenset(opened.units[3:])),
        Write(kind=DecisionKind.REJECT, reason="not yet"),
    ):
        session = reduce(session, action)
    return session


def test_what_is_kept_comes_back_whole(opened, tmp_path: Path) -> None:
    store = Drafts(tmp_path / "state", tmp_path)
    assert store.read(opened) is None
    session = full(opened)
    was = kept(session, Place(path="services/a.py", unit=opened.units[2], line=3))
    store.write(opened, was)
    assert Drafts(tmp_path / "state", tmp_path).read(opened) == was
    back = resume(opened, was)
    assert (back.said, back.viewed, back.earlier) == (session.said, session.viewed, session.viewed)
    other = replace(opened, change=replace(opened.change, ref="refs/heads/other"))
    assert store.read(other) is None, "another branch"
    assert Drafts(tmp_path / "state", tmp_path / "clone").read(opened) is None, "another repository"
    (file,) = (tmp_path / "state").rglob("*.json")
    assert file.stat().st_mode & 0o077 == 0


def test_a_rebase_keeps_what_did_not_change_and_moves_comments_along(opened, repository) -> None:
    marks = {13: "first = 1", 103: "raise", 193: "third = 3"}
    before = {"services/a.py": b"# one\n# two\n# three\n" + source(200), "services/b.py": source(60)}
    after = {"services/a.py": source(203, changed=marks), "services/b.py": source(60, changed={30: "b = 2"})}
    after["services/a.py"] = b"# one\n# two\n# three\n" + source(200, changed={10: "first = 1", 100: "raise",
                                                                              190: "third = 3"})  # fmt: skip
    newer = newer_than(opened, repository(before, after))
    session = full(opened)
    session = reduce(session, AddComment(comment=Comment(unit=opened.units[1], path="services/a.py", side=Side.NEW,
                                                         line=10, text="one?")))  # fmt: skip
    for back in (resume(newer, kept(session)), reduce(session, ShowDelta(newer=newer))):
        a, b = newer.files
        assert back.viewed == session.viewed & set(newer.units) == {a.units[0]}
        assert set(back.said.marks) == set(session.said.marks) & set(newer.units)
        assert [(c.text, c.line) for c in back.said.comments] == [("tests?", 0), ("one?", 13)]
        assert back.said.comments[0].unit == b.units[0]
        assert back.said.ticked == {a.units[2], b.units[0]}
        assert back.reasons == {"reject": "not yet"}


def test_ticks_are_no_coverage(opened) -> None:
    session = reduce(ReviewSession(opened=opened), Tick(units=frozenset(opened.units)))
    assert session.viewed == frozenset()
    assert draft(session, DecisionKind.APPROVE, "fine").viewed == frozenset()
    assert reduce(session, Tick(units=frozenset(opened.units[:2]))).said.ticked == set(opened.units[2:])
    assert reduce(session, Undo()).said.ticked == frozenset()


def test_an_answer_to_a_finding_that_is_not_there_is_kept_and_not_signed(opened) -> None:
    without = replace(opened, findings=())
    session = resume(without, kept(full(opened)))
    assert session.said.acknowledged
    assert draft(reduce(session, Undo()), DecisionKind.REJECT, "no").acknowledged == ()


def test_comments_are_changed_and_dropped(opened) -> None:
    session = full(opened)
    first, second = session.said.comments
    session = reduce(session, AddComment(comment=replace(first, text="how?"), instead=first))
    assert [c.text for c in session.said.comments] == ["how?", "tests?"]
    assert reduce(session, DropComment(comment=second)).said.comments == session.said.comments[:1]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2}', '{"version": 1, "viewed": ["../x"]}'])
def test_what_cannot_be_read_is_said_once_and_set_aside(opened, tmp_path: Path, text: str) -> None:
    store = Drafts(tmp_path, tmp_path)
    store.write(opened, kept(full(opened)))
    (file,) = tmp_path.rglob("*.json")
    file.write_text(text)
    with pytest.raises(FormatError, match="cannot be read"):
        store.read(opened)
    assert store.read(opened) is None
    assert file.with_suffix(".unreadable").read_text() == text


def test_the_folder_is_bounded_and_a_failed_write_leaves_the_old_file(opened, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(drafts, "FILES", 3)
    store = Drafts(tmp_path, tmp_path)
    for number in range(6):
        store.write(replace(opened, change=replace(opened.change, ref=f"refs/heads/{number}")), kept(full(opened)))
    files = list(tmp_path.rglob("*.json"))
    assert len(files) == 3
    was = [file.read_bytes() for file in files]

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(StorageError, match="No space"):
        store.write(opened, kept(full(opened)))
    assert [file.read_bytes() for file in files] == was
    assert list(tmp_path.rglob("*.new")) == []


async def test_a_review_goes_on_after_a_restart(service: Service) -> None:
    units = service.changes[0].units
    app = app_on(service)
    async with app.run_test(size=(120, 30)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "right_square_bracket", "a", "r")
        await press(pilot, "C")
        await on_screen(pilot, TextPrompt)
        await press(pilot, *"hm", "enter")
        await press(pilot, "X")
        await on_screen(pilot, DecisionScreen)
        assert "services/a.py: hm" in app.screen.query_one(TextArea).text
        app.screen.query_one(TextArea).text = "half a reason"
        await press(pilot, "escape")
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "G", "k")
        place, session = review(app).query_one(DiffView).cursor, review(app).now
        await pilot.press("ctrl+q")
    again = app_on(service)
    async with again.run_test(size=(120, 30)) as pilot:
        await on_screen(pilot, ReviewScreen)
        now = review(again).now
        assert (now.said, now.viewed) == (session.said, session.viewed)
        assert now.said.marks[units[0]].accepted
        assert now.said.ticked == {units[1]}
        await until(pilot, lambda: review(again).query_one(DiffView).cursor == place)
        assert "goes on where you left it" in said(again, "#banner")
        await press(pilot, "X")
        await on_screen(pilot, DecisionScreen)
        assert again.screen.query_one(TextArea).text == "half a reason\nservices/a.py: hm\n"
        assert again.screen.query_one(TextArea).cursor_location == (2, 0)


async def test_leaving_keeps_and_a_store_that_fails_asks_once(service: Service, monkeypatch) -> None:
    app = app_on(service)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await on_screen(pilot, ReviewScreen)
        monkeypatch.setattr(service.drafts, "write", lambda *_: (_ for _ in ()).throw(StorageError("disk full")))
        await press(pilot, "right_square_bracket", "a", "q")
        assert isinstance(app.screen, ReviewScreen)
        await until(pilot, lambda: "disk full" in "\n".join(rendered(app)))
        await press(pilot, "q")
        await on_screen(pilot, QueueScreen)


async def test_a_range_is_commented_on_at_its_last_line(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        view = app.screen.query_one(DiffView)
        await press(pilot, "right_square_bracket", "right_square_bracket", "j", "v", "j", "j", "c")
        await on_screen(pilot, TextPrompt)
        await press(pilot, *"all", "enter")
        (comment,) = review(app).now.said.comments
        assert (comment.line, comment.end_line) == (7, 9)
        assert len(view.selected) == 0
        at = next(i for i in range(len(view.rows)) if view.rows[i].kind is Kind.COMMENT)
        assert view.rows.files[1].hunks[0].lines[view.rows[at - 1].line].new == 9
        assert "on 7-9" in "\n".join(rendered(app))
        view.go(at)
        await press(pilot, "c")
        await on_screen(pilot, TextPrompt)
        await press(pilot, "backspace", "backspace", "backspace", *"none", "enter")
        assert [c.text for c in review(app).now.said.comments] == ["none"]
        await press(pilot, "delete")
        assert review(app).now.said.comments == ()


async def test_a_reason_is_kept_while_the_sheet_is_open(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(120, 30)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "A")
        await on_screen(pilot, DecisionScreen)
        await press(pilot, *"half")
        opened = review(app).now.opened
        await until(pilot, lambda: (found := service.drafts.read(opened)) is not None and bool(found.reasons))
        assert service.drafts.read(opened).reasons == {"approve": "half"}
        await press(pilot, "ctrl+a", "ctrl+k")
        await until(pilot, lambda: not service.drafts.read(opened).reasons)
