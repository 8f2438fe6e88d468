"""The author's address is a bot's that updates dependencies, formats or makes releases: class `automation`.

Dependabot, Renovate, GitHub Actions and accounts that end in `[bot]` and are not known as an agent. They are
a class of their own, and no AI.
"""

from collections.abc import Iterator

from reviewconsole.change import Evidence
from reviewconsole.evidence import ProvenanceClass, SignalHit
from reviewconsole.provenance.patterns import Patterns, Signal, clip

NAME = "automation-email"


def assess(evidence: Evidence, patterns: Patterns) -> Iterator[SignalHit]:
    """Yield a hit for each commit whose author is such a bot."""
    for commit in evidence.change.commits:
        agent = patterns.of_kind(commit.author.email, "automation")
        if agent is not None:
            yield SignalHit(
                signal=NAME,
                provenance=ProvenanceClass.AUTOMATION,
                tool=agent.tool,
                commit=commit.oid,
                evidence=clip(f"author {commit.author.name} <{commit.author.email}>"),
                flags=agent.flags,
            )


SIGNAL = Signal(id="A1", name=NAME, provenance=ProvenanceClass.AUTOMATION, assess=assess, docs=__doc__ or "")
