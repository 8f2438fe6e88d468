"""An `Agent-Logs-Url:` line with the address of a session's logs.

Copilot's cloud agent writes it since March 2026.
"""

from reviewconsole.evidence import ProvenanceClass
from reviewconsole.provenance.patterns import marker

SIGNAL = marker(
    id="S6",
    name="agent-logs",
    provenance=ProvenanceClass.STRONG,
    line=r"agent-logs-url:\s*https://github\.com/\S+/sessions/\S+",
    tool="copilot",
    docs=__doc__,
)
