"""What the gate judges, as values: the policy in force, the change as found here, the records. Pure.

`loading` fills them from git, `standing` and `gate` judge them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reviewconsole.attestation import Attestation
from reviewconsole.boundary import BoundaryResult
from reviewconsole.carryover import Replay
from reviewconsole.change import Change, Oid
from reviewconsole.evidence import Participant, Provenance
from reviewconsole.finding import Finding
from reviewconsole.policy import Policy
from reviewconsole.signers import RevokedKeys, SignerRoster
from reviewconsole.statement import Statement
from reviewconsole.witness import VerifiedWitness


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifiedAttestation:
    """An attestation whose signature was checked against its own key; whether it counts is the gate's question."""

    id: str
    attestation: Attestation
    log: str
    """Notes ref it was read from."""
    noted: Oid
    """The object the note hangs on."""
    blob: bytes
    """Public key blob of the signer."""
    fingerprint: str
    user_present: bool
    user_verified: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifiedStatement:
    """A waiver or task boundary whose signature was checked; the fields are those of `VerifiedAttestation`."""

    id: str
    attestation: Statement
    log: str
    noted: Oid
    blob: bytes
    fingerprint: str


Logged = VerifiedAttestation | VerifiedStatement
"""One entry of a log, whatever it states."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordProblem:
    """Something in a log that is no valid record: shown and counted, never silent."""

    log: str
    noted: Oid | None
    why: str
    signer: bytes = b""
    """Public key blob, where the signature is good and only the payload cannot be read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyInForce:
    """Step 1: what decides, read from the target (policy) and the trust branch (signers)."""

    policy: Policy
    roster: SignerRoster
    revoked: RevokedKeys
    commit: Oid
    """The commit the policy was read from."""
    sha256: str
    """Over policy, signers and revocations (docs/record.md)."""
    witnesses: SignerRoster = field(default_factory=lambda: SignerRoster({}))
    """Keys that may date records; the same file, another namespace."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """The change as the gate sees it, everything recomputed here."""

    change: Change
    repository_id: str
    digest: str
    """`reviewconsole/diff/v1` of the change."""
    paths: tuple[str, ...]
    participants: tuple[Participant, ...]
    provenance: Provenance
    findings: tuple[Finding, ...]
    engine: str
    boundary: tuple[BoundaryResult, ...]
    level: str
    """Risk level, broken constraints included: the one that is shown and signed."""
    doubts: tuple[str, ...] = ()
    """Why the change cannot be decided at all: several merge bases, missing objects, shallow."""
    rule_faults: tuple[str, ...] = ()
    """Rule packs of the policy that are broken, now or after this change: what they would find is not known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Records:
    """Every log, read and its signatures checked."""

    verified: tuple[VerifiedAttestation, ...]
    problems: tuple[RecordProblem, ...] = ()
    statements: tuple[VerifiedStatement, ...] = ()
    """Waivers and task boundaries."""
    broken: Mapping[str, str] = field(default_factory=dict)
    """Log ref -> what is wrong with its chain; see `broken_logs`."""
    origins: Mapping[str, tuple[Participant, ...]] = field(default_factory=dict)
    """Record id -> participants recomputed from the record's own base..head, where that is here whole."""
    replays: Mapping[str, Replay] = field(default_factory=dict)
    """Record id -> whether it carries by replay, for those that may (`carryover.may_be_replay`)."""
    spent: Mapping[str, str] = field(default_factory=dict)
    """Record id -> why an approval is spent: its content has landed and was taken back since."""

    witnesses: tuple[VerifiedWitness, ...] = ()
    witnessed: Mapping[str, int] = field(default_factory=dict)
    """Record id -> seconds since the epoch of the earliest witness that counts; see `dating`."""

    @property
    def entries(self) -> tuple[Logged, ...]:
        """Everything that stands in the logs with a good signature."""
        return (*self.verified, *self.statements)


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedRecord:
    """One record's standing for one change."""

    record: VerifiedAttestation
    valid: bool
    why: str
    carried: str | None = None
    """`same-content` or `replay`; None for the very head."""
    stale: bool = False
    """About an earlier content of this change."""
    unknown: bool = False
    """Whether it carries, or its author took part, cannot be told; `why` says what is missing."""
    spent: str = ""
    """Where its content has landed and was taken back since; empty while it has not."""
    age: int | None = None
    """Seconds since the earliest witness; None without one."""
    live: bool = True
    """False when a later record of the same person supersedes it."""
    notes: tuple[str, ...] = ()
    """Differences that do not decide but must be named."""
