"""Several repositories in one queue: read beside the home one, opened and decided each in its own."""

from dataclasses import replace

from reviewconsole.casefile import SyncState
from reviewconsole.errors import RepositoryError
from reviewconsole.tui import filters
from reviewconsole.tui.app import ReviewApp
from reviewconsole.tui.places import Elsewhere
from reviewconsole.tui.screens.queue import QueueScreen
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.widgets.queue_list import QueueList
from tests.tui.conftest import Service, entry_of, opened_change
from tests.tui.test_console import on_screen, press, rendered, review, said, sign, until


def missing() -> Service:
    raise RepositoryError("/srv/gone is in no git repository", remedy="go into one")


async def test_each_repository_is_read_opened_and_signed_in_its_own(service: Service, opened) -> None:
    theirs = opened_change(opened.files, head="77" * 20, ref="refs/heads/feat/retry", title="Ship it")
    other = Service(changes=[replace(theirs, risk=replace(theirs.risk, score=99))], repository_name="example/web")
    other.notices = ("no policy on the target",)
    other.published = [SyncState(state="on the remote", pending=0)]
    app = ReviewApp(service, "dark", others=[Elsewhere(path="/srv/gone", open=missing),
                                             Elsewhere(path="/srv/web", open=lambda: other)])  # fmt: skip
    async with app.run_test(size=(160, 40)) as pilot:
        await on_screen(pilot, QueueScreen)
        screen, table = app.screen, app.screen.query_one(QueueList)
        await until(pilot, lambda: table.count() == 2 and not screen.reading)
        assert [entry.repository for entry in table.entries] == ["example/web", "example/payments"]
        assert "! /srv/gone: /srv/gone is in no git repository — go into one" in said(app, "#notice")
        assert "! example/web: no policy on the target" in said(app, "#notice")
        assert other.closed == 1
        assert [row for row in rendered(app) if "Ship it" in row and "example/web" in row]
        await press(pilot, "enter")
        await on_screen(pilot, ReviewScreen)
        assert review(app).now.opened.change.title == "Ship it"
        await press(pilot, "A")
        await sign(pilot, "Read it all.", "7777777")
        await until(pilot, lambda: len(other.recorded) == 1 and app.sync.state == "on the remote")
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen))
        assert service.recorded == []
        await press(pilot, "q")
        await on_screen(pilot, QueueScreen)
        await until(pilot, lambda: table.count() == 1)
        assert table.entry.repository == "example/payments"
        await press(pilot, "enter")
        await on_screen(pilot, ReviewScreen)
        assert review(app).desk is screen.desk


async def test_a_repository_is_read_again_when_its_refs_have_moved(service: Service, opened) -> None:
    other = Service(changes=[], repository_name="example/payments")
    app = ReviewApp(service, "dark", others=[Elsewhere(path="/srv/web", open=lambda: other)])
    async with app.run_test(size=(80, 24)) as pilot:
        await on_screen(pilot, QueueScreen)
        screen, table = app.screen, app.screen.query_one(QueueList)
        await until(pilot, lambda: other.closed == 1 and not screen.reading and not screen.waiting)
        assert table.count() == 1
        other.changes = [opened_change(opened.files, head="77" * 20, title="Later")]
        screen._look()
        await pilot.pause(0.1)
        assert table.count() == 1
        other.refs_moved = True
        screen._look()
        await until(pilot, lambda: table.count() == 2)
        assert {entry.repository for entry in table.entries} == {"example/payments", "/srv/web"}
        await press(pilot, "f", *"repo:web", "enter")
        assert [entry.change.title for entry in table.entries] == ["Later"]
        assert any("/srv/web" in row for row in rendered(app))


def test_rows_are_filtered_and_sorted_by_repository(opened) -> None:
    one, two = (replace(entry_of(opened), repository=name) for name in ("example/web", "example/api"))
    assert filters.apply((one, two), "repo:web") == (one,)
    assert filters.apply((one, two), "sort:repo") == (two, one)
