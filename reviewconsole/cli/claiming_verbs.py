"""Verbs that say who is on a change."""

import re
from typing import TYPE_CHECKING

from reviewconsole.claim import CLAIM_PREFIX
from reviewconsole.cli.common import (
    CHANGE,
    Environ,
    Options,
    Verbs,
    add_verb,
    ask,
    note,
    open_workspace,
    say,
    target_option,
    where,
)
from reviewconsole.display import safe_text
from reviewconsole.errors import UsageError

if TYPE_CHECKING:
    from reviewconsole.cli.common import Sub

_UNITS = {"m": 60, "h": 3600}


def grammar(verbs: "Sub") -> None:
    """Add these verbs to the grammar."""
    claim = add_verb(verbs, "claim", "say that you are reviewing a change, for a while; no verdict depends on it")
    claim.add_argument("--for", dest="span", default="2h", metavar="TIME", help="30m, 2h (the default), at most 24h")
    release = add_verb(verbs, "release", "end your claim on a change")
    for verb in (claim, release):
        verb.add_argument("change", metavar="CHANGE", help=CHANGE)
        verb.add_argument("--no-push", action="store_true", help="say so here only")
        target_option(verb)


def _run(options: Options, environ: Environ, seconds: int | None) -> int:
    workspace = open_workspace(options, environ)
    change = workspace.change(options.change)
    others = [each for each in workspace.claims_on(change) if not each.own]
    rows = workspace.release(change, ask) if seconds is None else workspace.claim(change, ask, seconds)
    for each in others:
        note(f"{safe_text(each.principal)} is on it too, until {each.until}")
    say(f"claimed by {safe_text(row.principal)} until {row.until}" for row in rows)
    if not rows:
        say(["nobody is on it now"])
    if not options.no_push:
        done = workspace.exchange()
        shared = any(ref.startswith(CLAIM_PREFIX) for ref in done.pushed)
        note("shared on the remote" if shared else f"said here only: {where(done.state)}")
    return 0


def claim(options: Options, environ: Environ) -> int:
    """Claim a change."""
    span = re.fullmatch(r"([1-9][0-9]{0,3})([mh])", options.span)
    if span is None:
        raise UsageError(f"{options.span!r} is no span of time", remedy="write 30m or 2h")
    return _run(options, environ, int(span[1]) * _UNITS[span[2]])


def release(options: Options, environ: Environ) -> int:
    """Release it."""
    return _run(options, environ, None)


VERBS: Verbs = {"claim": claim, "release": release}
