"""A review that begins before the scan has ended, and errors that nobody expected."""

from dataclasses import replace

import pytest

from reviewconsole.casefile import OpenedChange, SyncState
from reviewconsole.decision import DecisionKind, Verdict
from reviewconsole.drafting import draft
from reviewconsole.errors import ReviewConsoleError, ReviewIncomplete
from reviewconsole.finding import number
from reviewconsole.session import Accept, Found, ReviewSession, reduce
from reviewconsole.tui.app import ReviewApp
from reviewconsole.tui.screens.decision import DecisionScreen
from reviewconsole.tui.screens.queue import QueueScreen
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.widgets.diff_view import DiffView
from reviewconsole.tui.widgets.queue_list import QueueList
from tests.tui.conftest import Service, app_on, finding
from tests.tui.test_console import on_screen, press, rendered, review, said, until


@pytest.fixture
def stages(opened: OpenedChange, service: Service) -> list[OpenedChange]:
    """Nothing; one finding at line 30 of b.py; that and the one of a.py, which comes first."""
    late = finding("services/b.py", 30, message="A late one.", rule="late")
    bare = replace(opened, findings=(), requirements=(), verdict=Verdict.UNDECIDABLE, scanning="line rules")
    whole = replace(opened, findings=number([*opened.findings, late]))
    service.changes = [whole]
    service.stages = [bare, replace(bare, findings=number([late]), scanning="checks")]
    return [*service.stages, whole]


async def test_the_diff_is_there_at_once_and_findings_follow(service: Service, stages) -> None:
    app = app_on(service)
    async with app.run_test(size=(160, 50)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await until(pilot, lambda: "value_7 = compute(7)" in "".join(rendered(app)))
        assert "scanning … line rules" in said(app, "#status")
        assert "gate after the scan" in said(app, "#status")
        assert "A late one." not in "".join(rendered(app))
        await press(pilot, "]", "a")
        assert len(review(app).now.said.marks) == 1
        service.go_on.set()
        await until(pilot, lambda: "scanning … checks" in said(app, "#status"))
        assert len(review(app).now.open_findings) == 1
        await press(pilot, ")")
        view = app.screen.query_one(DiffView)
        assert view.finding_here().rule == "late"
        place = view.row
        service.go_on.set()
        await until(pilot, lambda: "scanned: " in said(app, "#status"))
        assert "2 high" in said(app, "#status")
        assert view.finding_here().rule == "late"
        assert view.row.kind is place.kind
        assert len(review(app).now.said.marks) == 1
        assert len(review(app).now.open_findings) == 2
        await until(pilot, lambda: "gate ✗ violated" in said(app, "#status"))


async def test_approving_waits_for_the_end_of_the_scan(service: Service, stages) -> None:
    app = app_on(service)
    async with app.run_test(size=(160, 50)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "A")
        assert isinstance(app.screen, ReviewScreen)
        assert "still at work" in said(app, "#status")
        service.go_on.set()
        await until(pilot, lambda: len(review(app).now.open_findings) == 1)
        assert isinstance(app.screen, ReviewScreen)
        service.go_on.set()
        await on_screen(pilot, DecisionScreen)
        await until(pilot, lambda: len(service.sheets) == 1)
        assert review(app).now.opened == stages[-1]


async def test_leaving_ends_the_waiting_and_the_queue_is_read(service: Service, stages) -> None:
    app = app_on(service)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "q")
        await on_screen(pilot, QueueScreen)
        await until(pilot, lambda: app.screen.query_one(QueueList).count() == 1)


@pytest.mark.parametrize(
    ("error", "words"),
    [(ValueError("bad value(s) in fds_to_keep"), "internal error: ValueError at conftest.py:"),
     (ReviewConsoleError("no such object"), "no such object")],
)  # fmt: skip
async def test_a_scan_that_fails_is_said_and_blocks_signing(service: Service, stages, error, words) -> None:
    service.stages = service.stages[:1]
    service.breaks = error
    app = app_on(service)
    async with app.run_test(size=(160, 50)) as pilot:
        await on_screen(pilot, ReviewScreen)
        service.go_on.set()
        await until(pilot, lambda: words in said(app, "#banner"))
        assert "not scanned to the end" in said(app, "#status")
        await press(pilot, "A")
        assert isinstance(app.screen, ReviewScreen)
        assert words in said(app, "#status")


async def test_a_queue_that_cannot_be_read_says_so_and_is_read_again(service: Service) -> None:
    service.breaks = ValueError("bad value(s) in fds_to_keep")
    app = ReviewApp(service, "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, QueueScreen)
        await until(pilot, lambda: "the queue could not be read" in said(app, "#explained"))
        assert "internal error: ValueError at conftest.py:" in said(app, "#explained")
        assert "internal error: ValueError" in said(app, "#status")
        service.breaks = None
        await press(pilot, "ctrl+r")
        await until(pilot, lambda: app.screen.query_one(QueueList).count() == 1)
        assert "internal error" not in said(app, "#status")


async def test_an_exchange_that_breaks_is_no_exchange_for_ever(service: Service) -> None:
    service.published = [ValueError("odd")]
    app = ReviewApp(service, "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, QueueScreen)
        await press(pilot, "P")
        await until(pilot, lambda: app.sync.state == "failed")
        assert app.sync.why.startswith("internal error: ValueError at conftest.py:")
        service.published = [SyncState(state="on the remote", pending=0)]
        await press(pilot, "P")
        await until(pilot, lambda: app.sync.state == "on the remote")


def test_nothing_is_signed_while_the_scan_goes_on(opened: OpenedChange) -> None:
    session = ReviewSession(opened=replace(opened, findings=(), scanning="checks"))
    session = reduce(session, Accept(unit=opened.units[0]))
    with pytest.raises(ReviewIncomplete, match="being scanned"):
        draft(session, DecisionKind.APPROVE, "read")
    done = reduce(session, Found(opened=replace(opened, files=tuple(opened.files))))
    assert done.opened.files is session.opened.files
    assert done.said == session.said
    assert draft(done, DecisionKind.APPROVE, "read").reason == "read"
    other = replace(opened, change=replace(opened.change, head="9" * 40))
    assert reduce(session, Found(opened=other)) is session
