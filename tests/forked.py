"""Run the command in a process forked from one that has imported it: the imports are most of what a short call costs.

Each call is a process of its own, with its own environment, folder and descriptors; nothing it does is seen by the next.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

TIMEOUT = 300.0
"""Seconds a call may take."""

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "reviewconsole.cli.run",
        "reviewconsole.cli.verbs",
        "reviewconsole.review.workspace",
        "reviewconsole.detection.checks",
    ]
)


def _call(argv: Sequence[str], env: Mapping[str, str], out: str, err: str) -> None:
    from reviewconsole.cli import main

    for name, number in ((os.devnull, 0), (out, 1), (err, 2)):
        os.dup2(os.open(name, os.O_RDONLY if number == 0 else os.O_WRONLY), number)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["reviewconsole", *argv]
    sys.exit(main())


def command(argv: Sequence[str], env: Mapping[str, str]) -> tuple[int, str, str]:
    """Run the command with nothing on stdin and give exit code, stdout and stderr."""
    with tempfile.TemporaryDirectory(prefix="call-") as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        out.touch()
        err.touch()
        process = _CONTEXT.Process(target=_call, args=(list(argv), dict(env), str(out), str(err)))
        process.start()
        process.join(TIMEOUT)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"{argv}: no end after {TIMEOUT:.0f} s")
        code, texts = process.exitcode, (out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))
        process.close()
        return code, *texts
