"""The change touches files that only agents read or write: `CLAUDE.md`, `AGENTS.md`, `.cursor/`, `.agent-trace/`.

It says that the repository is worked on with agents. That such files are absent says nothing.
"""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.change import Evidence
from reviewconsole.evidence import ProvenanceClass, SignalHit
from reviewconsole.provenance.patterns import Patterns, Signal, clip

NAME = "agent-files"
_FOLDER = re.compile(
    r"(?:.*/)?\.(agents|agent-trace|amp|claude|clinerules|codex|continue|crush|cursor|entire|gemini|junie|opencode|roo"
    r"|windsurf)/|(?:.*/)?\.(kiro)/specs/[^/]+/tasks\.md\Z"
)
_FILE = re.compile(
    r"(?:.*/)?(?:(CLAUDE)(?:\.local)?\.md|(AGENTS?)\.md|(GEMINI)\.md|(CRUSH)\.md|\.(cursor|windsurf|cline)rules"
    r"|\.(aider)[^/]*|\.github/(copilot)-instructions\.md)\Z"
)
_TOOLS = {"clinerules": "cline", "gemini": "gemini-cli", "agents": "", "agent": "", "agent-trace": ""}


def assess(evidence: Evidence, _patterns: Patterns) -> Iterator[SignalHit]:
    """Yield a hit for each such path."""
    for path in evidence.paths:
        match = _FOLDER.match(path) or _FILE.match(path)
        if match:
            tool = next(group for group in match.groups() if group).lower()
            yield SignalHit(
                signal=NAME,
                provenance=ProvenanceClass.HEURISTIC,
                tool=_TOOLS.get(tool, tool),
                commit=None,
                evidence=clip(path),
            )


SIGNAL = Signal(id="H5", name=NAME, provenance=ProvenanceClass.HEURISTIC, assess=assess, wider=True, docs=__doc__ or "")
