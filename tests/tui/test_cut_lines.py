"""Lines that go on beyond the edge: it is said that they hold up the reading, and wrapping stays chosen."""

from dataclasses import replace

from reviewconsole.change import Oid
from reviewconsole.tui.app import ReviewApp
from reviewconsole.tui.screens.decision import DecisionScreen
from reviewconsole.tui.screens.queue import QueueScreen
from reviewconsole.tui.screens.review import ReviewScreen
from tests.tui.conftest import Service, opened_change, source
from tests.tui.test_console import on_screen, press, rendered, said, until

CUT = "1 unread: a line is cut, press w to wrap"


async def test_a_cut_line_is_told_and_wrapping_is_kept_for_the_next_change(repository) -> None:
    files = repository({"a.py": source(3)}, {"a.py": source(3, changed={2: "x" * 300})})
    first = opened_change(files)
    other = replace(first, change=replace(first.change, ref="refs/heads/other", head=Oid("2" * 40)))
    app = ReviewApp(Service(changes=[first, other]), "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, QueueScreen)
        await until(pilot, lambda: "2 of 2" in rendered(app)[-2])
        await press(pilot, "enter")
        await on_screen(pilot, ReviewScreen)
        await until(pilot, lambda: CUT in rendered(app)[-2])
        await press(pilot, "A")
        await on_screen(pilot, DecisionScreen)
        await until(pilot, lambda: CUT in said(app, "#rows"))
        await press(pilot, "escape")
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "w")
        await until(pilot, lambda: "1/1 hunks read" in rendered(app)[-2])
        assert CUT not in rendered(app)[-2]
        await press(pilot, "q")
        await on_screen(pilot, QueueScreen)
        await press(pilot, "j", "enter")
        await on_screen(pilot, ReviewScreen)
        await until(pilot, lambda: "1/1 hunks read" in rendered(app)[-2])
        assert CUT not in rendered(app)[-2]
