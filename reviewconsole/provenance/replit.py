"""A `Replit-Commit-Author: Agent` (or `Assistant`) line, or a `Replit-Commit-Session-Id:`.

`Replit-Commit-Author: Deployment` is no AI and does not count.
"""

from reviewconsole.evidence import ProvenanceClass
from reviewconsole.provenance.patterns import marker

SIGNAL = marker(
    id="S9",
    name="replit",
    provenance=ProvenanceClass.STRONG,
    line=r"replit-commit-(?:author:\s*(?:agent|assistant)\b|session-id:)",
    tool="replit",
    docs=__doc__,
)
