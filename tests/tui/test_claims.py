"""Claims in the console: a key in the queue, a mark in the row, a hint when a claimed change is opened."""

from dataclasses import replace

from reviewconsole.casefile import Claimed
from reviewconsole.tui import filters
from reviewconsole.tui.app import ReviewApp
from reviewconsole.tui.screens.queue import QueueScreen
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.widgets.queue_list import QueueList, claim_pieces
from tests.tui.conftest import Service, entry_of
from tests.tui.test_console import on_screen, press, rendered, said, until


async def test_a_change_is_claimed_and_released_and_a_claim_is_told_on_opening(service: Service, opened) -> None:
    bob = Claimed(principal="bob", since="2026-11-22T09:00:00Z", until="2126-11-22T11:30:00Z", own=False)
    service.claims[opened.change.head] = (bob,)
    app = ReviewApp(service, "dark")
    async with app.run_test(size=(80, 24)) as pilot:
        await on_screen(pilot, QueueScreen)
        table = app.screen.query_one(QueueList)
        await until(pilot, lambda: table.count() == 1 and not app.screen.waiting)
        await press(pilot, "c")
        await until(pilot, lambda: any("⚑ you" in row for row in rendered(app)))
        assert "you are on it until 11:00 UTC" in said(app, "#explained")
        assert "bob is on it until 11:30 UTC" in said(app, "#explained")
        assert filters.apply(table.entries, "claim:bob") == table.entries
        assert filters.apply(table.entries, "-claim:bob") == ()
        await press(pilot, "c")
        await until(pilot, lambda: any("⚑ bob" in row for row in rendered(app)))
        await press(pilot, "enter")
        await on_screen(pilot, ReviewScreen)
        assert "bob says to be on it until 11:30 UTC" in said(app, "#banner")


def test_a_claim_that_has_ended_is_not_shown(opened) -> None:
    ended = Claimed(principal="bob", since="2026-11-22T09:00:00Z", until="2026-11-22T11:30:00Z", own=False)
    stands = replace(ended, principal="carol", until="2126-11-22T11:30:00Z")
    assert [text for text, _ in claim_pieces(replace(entry_of(opened), claims=(ended, stands)))] == ["⚑ carol  "]
    assert claim_pieces(replace(entry_of(opened), claims=(ended,))) == []
