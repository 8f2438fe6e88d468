"""What a reviewer is shown, as values: the queue, one opened change, the decision sheet.

The use cases in `review` make them; the console and the verbs show them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reviewconsole.boundary import BoundaryResult, Witness
from reviewconsole.change import Change, Oid
from reviewconsole.decision import Verdict
from reviewconsole.diff import FileDiff, HunkId
from reviewconsole.evidence import Participant, Provenance
from reviewconsole.finding import Dropped, Family, Finding


@dataclass(frozen=True, kw_only=True, slots=True)
class Risk:
    """How much a change can hurt."""

    level: str
    """critical, high, medium, low or none: the worst finding that is not suppressed; unknown where nothing was found
    in what could not be read."""
    score: int
    """Sorts the queue, higher first; has no unit."""
    reasons: tuple[str, ...]
    """What the score is made of, most points first."""
    unsure: str = ""
    """Why the level may be too low, in a sentence; empty where every rule was through with the whole change."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quorum:
    """How far a change is from enough approvals of one rule."""

    needed: int
    given: tuple[str, ...]
    """Who approved, sorted."""
    may: tuple[str, ...]
    """Who else may: named by the rule, and no part of the change; sorted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Requirement:
    """One thing the policy asks for, and whether it is met."""

    id: str
    verdict: Verdict
    why: str
    emergency: bool = False
    """Met by break-glass alone."""
    quorum: Quorum | None = None
    """Of a rule whose approvals are missing."""

    @property
    def is_reject(self) -> bool:
        """Whether it is a reject that stands."""
        return self.id.startswith("reject/")

    @property
    def is_boundary(self) -> bool:
        """Whether it is a constraint."""
        return self.id.startswith("boundary/")


@dataclass(frozen=True, kw_only=True, slots=True)
class StatementRow:
    """A waiver or task boundary that has to do with a change, and whether it counts."""

    id: str
    kind: str
    """waiver or boundary."""
    about: str
    """Constraint id or task."""
    principal: str
    expires: str | None
    in_force: bool
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """Somebody says that they are reviewing a change; no verdict depends on it."""

    principal: str
    since: str
    until: str
    """UTC, as in a record."""
    own: bool
    """Whether it is the person who asks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueEntry:
    """One row of the queue."""

    change: Change
    provenance: Provenance
    risk: Risk
    counts: Mapping[Family, int]
    """Findings by family, suppressed ones apart."""
    files: int
    added: int
    removed: int
    state: str
    """pending, approved, rejected, stale, blocked, or landed: on the target in another form."""
    top: tuple[Finding, ...]
    """The worst three findings."""
    notes: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """Changed paths, the first five hundred."""
    emergency: str = ""
    """Who let it through unreviewed, and until when."""
    repository: str = ""
    """The name of its repository, where several are listed together."""
    claims: tuple[Claimed, ...] = ()
    """Who is on it, the latest first."""
    below: str = ""
    """The ref of the pending change it stands on."""
    unreadable: str = ""
    """Why its content could not be read, and what to do; nothing else about it is known then."""
    verdict: Verdict = Verdict.VIOLATED
    doubts: tuple[str, ...] = ()
    """Why the gate could not judge it, where there is a policy to judge by."""
    unmet: tuple[Requirement, ...] = ()
    """What is still required."""
    own: str = ""
    """The name of the person who asks, in the policy; empty where nobody knows."""

    @property
    def unclear(self) -> bool:
        """Whether it waits for something nobody can decide yet."""
        return bool(self.doubts) and self.state == "pending"

    @property
    def quorum(self) -> Quorum | None:
        """The approvals that are under way: of the rule that lacks most, once somebody approved."""
        found = [item.quorum for item in self.unmet if item.quorum is not None and item.quorum.given]
        return max(found, key=lambda each: each.needed - len(each.given), default=None)


UNKNOWN = "unknown"
"""The level of what could not be looked at."""
_MANY = 4
"""People named in a row."""
DECIDED = "decided"
"""The state of a change on which one decided a moment ago, until it is read again."""
_STATE_ORDER = {"blocked": 0, "pending": 0, DECIDED: 0, "stale": 1, "rejected": 1, "approved": 2, "landed": 2}


def urgency(entry: QueueEntry) -> tuple[int, bool, int, int, str]:
    """The order in which changes are to be worked off, as a key to sort by: first what nobody could read."""
    known = entry.risk.level != UNKNOWN
    return _STATE_ORDER[entry.state], known, -entry.risk.score, entry.change.updated, entry.change.head


