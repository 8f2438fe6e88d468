"""Where one's own records are, and the exchange of them with the remote, in threads."""

import asyncio
import signal
import threading
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from textual.app import App
from textual.reactive import reactive
from textual.worker import Worker, WorkerState, get_current_worker

from reviewconsole.casefile import SyncState
from reviewconsole.errors import ReviewConsoleError
from reviewconsole.tui.desk import Desk, PublishRequested, error_text, unexpected
from reviewconsole.tui.service import ReviewService
from reviewconsole.tui.widgets.sync import PUBLISHING

_Work = Callable[[ReviewService], SyncState]
_Call = Callable[[_Work], SyncState]


@runtime_checkable
class ShowsStatus(Protocol):
    """A screen with a status line that tells of `sync`."""

    def draw_status(self) -> None:
        """Draw the status line."""


class Publishing(App[None]):
    """An application that knows where the records are: `sync`, which open screens tell."""

    desk: Desk
    sync: reactive[SyncState] = reactive(SyncState(state="nothing", pending=0))

    def use(self, desk: Desk) -> None:
        """Say from now on where the records of this repository are."""
        if desk is not self.desk:
            self.desk = desk
            self.read_sync()

    def watch_sync(self) -> None:
        """Tell the open screens; a watcher of theirs would keep each of them after it is closed."""
        for screen in self.screen_stack:
            if screen.is_mounted and isinstance(screen, ShowsStatus):
                screen.draw_status()

    def read_sync(self) -> None:
        """Learn where the records are, without asking the remote."""
        self._exchange(self.desk.call, lambda service: service.sync_state(), pending=0)

    def look_at_sync(self) -> None:
        """Learn it again, since another program may have published; an exchange that goes on tells by itself."""
        if self.sync.state != PUBLISHING:
            self._exchange(self.desk.call, self._again, pending=self.sync.pending)

    def _again(self, service: ReviewService) -> SyncState:
        known = service.sync_state()
        return self.sync if self.sync.state == "failed" and known.state == "recorded here" else known

    def on_publish_requested(self, event: PublishRequested) -> None:
        """Exchange records in the background; the outcome stays in sight."""
        self.sync = SyncState(state=PUBLISHING, pending=self.sync.pending)
        self._exchange(event.desk.call_beside, lambda service: service.publish(), pending=1)

    def on_load(self) -> None:
        """Leave in order, the terminal put back, when told to end."""
        if threading.current_thread() is threading.main_thread():
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.exit)

    def on_unmount(self) -> None:
        """Let an exchange that goes on end, and one that stalls not hold up the shell."""
        self.desk.service.leave()

    def _exchange(self, call: _Call, work: _Work, *, pending: int) -> None:
        def run() -> None:
            try:
                state = call(work)
            except ReviewConsoleError as error:
                state = SyncState(state="failed", pending=pending, why=error_text(error))
            if not get_current_worker().is_cancelled:
                self.call_from_thread(setattr, self, "sync", state)

        self.run_worker(run, thread=True, exclusive=True, group="sync", exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say of an error nobody expected what it is."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            why = error_text(unexpected(event.worker.error))
            self.sync = SyncState(state="failed", pending=self.sync.pending, why=why)
