"""Keys that change how a diff is laid out and drawn."""

from dataclasses import replace
from typing import ClassVar

from textual.binding import BindingType

from reviewconsole.diff import HunkId
from reviewconsole.tui.keys import key
from reviewconsole.tui.rows import Kind, Row
from reviewconsole.tui.widgets.arrangement import Arrangement
from reviewconsole.tui.widgets.diff_canvas import DiffCanvas

_MORE = 20


class ShapedDiff(DiffCanvas):
    """A diff whose columns, folds, context and white space are chosen with keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("diff.split", "s", "split", "Split", "Two columns, one, or what fits the width"),
        key("diff.white-space", "W", "white_space", "Space", "Lines that differ in white space alone calm, or not"),
        key("diff.fold", "z", "fold", "Fold", "Fold the hunk, or on its header the file; again unfolds"),
        key(
            "diff.fold-done",
            "H",
            "fold_done",
            "Fold done",
            "Fold files that are read, ticked or marked; again unfolds",
        ),
        key("diff.more", "plus,equals_sign", "context(1)", "More context", "More lines around this hunk"),
        key("diff.less", "minus", "context(-1)", "Less context", "Fewer lines around this hunk"),
        key("diff.whole", "Z", "whole", "Whole file", "The whole file around its hunks, or the hunks alone"),
    ]

    def action_split(self) -> None:
        """Switch between one column and two."""
        self.lay_out(self.arrangement.switched(self.row_width))
        self.arranged()

    def action_white_space(self) -> None:
        """Draw lines that differ in white space alone without colour, or like any other."""
        self.look(quiet=not self.looks.quiet)
        self.arranged()

    def arranged(self) -> None:
        """Tell that it looks different."""

    def _here(self) -> Row | None:
        row = self.rows[self.cursor] if len(self.rows) else None
        return row if row is not None and row.file >= 0 else None

    def action_fold(self) -> None:
        """Fold the hunk under the cursor, or the file on whose header it is."""
        row = self._here()
        if row is not None:
            self._put(self.arrangement.fold((row.file, row.hunk)), Row(_HEADS[row.hunk >= 0], row.file, row.hunk))

    def _put(self, arrangement: Arrangement, head: Row) -> None:
        self.lay_out(arrangement)
        self.cursor = self.rows.row_of(head)
        place = self.visual(self.cursor)
        if place < self.scroll_offset.y + 1:
            self.scroll_to(y=max(0, place - 1), animate=False)
        self.arranged()

    def action_fold_done(self) -> None:
        """Fold every file of which nothing is left to do; unfold them when they are folded."""
        session, row = self.session, self._here()
        if session is None or row is None:
            return
        done = session.viewed | session.said.ticked | session.said.marks.keys()
        files = frozenset((i, -1) for i, file in enumerate(session.opened.files) if done.issuperset(file.units))
        folded = self.arrangement.folded
        files = folded - files if files and files <= folded else folded | files
        self._put(replace(self.arrangement, folded=files), Row(Kind.FILE, row.file))

    def action_context(self, step: int) -> None:
        """Show more or fewer lines around the hunk under the cursor."""
        row = self._here()
        if row is not None and row.hunk >= 0:
            self.lay_out(self.arrangement.widened((row.file, row.hunk), step * _MORE))
            self.arranged()

    def action_whole(self) -> None:
        """Show the file whole, or its hunks alone."""
        row = self._here()
        if row is not None and self.rows.files[row.file].new is not None:
            hunks = len(self.rows.files[row.file].hunks)
            self.lay_out(self.arrangement.whole(row.file, hunks, self.rows.around.count(row.file)))
            self.arranged()

    def reveal(self, file: int, hunk: int) -> None:
        """Take a hunk out of every fold."""
        if {(file, -1), (file, hunk)} & self.arrangement.folded:
            self.lay_out(self.arrangement.revealed(file, hunk))

    def locate(self, unit: HunkId) -> int | None:
        """The row at which a unit begins; unfolds it where needed."""
        for number, file in enumerate(self.rows.files):
            for position, each in enumerate(file.units):
                if each == unit:
                    self.reveal(number, position if file.hunks else -1)
                    return self.rows.locate(unit)
        return None


_HEADS = {True: Kind.HUNK, False: Kind.FILE}
