"""The author's address is an agent's: the agent committed as itself.

Only addresses count, never the names or the domains of a vendor's employees.
"""

from collections.abc import Iterator

from reviewconsole.change import Evidence
from reviewconsole.evidence import ProvenanceClass, SignalHit
from reviewconsole.provenance.patterns import Patterns, Signal, clip

NAME = "author-email"


def assess(evidence: Evidence, patterns: Patterns) -> Iterator[SignalHit]:
    """Yield a hit for each commit whose author is an agent."""
    for commit in evidence.change.commits:
        agent = patterns.of_kind(commit.author.email, "agent")
        if agent is not None:
            yield SignalHit(
                signal=NAME,
                provenance=ProvenanceClass.STRONG,
                tool=agent.tool,
                commit=commit.oid,
                evidence=clip(f"author {commit.author.name} <{commit.author.email}>"),
                flags=agent.flags,
            )


SIGNAL = Signal(id="S1", name=NAME, provenance=ProvenanceClass.STRONG, assess=assess, docs=__doc__ or "")
