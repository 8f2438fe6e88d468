"""What the console asks of the outside."""

from collections.abc import Callable, Mapping
from typing import Protocol

from reviewconsole.casefile import (
    Claimed,
    OpenedChange,
    PassphraseAnswer,
    PassphraseRequest,
    QueueEntry,
    Recorded,
    RecordRow,
    Rereview,
    Sheet,
    SyncState,
)
from reviewconsole.change import Change, Oid
from reviewconsole.decision import Draft
from reviewconsole.diff import FileDiff
from reviewconsole.finding import Page
from reviewconsole.session import Kept


class DraftStore(Protocol):
    """What is kept of reviews between sittings. May be called from any thread at any time."""

    def read(self, opened: OpenedChange) -> Kept | None:
        """What an earlier sitting left of this change; FormatError, once, where it cannot be read."""

    def write(self, opened: OpenedChange, kept: Kept) -> None:
        """Keep it; StorageError where it cannot be written."""


class ViewStore(Protocol):
    """Filters that a person has named; the last one used under the empty name."""

    def read(self) -> Mapping[str, str]:
        """Name -> filter."""

    def write(self, views: Mapping[str, str]) -> None:
        """Keep them; StorageError where they cannot be written."""


class Desktop(Protocol):
    """The person's clipboard and editor, as set in their own configuration."""

    def copy(self, text: str) -> str:
        """Hand a text to the clipboard command; gives its name, or nothing where none is set."""

    def save(self, text: str) -> str:
        """Write a text to a file of the person's; gives its path."""

    def edit(self, path: str, line: int, content: bytes) -> str:
        """Run the editor at a line and wait for it; says what was opened."""


class ReviewService(Protocol):
    """One repository, opened by one person.

    Methods may be called from any thread, one at a time; `publish` and `leave` beside any other. Every method may
    raise ReviewConsoleError.
    """

    repository_name: str
    target: str
    notices: tuple[str, ...]
    """What a reviewer must know before anything else, e.g. that no policy is in force."""

    @property
    def drafts(self) -> DraftStore:
        """Where marks, comments and answers are kept until they are signed."""

    @property
    def desktop(self) -> Desktop:
        """The person's clipboard and editor."""

    @property
    def views(self) -> ViewStore:
        """Named filters of the queue."""

    def queue(
        self,
        *,
        everything: bool = False,
        stacked: bool = False,
        progress: Callable[[int, int], None] | None = None,
        seen: Callable[[QueueEntry], None] | None = None,
    ) -> tuple[QueueEntry, ...]:
        """List what waits, in the order to be worked off; `progress` gets done and total, `seen` each row when read.

        `stacked` lists a change against the one it stands on.
        """

    def open_change(self, spec: str, *, told: Callable[[OpenedChange | None], object] | None = None) -> OpenedChange:
        """Read one change whole; `spec` is a ref name or a commit id.

        `told` gets it before it is scanned and whenever more was found; None is a sign of life. It may raise.
        """

    def moved(self, opened: OpenedChange) -> Oid | None:
        """The head the change's ref has now, if it is another one. ReviewIncomplete when the ref is gone."""

    def since_decision(self, opened: OpenedChange) -> Rereview | None:
        """What changed since the latest decision on an earlier content; None without one."""

    def delta(self, opened: OpenedChange, newer: OpenedChange) -> tuple[FileDiff, ...]:
        """What differs between the content of two heads."""

    def sheet(self, opened: OpenedChange, draft: Draft) -> Sheet:
        """Everything that would be signed."""

    def record(
        self, opened: OpenedChange, draft: Draft, ask: Callable[[PassphraseRequest], PassphraseAnswer | None]
    ) -> Recorded:
        """Sign and record; when it returns, the decision is on disk."""

    def publish(self) -> SyncState:
        """Exchange records with the remote."""

    def leave(self) -> None:
        """Wait no longer for a remote that is silent: the console is being left. May be called at any time."""

    def moved_on(self) -> bool:
        """Whether any ref stands elsewhere than when the queue was read last."""

    def close(self) -> None:
        """End what works in the background; it begins again when it is needed."""

    def claims_on(self, change: Change) -> tuple[Claimed, ...]:
        """Who says to be on a change."""

    def claim_or_release(
        self, change: Change, ask: Callable[[PassphraseRequest], PassphraseAnswer | None]
    ) -> tuple[Claimed, ...]:
        """Claim a change, or end one's own claim on it; gives who is on it now."""

    def sync_state(self) -> SyncState:
        """Where one's own records are, without asking the remote."""

    def records(self, opened: OpenedChange) -> tuple[RecordRow, ...]:
        """The records about a change, newest first."""

    def log(self) -> tuple[RecordRow, ...]:
        """Every record of the repository, newest first."""

    def page(self, rule: str) -> Page:
        """The page of a detection rule."""
