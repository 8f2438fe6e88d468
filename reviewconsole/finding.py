"""One place in a change that a senior must look at."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from reviewconsole.change import encode

BOUNDARY_SOURCE = "boundary"
"""`external` of the findings that stand for broken constraints."""


class Severity(StrEnum):
    """How bad it is if the finding is right."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """4 for critical down to 1 for low."""
        return 4 - list(Severity).index(self)


class Confidence(StrEnum):
    """How sure the rule is that it saw what it names."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Family(StrEnum):
    """What kind of question the finding asks."""

    RISK = "risk"
    """Something dangerous added, or a safeguard removed."""
    GAP = "gap"
    """A failure mode that is not provided for."""
    BOUNDARY = "boundary"
    """A decidable constraint broken."""


class Side(StrEnum):
    """Which tree a line number counts in."""

    OLD = "old"
    NEW = "new"


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What a rule means to the person who reads a finding of it."""

    rule: str
    title: str
    family: Family
    severity: Severity
    confidence: Confidence
    what: str
    why: str
    example: str
    instead: str
    references: tuple[str, ...]
    languages: tuple[str, ...]
    """Kinds of file it reads: python, go, typescript, terraform, ..."""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Location:
    """Where a finding points; lines are 1-based and count on `side`."""

    path: str
    side: Side
    line: int
    end_line: int
    construct: str = ""
    """Name of the enclosing function, resource, job, heading; empty at top level."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A rule's answer at one place. Built by `number()`, which sets id and ordinal."""

    rule: str
    family: Family
    severity: Severity
    confidence: Confidence
    location: Location
    message: str
    """One sentence for this place."""
    evidence: str
    """The matched text."""
    why: str = ""
    instead: str = ""
    references: tuple[str, ...] = ()
    id: str = ""
    """`F1`, `F2` ... within one change."""
    ordinal: int = 0
    """Which among findings of equal rule, path, side, construct and text, from 0."""
    suppressed: str = ""
    """The reason of a suppression in the code; empty when not suppressed."""
    external: str = ""
    """Name of the other scanner it comes from; empty for built-in rules and policy packs."""

    @property
    def counts(self) -> bool:
        """Whether the gate judges it: built-in rules, policy packs and constraints; not other scanners."""
        return self.external in ("", BOUNDARY_SOURCE)

    @property
    def fingerprint(self) -> str:
        """SHA-256 that survives line shifts: over rule, path, side, construct, text, ordinal."""
        parts = (
            self.rule,
            self.location.path,
            self.location.side.value,
            self.location.construct,
            " ".join(self.evidence.split()),
            str(self.ordinal),
        )
        return "sha256:" + hashlib.sha256(b"\0".join(encode(part) for part in parts)).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Dropped:
    """A place that a rule matched and a guard took away, so that nobody need believe it unseen."""

    guard: str
    """host-gone, moved, comment, nonproduction-path, replaced, ..."""
    rule: str
    path: str
    side: Side
    line: int


def number(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Order findings (worst first, then path and line) and give each its ordinal and id.

    Ordinals follow the position in the file, so that the order of rules does not matter.
    """
    by_place = sorted(findings, key=lambda f: (f.location.path, f.location.line, f.location.end_line, f.rule))
    seen: Counter[str] = Counter()
    placed = []
    for finding in by_place:
        plain = replace(finding, ordinal=0, id="")
        key = plain.fingerprint
        placed.append(replace(plain, ordinal=seen[key]))
        seen[key] += 1
    placed.sort(key=lambda f: (-f.severity.rank, f.location.path, f.location.line, f.rule))
    return tuple(replace(finding, id=f"F{index}") for index, finding in enumerate(placed, 1))


def risk_level(findings: Iterable[Finding]) -> str:
    """The highest severity among findings that count and are not suppressed, or `none`."""
    live = [finding.severity for finding in findings if finding.counts and not finding.suppressed]
    return max(live, key=lambda severity: severity.rank).value if live else "none"
