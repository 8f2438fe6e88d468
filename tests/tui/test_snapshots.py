"""What the screens look like as text, at three sizes; after the state was asserted elsewhere.

`REVIEWCONSOLE_SNAPSHOTS=write` writes them anew; then look at what `git diff` shows.
"""

import os
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from reviewconsole.tui.app import ReviewApp
from reviewconsole.tui.screens.decision import DecisionScreen
from reviewconsole.tui.screens.queue import QueueScreen
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.widgets.queue_list import QueueList
from tests.tui.conftest import Service
from tests.tui.test_console import on_screen, press, rendered, until

FOLDER = Path(__file__).parent / "snapshots"


async def same(pilot: Pilot[None], app: ReviewApp, name: str) -> None:
    before: list[str] = []
    await until(pilot, lambda: before == rendered(app) or before.__setitem__(slice(None), rendered(app)) is True)
    path = FOLDER / f"{name}.txt"
    text = "".join(row.rstrip() + "\n" for row in rendered(app))
    if os.environ.get("REVIEWCONSOLE_SNAPSHOTS") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), name


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 50)])
async def test_screens_look_as_they_did(service: Service, size: tuple[int, int]) -> None:
    at = f"{size[0]}x{size[1]}"
    app = ReviewApp(service, "dark")
    async with app.run_test(size=size) as pilot:
        await on_screen(pilot, QueueScreen)
        await until(pilot, lambda: app.screen.query_one(QueueList).count() == 1 and not app.screen.waiting)
        await press(pilot)
        await same(pilot, app, f"queue-{at}")
        await pilot.press("enter")
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "right_parenthesis", "a")
        await press(pilot)
        await same(pilot, app, f"review-{at}")
        await press(pilot, "A")
        await on_screen(pilot, DecisionScreen)
        await until(pilot, lambda: not app.screen.query_one("#confirm", Input).disabled)
        app.screen.query_one("#confirm", Input).cursor_blink = False
        await press(pilot)
        await same(pilot, app, f"sheet-{at}")
