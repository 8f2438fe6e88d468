"""An `Assisted-by` line whose value is an AI: `Claude:claude-opus-4`, `GitHub Copilot (model: ..., supervised)`.

The Linux kernel (`Documentation/process/coding-assistants.rst`), Fedora and LLVM ask for it. It is an old
credit for people as well, so a `Name <address>` counts only with an agent's address or a tool's name.
`autonomous` and `supervised` in parentheses become flags.
"""

from reviewconsole.provenance.patterns import value_signal

SIGNAL = value_signal(id="D2", name="assisted-by", line=r"assisted-by:\s*(\S.*)", docs=__doc__)
