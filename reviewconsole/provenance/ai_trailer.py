"""An `AI-Assisted:`, `AI-Generated:`, `AI-Tool:`, `AI-Model:` or `AI-Used:` line that does not say no.

House rules of several projects ask for one of them.
"""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.change import Evidence
from reviewconsole.evidence import ProvenanceClass, SignalHit
from reviewconsole.provenance.patterns import Patterns, Signal, clip, statement_lines, tool_of_value

NAME = "ai-trailer"
_LINE = re.compile(
    r"ai-(?:assisted|assistant|generated|tools?|model|used):\s*(?!no\b|none\b|false\b)(\S.*)", re.IGNORECASE
)


def assess(evidence: Evidence, patterns: Patterns) -> Iterator[SignalHit]:
    """Yield a hit for each such line."""
    for commit in evidence.change.commits:
        for text in statement_lines(commit.message):
            match = _LINE.match(text)
            if match:
                yield SignalHit(
                    signal=NAME,
                    provenance=ProvenanceClass.DECLARED,
                    tool=tool_of_value(match[1], patterns),
                    commit=commit.oid,
                    evidence=clip(text),
                )


SIGNAL = Signal(id="D5", name=NAME, provenance=ProvenanceClass.DECLARED, assess=assess, docs=__doc__ or "")
