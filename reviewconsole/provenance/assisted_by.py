"""An `Assisted-by` line whose value is an AI: `Claude:claude-opus-4`, `GitHub Copilot (model: ..., supervised)`.

The Linux kernel (`Documentation/process/coding-assistants.rst`), Fedora and LLVM ask for it. It is an old
credit for people as well, so a `Name <address>` counts only with an agent's address or a tool's name.
`autonomous` and `supervised` in parentheses become flags.
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

NAME = "assisted-by"
_LINE = re.compile(r"assisted-by:\s*(\S.*)", re.IGNORECASE)


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


SIGNAL = Signal(id="D2", name=NAME, provenance=ProvenanceClass.DECLARED, assess=assess, docs=__doc__ or "")
