"""One change: its files, its diff, what was found, and the way to a decision."""

from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from reviewconsole.casefile import OpenedChange, RecordRow, SyncState
from reviewconsole.change import Oid
from reviewconsole.decision import DecisionKind
from reviewconsole.diff import FileDiff
from reviewconsole.errors import StorageError
from reviewconsole.finding import Finding, Page
from reviewconsole.session import (
    HeadMoved,
    Judge,
    ShowDelta,
    View,
    Write,
    resume,
)
from reviewconsole.tui.desk import Desk, PublishRequested
from reviewconsole.tui.screens import review_text
from reviewconsole.tui.screens.decision import DecisionScreen, Outcome
from reviewconsole.tui.screens.delta import DeltaScreen, show_since
from reviewconsole.tui.screens.keeping import Begun
from reviewconsole.tui.screens.pages import PageScreen, change_page, finding_page, keys_page
from reviewconsole.tui.screens.review_keys import DECIDING, HELP, MOVING, SEEING
from reviewconsole.tui.screens.scanned import Scanned
from reviewconsole.tui.service import ReviewService
from reviewconsole.tui.widgets.diff_canvas import DiffCanvas
from reviewconsole.tui.widgets.diff_view import DiffView
from reviewconsole.tui.widgets.file_tree import FileTree
from reviewconsole.tui.widgets.line_list import LineList
from reviewconsole.tui.widgets.lines import FitLine, KeyLine, StatusLine
from reviewconsole.tui.widgets.panels import FindingsPanel, RecordsPanel


