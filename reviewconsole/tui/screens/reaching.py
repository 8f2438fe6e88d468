"""Finding text in a diff, and taking it elsewhere: the clipboard, the editor."""

from abc import abstractmethod

from textual.app import SuspendNotSupported
from textual.reactive import reactive
from textual.worker import get_current_worker

from reviewconsole.display import counted, safe_text
from reviewconsole.errors import ReviewConsoleError
from reviewconsole.session import ReviewSession
from reviewconsole.tui.desk import Asking
from reviewconsole.tui.rows import Kind
from reviewconsole.tui.screens.prompts import TextPrompt
from reviewconsole.tui.search import Hits, Stop, pattern, search
from reviewconsole.tui.widgets.diff_view import DiffView

_OSC52 = 74_000
"""Bytes that terminals commonly take in one clipboard sequence."""


class Reaching(Asking[bool]):
    """Searches in a thread; copies and edits what the cursor is on."""

    session: reactive[ReviewSession | None] = reactive(None, init=False, repaint=False)
    hits: Hits | None = None
    _needle = ""

    @property
    def view(self) -> DiffView:
        """The diff."""
        return self.query_one(DiffView)

    @abstractmethod
    def draw_status(self) -> None:
        """Draw the status line."""

    # --- searching

    def action_search(self) -> None:
        """Ask what to look for, mark it everywhere, and go to the next place."""

        def said(text: str | None) -> None:
            if text is not None:
                self._needle = text
                self._search(1)

        self.app.push_screen(TextPrompt("Search all lines and paths", value=self._needle), said)

    def _search(self, step: int) -> None:
        needle, files = self._needle, self.view.rows.files
        self.hits = None
        self.view.look(needle=pattern(needle))

        def work() -> None:
            worker = get_current_worker()
            try:
                found = search(files, needle, lambda: not worker.is_cancelled)
            except Stop:
                return
            self.app.call_from_thread(self._hit, found, step)

        self.run_worker(work, thread=True, exclusive=True, group="search", exit_on_error=False)

    def _hit(self, hits: Hits, step: int) -> None:
        if hits.needle != self._needle or self.view.looks.needle is None:
            return
        self.hits = hits
        self.action_again(step)
        self.draw_status()

    def action_again(self, step: int) -> None:
        """Go to the next match, or search again for the last text."""
        if self.hits is None or self.hits.needle != self._needle:
            if self._needle:
                self._search(step)
            return
        spot = self.hits.after(self.view.spot(), step)
        if spot is None:
            self.notify(f"not found: {safe_text(self._needle)}", timeout=2, markup=False)
        else:
            self.view.show_spot(spot)

    def forget_hits(self) -> None:
        """Stop marking matches; `n` finds them again."""
        self.workers.cancel_group(self, "search")
        self.hits = None
        self.view.look(needle=None)
        self.draw_status()

    def searched(self) -> str:
        """How many matches there are and which one this is, in words; empty without a search."""
        if self.hits is None:
            return "searching … · " if self.view.looks.needle is not None else ""
        more = "+" if self.hits.more else ""
        return f"match {self.hits.index(self.view.spot())}/{len(self.hits.spots)}{more} · "

    # --- taking it elsewhere

    def action_copy(self, signs: int) -> None:
        """Copy the range or the hunk; says how, since a terminal cannot tell whether it took it."""
        lines = _patch(self.view) if signs else _code(self.view)
        if not lines:
            self.notify("nothing to copy here", timeout=2, markup=False)
            return
        text = "\n".join("\t".join(map(safe_text, line.split("\t"))) for line in lines) + "\n"
        self.view.unselect()
        desktop = self.desk.service.desktop
        count = counted(len(lines), "line")
        try:
            by = desktop.copy(text)
            if by:
                said = f"{count} to the clipboard with {safe_text(by)}"
            elif len(text.encode()) <= _OSC52:
                self.app.copy_to_clipboard(text)
                said = f"{count} sent to the terminal's clipboard (OSC 52)"
            else:
                said = f"{count}: too much for the terminal's clipboard, written to {desktop.save(text)}"
        except ReviewConsoleError as error:
            self.failed(error)
            return
        self.notify(said, timeout=4, markup=False)

    def action_edit(self) -> None:
        """Open the file at the cursor's line in the person's editor, and come back."""
        view, row = self.view, self.view.row
        if row is None or row.file < 0:
            return
        file = view.rows.files[row.file]
        content = file.new if file.new is not None else file.old
        if content is None:
            self.notify("there is no text to open", timeout=3, markup=False)
            return
        said, fault = "", None
        try:
            with self.app.suspend():
                try:  # an error that left `suspend` would leave the terminal to nobody
                    said = self.desk.service.desktop.edit(file.path, _line(view), content)
                except ReviewConsoleError as error:
                    fault = error
        except SuspendNotSupported:
            self.notify("an editor cannot be opened from this terminal", timeout=4, markup=False)
            return
        self.app.refresh(layout=True)
        if fault is not None:
            self.failed(fault)
        else:
            self.notify(safe_text(said), timeout=4, markup=False)


def _line(view: DiffView) -> int:
    row = view.row
    if row is None or row.hunk < 0:
        return 1
    if row.kind is Kind.CONTEXT:
        return row.line
    hunk = view.rows.files[row.file].hunks[row.hunk]
    first = row.line if row.line >= 0 else next((i for i, each in enumerate(hunk.lines) if each.kind != " "), 0)
    deleted = view.rows.files[row.file].new is None
    numbers = [each.old if deleted else each.new for each in hunk.lines[first:]]
    return next((n for n in numbers if n is not None), hunk.new_start or 1)


def _code(view: DiffView) -> list[str]:
    """The text of the range, or of the hunk's new side; of the old side from a removed line."""
    row = view.row
    if row is None or row.hunk < 0:
        return []
    lines = view.rows.files[row.file].hunks[row.hunk].lines
    if len(view.selected):
        return [lines[each.line].text for each in view.chosen()]
    skip = "+" if row.kind is Kind.LINE and lines[row.line].kind == "-" else "-"
    return [line.text for line in lines if line.kind != skip] or [line.text for line in lines]


def _patch(view: DiffView) -> list[str]:
    """The range with signs, or the hunk as a patch."""
    row = view.row
    if row is None or row.hunk < 0:
        return []
    file = view.rows.files[row.file]
    hunk = file.hunks[row.hunk]
    if len(view.selected):
        return [hunk.lines[each.line].kind + hunk.lines[each.line].text for each in view.chosen()]
    head = f"@@ -{hunk.old_start},{hunk.old_lines} +{hunk.new_start},{hunk.new_lines} @@"
    return [f"--- a/{file.path}", f"+++ b/{file.path}", head, *(line.kind + line.text for line in hunk.lines)]
