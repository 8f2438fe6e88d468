"""The sheet: everything that would be signed, a reason, and a typed confirmation. Nothing else signs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from reviewconsole.casefile import Recorded, Sheet
from reviewconsole.change import Oid, short_ref
from reviewconsole.decision import DecisionKind
from reviewconsole.diff import HunkId
from reviewconsole.drafting import draft, offered
from reviewconsole.errors import ReviewConsoleError, ReviewIncomplete
from reviewconsole.finding import Finding
from reviewconsole.session import ReviewSession
from reviewconsole.tui.desk import Asking, Desk, error_text
from reviewconsole.tui.keys import QUIT, key
from reviewconsole.tui.paint import Piece, content
from reviewconsole.tui.screens import sheet_text
from reviewconsole.tui.screens.prompts import asker
from reviewconsole.tui.service import ReviewService
from reviewconsole.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from textual.timer import Timer

_UNSAID = "…"
"""Stands for the reason while the sheet is shown before one is written; never signed."""
_ASKS = {
    DecisionKind.APPROVE: "say what you checked",
    DecisionKind.REJECT: "say what is wrong, and what would mend it",
    DecisionKind.WITHDRAW: "say why you take it back",
}
_KIND_INKS = {DecisionKind.APPROVE: "ok", DecisionKind.REJECT: "bad", DecisionKind.WITHDRAW: "warn"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How the sheet was left: with a record, because the ref moved, or to look at an unread hunk."""

    reason: str = ""
    """What was written and is not signed."""
    finding: Finding | None = None
    """A finding to be looked at that is not answered."""
    recorded: Recorded | None = None
    moved: Oid | None = None
    jump: HunkId | None = None