class ReviewScreen(Scanned):
    """Holds the session; keys become actions, and every widget draws what `reduce` gives.

    Dismissed with True when a decision was recorded.
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (150, "-wide")]  # noqa: RUF012 - Textual's name
    BINDINGS: ClassVar[list[BindingType]] = [*HELP, *DECIDING, *MOVING, *SEEING]
    DEFAULT_CSS = review_text.CSS

    def __init__(self, desk: Desk, begun: Begun) -> None:
        super().__init__()
        self.desk = desk
        self._decided = False
        self._begun = begun
        self.banner = review_text.begun(begun.opened, begun.kept, begun.fault, begun.claims)
        self.set_reactive(ReviewScreen.session, resume(begun.opened, begun.kept))

    def compose(self) -> ComposeResult:
        """Title, banner, tree, diff and panels, status, keys."""
        yield FitLine(id="title")
        yield Static(id="banner")
        with Horizontal(id="body"):
            yield FileTree(id="tree")
            view = DiffView(self.session, id="diff")
            view.wrap = self.desk.wrap
            yield view
            yield FindingsPanel(id="findings")
            yield RecordsPanel(id="records")
        yield StatusLine(id="status")
        yield KeyLine()

    def on_mount(self) -> None:
        """Draw the session, and go where it was left."""
        super().on_mount()
        self._written = self._begun.kept
        self.query_one(DiffView).focus()
        self.watch_session()
        if self._begun.kept is not None and self._begun.kept.place is not None:
            self.call_after_refresh(self.go_to, self._begun.kept.place)

    def watch_session(self) -> None:
        """Give the session to every widget."""
        session = self.now
        self.query_one(DiffView).session = session
        self.query_one(FileTree).show(session)
        self.query_one(FindingsPanel).show(session)
        self.draw_title()
        self.draw_banner()
        self.draw_status()
        self.keep_soon()

    def on_resize(self) -> None:
        """Say in title and status what there is room for."""
        self.draw_title()
        self.draw_status()

    def draw_title(self) -> None:
        """Draw the title."""
        left, right = review_text.title(self.now.opened, self.size.width, fault=bool(self.fault))
        self.query_one("#title", FitLine).show(left, right)

    def draw_status(self) -> None:
        """Draw the status line."""
        view = self.query_one(DiffView)
        file = view.row.file if view.row is not None else 0
        sync: SyncState = self.app.sync  # type: ignore[attr-defined]
        looks = self.searched() + view.words()
        left, right = review_text.status(
            self.now, file, looks=looks, sync=sync, width=self.size.width, scanning=self.scanning, cut=view.cut
        )
        self.query_one("#status", StatusLine).show(left, right)

    # --- what widgets tell

    def on_diff_canvas_seen(self, event: DiffCanvas.Seen) -> None:
        """Count what was on screen."""
        self.act(View(units=event.units))
        self.draw_status()

    def on_diff_view_moved(self, _event: DiffView.Moved) -> None:
        """Keep the tree and the status with the cursor."""
        row = self.query_one(DiffView).row
        if row is not None:
            self.query_one(FileTree).point(row.file)
        self.desk.wrap = self.view.wrap
        self.place()
        self.draw_status()

    def on_diff_view_detail(self, event: DiffView.Detail) -> None:
        """Explain a finding."""
        self._explain(event.finding)

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """A file to go to, or a finding to explain."""
        view = self.query_one(DiffView)
        if isinstance(event.list, FileTree):
            self.show_only("diff")
            view.focus()
            view.go(view.rows.file_rows[event.list.file], top=0)
        elif isinstance(event.list, FindingsPanel) and event.list.finding is not None:
            self._explain(event.list.finding)

    def on_line_list_moved(self, event: LineList.Moved) -> None:
        """Let the diff follow the list of findings."""
        if isinstance(event.list, FindingsPanel) and event.list.finding is not None:
            self.go_to_finding(event.list.finding)

    def on_records_panel_withdraw(self, _event: RecordsPanel.Withdraw) -> None:
        """Open the sheet of a withdrawal."""
        self.decide(DecisionKind.WITHDRAW)

    def _explain(self, finding: Finding) -> None:
        answer = self.now.said.acknowledged.get(finding.fingerprint, "")

        def show(page: Page | None) -> None:
            self.app.push_screen(PageScreen(f"finding {finding.id}", finding_page(finding, page, answer)))

        self.ask(lambda service: service.page(finding.rule), show, group="page", failed=lambda _: show(None))

    # --- deciding

    def action_approve(self) -> None:
        """Open the sheet of an approval."""
        self.decide(DecisionKind.APPROVE)

    def action_reject(self) -> None:
        """Open the sheet of a rejection."""
        self.decide(DecisionKind.REJECT)

    def decide(self, kind: DecisionKind) -> None:
        """Open the sheet of a decision, when the change stands as it was read and is scanned."""
        if self.held(kind):
            return
        if self.now.stale:
            self.notify(
                "the branch has moved: D shows what changed, before anything is signed", severity="error", markup=False
            )
            return
        sheet = DecisionScreen(
            self.desk, self.now, kind, self.view.cut, written=lambda reason: self.keep_reason(kind, reason)
        )
        self.app.push_screen(sheet, lambda outcome: self._decided_with(kind, outcome))

    def _decided_with(self, kind: DecisionKind, outcome: Outcome | None) -> None:
        if outcome is None:
            return
        self.act(Write(kind=kind, reason=outcome.reason))
        view = self.query_one(DiffView)
        if outcome.moved is not None:
            self.act(HeadMoved(head=outcome.moved))
        elif outcome.jump is not None:
            row = view.locate(outcome.jump)
            view.focus()
            if row is not None:
                view.go(row, top=2)
        elif outcome.finding is not None and outcome.finding in self.now.opened.findings:
            view.focus()
            self.go_to_finding(outcome.finding)
        elif outcome.recorded is not None:
            self._decided = True
            self.banner = review_text.recorded(outcome.recorded.summary, self.now.opened.change.below)
            self.draw_banner()
            self.post_message(PublishRequested(self.desk))
            self._judge()

    def action_reload(self) -> None:
        """Ask whether the ref still stands at this head, and read the records again."""
        opened = self.now.opened
        self.ask(lambda service: service.moved(opened), self._checked, group="moved")

    def _checked(self, moved: Oid | None) -> None:
        if moved is not None:
            self.act(HeadMoved(head=moved))
        else:
            self.notify("the branch still stands at this head", timeout=3, markup=False)
            self._judge()

    def _judge(self) -> None:
        """Ask the gate again, and read the records where they are shown."""
        spec = self.now.opened.change.exact_spec

        def judged(answer: OpenedChange) -> None:
            self.act(Judge(opened=answer))

        self.ask(lambda service: service.open_change(spec), judged, group="judge")
        if self.query_one(RecordsPanel).display:
            self._read_records()

    def action_delta(self) -> None:
        """Show what changed since the change was opened, and go on with the newer head."""
        session = self.now
        opened = session.opened
        if not session.stale:
            self.ask(lambda service: service.since_decision(opened), partial(show_since, self, opened), group="delta")
            return
        gone = session.moved_to == opened.change.head

        def work(service: ReviewService) -> tuple[OpenedChange, tuple[FileDiff, ...]]:
            newer = service.open_change(opened.change.exact_spec if gone else opened.change.spec)
            return newer, service.delta(opened, newer)

        self.ask(work, self._show_delta, group="delta")

    def _show_delta(self, answer: tuple[OpenedChange, tuple[FileDiff, ...]]) -> None:
        newer, files = answer
        older = self.now.opened
        self.banner = []
        self.act(ShowDelta(newer=newer))
        self.app.push_screen(DeltaScreen(older, newer, files))

    def _read_records(self) -> None:
        opened = self.now.opened
        self.ask(lambda service: service.records(opened), self._show_records, group="records")

    def _show_records(self, records: tuple[RecordRow, ...]) -> None:
        self.query_one(RecordsPanel).show(records)

    def action_publish(self) -> None:
        """Exchange records with the remote."""
        self.post_message(PublishRequested(self.desk))

    def action_records(self) -> None:
        """Show the records beside the diff, or not."""
        if self.toggle_panel("records"):
            self._read_records()

    # --- reading about it

    def action_about(self) -> None:
        """Show provenance, boundary, what is required and the messages."""
        self.app.push_screen(PageScreen("about this change", change_page(self.now.opened)))

    def action_keys(self) -> None:
        """Show all keys."""
        self.app.push_screen(PageScreen("keys of the review", keys_page(self, review_text.LEGEND)))

    def action_leave(self) -> None:
        """Back to the queue. What is not signed is kept; where that fails, it asks once."""
        try:
            self.keep_now()
        except StorageError as error:
            if not self._warned:
                self._warned = True
                self.failed(error)
                return
        self.dismiss(self._decided)
