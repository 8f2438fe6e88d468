"""A `Co-authored-by` line with the address of an agent.

The most frequent statement of all. Only the address counts: people are called Claude and Devin too.
Copilot's plain address is `contested`: an editor added it to hand-written commits by default in spring 2026.
"""

from collections.abc import Iterator

from reviewconsole.change import Evidence
from reviewconsole.evidence import ProvenanceClass, SignalHit
from reviewconsole.provenance.patterns import Patterns, Signal, clip, co_authors

NAME = "co-author-email"


def assess(evidence: Evidence, patterns: Patterns) -> Iterator[SignalHit]:
    """Yield a hit for each co-author line with an agent's address."""
    for commit in evidence.change.commits:
        for co_author in co_authors(commit.message):
            agent = patterns.of_kind(co_author.email, "agent")
            if agent is not None:
                yield SignalHit(
                    signal=NAME,
                    provenance=ProvenanceClass.DECLARED,
                    tool=agent.tool,
                    commit=commit.oid,
                    evidence=clip(co_author.line),
                    flags=agent.flags,
                )


SIGNAL = Signal(id="D1", name=NAME, provenance=ProvenanceClass.DECLARED, assess=assess, docs=__doc__ or "")
