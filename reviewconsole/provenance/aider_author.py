"""The author's name ends in ` (aider)`.

Aider marks the commits it makes this way by default; the address stays the person's.
"""

from collections.abc import Iterator

from reviewconsole.change import Evidence
from reviewconsole.evidence import ProvenanceClass, SignalHit
from reviewconsole.provenance.patterns import Patterns, Signal, clip

NAME = "aider-author"


def assess(evidence: Evidence, _patterns: Patterns) -> Iterator[SignalHit]:
    """Yield a hit for each commit that Aider made under a person's name."""
    for commit in evidence.change.commits:
        if commit.author.name.endswith(" (aider)"):
            yield SignalHit(
                signal=NAME,
                provenance=ProvenanceClass.STRONG,
                tool="aider",
                commit=commit.oid,
                evidence=clip(f"author {commit.author.name}"),
            )


SIGNAL = Signal(id="S3", name=NAME, provenance=ProvenanceClass.STRONG, assess=assess, docs=__doc__ or "")
