"""What all verbs share: the streams, the workspace, the exit codes of verdicts, words of the grammar."""

import argparse
import getpass
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from reviewconsole.casefile import PassphraseAnswer, PassphraseRequest, SyncState
from reviewconsole.decision import Verdict
from reviewconsole.display import safe_text
from reviewconsole.errors import FormatError

if TYPE_CHECKING:
    from reviewconsole.review.workspace import Workspace

    Sub = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse gives it no public name

Options = argparse.Namespace
Environ = Mapping[str, str]
Verbs = Mapping[str, Callable[[Options, Environ], int]]
"""Verb -> what runs it: takes the parsed options, calls one use case, prints, returns an exit code."""

VERDICT_CODES = {Verdict.SATISFIED: 0, Verdict.VIOLATED: 1, Verdict.UNDECIDABLE: 2}
UNREADABLE = 65
CHANGE = "a branch, a full ref, a commit id, a change id or base..head"


def add_verb(verbs: "Sub", name: str, text: str) -> argparse.ArgumentParser:
    """Add one verb to the grammar."""
    return verbs.add_parser(name, help=text, description=text[:1].upper() + text[1:] + ".")


def json_option(parser: argparse._ActionsContainer) -> None:
    """Let a verb print JSON."""
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def target_option(parser: argparse.ArgumentParser) -> None:
    """Let a verb name the target."""
    parser.add_argument("--target", metavar="REF", help="the protected branch, where the policy names several")


def say(lines: Iterable[str]) -> None:
    """Print data."""
    for line in lines:
        sys.stdout.write(line + "\n")


def note(text: str) -> None:
    """Tell people something on stderr."""
    sys.stderr.write(text + "\n")


def read_file(name: str) -> bytes:
    """Read a file that the caller named; FormatError where that fails."""
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise FormatError(f"cannot be read: {error.strerror}", place=name) from error


def open_workspace(options: Options, environ: Environ) -> "Workspace":
    """Open the repository that the call is about."""
    from reviewconsole.review.workspace import Workspace

    return Workspace.open(options.folder, environ, options.target)


def ask(request: PassphraseRequest) -> PassphraseAnswer | None:
    """Ask for a passphrase on the terminal; nothing is stored from here."""
    if not sys.stdin.isatty():
        return None
    if request.why:
        note(request.why)
    return PassphraseAnswer(passphrase=getpass.getpass(f"Passphrase for {request.key}: "), store=False)


def where(state: SyncState) -> str:
    """Where one's own records are, alarms first."""
    alarms = [f"ALARM: {safe_text(alarm)}" for alarm in state.alarms]
    return "\n".join([*alarms, f"{state.state}{': ' + safe_text(state.why) if state.why else ''}"])
