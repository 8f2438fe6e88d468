"""An `Entire-Checkpoint:` or `Entire-Session:` line.

It says that a recorded agent session was open, and not that the agent wrote a line: of the
checkpoints looked at, one in seven attributes no line to the agent. Sign-off is asked all the same.
"""

from reviewconsole.evidence import ProvenanceClass
from reviewconsole.provenance.patterns import marker

SIGNAL = marker(
    id="S8",
    name="entire",
    provenance=ProvenanceClass.STRONG,
    line=r"entire-(?:checkpoint:\s*[0-9a-f]{12}|session:\s*\S+)$",
    tool="entire",
    docs=__doc__,
)
