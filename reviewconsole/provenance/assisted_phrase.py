"""A line `🤖 Assisted by Amazon Q Developer` (or Kiro).

Both tools add it to the messages they write.
"""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.change import Evidence
from reviewconsole.evidence import ProvenanceClass, SignalHit
from reviewconsole.provenance.patterns import Patterns, Signal, clip, statement_lines

NAME = "assisted-phrase"
_LINE = re.compile(r"(?![\s>])\W*🤖\s*assisted by (amazon q developer|kiro)\b", re.IGNORECASE)


def assess(evidence: Evidence, _patterns: Patterns) -> Iterator[SignalHit]:
    """Yield a hit for each such line."""
    for commit in evidence.change.commits:
        for text in statement_lines(commit.message):
            match = _LINE.match(text)
            if match:
                yield SignalHit(
                    signal=NAME,
                    provenance=ProvenanceClass.DECLARED,
                    tool="kiro" if match[1].lower() == "kiro" else "amazon-q",
                    commit=commit.oid,
                    evidence=clip(text),
                )


SIGNAL = Signal(id="D7", name=NAME, provenance=ProvenanceClass.DECLARED, assess=assess, docs=__doc__ or "")
