"""Our verifier against `ssh-keygen -Y verify` over changed signatures.

`python -m benchmarks.signatures [MUTANTS]`: by default 12,000 in all. Prints how often the two agree;
exit code 1 when ours accepted what ssh-keygen refuses.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.signing.mutations import compare, good

DEFAULT = 12_000


def main(argv: list[str]) -> int:
    """Compare, print the figures."""
    each = -(-(int(argv[0]) if argv else DEFAULT) // len(good()))
    version = subprocess.run(["ssh", "-V"], capture_output=True, text=True, check=False).stderr.strip()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        found = compare(Path(folder), each, ask_all=True)
    sys.stdout.write(
        f"{version}\n{found.mutants} signatures of {len(good())} kinds in {time.monotonic() - start:.0f} s\n"
        f"both accept {found.both}, both refuse {found.neither}, "
        f"only ssh-keygen accepts {found.only_keygen}, only ours accepts {found.only_ours}\n"
    )
    return 1 if found.only_ours else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