def quorum_words(quorum: Quorum, own: str = "") -> str:
    """How many approvals there are, of whom, and who may give the rest."""
    words = f"{len(quorum.given)} of {quorum.needed} approvals"
    if quorum.given:
        words += f" · {', '.join('you' if name == own else name for name in quorum.given)} approved"
    may = [name for name in quorum.may if name != own]
    if own in quorum.may:
        return f"{words} · you may give {'the other' if quorum.given else 'one'}"
    if not may:
        return f"{words} · nobody else may: name one more person in the policy (`reviewconsole people add`)"
    more = f" and {len(may) - _MANY} more" if len(may) > _MANY else ""
    return f"{words} · {', '.join(may[:_MANY])}{more} may give {'the other' if quorum.given else 'one'}"


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedChange:
    """One change, read whole."""

    change: Change
    provenance: Provenance
    files: tuple[FileDiff, ...]
    findings: tuple[Finding, ...]
    boundary: tuple[BoundaryResult, ...]
    risk: Risk
    digest: str
    """`reviewconsole/diff/v1`; empty where the content could not be read."""
    engine: str
    requirements: tuple[Requirement, ...]
    verdict: Verdict
    participants: tuple[Participant, ...]
    policy_commit: Oid | None
    notes: tuple[str, ...] = ()
    state: str = "pending"
    statements: tuple[StatementRow, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Guard to the number of matches it took away."""
    dropped_places: tuple[Dropped, ...] = ()
    """Where they were, up to a limit."""
    scanning: str = ""
    """What of the scan is under way; empty at its end. Until then it is known in part, and cannot be decided on."""

    @property
    def suppressed(self) -> int:
        """Findings that a mark in the code suppresses: shown and counted, never left out."""
        return sum(bool(finding.suppressed) for finding in self.findings)

    @property
    def units(self) -> tuple[HunkId, ...]:
        """Every unit of coverage, in the order of the files."""
        return tuple(dict.fromkeys(unit for file in self.files for unit in file.units))


@dataclass(frozen=True, kw_only=True, slots=True)
class Rereview:
    """What changed since somebody's decision on an earlier content."""

    record: str
    decision: str
    principal: str
    head: Oid
    """The head that was decided on."""
    replayed: bool
    """Whether git alone could rebase what was decided on; else the old head itself is compared."""
    files: tuple[FileDiff, ...]

    @property
    def words(self) -> str:
        """What is compared, in a sentence."""
        what = f"{self.principal} decided {self.decision} on {self.head[:12]}"
        return f"{what}, rebased by git alone" if self.replayed else f"{what}; rebasing it conflicts, so from that head"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """Everything that would be signed, and what stands against it."""

    rows: tuple[tuple[str, str], ...]
    """Label and value, in reading order."""
    unread: tuple[HunkId, ...]
    unacknowledged: tuple[Finding, ...]
    gate_before: Verdict
    gate_after: Verdict
    gate_why: tuple[str, ...]
    confirm: str
    """What must be typed to sign: the first hex digits of the head id."""
    blocked: str = ""
    """Why signing is refused; empty when it may be signed."""
    rejects: "tuple[RecordRow, ...]" = ()
    """Rejects of others that stand against an approval, unless it overrides them."""
    emergency: str = ""
    """How long an emergency approval of this person would count; empty where the policy lets them give none."""
    key_kind: str = ""
    """file, agent or security-key; the last one waits for a touch."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """A decision that is on disk, read back."""

    id: str
    ref: str
    head: Oid
    summary: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncState:
    """Where one's own records are."""

    state: str
    """nothing, recorded here, on the remote or failed."""
    pending: int
    """Logs of one's own that the remote does not have in this state."""
    why: str = ""
    alarms: tuple[str, ...] = ()
    """Logs that were rewound, replaced or deleted on the remote."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordRow:
    """One record as the log shows it."""

    id: str
    decision: str
    principal: str
    decided_at: str
    valid: bool
    why: str
    reason: str
    head: str = ""
    log: str = ""
    sequence: int = 0
    title: str = ""
    """Of the commit it speaks about; empty where that is not here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PassphraseRequest:
    """A question for the passphrase of one key."""

    key: str
    fingerprint: str
    why: str
    """Why it is asked, e.g. that the OS keyring cannot keep it safely."""
    can_store: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PassphraseAnswer:
    """The passphrase, and whether the person agreed to keep it in the OS keyring."""

    passphrase: str
    store: bool

    def __repr__(self) -> str:
        return "PassphraseAnswer(***)"


__all__ = [
    "BoundaryResult",
    "OpenedChange",
    "PassphraseAnswer",
    "PassphraseRequest",
    "QueueEntry",
    "Quorum",
    "RecordRow",
    "Recorded",
    "Requirement",
    "Rereview",
    "Risk",
    "Sheet",
    "StatementRow",
    "SyncState",
    "Witness",
]
