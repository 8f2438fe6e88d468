"""Parse the call, run the verb, turn errors into one message and an exit code."""

import difflib
import gc
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from reviewconsole.cli.parser import build_parser
from reviewconsole.display import safe_lines
from reviewconsole.errors import ReviewConsoleError, UsageError

_OBJECTS = 50_000
"""New objects after which cycles are looked for."""


def complain(error: ReviewConsoleError) -> None:
    """Say on stderr what is wrong and what can be done."""
    sys.stderr.write(f"reviewconsole: {safe_lines(str(error))}\n")
    if error.remedy:
        sys.stderr.write(f"  {safe_lines(error.remedy)}\n")


def _unknown(words: Sequence[str], known: Iterable[str]) -> UsageError | None:
    """What to say of a verb that there is not, with the one that was meant."""
    rest = iter(words)
    for word in rest:
        if word == "-C":
            next(rest, None)
        elif not word.startswith("-"):
            names = list(known)
            if word in names:
                return None
            close = difflib.get_close_matches(word, names, n=2)
            remedy = f"did you mean {' or '.join(close)}?" if close else "`reviewconsole --help` lists the verbs"
            return UsageError(f"there is no verb {word!r}", remedy=remedy)
    return None


def run(words: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one call; never a traceback for bad input."""
    from reviewconsole.cli import verbs

    gc.set_threshold(_OBJECTS, 20, 50)  # what a verb makes lives until it ends

    parser = build_parser()
    unknown = _unknown(words, verbs.VERBS)
    if unknown is not None:
        complain(unknown)
        return unknown.exit_code
    try:
        options = parser.parse_args(words)
    except SystemExit as stop:
        return int(stop.code or 0) and 64
    options.folder = Path(options.folder or ".")
    verb = options.verb or "open"
    try:
        handler = verbs.VERBS[verb]
        return handler(options, environ)
    except ReviewConsoleError as error:
        complain(error)
        return error.exit_code
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the last resort: a fault of ours is no verdict
        sys.stderr.write(f"reviewconsole: internal error: {type(error).__name__}: {safe_lines(str(error))}\n")
        return ReviewConsoleError.exit_code
