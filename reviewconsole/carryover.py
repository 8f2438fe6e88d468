"""How far a decision on one head holds for another: the rungs of step 7 (docs/record.md). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from reviewconsole import canonical
from reviewconsole.attestation import Attestation
from reviewconsole.change import Change, paths_digest
from reviewconsole.decision import DecisionKind
from reviewconsole.globs import Globs
from reviewconsole.policy import CARRY_OVER, Rule


class Rung(StrEnum):
    """How a record relates to a change; the upper three carry, strictest first."""

    EXACT = "exact"
    SAME_CONTENT = "same-content"
    REPLAY = "replay"
    UNKNOWN = "unknown"
    """It may be a replay, and what is needed to tell is not here."""
    STALE = "stale"


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """Whether the mechanical merge of a record's change on the new base gives the new tree."""

    equal: bool | None
    """None where it cannot be told."""
    why: str = ""
    """What differs, or what has to be fetched."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """The change that records are compared with."""

    change: Change
    digest: str
    paths: tuple[str, ...]
    sources: Globs | None = None
    """Further targets (branch names) whose decisions count by equal content: the policy's `[backports]`."""

    paths_sha256: str = field(init=False)
    """Digest of the changed paths, as records state it."""
    ref: str = field(init=False)
    """Ref of the change, as records state it."""
    target: str = field(init=False)
    """Target of the change, as records state it."""
    heads: frozenset[str] = field(init=False)
    """The commits of the change."""

    def __post_init__(self) -> None:
        """Compute once what every record of a store is compared with."""
        object.__setattr__(self, "paths_sha256", paths_digest(self.paths))
        object.__setattr__(self, "ref", canonical.printable(self.change.ref))
        object.__setattr__(self, "target", canonical.printable(self.change.target))
        object.__setattr__(self, "heads", frozenset(commit.oid for commit in self.change.commits))


def strictest(rules: Iterable[Rule]) -> str:
    """The least that any applying rule lets an approval be carried."""
    return min((rule.carry_over for rule in rules), key=CARRY_OVER.index, default="exact")


def near(att: Attestation, subject: Subject) -> bool:
    """Tell whether a record speaks about an earlier state of the same ref, or a commit inside the change."""
    return att.head in subject.heads or (att.ref == subject.ref and not subject.change.landed)


def may_be_replay(att: Attestation, subject: Subject) -> bool:
    """Tell whether it is worth merging to find out: same ref, a commit inside, or the same paths."""
    if not subject.paths or att.decision is DecisionKind.WITHDRAW:
        return False
    if att.target_ref != subject.target or att.head == subject.change.head:
        return False
    if att.diff_sha256 == subject.digest:
        return False
    return att.paths_sha256 == subject.paths_sha256 or near(att, subject)


def same_content(att: Attestation, subject: Subject) -> bool:
    """Tell whether a record of another head states this very content; an empty one is never carried."""
    return bool(subject.paths) and att.diff_sha256 == subject.digest


def rung(att: Attestation, subject: Subject, replay: Replay | None) -> Rung | None:
    """Find the strictest rung that holds; None for a record about something else."""
    change = subject.change
    if att.target_ref != subject.target:
        backport = subject.sources is not None and subject.sources.matches(att.target_ref.removeprefix("refs/heads/"))
        return Rung.SAME_CONTENT if backport and same_content(att, subject) else None
    if att.head == change.head:
        return Rung.EXACT
    if same_content(att, subject):
        return Rung.SAME_CONTENT
    approval = att.decision is DecisionKind.APPROVE
    if replay is not None and replay.equal:
        return Rung.REPLAY
    if replay is not None and replay.equal is None and (near(att, subject) or (approval and change.landed)):
        return Rung.UNKNOWN
    return Rung.STALE if near(att, subject) or (approval and att.paths_sha256 == subject.paths_sha256) else None
