"""What the screens look like as text, at three sizes; after the state was asserted elsewhere.

`REVIEWCONSOLE_SNAPSHOTS=write` writes them anew; then look at what `git diff` shows.
"""

import os
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from reviewconsole.tui import theme as themes
from reviewconsole.tui.app import ReviewApp
from reviewconsole.tui.screens.decision import DecisionScreen
from reviewconsole.tui.screens.pages import PageScreen
from reviewconsole.tui.screens.queue import QueueScreen
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.widgets.diff_view import DiffView
from reviewconsole.tui.widgets.queue_list import QueueList
from tests.tui.conftest import Service
from tests.tui.test_console import on_screen, press, rendered, until

FOLDER = Path(__file__).parent / "snapshots"


async def same(pilot: Pilot[None], app: ReviewApp, name: str) -> None:
    path = FOLDER / f"{name}.txt"
    for _ in range(800):  # what lies below a dialogue is drawn a moment later
        text = "".join(row.rstrip() + "\n" for row in rendered(app))
        if path.is_file() and text == path.read_text(encoding="utf-8"):
            return
        await pilot.pause(0.01)
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


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 50)])
async def test_features_look_as_they_did(service: Service, size: tuple[int, int]) -> None:
    at = f"{size[0]}x{size[1]}"
    app = ReviewApp(service, "light")
    async with app.run_test(size=size) as pilot:
        await on_screen(pilot, QueueScreen)
        await until(pilot, lambda: app.screen.query_one(QueueList).count() == 1 and not app.screen.waiting)
        await press(pilot, "f", *"zzz")
        app.screen.query_one("#filter", Input).cursor_blink = False
        assert app.screen.query_one(QueueList).count() == 0
        await same(pilot, app, f"empty-{at}")
        await press(pilot, "escape", "enter")
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "right_parenthesis", "enter")
        await on_screen(pilot, PageScreen)
        await same(pilot, app, f"finding-{at}")
        await press(pilot, "escape", "question_mark")
        await on_screen(pilot, PageScreen)
        await same(pilot, app, f"keys-{at}")
        await press(pilot, "escape", "slash", *"compute(1", "enter")
        await until(pilot, lambda: app.screen.hits is not None)
        await press(pilot, "n", "3")
        assert app.screen.query_one("#findings").display
        await same(pilot, app, f"search-{at}")


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_every_cell_of_a_review_has_a_colour_of_its_theme(service: Service, theme: str) -> None:
    app = ReviewApp(service, theme, "feat/retry")
    ours = {colour.lower() for colour in themes.named(theme).variables.values()}
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "right_parenthesis", "a")
        for widget in (app.screen.query_one(DiffView), app.screen.query_one("#tree")):
            styles = [segment.style for strip in widget.render_lines(widget.size.region) for segment in strip]
            found = {colour.name for style in styles if style for colour in (style.color, style.bgcolor) if colour}
            assert len(found) > 4
            assert found <= ours, found - ours
