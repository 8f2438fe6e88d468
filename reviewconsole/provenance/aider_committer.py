"""Only the committer's name ends in ` (aider)`: shown, and not AI.

Aider commits the edits a person had not committed yet before it makes its own. They are the person's.
"""

from collections.abc import Iterator

from reviewconsole.change import Evidence
from reviewconsole.evidence import ProvenanceClass, SignalHit
from reviewconsole.provenance.patterns import Patterns, Signal, clip

NAME = "aider-committer"


def assess(evidence: Evidence, _patterns: Patterns) -> Iterator[SignalHit]:
    """Yield a hit for each commit of a person's own edits that Aider made."""
    for commit in evidence.change.commits:
        if commit.committer.name.endswith(" (aider)") and not commit.author.name.endswith(" (aider)"):
            yield SignalHit(
                signal=NAME,
                provenance=ProvenanceClass.NONE,
                tool="",
                commit=commit.oid,
                evidence=clip(f"committer {commit.committer.name}: a person's own edits"),
            )


SIGNAL = Signal(id="H3", name=NAME, provenance=ProvenanceClass.NONE, assess=assess, docs=__doc__ or "")
