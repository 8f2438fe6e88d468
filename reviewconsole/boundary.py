"""What a constraint answered, and where: the boundary evidence of a change, as values."""

from collections.abc import Iterable
from dataclasses import dataclass

from reviewconsole import canonical
from reviewconsole.finding import Side

LEVELS = ("block", "second-reviewer", "acknowledge", "warn")


CONSTRAINT_ID = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
"""Pattern of the id of a constraint, a rule or a task."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Witness:
    """One place that a verdict rests on."""

    path: str
    side: Side
    lines: tuple[int, int]
    """First and last line, 1-based; (0, 0) for the entry as a whole."""
    sha256: str
    """Hex digest of the matched text; of the path for an entry as a whole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BoundaryResult:
    """The verdict of one constraint on one change."""

    id: str
    kind: str
    verdict: str
    """pass, violated, n/a or undecidable; undecidable blocks."""
    why: str
    level: str
    """What a violation leads to: block, second-reviewer, acknowledge or warn."""
    text_sha256: str
    """Hex digest of the constraint's own table in canonical JSON."""
    witnesses: tuple[Witness, ...] = ()
    waivable: bool = False

    @property
    def witness_digest(self) -> str:
        """SHA-256 over the sorted witness digests: what an acknowledgement of it is bound to."""
        return canonical.digest(sorted(witness.sha256 for witness in self.witnesses))

    @property
    def fingerprint(self) -> str:
        """Identify this violation for an acknowledgement: constraint, its text and its witnesses."""
        return "sha256:" + canonical.digest([self.id, self.text_sha256, self.witness_digest])


def boundary_digest(results: Iterable[BoundaryResult]) -> str:
    """Hash the boundary evidence: sorted [id, verdict, text hash, witness hashes], canonical JSON."""
    rows = sorted(
        [result.id, result.verdict, result.text_sha256, sorted(w.sha256 for w in result.witnesses)]
        for result in results
    )
    return canonical.digest(rows)
