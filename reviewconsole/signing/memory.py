"""Keep this process's memory out of core dumps and of other processes' reach while it holds a secret."""

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4


def shield() -> None:
    """Switch core dumps off, and on Linux reading of this process through /proc and ptrace by its own user.

    For the rest of the process's life; a program it starts is not shielded. See prctl(2), PR_SET_DUMPABLE.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
