"""What a reviewer says about hunks, lines and findings, before anything is signed."""

from dataclasses import replace

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
    DropComment,
    Refuse,
    ReviewSession,
    Tick,
    Undo,
    reduce,
)
from reviewconsole.tui.paint import content
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

    def action_tick(self) -> None:
        """Note the hunk as viewed by hand, or not, and go to the next that is not."""
        unit = self._unit()
        if unit is not None:
            ticked = unit in self.now.said.ticked
            self.act(Tick(units=frozenset({unit})))
            if not ticked:
                rows = self.view.rows
                self.view.jump(rows.unit_rows, 1, lambda row: rows.unit(rows[row]) not in self.now.said.ticked)

    def action_tick_file(self) -> None:
        """Note every hunk of the file as viewed by hand, or not."""
        row = self.view.row
        if row is not None and row.file >= 0:
            self.act(Tick(units=frozenset(self.now.opened.files[row.file].units)))

    def action_comment(self) -> None:
        """Remark on the selected lines, the line or the hunk under the cursor; change a comment there."""
        there = self.view.comment_here()
        if there is not None:
            self._remark("Change the comment", there, instead=there)
            return
        comment = self.view.remark_here()
        if comment is None:
            self._unit()
        else:
            self._remark("Comment", comment)

    def action_comment_file(self) -> None:
        """Remark on the file as a whole."""
        row = self.view.row
        if row is not None and row.file >= 0:
            file = self.now.opened.files[row.file]
            self._remark("Comment on the file", Comment(unit=file.units[0], path=file.path, side=Side.NEW, line=0,
                                                        text=""))  # fmt: skip

    def _remark(self, title: str, comment: Comment, instead: Comment | None = None) -> None:
        def said(text: str | None) -> None:
            if text is not None:
                self.act(AddComment(comment=replace(comment, text=text), instead=instead))
                self.view.unselect()

        self.app.push_screen(TextPrompt(title, review_text.span(comment), comment.text), said)

    def action_drop(self) -> None:
        """Take back the comment under the cursor."""
        comment = self.view.comment_here()
        if comment is None:
            self.notify("no comment here", timeout=2, markup=False)
        else:
            self.act(DropComment(comment=comment))

    def action_acknowledge(self) -> None:
        """Answer the finding under the cursor."""
        panel = self.query_one(FindingsPanel)
        finding = panel.finding if panel.has_focus else self.query_one(DiffView).finding_here()
        if finding is None:
            self.notify("no finding here, ) goes to the next", timeout=3, markup=False)
            return

        def said(text: str | None) -> None:
            if text is not None:
                self.act(Acknowledge(fingerprint=finding.fingerprint, text=text))

        about = content((finding.message, "text"), ("  " + finding.rule, "muted"))
        old = self.now.said.acknowledged.get(finding.fingerprint, "")
        self.app.push_screen(TextPrompt("What do you say to this finding?", about, old), said)
