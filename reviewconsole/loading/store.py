"""One repository at one moment: what all its changes share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reviewconsole.facts import Records
from reviewconsole.git.lookup import NotesAt
from reviewconsole.git.repository import Repository
from reviewconsole.loading.changes import Target
from reviewconsole.loading.own_rules import OwnRules
from reviewconsole.loading.scanning import Scanner
from reviewconsole.policy import Policy
from reviewconsole.provenance.patterns import Patterns


@dataclass(frozen=True, kw_only=True, slots=True)
class Store:
    """One repository at one moment: what stays the same while its changes are judged."""

    repository: Repository
    policy: Policy | None
    """The policy that names the targets; None where there is none, or an unreadable one."""
    targets: tuple[Target, ...]
    records: Records
    patterns: Patterns
    notes: Mapping[str, NotesAt]
    """Provenance notes by ref; a note is read when a change with its commit is judged."""
    own: OwnRules = field(default_factory=OwnRules)
    """What the person's settings add to detection."""
    scanner: Scanner | None = None
    """Scans from a cache or in processes; None in CI, where everything is computed."""
