"""A co-author is called like a tool, at an address nobody knows: `Amp <amp@example.com>`.

Models make up addresses. A first name alone is not enough: a plain `Claude` counts only at an address that
takes no mail or names the vendor, and `Devin` not at all.
"""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.change import Evidence
from reviewconsole.evidence import ProvenanceClass, SignalHit
from reviewconsole.provenance.patterns import Patterns, Signal, clip, co_authors

NAME = "co-author-name"
_TOOL = re.compile(
    r"(?:(claude)(?=[ -](?:code|opus|sonnet|haiku|ai|\d))|(?:github )?(copilot)|(?:openai )?(codex)|(cursor)"
    r"|(devin) ai|(aider)|(amp)|(gemini)(?=[ -](?:cli|pro|flash|\d))|google (jules)|(opencode)|(openhands)"
    r"|(windsurf)|(chatgpt)|(qwen)[ -]?code)"
    r"(?:[ -](?:cli|agent|bot|ai|app|code|opus|sonnet|haiku|pro|flash|\([^()]*\)|v?\d[\w.]*))*",
    re.IGNORECASE,
)
_VENDOR = re.compile(r"no-?reply@|@(?:[\w.-]+\.)?(?:anthropic\.com|claude\.ai)\Z", re.IGNORECASE)
_LONGEST_NAME = 100


def _tool(name: str, email: str) -> str:
    if len(name) > _LONGEST_NAME:
        return ""
    if name.lower() == "claude":
        return "claude" if _VENDOR.search(email) else ""
    match = _TOOL.fullmatch(name)
    return next(group for group in match.groups() if group).lower() if match else ""


def assess(evidence: Evidence, patterns: Patterns) -> Iterator[SignalHit]:
    """Yield a hit for each such line."""
    for commit in evidence.change.commits:
        for co_author in co_authors(commit.message):
            tool = _tool(co_author.name, co_author.email)
            if tool and patterns.agent(co_author.email) is None:
                yield SignalHit(
                    signal=NAME,
                    provenance=ProvenanceClass.HEURISTIC,
                    tool=tool,
                    commit=commit.oid,
                    evidence=clip(co_author.line),
                )


SIGNAL = Signal(id="H4", name=NAME, provenance=ProvenanceClass.HEURISTIC, assess=assess, docs=__doc__ or "")
