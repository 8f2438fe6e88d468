"""Reading the other repositories of a person while the queue is in use."""

from abc import abstractmethod
from functools import partial

from textual.widgets import Static
from textual.worker import Worker, get_current_worker

from reviewconsole.casefile import DECIDED, Claimed, QueueEntry
from reviewconsole.change import Change
from reviewconsole.errors import ReviewConsoleError
from reviewconsole.tui.desk import Desk, PublishRequested, Stopped, error_text
from reviewconsole.tui.paint import content
from reviewconsole.tui.places import Place, Places
from reviewconsole.tui.screens.opening import Opening
from reviewconsole.tui.screens.prompts import asker
from reviewconsole.tui.service import ReviewService
from reviewconsole.tui.widgets.queue_list import QueueList

_NOTICES = 3
"""Notices shown over the queue."""
LOOK = 30.0
"""Seconds between two looks whether refs have moved anywhere."""


class Everywhere(Opening):
    """A queue over several repositories: one that cannot be read stops none of the others."""

    places: Places
    reading = ""
    """Which other repository is being read."""
    everything = False
    _noticed: list[str] | None = None
    """The notices that are shown."""
    stacked = True
    """Whether a branch on a pending branch is listed with its own part alone."""

    @abstractmethod
    def merge(self) -> None:
        """Show what is known now of all of them."""

    @abstractmethod
    def action_reload(self) -> None:
        """Read home again."""

    def draw_notices(self) -> None:
        """What must be known first, of every repository."""
        notices = list(self.places.notices())
        shown = [f"! {notice}" for notice in notices[:_NOTICES]]
        if len(notices) > _NOTICES:
            shown.append(f"and {len(notices) - _NOTICES} more; `reviewconsole queue --everywhere` lists them")
        if shown == self._noticed:  # laying the screen out anew would hold up keys while rows come in
            return
        self._noticed = shown
        box = self.query_one("#notice", Static)
        box.display = bool(shown)
        box.update(content(*[piece for line in shown for piece in ((line, "warn"), "\n")][:-1]))

    def here(self) -> Desk:
        """The repository of the change under the cursor."""
        entry = self.query_one(QueueList).entry
        return self.desk if entry is None else self.places.desk(entry)

    def on_unmount(self) -> None:
        """End what works for the others."""
        for place in self.places.others:
            if place.desk is not None:
                place.desk.service.close()

    def action_claim(self) -> None:
        """Say that one is on the change under the cursor, or is not any more; shared like a record."""
        entry = self.query_one(QueueList).entry
        if entry is None or entry.state == DECIDED:
            return
        place, change = self.places.place(entry), entry.change

        def done(claims: tuple[Claimed, ...]) -> None:
            self.places.claimed(place, change, claims)
            self.merge()
            own = next((claim for claim in claims if claim.own), None)
            self.notify(f"you are on it until {own.until}" if own else "you are not on it any more", markup=False)
            self.post_message(PublishRequested(self.places.desk(entry)))

        def work(service: ReviewService) -> tuple[Claimed, ...]:
            return service.claim_or_release(change, asker(self.app))

        self.notify("signing …", markup=False)
        self.ask(work, done, group="claim", failed=super().failed, desk=place.desk)

    def action_stacks(self) -> None:
        """List what is a branch's own, or the whole that the target lacks."""
        self.stacked = not self.stacked
        words = "each against the one below" if self.stacked else "each against the target"
        self.notify(f"branches on branches: {words}", timeout=3, markup=False)
        self.action_reload_all()

    def action_reload_all(self) -> None:
        """Read every repository."""
        self.action_reload()
        self.read_others()

    def returned(self, *, decided: Change | None, unfinished: bool) -> None:
        """Read again what may be another now, or was not read to its end."""
        if decided is not None:
            self.places.decided(self._at or self.desk, decided)
            self.merge()
        if unfinished or not self.places.entries:
            self.action_reload_all()
        elif decided and self._at in (None, self.desk):
            self.action_reload()
        elif decided:
            self.read_others(only=self._at)

    def watch_refs(self) -> None:
        """Look for moved refs from now on."""
        self.set_interval(LOOK, self._look)

    def read_others(self, only: Desk | None = None) -> None:
        """Read the others one after the other in a thread; one of them alone where `only` names it."""
        wanted = [place for place in self.places.others if only is None or place.desk is only]
        if wanted:
            self._work(wanted)

    def _work(self, wanted: list[Place]) -> Worker[None]:
        everything, stacked = self.everything, self.stacked

        def run() -> None:
            for place in wanted:
                try:
                    self._read(place, everything=everything, stacked=stacked)
                except Stopped:
                    return
                except ReviewConsoleError as error:
                    self._tell(partial(self._missed, place, error_text(error)))
            self._tell(partial(self._reading, ""))

        return self.run_worker(run, thread=True, exclusive=True, group="elsewhere", exit_on_error=False)

    def _tell(self, what: partial[None]) -> None:
        if get_current_worker().is_cancelled:
            raise Stopped("nobody waits for the other repositories any more")
        self.app.call_from_thread(what)

    def _read(self, place: Place, *, everything: bool, stacked: bool) -> None:
        self._tell(partial(self._reading, place.label))
        desk = place.desk
        if desk is None and place.begin is not None:
            desk = Desk(place.begin())
            self._tell(partial(self.places.opened, place, desk))
        worker = get_current_worker()

        def progress(_done: int, _total: int) -> None:
            if worker.is_cancelled:
                raise Stopped("nobody waits for the other repositories any more")
            self.app.give_way()  # type: ignore[attr-defined]

        def work(service: ReviewService) -> tuple[QueueEntry, ...]:
            try:
                return service.queue(everything=everything, stacked=stacked, progress=progress)
            finally:
                service.close()

        if desk is not None:
            self._tell(partial(self._arrived, place, desk.call(work)))

    def _reading(self, label: str) -> None:
        self.reading = label
        self.draw_status()

    def _arrived(self, place: Place, entries: tuple[QueueEntry, ...]) -> None:
        self.places.read(place, entries)
        self.merge()

    def _missed(self, place: Place, why: str) -> None:
        place.fault = why
        self.merge()

    def _look(self) -> None:
        """Read again where refs have moved, while nothing else is being read."""
        if self.app.screen is not self or self.waiting or self.reading or self.fault:
            return
        places = [place for place in self.places if place.desk is not None or place.fault]

        def run() -> None:
            moved = [place for place in places if _moved(place)]
            if moved and not get_current_worker().is_cancelled:
                self.app.call_from_thread(self._again, moved)

        self.run_worker(run, thread=True, exclusive=True, group="look", exit_on_error=False)

    def _again(self, moved: list[Place]) -> None:
        if self.places.home in moved:
            self.action_reload()
        others = [place for place in moved if place is not self.places.home]
        if others:
            self._work(others)


def _moved(place: Place) -> bool:
    """Whether a repository has to be read again; one that could not be opened is tried again."""
    if place.desk is None:
        return True
    try:
        return place.desk.call(lambda service: service.moved_on())
    except ReviewConsoleError:
        return not place.fault
