"""The sheet: jumps, overrides, the touch of a key, and how a decision is taken back."""

from textual.widgets import TextArea

from reviewconsole.casefile import RecordRow
from reviewconsole.decision import DecisionKind
from reviewconsole.tui.rows import Kind
from reviewconsole.tui.screens.decision import DecisionScreen
from reviewconsole.tui.screens.pages import PageScreen
from reviewconsole.tui.screens.prompts import TextPrompt
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.widgets.diff_view import DiffView
from reviewconsole.tui.widgets.lines import StatusLine
from tests.tui.conftest import Service, app_on
from tests.tui.test_console import on_screen, press, rendered, said, sign, until

BOB = RecordRow(id="sha256:" + "b" * 64, decision="reject", principal="bob", decided_at="2026-11-22T09:00:00Z", valid=True,
                why="", reason="it drops the error")  # fmt: skip


async def test_the_rejects_of_others_are_overridden_on_the_sheet_only_when_asked(service: Service) -> None:
    service.rejects = (BOB,)
    app = app_on(service)
    async with app.run_test(size=(140, 45)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "A")
        await on_screen(pilot, DecisionScreen)
        await until(pilot, lambda: "it drops the error" in "\n".join(rendered(app)))
        assert "ctrl+o overrides it" in "\n".join(rendered(app))
        for wanted in ((BOB.id,), (), (BOB.id,)):
            await press(pilot, "ctrl+o")
            await until(pilot, lambda wanted=wanted: service.sheets[-1].overrides == wanted)
        await until(pilot, lambda: "overridden by this" in "\n".join(rendered(app)))
        await sign(pilot, "answered in the thread", "1a2b3c4")
        await on_screen(pilot, ReviewScreen)
        assert service.recorded[0][1].overrides == (BOB.id,)
        assert "4, then W" in said(app, "#banner")
        assert "erases none" in said(app, "#banner")


async def test_an_approval_is_made_an_emergency_on_the_sheet_and_not_by_a_slip(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(140, 45)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "X")
        await on_screen(pilot, DecisionScreen)
        await press(pilot, "ctrl+g", "escape", "A")
        await on_screen(pilot, DecisionScreen)
        for wanted in (True, False, True):
            await press(pilot, "ctrl+g")
            await until(pilot, lambda wanted=wanted: service.sheets[-1].emergency is wanted)
        assert "EMERGENCY" in said(app, "#said")
        await sign(pilot, "production is down", "1a2b3c4")
        await on_screen(pilot, ReviewScreen)
        assert service.recorded[0][1].emergency
        assert not any(sheet.emergency for sheet in service.sheets if sheet.kind is DecisionKind.REJECT)


async def test_the_sheet_leads_to_the_first_finding_that_is_not_answered(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(140, 20)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "A")
        await on_screen(pilot, DecisionScreen)
        await until(pilot, lambda: "ctrl+t shows the first" in said(app, "#rows"))
        app.screen.query_one(TextArea).text = "half"
        await press(pilot, "ctrl+t")
        await on_screen(pilot, ReviewScreen)
        assert app.screen.query_one(DiffView).row.kind is Kind.FINDING
        await press(pilot, "A")
        await on_screen(pilot, DecisionScreen)
        assert app.screen.query_one(TextArea).text == "half"


async def test_a_security_key_s_touch_is_asked_for(service: Service) -> None:
    service.key_kind, service.slow = "security-key", 2.5
    app = app_on(service)
    async with app.run_test(size=(140, 45)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "X")
        await sign(pilot, "no", "1a2b3c4")
        await until(pilot, lambda: "touch your security key now" in said(app, "#said"))
        await until(pilot, lambda: "1 s" in said(app, "#said"))
        await press(pilot, "escape")
        assert isinstance(app.screen, DecisionScreen), "not while a signature is made"
        await on_screen(pilot, ReviewScreen)
    assert len(service.recorded) == 1


async def test_what_was_read_in_an_earlier_sitting_is_told(service: Service) -> None:
    for sitting in (1, 2):
        app = app_on(service)
        async with app.run_test(size=(140, 60)) as pilot:
            await on_screen(pilot, ReviewScreen)
            await press(pilot)
            await press(pilot, "A")
            await on_screen(pilot, DecisionScreen)
            await until(pilot, lambda: "will be signed" in said(app, "#rows"))
            assert ("earlier sitting" in said(app, "#rows")) == (sitting == 2)
            await press(pilot, "escape")
            await on_screen(pilot, ReviewScreen)
            await press(pilot, "q")


async def test_what_is_typed_stands_below_the_remarks(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(140, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "right_parenthesis", "c")
        await on_screen(pilot, TextPrompt)
        await press(pilot, *"why", "enter")
        (comment,) = app.screen.now.said.comments
        assert (comment.path, comment.line) == ("services/a.py", 100), "on the line of the finding"
        await press(pilot, "A")
        await on_screen(pilot, DecisionScreen)
        await press(pilot, *"fine")
        assert app.screen.query_one(TextArea).text == "services/a.py:100: why\nfine"


async def test_no_finding_is_answered_from_another_line(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(140, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "right_parenthesis", "k", "exclamation_mark")
        assert "no finding here, ) goes to the next" in app.screen.query_one(StatusLine).told
        await press(pilot, "right_parenthesis", "j", "exclamation_mark")
        await on_screen(pilot, TextPrompt)


async def test_ctrl_q_leaves_the_console_from_a_sheet_or_a_page_and_keeps_what_was_written(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "X")
        await on_screen(pilot, DecisionScreen)
        await pilot.press(*"half", "ctrl+q")
        await until(pilot, lambda: not app.is_running)
    app = app_on(service)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        assert app.screen.now.reasons == {"reject": "half"}
        await press(pilot, "question_mark")
        await on_screen(pilot, PageScreen)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not app.is_running)
    assert service.recorded == []
