"""Opening a change from the queue: its diff at once, what the rules find as they find it."""

import gc
from abc import abstractmethod

from textual.worker import get_current_worker

from reviewconsole.casefile import OpenedChange
from reviewconsole.change import Change, short_ref
from reviewconsole.display import safe_text
from reviewconsole.errors import FormatError, ReviewConsoleError
from reviewconsole.tui.desk import Desk, Stopped, error_text
from reviewconsole.tui.screens.filtering import Filtering
from reviewconsole.tui.screens.keeping import Begun
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.service import ReviewService


class Opening(Filtering):
    """A queue whose changes can be opened, one at a time."""

    waiting = ""
    """What is waited for, in words."""
    fault = ""
    """What went wrong last; safe text, empty once something else is asked for."""
    _unfinished = False
    _left = False
    """Whether a review was left since something was opened."""
    _review: ReviewScreen | None = None
    _at: Desk | None = None
    """Where the change that is opened lies."""

    @abstractmethod
    def begun(self) -> None:
        """A review has begun."""

    @abstractmethod
    def returned(self, *, decided: Change | None, unfinished: bool) -> None:
        """The review was left, with a decision on `decided`; `unfinished` where the queue was not read whole before."""

    def wait_for(self, what: str) -> None:
        """Say what is waited for."""
        self.waiting, self.fault = what, ""
        self.draw_status()

    def open(self, spec: str, desk: Desk | None = None) -> None:
        """Read a change in a thread; the review is shown as soon as there is a diff."""
        self._at = desk or self.desk
        self._unfinished = bool([*self.workers.cancel_group(self, "queue"),
                                 *self.workers.cancel_group(self, "elsewhere")])  # fmt: skip
        self._review = None
        self.wait_for(f"opening {safe_text(short_ref(spec))} …")

        left, self._left = self._left, False

        def work(service: ReviewService) -> OpenedChange:
            worker = get_current_worker()
            if left:
                gc.collect()  # a screen is a cycle; before the next diff is there to be looked through

            def told(opened: OpenedChange | None) -> None:
                if worker.is_cancelled:
                    raise Stopped("nobody waits for this change any more")
                if opened is not None and self._review is None:
                    self._review = self.app.call_from_thread(self._begin, _resumed(service, opened))
                elif opened is not None:
                    self.app.call_from_thread(self._found, opened)

            opened = service.open_change(spec, told=told)
            told(opened)
            return opened

        self.ask(work, lambda _: None, group="open", failed=self._not_opened, desk=self._at)

    def _begin(self, begun: Begun) -> ReviewScreen:
        self.waiting = ""
        self.draw_status()
        self.begun()
        gc.freeze()  # a diff has no cycles; looking for some in a million lines would hold up keys
        at = self._at or self.desk
        at.wrap = self.desk.wrap
        self.app.use(at)  # type: ignore[attr-defined]
        review = ReviewScreen(at, begun)
        self.app.push_screen(review, self._returned)
        return review

    def _found(self, opened: OpenedChange) -> None:
        if self._review is not None:
            self._review.call_later(self._review.found, opened)  # after it is mounted

    def _not_opened(self, error: ReviewConsoleError) -> None:
        if self._review is not None:
            self._review.call_later(self._review.not_scanned, error)
        else:
            self.failed(error)

    def _returned(self, decided: bool | None) -> None:  # noqa: FBT001 - what the review was left with
        self.workers.cancel_group(self, "open")
        change = self._review.now.opened.change if decided and self._review is not None else None
        self._review, self._left = None, True
        gc.unfreeze()
        if self._at is not None:
            self.desk.wrap = self._at.wrap
        self.returned(decided=change, unfinished=self._unfinished)


def _resumed(service: ReviewService, opened: OpenedChange) -> Begun:
    claims = service.claims_on(opened.change)
    try:
        return Begun(opened=opened, kept=service.drafts.read(opened), claims=claims)
    except FormatError as error:
        return Begun(opened=opened, fault=error_text(error), claims=claims)
