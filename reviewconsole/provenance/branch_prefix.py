"""The branch, or the branch that a merge's subject names, begins with an agent's name: `codex/fix-login`.

For Codex it is often the only evidence there is. Squashing and rebasing erase it, and anyone can call a
branch so.
"""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.change import Evidence, Oid
from reviewconsole.evidence import ProvenanceClass, SignalHit
from reviewconsole.provenance.patterns import Patterns, Signal, clip

NAME = "branch-prefix"
_PREFIX = r"(codex|copilot|claude|cursor|devin|jules|kiro|amp|cline|gemini|opencode|continue)/"
_REF = re.compile(rf"refs/(?:heads/|remotes/[^/]+/){_PREFIX}", re.IGNORECASE)
_MERGE = re.compile(
    rf"Merge (?:pull request #\d+ from [^/\s]+/|(?:remote-tracking )?branch '(?:origin/)?){_PREFIX}", re.IGNORECASE
)
_TOOLS = {"gemini": "gemini-cli"}


def assess(evidence: Evidence, _patterns: Patterns) -> Iterator[SignalHit]:
    """Yield a hit for the change's ref and for each merge of such a branch."""
    places: list[tuple[str, Oid | None, re.Match[str] | None]] = [
        (evidence.change.ref, None, _REF.match(evidence.change.ref))
    ]
    places += [(commit.title, commit.oid, _MERGE.match(commit.title)) for commit in evidence.change.commits]
    for text, commit, match in places:
        if match:
            tool = match[1].lower()
            yield SignalHit(
                signal=NAME,
                provenance=ProvenanceClass.HEURISTIC,
                tool=_TOOLS.get(tool, tool),
                commit=commit,
                evidence=clip(text),
            )


SIGNAL = Signal(id="H1", name=NAME, provenance=ProvenanceClass.HEURISTIC, assess=assess, wider=True, docs=__doc__ or "")
