"""An `X-Lovable-Edit-ID: edt-...` line.

Lovable writes it on the commits its editor makes.
"""

from reviewconsole.evidence import ProvenanceClass
from reviewconsole.provenance.patterns import marker

SIGNAL = marker(
    id="S10",
    name="lovable",
    provenance=ProvenanceClass.STRONG,
    line=r"x-lovable-edit-id:\s*edt-",
    tool="lovable",
    docs=__doc__,
)
