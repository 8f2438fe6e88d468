"""Calls of the service off the UI thread, one at a time, and their answers back on it."""

import traceback
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TypeVar
from weakref import WeakKeyDictionary

from textual.message import Message
from textual.screen import Screen, ScreenResultType
from textual.worker import Worker, WorkerState, get_current_worker

from reviewconsole.display import safe_text
from reviewconsole.errors import ReviewConsoleError
from reviewconsole.tui.service import ReviewService
from reviewconsole.tui.widgets.lines import Severity, StatusLine

_SECONDS = 5
Answer = TypeVar("Answer")
_UNHAPPY: "WeakKeyDictionary[Worker[None], Callable[[ReviewConsoleError], object]]" = WeakKeyDictionary()
"""A call that is under way -> who is told when it fails."""


class PublishRequested(Message):
    """Records of one repository shall be exchanged with its remote."""

    def __init__(self, desk: "Desk") -> None:
        super().__init__()
        self.desk = desk


class Stopped(ReviewConsoleError):
    """Nobody waits for this answer any more; raised inside a call to end it early."""


class Desk:
    """The service and the lock that keeps its calls apart."""

    def __init__(self, service: ReviewService) -> None:
        self.service = service
        self.wrap: bool | None = None
        """Whether long lines are wrapped in every review of this sitting, as chosen last."""
        self._lock = Lock()
        self._outside = Lock()

    def call_beside(self, work: Callable[[ReviewService], Answer]) -> Answer:
        """Run an exchange with the remote; it keeps no other call waiting. Never on the UI thread."""
        with self._outside:
            return work(self.service)

    def call(self, work: Callable[[ReviewService], Answer]) -> Answer:
        """Run one call; waits for the one before it. Never on the UI thread."""
        with self._lock:
            return work(self.service)


class Asking(Screen[ScreenResultType]):
    """A screen that calls the service in threads. `failed` is told of every error."""

    desk: Desk

    def ask(
        self,
        work: Callable[[ReviewService], Answer],
        done: Callable[[Answer], object],
        *,
        group: str,
        failed: Callable[[ReviewConsoleError], object] | None = None,
        desk: Desk | None = None,
    ) -> None:
        """Start a call; a later one of the same group makes the answer of an earlier one unwanted.

        `desk` is another repository than the screen's own.
        """
        at = desk or self.desk

        def run() -> None:
            worker = get_current_worker()
            try:
                answer = at.call(work)
            except ReviewConsoleError as error:
                if not worker.is_cancelled:
                    self.app.call_from_thread(failed or self.failed, error)
                return
            if not worker.is_cancelled:
                self.app.call_from_thread(done, answer)

        worker = self.run_worker(run, thread=True, exclusive=True, group=group, exit_on_error=False)
        _UNHAPPY[worker] = failed or self.failed

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say of an error nobody expected, to whoever waits for the answer, what it is; the review goes on."""
        if event.worker.is_finished:
            tell = _UNHAPPY.pop(event.worker, self.failed)
            if event.state is WorkerState.ERROR and event.worker.error is not None:
                tell(unexpected(event.worker.error))

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: Severity = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say something in the status line, where it covers nothing; as a notice where there is none."""
        lines = self.query(StatusLine)
        if lines:
            lines.first().tell(message, severity, timeout or _SECONDS)
        else:
            super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def failed(self, error: ReviewConsoleError) -> None:
        """Show an error and what can be done about it."""
        self.notify(error_text(error), severity="error", timeout=12, markup=False)


def unexpected(error: BaseException) -> ReviewConsoleError:
    """An error nobody expected: its name and place. Not its words, which may hold values."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return ReviewConsoleError(f"internal error: {type(error).__name__}{place}")


def error_text(error: ReviewConsoleError) -> str:
    """An error as one safe sentence."""
    return safe_text(f"{error.message} — {error.remedy}" if error.remedy else error.message)
