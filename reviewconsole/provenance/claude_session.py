"""A `Claude-Session:` line with the address of a session.

Claude Code on the web and remote sessions write it, also where attribution is switched off.
"""

from reviewconsole.evidence import ProvenanceClass
from reviewconsole.provenance.patterns import marker

SIGNAL = marker(
    id="S4",
    name="claude-session",
    provenance=ProvenanceClass.STRONG,
    line=r"claude-session:\s*https://claude\.ai/code/\S+",
    tool="claude",
    docs=__doc__,
)
