"""Small questions over the screen below: a text, a passphrase."""

from collections.abc import Callable
from queue import Empty, Queue
from typing import ClassVar

from textual import constants
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Checkbox, Input, Static
from textual.worker import get_current_worker

from reviewconsole.casefile import PassphraseAnswer, PassphraseRequest
from reviewconsole.tui.keys import QUIT, key
from reviewconsole.tui.paint import content

_CSS = """
{name} {{ align: center middle; }}
{name} > Vertical {{ width: 90; max-width: 96%; height: auto; max-height: 90%; padding: 1 2; background: $surface;
    border: round $primary; }}
{name} Input {{ border: tall $panel; background: $background; margin-top: 1; }}
{name} Input:focus {{ border: tall $primary; }}
{name} .hint {{ color: $ink-muted; }}
"""


class TextPrompt(ModalScreen[str | None]):
    """Asks for one line of text; gives None when it is left with esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        QUIT,
        key("prompt.cancel", "escape", "cancel", "Cancel", "Leave without a word"),
    ]
    DEFAULT_CSS = _CSS.format(name="TextPrompt")

    def __init__(self, title: str, about: Content | None = None, value: str = "") -> None:
        super().__init__()
        self._title = title
        self._about = about
        self._value = value

    def compose(self) -> ComposeResult:
        """Title, what it is about, the input."""
        with Vertical():
            yield Static(content((self._title, "accent bold")))
            if self._about is not None:
                yield Static(self._about)
            yield Input(self._value)
            yield Static(content(("enter keeps it · esc leaves", "muted")), classes="hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the text back; an empty one is no answer."""
        text = event.value.strip()
        if text:
            self.dismiss(text)

    def action_cancel(self) -> None:
        """Leave."""
        self.dismiss(None)


class PassphrasePrompt(ModalScreen[PassphraseAnswer | None]):
    """Asks for a passphrase. Refuses while Textual writes keys to a log or a console of developers."""

    BINDINGS: ClassVar[list[BindingType]] = [
        QUIT,
        key("passphrase.cancel", "escape", "cancel", "Cancel", "Sign nothing"),
    ]
    DEFAULT_CSS = _CSS.format(name="PassphrasePrompt")

    def __init__(self, request: PassphraseRequest) -> None:
        super().__init__()
        self._request = request

    def compose(self) -> ComposeResult:
        """Which key, why, the input, and whether to keep it."""
        with Vertical():
            yield Static(content(("Passphrase", "accent bold"), f"  for {self._request.key}"))
            yield Static(content((self._request.fingerprint, "muted")))
            if self._request.why:
                yield Static(content((self._request.why, "warn")))
            yield Input(password=True, id="passphrase", disabled=self._logged)
            if self._request.can_store:
                yield Checkbox(Content("keep it in the keyring of this computer"), id="store")
            hint = "enter signs · esc signs nothing"
            if self._logged:
                hint = "keys are being logged (TEXTUAL_LOG or a developers' console): not asked here"
            yield Static(content((hint, "muted")), classes="hint")

    @property
    def _logged(self) -> bool:
        return constants.LOG_FILE is not None or "devtools" in self.app.features

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand the passphrase over and forget it."""
        event.stop()
        store = self.query(Checkbox)
        answer = PassphraseAnswer(passphrase=event.value, store=bool(store and store.first().value))
        event.input.value = ""
        self.dismiss(answer)

    def action_cancel(self) -> None:
        """Leave."""
        self.dismiss(None)


def asker(app: App[None]) -> Callable[[PassphraseRequest], PassphraseAnswer | None]:
    """A question for the signing thread to ask; it waits there, and gives up when the console is left."""
    worker = get_current_worker()

    def ask(request: PassphraseRequest) -> PassphraseAnswer | None:
        answers: Queue[PassphraseAnswer | None] = Queue()
        app.call_from_thread(app.push_screen, PassphrasePrompt(request), answers.put)
        while not worker.is_cancelled:
            try:
                return answers.get(timeout=0.2)
            except Empty:
                continue
        return None

    return ask
