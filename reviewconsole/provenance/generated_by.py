"""A `Generated-by` line (also `Commit-Generated-By`, `Claude-Generated-By`) whose value is an AI.

The ASF's guidance on generative tooling asks for it. The value is tested like that of `Assisted-by`.
"""

import re
from collections.abc import Iterator

from reviewconsole.change import Evidence
from reviewconsole.evidence import ProvenanceClass, SignalHit
from reviewconsole.provenance.patterns import (
    Patterns,
    Signal,
    autonomy,
    clip,
    is_ai_value,
    statement_lines,
    tool_of_value,
)

NAME = "generated-by"
_LINE = re.compile(r"(?:commit-|claude-)?generated-by:\s*(\S.*)", re.IGNORECASE)


def assess(evidence: Evidence, patterns: Patterns) -> Iterator[SignalHit]:
    """Yield a hit for each such line whose value is an AI."""
    for commit in evidence.change.commits:
        for text in statement_lines(commit.message):
            match = _LINE.match(text)
            if match and is_ai_value(match[1], patterns):
                yield SignalHit(
                    signal=NAME,
                    provenance=ProvenanceClass.DECLARED,
                    tool=tool_of_value(match[1], patterns),
                    commit=commit.oid,
                    evidence=clip(text),
                    flags=autonomy(match[1]),
                )


SIGNAL = Signal(id="D3", name=NAME, provenance=ProvenanceClass.DECLARED, assess=assess, docs=__doc__ or "")
