"""What could not be read, judged or is not settled yet never looks as if it only waited."""

from dataclasses import replace

from textual.events import Key
from textual.widgets import Input

from reviewconsole.casefile import UNKNOWN, Quorum, Requirement, Risk, quorum_words, urgency
from reviewconsole.decision import Verdict
from reviewconsole.risk import assess_risk
from reviewconsole.tui import filters
from reviewconsole.tui.app import ReviewApp
from reviewconsole.tui.paint import risk_words, standing
from reviewconsole.tui.screens.queue import QueueScreen
from reviewconsole.tui.screens.queue_text import entry_page
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.widgets.queue_list import QueueList
from tests.tui.conftest import Service, entry_of, finding
from tests.tui.test_console import on_screen, press, rendered, said, until

LOST = "the content cannot be shown: object fafb175976c2 is not here — `git fetch --refetch` brings what is missing"


def lost(opened, **more):
    return replace(
        entry_of(opened), risk=assess_risk((), opened.provenance, (), unread=LOST), files=0, added=0, removed=0,
        unreadable=LOST, doubts=(LOST,), verdict=Verdict.UNDECIDABLE, top=(), **more,
    )  # fmt: skip


def test_there_is_no_level_where_nothing_was_looked_at(opened) -> None:
    read = assess_risk((), opened.provenance, opened.files)
    assert (read.level, read.unsure) == ("none", "")
    assert assess_risk((), opened.provenance, (), unread=LOST).level == UNKNOWN
    assert assess_risk([finding("a", 1)], opened.provenance, (), unread=LOST).level == UNKNOWN
    stopped = assess_risk((), opened.provenance, opened.files, unsure="the structural rules did not run")
    assert (stopped.level, stopped.score > read.score) == (UNKNOWN, True)
    assert assess_risk([finding("a", 1)], opened.provenance, (), unsure="did not run").level == "high"


def test_an_unreadable_change_stands_first_and_says_what_to_do(opened) -> None:
    here, other = lost(opened), entry_of(opened)
    assert urgency(here) < urgency(other)
    assert here.risk.score < other.risk.score
    shown = QueueList()
    shown.show(((here, 0),))
    left, right = shown.pieces(0, 120)
    assert left[0][0].startswith("? unreadable ")
    assert [text.split() for text, _ in right] == [["?", "?", "?"], ["?", "unclear"]]
    page = entry_page(here).plain
    assert "git fetch --refetch" in page
    assert "? not looked at" in page
    assert "nothing" not in page.split("Found")[1].split("\n")[0]
    for text in ("risk:critical", "risk:low", "-risk:none", "state:unclear"):
        assert filters.apply((here,), text) == (here,)
    assert filters.apply((other,), "risk:low") == ()


def test_a_level_that_may_be_too_low_bears_a_question_mark() -> None:
    assert risk_words(Risk(level="low", score=4, reasons=())) == "□ low        4 "
    assert risk_words(Risk(level="low", score=4, reasons=(), unsure="one did not finish")) == "□ low        4?"
    assert risk_words(Risk(level=UNKNOWN, score=4, reasons=(), unsure="none ran")) == "? unscanned  "


def test_a_row_says_how_many_approvals_there_are_and_who_may_give_the_rest(opened) -> None:
    half = Quorum(needed=2, given=("alice",), may=("dana", "erin"))
    item = Requirement(id="pay", verdict=Verdict.VIOLATED, why="pay: 1 of 2 approvals", quorum=half)
    entry = replace(entry_of(opened), unmet=(item,), own="alice")
    assert standing(entry) == ("◐", "1 of 2", "accent")
    assert "✗ pay: 1 of 2 approvals · you approved · dana, erin may give the other" in entry_page(entry).plain
    none = Quorum(needed=1, given=(), may=("alice", "dana"))
    assert quorum_words(none, "alice") == "0 of 1 approvals · you may give one"
    assert "nobody else may: name one more person" in quorum_words(replace(none, may=()), "alice")
    assert standing(replace(entry, doubts=("a log has a gap",))) == ("?", "unclear", "bad")
    assert standing(replace(entry, state="rejected", doubts=("a log has a gap",)))[1] == "rejected"


async def test_a_review_of_what_cannot_be_read_does_not_say_that_all_was_read(service: Service, opened) -> None:
    risk = assess_risk((), opened.provenance, (), unread=LOST)
    service.changes = [replace(opened, files=(), findings=(), digest="", risk=risk, verdict=Verdict.UNDECIDABLE,
                               notes=(LOST,))]  # fmt: skip
    app = ReviewApp(service, "dark", "feat/retry")
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot)
        text = "\n".join(rendered(app))
        assert "? UNREADABLE" in text
        assert "? unclear" in text
        assert "? nothing could be read" in text
        assert "0/0 hunks read" not in text
        assert "git fetch --refetch" in text


async def test_a_change_just_decided_is_no_pending_one_until_it_is_read_again(service: Service, opened) -> None:
    app = ReviewApp(service, "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, QueueScreen)
        table = app.screen.query_one(QueueList)
        await until(pilot, lambda: table.count() == 1 and not app.screen.waiting)
        await press(pilot, "enter")
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "X")
        await until(pilot, lambda: bool(app.screen.query("#confirm")) and not app.screen.query_one(Input).disabled)
        await pilot.press(*"no", "tab", *opened.change.head[:7], "enter")
        await on_screen(pilot, ReviewScreen)
        service.slow = 1
        await press(pilot, "q")
        await on_screen(pilot, QueueScreen)
        assert table.entry is not None
        assert standing(table.entry)[1] == "decided"
        assert "being read again" in said(app, "#explained")
        await press(pilot, "enter")
        assert isinstance(app.screen, QueueScreen)
        assert "a moment ago" in said(app, "#status")
        await until(pilot, lambda: table.count() == 0)


async def test_no_letter_of_a_filter_is_lost(service: Service) -> None:
    app = ReviewApp(service, "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, QueueScreen)
        await until(pilot, lambda: app.screen.query_one(QueueList).count() == 1)
        for letter in "fzoo":
            app.post_message(Key(letter, letter))
        await until(pilot, lambda: app.screen.query_one(Input).value == "zoo")
