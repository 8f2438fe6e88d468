"""The queue: filters, orders, views, the log, and what it says when it is empty."""

import gc
import weakref
from dataclasses import replace
from pathlib import Path

from textual.widgets import Input

from reviewconsole.casefile import Risk
from reviewconsole.change import Person
from reviewconsole.review.views import Views
from reviewconsole.tui import filters
from reviewconsole.tui.app import ReviewApp
from reviewconsole.tui.screens.pages import PageScreen
from reviewconsole.tui.screens.prompts import TextPrompt
from reviewconsole.tui.screens.queue import QueueScreen
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.widgets.queue_list import QueueList
from tests.tui.conftest import Service, entry_of, opened_change
from tests.tui.test_console import on_screen, press, rendered, said, until


def entries(opened):
    other = opened_change(opened.files[:1], head="2" * 40, ref="refs/heads/other", title="Tidy up")
    commit = replace(other.change.commits[0], author=Person(name="Carol", email="carol@example.com"),
                     committer_time=1)  # fmt: skip
    other = replace(other, change=replace(other.change, commits=(commit,)))
    return entry_of(opened), entry_of(other, "blocked")


def test_a_filter_names_fields_alternatives_and_what_is_not_wanted(opened) -> None:
    first, second = both = entries(opened)
    for text, wanted in (
        ("", both), ("retry", (first,)), ("state:blocked,rejected", (second,)), ("risk:high", (first,)),
        ("-risk:high", (second,)), ("agent:claude", both), ("agent:codex", ()), ("author:carol", (second,)),
        ("path:services/b", (first,)), ("path:services -retry", ()), ("RETRY state:pending", (first,)),
        ("sort:oldest", (second, first)), ("sort:largest", both), ("state:", both), ("rule:swallowed", (first,)),
        ("http://x", ()), ("sort:nonsense", ()), (second.change.id, (second,)),
    ):  # fmt: skip
        assert filters.apply(both, text) == wanted, text
    assert filters.sorted_by("sort:newest retry", "oldest") == "retry sort:oldest"
    assert filters.sorted_by("sort:newest retry", "risk") == "retry"


def test_views_are_kept_and_nothing_broken_stops_the_queue(tmp_path: Path) -> None:
    store = Views(tmp_path / "state")
    assert store.read() == {}
    store.write({"mine": "author:me", "": "risk:high"})
    assert Views(tmp_path / "state").read() == {"mine": "author:me", "": "risk:high"}
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["views.json"]
    for text in ("{", "[1]", '{"a": 1}'):
        (tmp_path / "state" / "views.json").write_text(text)
        assert store.read() == {}


async def test_orders_views_and_names_by_key(service: Service, opened) -> None:
    other = opened_change(opened.files[:1], head="2" * 40, ref="refs/heads/other", title="Tidy up")
    service.changes.append(other)
    app = ReviewApp(service, "dark")
    async with app.run_test(size=(160, 40)) as pilot:
        await on_screen(pilot, QueueScreen)
        table = app.screen.query_one(QueueList)
        await until(pilot, lambda: table.count() == 2)
        await press(pilot, "o")
        assert "filter sort:newest" in said(app, "#status") or "view newest first" in said(app, "#status")
        await press(pilot, "v", "v")
        assert "view risky" in said(app, "#status")
        assert [entry.change.ref for entry in table.entries] == ["refs/heads/feat/retry"]
        await press(pilot, "f")
        app.screen.query_one("#filter", Input).value = "path:docs tidy"
        await press(pilot, "enter", "V")
        await on_screen(pilot, TextPrompt)
        await press(pilot, *"papers", "enter")
        assert "view papers" in said(app, "#status")
        await pilot.press("ctrl+q")
    again = ReviewApp(service, "dark")
    async with again.run_test(size=(160, 40)) as pilot:
        await on_screen(pilot, QueueScreen)
        await until(pilot, lambda: "view papers" in said(again, "#status"))
        assert [entry.change.title for entry in again.screen.query_one(QueueList).entries] == ["Tidy up"]


async def test_an_empty_queue_says_why_and_what_to_do(service: Service) -> None:
    app = ReviewApp(service, "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, QueueScreen)
        table = app.screen.query_one(QueueList)
        await until(pilot, lambda: table.count() == 1)
        await press(pilot, "f", *"zzz", "enter")
        assert "the filter hides all of them" in said(app, "#explained")
        assert "esc drops the filter" in said(app, "#explained")
        await press(pilot, "escape")
        assert table.count() == 1
        service.changes = []
        service.notices = ("no policy on the target",)
        await press(pilot, "ctrl+r")
        await until(pilot, lambda: "nothing waits" in said(app, "#explained"))
        assert "e shows decided" in said(app, "#explained")
        assert "no policy on the target" in said(app, "#explained")
        await press(pilot, "e")
        await until(pilot, lambda: "git fetch" in said(app, "#explained"))


async def test_the_log_shows_every_record(service: Service) -> None:
    app = ReviewApp(service, "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, QueueScreen)
        await press(pilot, "4")
        await on_screen(pilot, PageScreen)
        assert "no record yet" in "\n".join(rendered(app))


async def test_rows_are_there_while_the_rest_is_read_and_esc_stops_it(service: Service, opened) -> None:
    service.changes = [
        opened_change(opened.files[:1], head=f"{i:040x}", ref=f"refs/heads/b{i}", title=f"Change {i}")
        for i in range(40)
    ]
    service.slow = 0.1
    app = ReviewApp(service, "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, QueueScreen)
        table = app.screen.query_one(QueueList)
        await until(pilot, lambda: table.count() > 2)
        assert "reading the queue" in said(app, "#status")
        await press(pilot, "escape")
        count = table.count()
        assert count < 40
        assert f"{count} of {count} changes" in said(app, "#status")
        await pilot.pause(0.5)
        assert table.count() == count


async def test_the_cursor_waits_on_the_riskiest_change_until_it_is_moved(service: Service, opened) -> None:
    service.changes = [
        replace(
            opened_change(opened.files[:1], head=f"{i:040x}", ref=f"refs/heads/b{i}", title=f"Change {i}"),
            risk=Risk(level="high", score=i, reasons=()),
        )
        for i in range(40)
    ]
    service.slow = 0.05
    app = ReviewApp(service, "dark")
    async with app.run_test(size=(120, 24)) as pilot:
        await on_screen(pilot, QueueScreen)
        table = app.screen.query_one(QueueList)
        await until(pilot, lambda: table.count() > 2)
        seen = table.count()
        await until(pilot, lambda: table.count() > seen)
        assert table.cursor == 0
        assert table.scroll_offset.y == 0
        await press(pilot, "j")
        chosen = table.entry
        await until(pilot, lambda: table.count() == 40)
        await until(pilot, lambda: "reading" not in said(app, "#status"))
        assert table.entry == chosen
        assert table.cursor > 1


async def test_a_review_that_was_left_does_not_stay_in_memory(service: Service) -> None:
    app, left = ReviewApp(service, "dark"), []
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, QueueScreen)
        await until(pilot, lambda: app.screen.query_one(QueueList).count() == 1)
        for _ in range(3):
            await press(pilot, "enter")
            await on_screen(pilot, ReviewScreen)
            left.append(weakref.ref(app.screen))
            await press(pilot, "q")
            await on_screen(pilot, QueueScreen)
        # a thread that writes a draft may hold its screen for a moment more
        await until(pilot, lambda: gc.collect() >= 0 and [screen() for screen in left[:2]] == [None, None])
        assert gc.get_freeze_count() == 0
