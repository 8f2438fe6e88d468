"""What is typed reaches what it was meant for, and leaving loses nothing of it."""

from textual.events import Key
from textual.widgets import Input, TextArea

from reviewconsole.tui.publishing import Publishing
from reviewconsole.tui.screens.decision import DecisionScreen


class Typed(Publishing):
    """An application in which keys may be typed faster than it draws."""

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
