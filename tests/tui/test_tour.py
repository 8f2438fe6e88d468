"""The tour goes on when its key was pressed, and lets the screens below keep theirs."""

from textual.app import App

from reviewconsole.tui.screens.decision import DecisionScreen
from reviewconsole.tui.screens.pages import PageScreen
from reviewconsole.tui.screens.prompts import TextPrompt
from reviewconsole.tui.screens.queue import QueueScreen
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.tour import END, STEPS, TourApp, TourBar
from tests.tui.conftest import Service
from tests.tui.test_console import on_screen, press, until


def said(app: App[None]) -> str:
    return app.screen.query_one(TourBar).content.plain


async def test_seven_keys_lead_through_a_review_and_nothing_is_signed(service: Service) -> None:
    app = TourApp(service, "dark")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.screen.query(TourBar) and "1/7" in said(app))
        await until(pilot, lambda: app.screen.query_one("#queue").count())
        await press(pilot, "enter")
        await on_screen(pilot, ReviewScreen)
        await until(pilot, lambda: app.step == 1 and app.screen.query(TourBar))
        assert ") goes to the next finding" in said(app)
        await press(pilot, "right_parenthesis")
        await until(pilot, lambda: app.step == 2)
        await press(pilot, "enter")
        await on_screen(pilot, PageScreen)
        await until(pilot, lambda: app.screen.query(TourBar))
        await press(pilot, "escape")
        await until(pilot, lambda: app.step == 3)
        assert isinstance(app.screen, ReviewScreen), "esc was the page's"
        await press(pilot, "exclamation_mark")
        await on_screen(pilot, TextPrompt)
        await press(pilot, *"seen", "enter")
        await until(pilot, lambda: app.step >= 4)
        await press(pilot, "g", *["space"] * 4)
        await until(pilot, lambda: app.step == 5)
        await press(pilot, "X")
        await on_screen(pilot, DecisionScreen)
        await until(pilot, lambda: app.step == 6)
        await press(pilot, "escape")
        await until(pilot, lambda: app.step == len(STEPS) == 7)
        assert END in said(app)
        await press(pilot, "escape")
        await until(pilot, lambda: not app.screen.query(TourBar))
        assert isinstance(app.screen, ReviewScreen)
        await press(pilot, "escape")
        await on_screen(pilot, QueueScreen)
        assert not app.screen.query(TourBar)
    assert service.recorded == []


async def test_steps_are_skipped_and_the_tour_ends_at_once(service: Service) -> None:
    app = TourApp(service, "dark", keys={"go.next-finding": "f5"})
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query(TourBar))
        await press(pilot, "f2")
        assert app.step == 1
        await until(pilot, lambda: app.screen.query_one("#queue").count())
        await press(pilot, "enter")
        await on_screen(pilot, ReviewScreen)
        await until(pilot, lambda: app.screen.query(TourBar) and "F5 goes" in said(app).replace("f5", "F5"))
        await press(pilot, "escape")
        assert app.over
        assert isinstance(app.screen, ReviewScreen), "the first esc ends the tour, not the review"
