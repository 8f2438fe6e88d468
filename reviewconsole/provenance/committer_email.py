"""The committer's address is an agent's and the author's is not: flag `touched`.

An agent rebased or picked someone's commit. It may have changed it, and nobody can tell.
"""

from collections.abc import Iterator

from reviewconsole.change import Evidence
from reviewconsole.evidence import ProvenanceClass, SignalHit
from reviewconsole.provenance.patterns import Patterns, Signal, clip

NAME = "committer-email"


def assess(evidence: Evidence, patterns: Patterns) -> Iterator[SignalHit]:
    """Yield a hit for each commit of someone else that an agent committed."""
    for commit in evidence.change.commits:
        agent = patterns.of_kind(commit.committer.email, "agent")
        if agent is not None and patterns.of_kind(commit.author.email, "agent") is None:
            yield SignalHit(
                signal=NAME,
                provenance=ProvenanceClass.STRONG,
                tool=agent.tool,
                commit=commit.oid,
                evidence=clip(f"committer {commit.committer.name} <{commit.committer.email}>"),
                flags=agent.flags | {"touched"},
            )


SIGNAL = Signal(id="S2", name=NAME, provenance=ProvenanceClass.STRONG, assess=assess, docs=__doc__ or "")
