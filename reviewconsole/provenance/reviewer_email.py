"""A co-author or author with the address of an AI reviewer: class `suggestion`.

Someone applied a reviewer's proposal, as GitHub's button does. Copilot's code review, CodeRabbit, Gemini Code
Assist and others are known.
"""

from collections.abc import Iterator

from reviewconsole.change import Evidence
from reviewconsole.evidence import ProvenanceClass, SignalHit
from reviewconsole.provenance.patterns import Patterns, Signal, clip, co_authors

NAME = "reviewer-email"


def assess(evidence: Evidence, patterns: Patterns) -> Iterator[SignalHit]:
    """Yield a hit for each line or author with a reviewer's address."""
    for commit in evidence.change.commits:
        named = [(commit.author.email, f"author {commit.author.name} <{commit.author.email}>")]
        named += [(co_author.email, co_author.line) for co_author in co_authors(commit.message)]
        for email, text in named:
            agent = patterns.of_kind(email, "reviewer")
            if agent is not None:
                yield SignalHit(
                    signal=NAME,
                    provenance=ProvenanceClass.SUGGESTION,
                    tool=agent.tool,
                    commit=commit.oid,
                    evidence=clip(text),
                    flags=agent.flags,
                )


SIGNAL = Signal(id="R1", name=NAME, provenance=ProvenanceClass.SUGGESTION, assess=assess, docs=__doc__ or "")
