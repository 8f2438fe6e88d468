"""The console has its terminal again after the editor, whatever became of that."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reviewconsole.errors import UsageError
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.widgets.lines import StatusLine
from tests.tui.conftest import Service, app_on
from tests.tui.test_console import on_screen, press


async def test_a_failing_editor_gives_the_terminal_back(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    app, held = app_on(service), []

    @contextmanager
    def suspend() -> Iterator[None]:
        held.append("away")
        yield
        held.append("back")

    def fails(path: str, line: int, content: bytes) -> str:
        raise UsageError(f"no editor is set for {Path(path).name}")

    monkeypatch.setattr(app, "suspend", suspend)
    monkeypatch.setattr(service, "edit", fails)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "e")
        assert held == ["away", "back"]
        assert "no editor is set for " in app.screen.query_one(StatusLine).told
