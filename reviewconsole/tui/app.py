"""The console as an application: theme, first screen, and where the records are."""

import os
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.screen import Screen

from reviewconsole.display import safe_text
from reviewconsole.errors import ReviewConsoleError
from reviewconsole.tui import theme as themes
from reviewconsole.tui.desk import Desk
from reviewconsole.tui.keymap import keymap
from reviewconsole.tui.keys import QUIT, key
from reviewconsole.tui.places import Elsewhere
from reviewconsole.tui.screens import scopes
from reviewconsole.tui.screens.queue import QueueScreen
from reviewconsole.tui.service import ReviewService
from reviewconsole.tui.terminal import choose, quiet
from reviewconsole.tui.typed import Typed


class ReviewApp(Typed):
    """Opens the queue, or `start`, over one service."""

    TITLE = "reviewconsole"
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        key("app.theme", "T", "next_theme", "Theme", "Next theme"),
        key("app.palette", "ctrl+p,colon", "command_palette", "Palette", "Everything by name"),
        QUIT,
    ]

    def __init__(
        self,
        service: ReviewService,
        theme: str,
        start: str | None = None,
        *,
        keys: Mapping[str, str] | None = None,
        others: Sequence[Elsewhere] = (),
    ) -> None:
        super().__init__()
        self.fault = ""
        self.desk = Desk(service)
        self._start, self._others = start, others
        for found in themes.themes().values():
            self.register_theme(found)
        self.theme = themes.named(theme).name
        self.set_keymap(keys or {})

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Colours of our own, for the moment before the first theme is set."""
        return dict(themes.named("dark").variables)

    def on_mount(self) -> None:
        """Show the queue, and what is known of one's own records."""
        self.push_screen(QueueScreen(self.desk, self._start, self._others))
        self.read_sync()

    def action_next_theme(self) -> None:
        """Use the next theme."""
        names = [*themes.themes(), *themes.themes()]
        self.theme = names[names.index(self.theme) + 1]
        self.screen.notify(f"theme: {self.theme}", timeout=2, markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every key of the screen by name, and every theme."""
        seen = set()
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.id and binding.tooltip and binding.action not in seen:
                seen.add(binding.action)
                about = f"{binding.tooltip}  ({self.get_key_display(binding)})"
                yield SystemCommand(binding.description, about, self._runner(active.node, binding.action))
        for name in themes.themes():
            yield SystemCommand(f"Theme {name}", "Use this theme", lambda name=name: setattr(self, "theme", name))

    def _runner(self, node: DOMNode, action: str) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            await self.run_action(action, node)

        return run

    def _handle_exception(self, error: Exception) -> None:
        """Close on a bug. Says where it is, and shows no variable: one might be a secret."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            frames = traceback.extract_tb(error.__traceback__)[-8:]
            places = [f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames]
            said = f": {error}" if isinstance(error, ReviewConsoleError) else ""
            self.fault = "\n".join((safe_text(f"the console stopped: {type(error).__name__}{said}"), *places))
            self._exit_renderables.append(Text(self.fault))
        self._close_messages_no_wait()


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """The person's own settings of the console."""

    theme: str = "auto"
    preset: str = "default"
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    themes: Path | None = None
    """The folder of the person's own themes."""
    tour: bool = False
    """Whether a bar leads through the first minutes."""


def run_console(
    service: ReviewService,
    settings: Settings,
    *,
    start: str | None = None,
    begun: Callable[[], object] = lambda: None,
    others: Sequence[Elsewhere] = (),
) -> None:
    """Run the console until it is left; `begun` is called when it takes the terminal over; `others` are listed too.

    Raises UsageError for an unknown theme, FormatError for a theme or keys that cannot be used, and
    ReviewConsoleError when it stopped by a bug.
    """
    if settings.themes is not None:
        themes.learn(settings.themes)
    keys = keymap(settings.preset, settings.keys, scopes(ReviewApp.BINDINGS))
    theme = choose(settings.theme, os.environ)
    kind = ReviewApp
    if settings.tour:
        from reviewconsole.tui.tour import TourApp as kind  # noqa: N813
    with quiet():
        app = kind(service, theme, start, keys=keys, others=others)
        begun()
        app.run()
    if app.return_code:
        raise ReviewConsoleError("the console stopped because of an error of its own")
