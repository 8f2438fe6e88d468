"""A `Generated-by` line (also `Commit-Generated-By`, `Claude-Generated-By`) whose value is an AI.

The ASF's guidance on generative tooling asks for it. The value is tested like that of `Assisted-by`.
"""

from reviewconsole.provenance.patterns import value_signal

SIGNAL = value_signal(id="D3", name="generated-by", line=r"(?:commit-|claude-)?generated-by:\s*(\S.*)", docs=__doc__)
