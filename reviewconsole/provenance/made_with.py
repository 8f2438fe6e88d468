"""A `Made-with: Cursor` line.

Cursor added it to commits from February to May 2026.
"""

from reviewconsole.evidence import ProvenanceClass
from reviewconsole.provenance.patterns import marker

SIGNAL = marker(
    id="D4",
    name="made-with",
    provenance=ProvenanceClass.DECLARED,
    line=r"made-with:\s*cursor\s*$",
    tool="cursor",
    docs=__doc__,
)
