"""The sheet: everything that would be signed, a reason, and a typed confirmation. Nothing else signs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from queue import Empty, Queue
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea
from textual.worker import get_current_worker

from reviewconsole.casefile import PassphraseAnswer, PassphraseRequest, Recorded, Sheet
from reviewconsole.change import Oid
from reviewconsole.decision import DecisionKind
from reviewconsole.diff import HunkId
from reviewconsole.drafting import draft, offered
from reviewconsole.errors import ReviewConsoleError, ReviewIncomplete
from reviewconsole.finding import Finding, Severity
from reviewconsole.session import ReviewSession
from reviewconsole.tui.desk import Asking, Desk, error_text
from reviewconsole.tui.keys import key
from reviewconsole.tui.paint import SEVERITY_GLYPHS, VERDICT_GLYPHS, VERDICT_INKS, Piece, content, short_ref
from reviewconsole.tui.screens.pages import Line, paragraphs
from reviewconsole.tui.screens.prompts import PassphrasePrompt
from reviewconsole.tui.service import ReviewService

_UNSAID = "…"
"""Stands for the reason while the sheet is shown before one is written; never signed."""
_LISTED = 6
_KIND_INKS = {DecisionKind.APPROVE: "ok", DecisionKind.REJECT: "bad", DecisionKind.WITHDRAW: "warn"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How the sheet was left: with a record, because the ref moved, or to look at an unread hunk."""

    reason: str = ""
    """What was written and is not signed."""
    recorded: Recorded | None = None
    moved: Oid | None = None
    jump: HunkId | None = None