class DecisionScreen(ModalScreen[Outcome], Asking[Outcome]):
    """Signs when the first digits of the head id were typed and entered, and on no other way."""

    BINDINGS: ClassVar[list[BindingType]] = [
        QUIT,
        key("sheet.cancel", "escape", "cancel", "Cancel", "Back to the review; nothing is signed"),
        replace(
            key("sheet.unanswered", "ctrl+t", "unanswered", "Unanswered", "Go to the first finding not answered"),
            priority=True,
        ),
        replace(
            key("sheet.override", "ctrl+o", "override", "Override", "Override the rejects of others, or not"),
            priority=True,
        ),
        replace(
            key("sheet.emergency", "ctrl+g", "emergency", "Emergency", "Break-glass: counts for a while, unreviewed"),
            priority=True,
        ),
        replace(key("sheet.unread", "ctrl+n", "unread", "Unread", "Go to the first unread hunk"), priority=True),
        replace(key("sheet.down", "pagedown", "scroll(1)", "Down", "Scroll the sheet"), priority=True),
        replace(key("sheet.up", "pageup", "scroll(-1)", "Up", "Scroll the sheet"), priority=True),
    ]
    DEFAULT_CSS = """
    DecisionScreen { align: center middle; }
    DecisionScreen > Vertical { width: 112; max-width: 98%; height: 96%; padding: 0 2; background: $surface;
        border: round $primary; border-title-color: $foreground; }
    DecisionScreen TextArea { height: 4; border: none; border-left: thick $panel; padding: 0 1;
        background: $background; }
    DecisionScreen TextArea:focus { border: none; border-left: thick $primary; }
    DecisionScreen #sheet { height: 1fr; margin: 1 0 0 0; scrollbar-size-vertical: 1; }
    DecisionScreen #confirm-row { height: 1; margin-top: 1; }
    DecisionScreen #ask { width: auto; }
    DecisionScreen #confirm { width: 24; height: 1; border: none; background: $background; }
    DecisionScreen #said { height: auto; max-height: 4; }
    """

    def __init__(
        self,
        desk: Desk,
        session: ReviewSession,
        kind: DecisionKind,
        cut: int = 0,
        *,
        written: Callable[[str], object] = lambda _: None,
    ) -> None:
        super().__init__()
        self._tell = written
        """Told of the reason as it is written, so that it outlives a terminal that goes away."""
        self.desk = desk
        self._session = session
        self._kind = kind
        self._cut = cut
        self._told = ""
        self._sheet: Sheet | None = None
        self._signing = False
        self._overrides: tuple[str, ...] = ()
        self._emergency = False
        self._waited = 0
        self._clock: Timer | None = None

    def compose(self) -> ComposeResult:
        """Reason, sheet, confirmation, and what happened."""
        change = self._session.opened.change
        with Vertical() as frame:
            frame.border_title = content(f"{self._kind.value} {short_ref(change.ref)} at {change.head[:12]}")
            yield Static(
                content(
                    (f"{self._kind.value.upper()} ", f"{_KIND_INKS[self._kind]} bold"),
                    (change.title, "text bold"),
                )
            )
            yield Static(content((f"reason: {_ASKS[self._kind]} (tab goes on)", "muted")))
            self._told = self._begun()
            yield TextArea(
                self._told,
                id="reason",
                soft_wrap=True,
                compact=True,
                highlight_cursor_line=False,
            )
            with VerticalScroll(id="sheet", can_focus=False):
                yield Prose(content(("reading what would be signed …", "muted")), id="rows")
            with Horizontal(id="confirm-row"):
                yield Static("", id="ask")
                yield Input(id="confirm", disabled=True)
            yield Static(content(("esc leaves · nothing is signed yet", "muted")), id="said")

    def _begun(self) -> str:
        """The reason so far; below remarks there is an empty line to write on."""
        text, written = offered(self._session, self._kind), self._session.reasons.get(self._kind.value, "")
        return text if text == written or not text else f"{text}\n"

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Hand on what is written."""
        if event.text_area.text != self._told:
            self._told = event.text_area.text
            self._tell(self._told)

    def on_mount(self) -> None:
        """Ask whether the ref still stands there, and what would be signed; writing goes on below what is there."""
        area = self.query_one(TextArea)
        area.focus()
        area.move_cursor(area.document.end)
        self._read()

    def _read(self) -> None:
        session, kind, overrides, emergency = self._session, self._kind, self._overrides, self._emergency

        def work(service: ReviewService) -> Sheet | Oid:
            moved = service.moved(session.opened)
            said = replace(draft(session, kind, _UNSAID), overrides=overrides, emergency=emergency)
            return service.sheet(session.opened, said) if moved is None else moved

        self.ask(work, self._show, group="sheet")

    def _show(self, answer: Sheet | str) -> None:
        if isinstance(answer, str):
            self.dismiss(Outcome(moved=Oid(answer), reason=self._written))
            return
        self._sheet = answer
        self.query_one("#rows", Prose).update(sheet_text.page(answer, self._session, self._overrides, self._cut))
        if answer.blocked:
            self._say((f"✗ cannot be signed: {answer.blocked}", "bad bold"))
            return
        self.query_one("#ask", Static).update(content("type ", (answer.confirm, "accent bold"), " and enter to sign: "))
        self.query_one("#confirm", Input).disabled = False

    def _say(self, *pieces: Piece | str) -> None:
        self.query_one("#said", Static).update(content(*pieces))

    def failed(self, error: ReviewConsoleError) -> None:
        """Say what stands in the way; the sheet stays."""
        self._signing = False
        if self._clock is not None:
            self._clock.stop()
        if self._sheet is not None:
            self.query_one("#confirm", Input).disabled = False
        else:
            self.query_one("#rows", Prose).update(content(""))
        self._say((f"✗ {error_text(error)}", "bad bold"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Sign, if what was typed is what is asked for and there is a reason."""
        event.stop()
        sheet = self._sheet
        if sheet is None or sheet.blocked or self._signing:
            return
        if event.value.strip() != sheet.confirm:
            self._say((f"✗ type {sheet.confirm}, the first digits of the head, to sign", "bad bold"))
            return
        try:
            written = draft(self._session, self._kind, self.query_one(TextArea).text)
            said = replace(written, overrides=self._overrides, emergency=self._emergency)
        except ReviewIncomplete as error:
            self.failed(error)
            self.query_one(TextArea).focus()
            return
        self._signing = True
        event.input.disabled = True
        self._waited = 0
        self._wait(touch=sheet.key_kind == "security-key")
        opened = self._session.opened

        def work(service: ReviewService) -> Recorded | str:
            moved = service.moved(opened)
            return service.record(opened, said, asker(self.app)) if moved is None else moved

        self.ask(work, self._recorded, group="sign")

    def _wait(self, *, touch: bool) -> None:
        """Say what is waited for, every second anew."""
        what = "touch your security key now" if touch else "signing …"
        self._say((f"◉ {what}" if touch else what, "warn bold" if touch else "accent"),
                  (f"  {self._waited} s" if self._waited else "", "muted"))  # fmt: skip
        self._waited += 1
        self._clock = self.set_timer(1, lambda: self._wait(touch=touch)) if self._signing else None

    def _recorded(self, answer: Recorded | str) -> None:
        self._signing = False
        if isinstance(answer, str):
            self.dismiss(Outcome(moved=Oid(answer), reason=self._written))
        else:
            self.dismiss(Outcome(recorded=answer))

    @property
    def _written(self) -> str:
        return self.query_one(TextArea).text

    def action_cancel(self) -> None:
        """Leave, unless a signature is being made."""
        if self._signing:
            self._say(("a signature is being made; wait for its outcome", "warn"))
        else:
            self.dismiss(Outcome(reason=self._written))

    def may_quit(self) -> bool:
        """Hand on what was written, since the console is being left; false while a signature is being made."""
        self.action_cancel()
        return not self._signing

    def action_unread(self) -> None:
        """Leave for the first unread hunk."""
        if self._sheet is not None and self._sheet.unread and not self._signing:
            self.dismiss(Outcome(jump=self._sheet.unread[0], reason=self._written))

    def action_unanswered(self) -> None:
        """Leave for the first finding that is not answered."""
        if self._sheet is not None and self._sheet.unacknowledged and not self._signing:
            self.dismiss(Outcome(finding=self._sheet.unacknowledged[0], reason=self._written))

    def action_override(self) -> None:
        """Let this approval override the rejects of others, or not; the gate is asked again."""
        if self._sheet is None or self._signing or not self._sheet.rejects:
            return
        self._overrides = () if self._overrides else tuple(record.id for record in self._sheet.rejects)
        self._read()

    def action_emergency(self) -> None:
        """Make an approval break-glass, or not; the gate, and whether the policy lets one, is asked again."""
        if self._kind is DecisionKind.APPROVE and not self._signing:
            self._emergency, self._sheet = not self._emergency, None  # what is shown is not what would be signed
            self.query_one("#confirm", Input).disabled = True
            self.query_one("#ask", Static).update("")
            self._say(("EMERGENCY: ends by itself, and waits in the queue for a review" if self._emergency
                       else "no emergency any more", "bad bold" if self._emergency else "muted"))  # fmt: skip
            self._read()

    def action_scroll(self, step: int) -> None:
        """Scroll the sheet, wherever the keys go."""
        sheet = self.query_one("#sheet", VerticalScroll)
        sheet.scroll_relative(y=step * max(1, sheet.size.height - 1), animate=False)
