"""What a reviewer says about a change, before it is signed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from reviewconsole.diff import HunkId
from reviewconsole.finding import Finding, Severity

REASON_LIMIT = 4000
"""Characters a reason or an acknowledgement may have."""


class DecisionKind(StrEnum):
    """The three things a person can put on record."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"


class Verdict(StrEnum):
    """The gate's answer; undecidable blocks like violated."""

    SATISFIED = "satisfied"
    VIOLATED = "violated"
    UNDECIDABLE = "undecidable"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Combine verdicts: any violated is violated, else any undecidable, else satisfied."""
    found = set(verdicts)
    if Verdict.VIOLATED in found:
        return Verdict.VIOLATED
    return Verdict.UNDECIDABLE if Verdict.UNDECIDABLE in found else Verdict.SATISFIED


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledgement:
    """A finding the reviewer has looked at, with what they say to it."""

    fingerprint: str
    rule: str
    text: str
    """1 to REASON_LIMIT characters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A decision that is ready to be shown for signing."""

    kind: DecisionKind
    reason: str
    """1 to REASON_LIMIT characters."""
    acknowledged: tuple[Acknowledgement, ...] = ()
    viewed: frozenset[HunkId] = frozenset()
    """Units that were on screen in full."""
    overrides: tuple[str, ...] = ()
    """Record ids of rejects this approval overrides."""
    emergency: bool = False
    """Break-glass: an approval that counts for a while, and is reviewed later."""


def must_acknowledge(finding: Finding) -> bool:
    """Tell whether `acknowledge-high` asks for an answer to this finding."""
    return not finding.suppressed and finding.severity in (Severity.CRITICAL, Severity.HIGH)


def seconds(text: str) -> int:
    """A record's UTC moment as seconds since the epoch."""
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())
