"""The command: one entry point, exit codes, and the only place that prints errors.

stdout is data, stderr is for people. Imports what a verb needs when the verb runs, so that
`--version` costs no more than Python itself.
"""

import os
import sys

from reviewconsole import __version__

TYPE_CHECKING = False  # type checkers know the name; `typing` and `collections` would be most of `--version`
if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130


def main(argv: "Sequence[str] | None" = None) -> int:
    """Run one verb and return its exit code (docs/exit-codes in the README)."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words == ["--version"]:
        sys.stdout.write(f"reviewconsole {__version__}\n")
        return 0
    from reviewconsole.cli import first_frame

    try:
        first_frame.paint(words, os.environ)
        from reviewconsole.cli.run import run

        return run(words, os.environ)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        first_frame.leave()
