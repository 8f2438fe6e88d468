"""What a reviewer says about hunks, lines and findings, before anything is signed."""

from textual.content import Content

from reviewconsole.diff import HunkId
from reviewconsole.errors import ReviewConsoleError, ReviewIncomplete
from reviewconsole.finding import Side
from reviewconsole.session import (
    Accept,
    Acknowledge,
    Action,
    AddComment,
    Comment,
    Refuse,
    ReviewSession,
    Undo,
    reduce,
)
from reviewconsole.tui.paint import content
from reviewconsole.tui.rows import Kind
from reviewconsole.tui.screens import review_text
from reviewconsole.tui.screens.navigation import Navigation
from reviewconsole.tui.screens.prompts import TextPrompt
from reviewconsole.tui.widgets.diff_view import DiffView
from reviewconsole.tui.widgets.panels import FindingsPanel


class Saying(Navigation):
    """Turns keys into actions on the session."""

    @property
    def now(self) -> ReviewSession:
        """The session; there is one as long as the screen lives."""
        session = self.session
        if session is None:
            raise ReviewConsoleError("the review has no session")
        return session

    def act(self, action: Action) -> None:
        """Apply an action; one that is refused says why."""
        try:
            self.session = reduce(self.now, action)
        except ReviewIncomplete as error:
            self.failed(error)

    def action_accept(self) -> None:
        """Accept the hunk and go to the next one without a mark."""
        unit = self._unit()
        if unit is not None:
            self.act(Accept(unit=unit))
            self.action_undecided(1)

    def _unit(self) -> HunkId | None:
        unit = self.query_one(DiffView).unit
        if unit is None:
            self.notify("no hunk here; ] goes to the next", timeout=3, markup=False)
        return unit

    def action_refuse(self) -> None:
        """Refuse the hunk, with a reason."""
        unit = self._unit()
        if unit is None:
            return

        def said(text: str | None) -> None:
            if text is not None:
                self.act(Refuse(unit=unit, reason=text))
                self.action_undecided(1)

        self.app.push_screen(TextPrompt("Why is this hunk refused?", self._place()), said)

    def action_undo(self) -> None:
        """Take back the last thing said."""
        if not self.now.past:
            self.notify("nothing to undo", timeout=2, markup=False)
        self.act(Undo())

    def _place(self) -> Content:
        row = self.query_one(DiffView).row
        return review_text.place(self.now, row)

    def action_comment(self) -> None:
        """Remark on the line under the cursor."""
        view = self.query_one(DiffView)
        row, unit = view.row, self._unit()
        if row is None or unit is None:
            return
        file = self.now.opened.files[row.file]
        line = file.hunks[row.hunk].lines[row.line] if row.kind is Kind.LINE else None
        side = Side.OLD if line is not None and line.new is None else Side.NEW
        number = (line.old if side is Side.OLD else line.new) if line is not None else 0

        def said(text: str | None) -> None:
            if text is not None:
                self.act(AddComment(comment=Comment(unit=unit, path=file.path, side=side, line=number or 0, text=text)))

        self.app.push_screen(TextPrompt("Comment", self._place()), said)

    def action_acknowledge(self) -> None:
        """Answer the finding under the cursor."""
        panel = self.query_one(FindingsPanel)
        finding = panel.finding if panel.has_focus else self.query_one(DiffView).finding_here()
        if finding is None:
            self.notify("no finding here; ) goes to the next", timeout=3, markup=False)
            return

        def said(text: str | None) -> None:
            if text is not None:
                self.act(Acknowledge(fingerprint=finding.fingerprint, text=text))

        about = content((finding.message, "text"), ("  " + finding.rule, "muted"))
        old = self.now.said.acknowledged.get(finding.fingerprint, "")
        self.app.push_screen(TextPrompt("What do you say to this finding?", about, old), said)
