"""Verbs that git calls: the hooks of a server and of a clone."""

import sys
import time
from typing import TYPE_CHECKING

from reviewconsole.cli.common import Environ, Options, Verbs, add_verb, note
from reviewconsole.display import safe_lines, safe_text
from reviewconsole.errors import Refused

if TYPE_CHECKING:
    from reviewconsole.cli.common import Sub
    from reviewconsole.receive import PushVerdict

_KINDS = ("pre-receive", "pre-push")


def grammar(verbs: "Sub") -> None:
    """Add these verbs to the grammar."""
    hook = add_verb(verbs, "hook", "what an installed git hook calls; reads what git tells it on stdin")
    hook.add_argument("kind", choices=_KINDS)
    hook.add_argument("words", nargs="*", metavar="WORD", help="the hook's own arguments")


def hook(options: Options, environ: Environ) -> int:
    """Judge a push: on the server before it is accepted, or in a clone before it leaves."""
    from reviewconsole.config import load_config
    from reviewconsole.git.repository import Repository
    from reviewconsole.receive import before_push, parse_updates, receive

    repository = Repository.open(options.folder, environ)
    patterns = load_config(environ).patterns
    feed = sys.stdin.buffer.read()
    if options.kind == "pre-receive":
        verdict = receive(repository, patterns, parse_updates(feed), now=int(time.time()))
    else:
        verdict = before_push(repository, patterns, feed, now=int(time.time()))
    _tell(verdict)
    return Refused.exit_code if verdict.refusals else 0


def _tell(verdict: "PushVerdict") -> None:
    for notice in verdict.notices:
        note(f"reviewconsole: {safe_text(notice)}")
    if verdict.refusals:
        note("reviewconsole: the push is refused as a whole; nothing was changed")
    for refusal in verdict.refusals:
        note(f"  {safe_text(refusal.ref)}: {safe_lines(refusal.why)}")
        if refusal.remedy:
            note(f"    {safe_lines(refusal.remedy)}")


VERBS: Verbs = {"hook": hook}
