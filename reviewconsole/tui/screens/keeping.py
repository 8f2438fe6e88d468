"""Marks, comments and the place in the diff are kept while a review goes on, and when it is left."""

from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

from textual.timer import Timer

from reviewconsole.casefile import Claimed, OpenedChange
from reviewconsole.decision import DecisionKind
from reviewconsole.errors import StorageError
from reviewconsole.session import Kept, Place, Write, kept, reduce
from reviewconsole.tui.rows import Kind, Row
from reviewconsole.tui.screens.saying import Saying

_PAUSE = 0.8
"""Seconds without a further change before it is written."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """A change that was opened, and what an earlier sitting left of it."""

    opened: OpenedChange
    kept: Kept | None = None
    claims: tuple[Claimed, ...] = ()
    """Who says to be on it."""
    fault: str = ""
    """Why nothing could be read; safe text."""


class Keeping(Saying):
    """Writes the session to the store of drafts, off the UI thread while the review goes on."""

    _written: Kept | None = None
    _timer: Timer | None = None

    def on_mount(self) -> None:
        """Take one write after another."""
        self._writing = Lock()

    def keep_soon(self) -> None:
        """Write when nothing has changed for a moment."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE, self._keep_in_thread)

    def keep_reason(self, kind: DecisionKind, reason: str) -> None:
        """Keep what is being written on the sheet, without drawing the review behind it anew at each key."""
        self.set_reactive(Keeping.session, reduce(self.now, Write(kind=kind, reason=reason)))
        self.keep_soon()

    def _keep_in_thread(self) -> None:
        now = kept(self.now, self.place())
        self.run_worker(lambda: self._write(now), thread=True, group="keep", exit_on_error=False)

    def _write(self, now: Kept) -> None:
        try:
            self._keep(now)
        except StorageError as error:
            self.app.call_from_thread(self.failed, error)

    def _keep(self, now: Kept) -> None:
        with self._writing:
            if now != self._written:
                self.desk.service.drafts.write(self.now.opened, now)
                self._written = now

    def keep_now(self) -> None:
        """Write at once; StorageError where that fails."""
        if self._timer is not None:
            self._timer.stop()
        self._keep(kept(self.now, self.place()))

    def on_unmount(self) -> None:
        """Write what is not written yet, whichever way the console was left."""
        with suppress(StorageError):  # told when it was tried a moment ago
            self._keep(kept(self.now, self._last_place))

    _last_place: Place | None = None

    def place(self) -> Place | None:
        """Where the cursor is."""
        row = self.view.row
        if row is not None and row.file >= 0:
            file = self.view.rows.files[row.file]
            line = row.line if row.kind is Kind.LINE else -1
            self._last_place = Place(path=file.path, unit=self.view.rows.unit(row), line=line)
        return self._last_place

    def go_to(self, place: Place) -> None:
        """Put the cursor where it was; on the file, where the hunk is another one now."""
        rows = self.view.rows
        at = self.view.locate(place.unit) if place.unit is not None else None
        if at is not None:
            row = rows[at]
            if place.line >= 0 and row.hunk >= 0 and place.line < len(rows.files[row.file].hunks[row.hunk].lines):
                at = rows.row_of(Row(Kind.LINE, row.file, row.hunk, place.line))
        else:
            at = next((rows.file_rows[i] for i, file in enumerate(rows.files) if file.path == place.path), None)
        if at is not None:
            self.view.go(at, top=self.view.size.height // 3)
