"""The subject begins with `aider: `.

An option of old versions of Aider, off by default.
"""

from collections.abc import Iterator

from reviewconsole.change import Evidence
from reviewconsole.evidence import ProvenanceClass, SignalHit
from reviewconsole.provenance.patterns import Patterns, Signal, clip

NAME = "aider-subject"


def assess(evidence: Evidence, _patterns: Patterns) -> Iterator[SignalHit]:
    """Yield a hit for each commit with such a subject."""
    for commit in evidence.change.commits:
        if commit.title.lower().startswith("aider: "):
            yield SignalHit(
                signal=NAME,
                provenance=ProvenanceClass.HEURISTIC,
                tool="aider",
                commit=commit.oid,
                evidence=clip(commit.title),
            )


SIGNAL = Signal(id="H2", name=NAME, provenance=ProvenanceClass.HEURISTIC, assess=assess, docs=__doc__ or "")
