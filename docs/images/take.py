"""Take the pictures of the README from the demo: `python docs/images/take.py`."""

import asyncio
import os
import re
import tempfile
from pathlib import Path

from textual.pilot import Pilot

from reviewconsole.demo import build
from reviewconsole.review import Workspace
from reviewconsole.tui.app import ReviewApp

HERE = Path(__file__).parent
SIZE = (150, 42)


def save(app: ReviewApp, name: str) -> None:
    """Write one picture, without the fonts that the exporter would load from the network."""
    picture = re.sub(r"\s*@font-face \{.*?\}\n", "\n", app.export_screenshot(), flags=re.DOTALL)
    (HERE / name).write_text(picture, encoding="utf-8")


async def settle(pilot: Pilot[None], seconds: float = 2.0) -> None:
    """Wait for workers and repaints."""
    for _ in range(int(seconds / 0.1)):
        await pilot.pause(0.1)


async def take() -> None:
    """Queue, review and decision, one picture each."""
    with tempfile.TemporaryDirectory() as folder:
        demo = build(Path(folder) / "demo", environ=os.environ)
        workspace = Workspace.open(demo.repository, {**os.environ, **demo.environ})
        app = ReviewApp(workspace, "dark")
        async with app.run_test(size=SIZE) as pilot:
            await settle(pilot, 4)
            save(app, "queue.svg")
            await pilot.press("enter")
            await settle(pilot)
            await pilot.press("right_parenthesis")
            await settle(pilot, 1)
            save(app, "review.svg")
            await pilot.press("X")
            await settle(pilot, 1)
            await pilot.press(*"It deletes the environment and has no way back.", "enter")
            await settle(pilot)
            save(app, "decision.svg")


if __name__ == "__main__":
    asyncio.run(take())