class DecisionScreen(ModalScreen[Outcome], Asking[Outcome]):
    """Signs when the first digits of the head id were typed and entered, and on no other way."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("sheet.cancel", "escape", "cancel", "Cancel", "Back to the review; nothing is signed"),
        replace(key("sheet.unread", "ctrl+n", "unread", "Unread", "Go to the first unread hunk"), priority=True),
        replace(key("sheet.down", "pagedown", "scroll(1)", "Down", "Scroll the sheet"), priority=True),
        replace(key("sheet.up", "pageup", "scroll(-1)", "Up", "Scroll the sheet"), priority=True),
    ]
    DEFAULT_CSS = """
    DecisionScreen { align: center middle; }
    DecisionScreen > Vertical { width: 112; max-width: 98%; height: 96%; padding: 0 2; background: $surface;
        border: round $primary; border-title-color: $foreground; }
    DecisionScreen TextArea { height: 4; border: none; padding: 0 1; background: $background; }
    DecisionScreen TextArea:focus { border: none; }
    DecisionScreen #sheet { height: 1fr; margin: 1 0 0 0; scrollbar-size-vertical: 1; }
    DecisionScreen #confirm-row { height: 1; margin-top: 1; }
    DecisionScreen #ask { width: auto; }
    DecisionScreen #confirm { width: 24; height: 1; border: none; background: $background; }
    DecisionScreen #said { height: auto; max-height: 4; }
    """

    def __init__(self, desk: Desk, session: ReviewSession, kind: DecisionKind) -> None:
        super().__init__()
        self.desk = desk
        self._session = session
        self._kind = kind
        self._sheet: Sheet | None = None
        self._signing = False

    def compose(self) -> ComposeResult:
        """Reason, sheet, confirmation, and what happened."""
        change = self._session.opened.change
        with Vertical() as frame:
            frame.border_title = content(f"{self._kind.value} {short_ref(change.ref)}")
            yield Static(
                content(
                    (f"{self._kind.value.upper()} ", f"{_KIND_INKS[self._kind]} bold"),
                    (change.title, "text bold"),
                    (f"  head {change.head[:12]}", "accent"),
                )
            )
            yield Static(content(("reason: say what you checked (tab goes on)", "muted")))
            yield TextArea(
                offered(self._session, self._kind),
                id="reason",
                soft_wrap=True,
                compact=True,
                highlight_cursor_line=False,
            )
            with VerticalScroll(id="sheet", can_focus=False):
                yield Static(content(("reading what would be signed …", "muted")), id="rows")
            with Horizontal(id="confirm-row"):
                yield Static("", id="ask")
                yield Input(id="confirm", disabled=True)
            yield Static(content(("esc leaves · nothing is signed yet", "muted")), id="said")

    def on_mount(self) -> None:
        """Ask whether the ref still stands there, and what would be signed."""
        self.query_one(TextArea).focus()
        session, kind = self._session, self._kind

        def work(service: ReviewService) -> Sheet | Oid:
            moved = service.moved(session.opened)
            return service.sheet(session.opened, draft(session, kind, _UNSAID)) if moved is None else moved

        self.ask(work, self._show, group="sheet")

    def _show(self, answer: Sheet | str) -> None:
        if isinstance(answer, str):
            self.dismiss(Outcome(moved=Oid(answer), reason=self._written))
            return
        self._sheet = answer
        self.query_one("#rows", Static).update(_page(answer, self._session))
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
        if self._sheet is not None:
            self.query_one("#confirm", Input).disabled = False
        else:
            self.query_one("#rows", Static).update("")
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
            said = draft(self._session, self._kind, self.query_one(TextArea).text)
        except ReviewIncomplete as error:
            self.failed(error)
            self.query_one(TextArea).focus()
            return
        self._signing = True
        event.input.disabled = True
        self._say(("signing … (a security key may want a touch)", "accent"))
        opened = self._session.opened

        def work(service: ReviewService) -> Recorded | str:
            moved = service.moved(opened)
            return service.record(opened, said, self._asker()) if moved is None else moved

        self.ask(work, self._recorded, group="sign")

    def _recorded(self, answer: Recorded | str) -> None:
        self._signing = False
        if isinstance(answer, str):
            self.dismiss(Outcome(moved=Oid(answer), reason=self._written))
        else:
            self.dismiss(Outcome(recorded=answer))

    @property
    def _written(self) -> str:
        return self.query_one(TextArea).text

    def _asker(self) -> Callable[[PassphraseRequest], PassphraseAnswer | None]:
        """A question for the signing thread to ask; it waits there, and gives up when the console is left."""
        worker = get_current_worker()

        def ask(request: PassphraseRequest) -> PassphraseAnswer | None:
            answers: Queue[PassphraseAnswer | None] = Queue()
            self.app.call_from_thread(self.app.push_screen, PassphrasePrompt(request), answers.put)
            while not worker.is_cancelled:
                try:
                    return answers.get(timeout=0.2)
                except Empty:
                    continue
            return None

        return ask

    def action_cancel(self) -> None:
        """Leave, unless a signature is being made."""
        if self._signing:
            self._say(("a signature is being made; wait for its outcome", "warn"))
        else:
            self.dismiss(Outcome(reason=self._written))

    def action_unread(self) -> None:
        """Leave for the first unread hunk."""
        if self._sheet is not None and self._sheet.unread and not self._signing:
            self.dismiss(Outcome(jump=self._sheet.unread[0], reason=self._written))

    def action_scroll(self, step: int) -> None:
        """Scroll the sheet, wherever the keys go."""
        sheet = self.query_one("#sheet", VerticalScroll)
        sheet.scroll_relative(y=step * max(1, sheet.size.height - 1), animate=False)


def _page(sheet: Sheet, session: ReviewSession) -> Content:
    before, after = sheet.gate_before.value, sheet.gate_after.value
    lines: list[Line] = [
        [
            ("gate  ", "accent bold"),
            ("now ", "muted"),
            (f"{VERDICT_GLYPHS[before]} {before}", VERDICT_INKS[before]),
            (" → with this ", "muted"),
            (f"{VERDICT_GLYPHS[after]} {after}", f"{VERDICT_INKS[after]} bold"),
        ],
        *([(f"        {why}", "muted")] for why in sheet.gate_why),
    ]
    if sheet.unread:
        lines.append([("○ unread  ", "warn bold"), f"{len(sheet.unread)} hunks", ("  ctrl+n shows the first", "muted")])
        places = _places(session)
        lines += [[(f"        {places.get(unit, unit)}", "muted")] for unit in sheet.unread[:_LISTED]]
        if len(sheet.unread) > _LISTED:
            lines.append([(f"        and {len(sheet.unread) - _LISTED} more", "muted")])
    if sheet.unacknowledged:
        lines.append([("! unanswered  ", "warn bold"), counted(sheet.unacknowledged)])
        for finding in sheet.unacknowledged[:_LISTED]:
            severity = finding.severity.value
            lines.append([(f"        {SEVERITY_GLYPHS[severity]} {finding.id} ", severity), (finding.message, "text")])
    lines += [[""], [("will be signed", "accent bold")]]
    lines += [[(f"  {label:<13} ", "muted"), value] for label, value in sheet.rows]
    return paragraphs(lines)


def counted(findings: Sequence[Finding]) -> str:
    """How many findings there are of each severity, in words."""
    by = [(severity.value, sum(f.severity is severity for f in findings)) for severity in Severity]
    parts = [f"{count} {name}" for name, count in by if count]
    return f"{' and '.join(parts)} finding{'s' * (len(findings) != 1)}"


def _places(session: ReviewSession) -> dict[HunkId, str]:
    places = {}
    for file in session.opened.files:
        places[file.units[0]] = file.path
        for hunk in file.hunks:
            places[hunk.id] = f"{file.path}:{hunk.new_start or hunk.old_start}"
    return places
