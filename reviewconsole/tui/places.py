"""The repositories of one sitting: the one the console was opened in, and the others of the person's settings."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from reviewconsole.casefile import DECIDED, Claimed, QueueEntry, urgency
from reviewconsole.change import Change
from reviewconsole.tui.desk import Desk
from reviewconsole.tui.service import ReviewService


@dataclass(frozen=True, kw_only=True, slots=True)
class Elsewhere:
    """One more repository, not opened yet."""

    path: str
    open: Callable[[], ReviewService]
    """Raises ReviewConsoleError where it cannot be read. Never on the UI thread."""


@dataclass(kw_only=True, slots=True)
class Place:
    """One repository with what waits in it, as read last."""

    path: str
    begin: Callable[[], ReviewService] | None = None
    desk: Desk | None = None
    label: str = ""
    """Its name, made distinct; empty where it is the only repository."""
    entries: tuple[QueueEntry, ...] = ()
    fault: str = ""
    """Why it could not be read; safe text."""


class Places:
    """Home first. Changed on the UI thread alone."""

    def __init__(self, home: Desk, others: Sequence[Elsewhere]) -> None:
        name = home.service.repository_name if others else ""
        self.home = Place(path="", desk=home, label=name)
        self.others = [Place(path=each.path, begin=each.open, label=each.path) for each in others]

    def __iter__(self) -> Iterator[Place]:
        """All of them."""
        yield self.home
        yield from self.others

    def opened(self, place: Place, desk: Desk) -> None:
        """One was opened: from now on it bears the name of its policy, or its path where another bears that."""
        place.desk, place.fault = desk, ""
        name = desk.service.repository_name
        taken = {each.label for each in self if each is not place}
        place.label = name if name not in taken else place.path

    def read(self, place: Place, entries: Sequence[QueueEntry]) -> None:
        """What waits in one of them."""
        place.entries, place.fault = tuple(replace(entry, repository=place.label) for entry in entries), ""

    def decided(self, desk: Desk, change: Change) -> None:
        """One has decided on a change: it stands so until its repository is read again."""
        for place in self:
            if place.desk is desk:
                place.entries = tuple(
                    replace(entry, state=DECIDED) if entry.change.head == change.head else entry
                    for entry in place.entries
                )

    def claimed(self, place: Place, change: Change, claims: tuple[Claimed, ...]) -> None:
        """Who is on one of its changes now."""
        place.entries = tuple(
            replace(entry, claims=claims) if entry.change.head == change.head else entry for entry in place.entries
        )

    def place(self, entry: QueueEntry) -> Place:
        """Where a change lies."""
        return next((place for place in self if place.label == entry.repository and place.desk), self.home)

    @property
    def entries(self) -> tuple[QueueEntry, ...]:
        """What waits in all of them, in the order to be worked off; alone, a repository keeps its own order."""
        if not self.others:
            return self.home.entries
        return tuple(sorted((entry for place in self for entry in place.entries), key=urgency))

    def desk(self, entry: QueueEntry) -> Desk:
        """Where a change is opened and decided."""
        return self.place(entry).desk or self.home_desk

    @property
    def home_desk(self) -> Desk:
        """The repository the console was opened in."""
        assert self.home.desk is not None  # noqa: S101 - given by the constructor
        return self.home.desk

    def notices(self) -> Iterator[str]:
        """What must be known of each before anything else."""
        yield from self.home_desk.service.notices
        for place in self.others:
            if place.fault:
                yield f"{place.path}: {place.fault}"
            elif place.desk is not None:
                yield from (f"{place.label}: {notice}" for notice in place.desk.service.notices)
