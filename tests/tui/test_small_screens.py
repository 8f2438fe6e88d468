"""What must be legible on a small screen, and what may not be covered."""

import pytest

from reviewconsole.finding import Severity
from reviewconsole.tui.app import ReviewApp
from reviewconsole.tui.screens.queue import QueueScreen
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.screens.sheet_text import by_severity
from reviewconsole.tui.widgets.diff_view import DiffView
from reviewconsole.tui.widgets.lines import StatusLine, fitted
from reviewconsole.tui.widgets.queue_list import QueueList
from tests.tui.conftest import Service, app_on, finding, opened_change
from tests.tui.test_console import on_screen, press, rendered, review, until

LONG = "A failure is caught and dropped, so that the caller goes on with half an answer and nobody is told about it."


def test_both_ends_of_a_row_are_fitted() -> None:
    left, right = [("a long title", "text")], [(" right", "muted")]
    assert fitted(left, right, 20).plain == "a long title   right"
    assert fitted(left, right, 12).plain == "a lon… right"
    assert fitted(left, right, 4).plain == " ri…"


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (160, 50)])
async def test_the_essentials_are_legible_at_every_size(service: Service, size: tuple[int, int]) -> None:
    app = app_on(service)
    async with app.run_test(size=size) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot)
        rows = rendered(app)
        for part in ("feat/retry", "▲ HIGH 71", "○ pending", "head 1a2b3c4"):
            assert part in rows[0]
        for part in ("hunks read", "1 flags open", "gate ✗ violated"):
            assert part in rows[-2]
        assert rows[-1].startswith(" ? ")
        assert "…" not in rows[-1].replace("Approve…", "").replace("Reject…", "")
        for part in ("Approve…", "Reject…"):
            assert part in rows[-1]


async def test_a_finding_is_shown_before_its_rule(repository) -> None:
    files = repository({"a.py": b"x\n"}, {"a.py": b"y\n"})
    app = app_on(Service(changes=[opened_change(files, (finding("a.py", 1, message=LONG),))]))
    async with app.run_test(size=(160, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "t")
        row = next(row for row in rendered(app) if "A failure" in row)
        assert LONG in row
        assert "F1" in row
        await press(pilot, "3")
        words = " ".join(row[-46:].strip() for row in rendered(app)[1:4])
        assert "so that the caller goes on" in words


async def test_what_is_said_covers_nothing(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "g", "n", "right_curly_bracket", "u")
        status = app.screen.query_one(StatusLine)
        assert "nothing to undo" in status.told
        assert not app.screen.query("Toast")
        assert "nothing to undo" in rendered(app)[-2]
        review(app).notify("why " * 60, severity="error", timeout=9, markup=False)
        await until(pilot, lambda: status.size.height > 1)
        view = app.screen.query_one(DiffView)
        assert view.region.bottom == status.region.y


async def test_the_glyphs_of_the_queue_are_explained(service: Service) -> None:
    app = ReviewApp(service, "dark")
    for size in ((80, 24), (160, 40)):
        app = ReviewApp(service, "dark")
        async with app.run_test(size=size) as pilot:
            await on_screen(pilot, QueueScreen)
            await until(pilot, lambda: app.screen.query_one(QueueList).count() == 1)
            assert ("blocked: breaks the boundary" in "\n".join(rendered(app))) == (size[1] >= 30)
            await press(pilot, "question_mark")
            text = "\n".join(rendered(app))
            assert "↻ stale" in text
            assert "▲ high" in text


def test_findings_are_counted_by_severity() -> None:
    found = [finding("a", 1, severity=severity) for severity in (Severity.CRITICAL, Severity.HIGH, Severity.HIGH)]
    assert by_severity(found) == "1 critical and 2 high findings"
    assert by_severity(found[:1]) == "1 critical finding"
