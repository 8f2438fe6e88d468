"""An `Amp-Thread-ID:` line.

Amp writes it by default.
"""

from reviewconsole.evidence import ProvenanceClass
from reviewconsole.provenance.patterns import marker

SIGNAL = marker(
    id="S7",
    name="amp-thread",
    provenance=ProvenanceClass.STRONG,
    line=r"amp-thread-id:\s*(?:https://ampcode\.com/threads/)?T-[0-9a-f-]+",
    tool="amp",
    docs=__doc__,
)
