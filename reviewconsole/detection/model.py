"""The values that pass between the parts of detection."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from reviewconsole.detection.source import Source
from reviewconsole.finding import Finding, Page, Severity, Side

FIRES = frozenset({"added", "removed", "changed", "absent-in-new-host"})
GUARDS = frozenset({"host-gone", "moved", "nonproduction-path", "already-there", "call-gone"})


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleSettings:
    """What a policy asks of the rules."""

    disable: frozenset[str] = frozenset()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    """Rule name to the severity that replaces the rule's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScanResult:
    """What a scan, or one stage of it, found."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    """What could not be scanned, in words."""
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Name of a guard to the number of raw hits it took away."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One document of a rule pack: a pattern for one language, and when it counts."""

    rule: str
    id: str
    language: str
    """ast-grep's name, or `text` for a line rule."""
    kinds: frozenset[str]
    """Kinds of file a line rule reads; empty for a structural one."""
    body: Mapping[str, object]
    """What ast-grep is given: `rule`, `constraints`, `utils`; empty for a line rule."""
    regex: str
    exempt: str
    """A line that matches this never counts; empty for none."""
    message: str
    severity: Severity
    fires: str
    unless: frozenset[str]
    replaced: str
    """An added line of the surviving host that matches this stands in for what was removed."""
    focus: str
    """Narrows the location to the first line of the match that matches this."""
    lowered: bool
    """Whether a non-production path weighs the severity down by one."""
    comments: bool
    """Whether comment lines count."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """Where a document matched on one side of one file, before any guard."""

    document: Document
    source: Source
    side: Side
    line: int
    end_line: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A place that a rule or check names, after its guards."""

    rule: str
    source: Source
    side: Side
    line: int
    end_line: int
    text: str
    message: str
    severity: Severity | None = None
    """None for the severity of the rule's page."""
    lowered: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What a check may look at: every changed file, both sides."""

    sources: tuple[Source, ...]
    tree_has: Callable[[str], bool] | None = None
    """Tells whether a path is in the new tree; None where nobody can tell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A question that needs several files or both sides."""

    page: Page
    run: Callable[[Context], Iterator[Hit]]
