"""What is typed reaches what it was meant for, and leaving loses nothing of it."""

import time

from textual.events import Event, Key
from textual.widgets import Input, TextArea

from reviewconsole.tui.publishing import Publishing
from reviewconsole.tui.screens.decision import DecisionScreen

_PAUSE = 0.15
"""Seconds after a key in which reading gives way: both need Python's lock, and who holds it may wait for a core."""
_MOST = 0.6
"""Seconds that one piece of reading waits at most, so that it goes on however much is typed."""


class Typed(Publishing):
    """An application in which keys may be typed faster than it draws."""

    _typed_at = 0.0

    async def on_event(self, event: Event) -> None:
        """Remember when a key was typed last."""
        if isinstance(event, Key):
            self._typed_at = time.monotonic()
        await super().on_event(event)

    def give_way(self) -> None:
        """Wait while somebody types. For threads that read, between one piece and the next."""
        begun = time.monotonic()
        while time.monotonic() - self._typed_at < _PAUSE and time.monotonic() - begun < _MOST:
            time.sleep(0.02)

    async def action_quit(self) -> None:
        """Leave the console; not while a signature is being made."""
        if not isinstance(self.screen, DecisionScreen) or self.screen.may_quit():
            self.exit()

    def on_key(self, event: Key) -> None:
        """Give a line or box for text what was typed behind the key that opened it, and was on its way elsewhere."""
        box = self.focused
        if isinstance(box, Input | TextArea) and event.is_printable:
            event.stop()
            event.prevent_default()
            box.post_message(Key(event.key, event.character))
