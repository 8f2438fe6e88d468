"""The files of a change by folder, each with what was found in it and how much of it was read."""

from typing import TYPE_CHECKING

from rich.cells import cell_len

from reviewconsole.display import safe_text
from reviewconsole.session import ReviewSession
from reviewconsole.tui.paint import SEVERITY_GLYPHS, Piece, clip_start
from reviewconsole.tui.widgets.line_list import LineList

if TYPE_CHECKING:
    from reviewconsole.diff import HunkId
    from reviewconsole.finding import Finding


class FileTree(LineList):
    """Folders as headings, files below them; `Chosen` means: show this file."""

    DEFAULT_CSS = """
    FileTree { background: $ground-raised; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session: ReviewSession | None = None
        self._rows: list[tuple[str, int]] = []
        self._sizes: list[tuple[int, int]] = []
        self._units: list[tuple[HunkId, ...]] = []
        self._found: dict[str, list[Finding]] = {}
        self._states: tuple[Piece, ...] = ()
        """Of the rows in view, as drawn last."""

    def show(self, session: ReviewSession) -> None:
        """Show the files of a session."""
        before, self._session = self._session, session
        if before is None or before.opened.findings is not session.opened.findings:
            self._found = {}
            for finding in session.opened.findings:
                if not finding.suppressed:
                    self._found.setdefault(finding.location.path, []).append(finding)
        if before is not None and before.opened.files is session.opened.files:
            states = self._in_view()
            if states != self._states or before.opened.findings is not session.opened.findings:
                self._states = states
                self.refresh()
            return
        self._rows = []
        self._units = [file.units for file in session.opened.files]
        self._sizes = [(file.added, file.removed) for file in session.opened.files]
        folder = None
        for index, file in enumerate(session.opened.files):
            parent = file.path.rpartition("/")[0]
            if parent != folder:
                folder = parent
                self._rows.append((folder, -1))
            self._rows.append((folder, index))
        self.reset(0)

    def _in_view(self) -> tuple[Piece, ...]:
        """The state of every file that is on the screen."""
        top = self.scroll_offset.y
        return tuple(self._state(number) for _, number in self._rows[top : top + self.size.height] if number >= 0)

    def _state(self, number: int) -> Piece:
        """Glyph and ink for how far a file is."""
        if self._session is None:
            return "○", "muted"
        units, said = self._units[number], self._session.said.marks
        marks = [said[unit] for unit in units if unit in said]
        read = len(self._session.viewed.intersection(units))
        if any(not mark.accepted for mark in marks):
            return "✗", "bad"
        if len(marks) == len(units):
            return "✓", "ok"
        if read == len(units):
            return "●", "text"
        return ("◐", "muted") if read else ("○", "muted")

    @property
    def file(self) -> int:
        """The index of the file under the cursor; -1 when there is none."""
        return self._rows[self.cursor][1] if self._rows else -1

    def point(self, file: int) -> None:
        """Put the cursor on a file without telling anyone."""
        if file < 0 or file == self.file:
            return
        at = next((index for index, (_, number) in enumerate(self._rows) if number == file), None)
        if at is not None:
            self.cursor = at
            self._show_cursor()
            self.refresh()

    def count(self) -> int:
        """Folders and files."""
        return len(self._rows)

    def selectable(self, index: int) -> bool:
        """Files only."""
        return super().selectable(index) and self._rows[index][1] >= 0

    def pieces(self, index: int, width: int) -> tuple[list[Piece], list[Piece]]:
        """A folder, or a file with its state."""
        folder, number = self._rows[index]
        if number < 0 or self._session is None:
            return [(clip_start((safe_text(folder) or ".") + "/", width), "muted")], []
        file = self._session.opened.files[number]
        glyph, ink = self._state(number)
        found = self._found.get(file.path)
        right: list[Piece] = []
        if found:
            worst = max(found, key=lambda finding: finding.severity.rank).severity.value
            right.append((f" {SEVERITY_GLYPHS[worst]} {len(found)}", worst))
        added, removed = self._sizes[number]
        name, room = safe_text(file.path.rpartition("/")[2]), width - 7 - sum(len(text) for text, _ in right)
        sizes = [(f" +{added}", "add"), (f" −{removed}", "del")]
        if cell_len(name) <= room - sum(len(text) for text, _ in sizes):
            right += sizes  # the file's own row has them too; its name matters more
        name = clip_start(name, max(6, room))
        return [("  ", "text"), (f"{glyph} ", ink), (f"{file.entry.status} ", "accent"), (name, "text")], right
