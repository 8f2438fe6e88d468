"""A line that begins with `Generated with`, `Made with` or `Created by` and the name of a tool.

Claude Code, Crush, Letta, Continue, opencode, Cursor and Mistral Vibe write it, often behind an emoji
and with a link. Text quoted by indentation or `>` does not count.
"""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.change import Evidence
from reviewconsole.evidence import ProvenanceClass, SignalHit
from reviewconsole.provenance.patterns import Patterns, Signal, clip, statement_lines

NAME = "generated-with"
_LINE = re.compile(
    r"(?![\s>])\W*(?:generated|made|created) (?:with|by|using) \[?"
    r"(claude|cursor|codex|opencode|crush|letta code|continue|mistral vibe|(?:github )?copilot|gemini cli|qwen code"
    r"|aider|windsurf|roo code|kilo code|openhands|firebender)\b",
    re.IGNORECASE,
)
_TOOLS = {"letta code": "letta", "github copilot": "copilot", "roo code": "roo"}


def assess(evidence: Evidence, _patterns: Patterns) -> Iterator[SignalHit]:
    """Yield a hit for each such line."""
    for commit in evidence.change.commits:
        for text in statement_lines(commit.message):
            match = _LINE.match(text)
            if match:
                tool = match[1].lower()
                yield SignalHit(
                    signal=NAME,
                    provenance=ProvenanceClass.DECLARED,
                    tool=_TOOLS.get(tool, tool.replace(" ", "-")),
                    commit=commit.oid,
                    evidence=clip(text),
                )


SIGNAL = Signal(id="D6", name=NAME, provenance=ProvenanceClass.DECLARED, assess=assess, docs=__doc__ or "")
