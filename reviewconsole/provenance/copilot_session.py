"""A `Copilot-Session:` line with a session's UUID.

Copilot's command line and app write it.
"""

from reviewconsole.evidence import ProvenanceClass
from reviewconsole.provenance.patterns import marker

SIGNAL = marker(
    id="S5",
    name="copilot-session",
    provenance=ProvenanceClass.STRONG,
    line=r"copilot-session:\s*[0-9a-f-]{36}$",
    tool="copilot",
    docs=__doc__,
)
