"""Verbs that record a decision, and the exchange of records."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from reviewconsole.change import short_ref
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
from reviewconsole.decision import DecisionKind, Draft, Verdict
from reviewconsole.display import safe_lines, safe_text
from reviewconsole.errors import RemoteError, ReviewConsoleError, UsageError

if TYPE_CHECKING:
    from reviewconsole.cli.common import Sub


def grammar(verbs: "Sub") -> None:
    """Add these verbs to the grammar."""
    for name, text in (
        ("approve", "record an approval; without the console, coverage is 0"),
        ("reject", "record a reject, which blocks until it is superseded or overridden"),
        ("withdraw", "take back what you recorded on a change"),
    ):
        decide = add_verb(verbs, name, text)
        decide.add_argument("change", metavar="CHANGE", help=CHANGE)
        decide.add_argument("--reason", required=True, metavar="TEXT", help="what you checked, or what is wrong")
        decide.add_argument("--no-push", action="store_true", help="record here only")
        target_option(decide)
        decide.add_argument(
            "--ack",
            action="append",
            default=[],
            metavar="FINDING=TEXT",
            help="acknowledge a finding: F1=why it is fine",
        )
        if name == "approve":
            decide.add_argument(
                "--override", action="append", default=[], metavar="RECORD", help="override a reject by its record id"
            )
            decide.add_argument(
                "--emergency", action="store_true", help="break-glass: counts for a while, and waits for a review"
            )
    sync = add_verb(verbs, "sync", "fetch everyone's records and push your own")
    sync.add_argument("--remote", metavar="NAME")
    sync.add_argument("--no-push", action="store_true", help="fetch only")


def _acknowledged(items: Iterable[str]) -> dict[str, str]:
    answers = {}
    for item in items:
        name, equals, said = item.partition("=")
        if not equals or not said.strip():
            raise UsageError(f'--ack {item!r} must be FINDING=TEXT, e.g. F1="rolled back on staging"')
        answers[name] = said
    return answers


def _decide(kind: DecisionKind, options: Options, environ: Environ) -> int:
    from reviewconsole.review.deciding import acknowledgements

    workspace = open_workspace(options, environ)
    opened = workspace.open_change(options.change)
    draft = Draft(
        kind=kind,
        reason=options.reason,
        acknowledged=acknowledgements(opened.findings, _acknowledged(options.ack)),
        overrides=tuple(getattr(options, "override", ())),
        emergency=getattr(options, "emergency", False),
    )
    recorded = workspace.record(opened, draft, ask)
    say([recorded.summary, f"recorded {recorded.id}", f"in {recorded.ref}"])
    try:
        if not options.no_push:
            note(where(workspace.publish()))
        after = workspace.open_change(options.change)
        note(f"the gate: {after.verdict.value}")
        if opened.change.below:
            note(f"  its own part; it counts once {safe_text(short_ref(opened.change.below))} has landed")
        if draft.emergency:
            note("  an EMERGENCY approval: it ends by itself, and the change stays in the queue until it is reviewed")
        missing = [item for item in after.requirements if item.verdict is not Verdict.SATISFIED]
        for item in missing:
            note(f"  {safe_text(item.why)}")
        if missing and kind is DecisionKind.APPROVE:
            note("  (what must be read on screen is read in the console: `reviewconsole open CHANGE`)")
    except ReviewConsoleError as error:
        note(f"recorded here; what followed failed: {safe_lines(str(error))}")
        if error.remedy:
            note(f"  {safe_lines(error.remedy)}")
    return 0


def approve(options: Options, environ: Environ) -> int:
    """Record an approval."""
    return _decide(DecisionKind.APPROVE, options, environ)


def reject(options: Options, environ: Environ) -> int:
    """Record a reject."""
    return _decide(DecisionKind.REJECT, options, environ)


def withdraw(options: Options, environ: Environ) -> int:
    """Withdraw one's own records on a change."""
    return _decide(DecisionKind.WITHDRAW, options, environ)


def sync(options: Options, environ: Environ) -> int:
    """Exchange records with the remote."""
    options.target = None
    result = open_workspace(options, environ).exchange(remote=options.remote, push=not options.no_push)
    say(f"fetched {safe_text(ref)}" for ref in result.fetched)
    say(f"pushed {safe_text(ref)}" for ref in result.pushed)
    say([where(result.state)])
    if result.state.alarms:
        return 1
    return RemoteError.exit_code if result.state.state == "failed" else 0


VERBS: Verbs = {
    "approve": approve,
    "reject": reject,
    "withdraw": withdraw,
    "sync": sync,
}
