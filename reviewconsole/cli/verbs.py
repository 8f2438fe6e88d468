"""The verbs: each takes the parsed options, calls one use case, prints, returns an exit code."""

import argparse
import getpass
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from reviewconsole.casefile import PassphraseAnswer, PassphraseRequest, SyncState
from reviewconsole.decision import DecisionKind, Draft, Verdict
from reviewconsole.display import safe_lines, safe_text
from reviewconsole.errors import FormatError, RemoteError, ReviewConsoleError, UsageError

if TYPE_CHECKING:
    from reviewconsole.review.workspace import Workspace

Options = argparse.Namespace
Environ = Mapping[str, str]

_VERDICT_CODES = {Verdict.SATISFIED: 0, Verdict.VIOLATED: 1, Verdict.UNDECIDABLE: 2}
UNREADABLE = 65


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")


def _note(text: str) -> None:
    sys.stderr.write(text + "\n")


def _workspace(options: Options, environ: Environ) -> "Workspace":
    from reviewconsole.review.workspace import Workspace

    return Workspace.open(options.folder, environ, options.target)


def _ask(request: PassphraseRequest) -> PassphraseAnswer | None:
    """Ask on the terminal; nothing is stored from here."""
    if not sys.stdin.isatty():
        return None
    _note(request.why) if request.why else None
    return PassphraseAnswer(passphrase=getpass.getpass(f"Passphrase for {request.key}: "), store=False)


def open_(options: Options, environ: Environ) -> int:
    """Open the console."""
    from reviewconsole.tui.app import run_console

    for name, value in (("target", None), ("change", None), ("theme", None)):
        if not hasattr(options, name):
            setattr(options, name, value)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the console needs a terminal", remedy="use `reviewconsole queue` or `inspect` in a pipe")
    workspace = _workspace(options, environ)
    run_console(workspace, theme=options.theme or workspace.config.theme, start=options.change)
    return 0


def queue(options: Options, environ: Environ) -> int:
    """List what waits."""
    from reviewconsole.cli import documents, text

    workspace = _workspace(options, environ)
    entries = workspace.queue(everything=options.all, span=options.range)
    if options.json:
        sys.stdout.write(documents.render(documents.queue(workspace.identity, workspace.target, entries)))
    else:
        _say(text.queue(entries, workspace.notices, text.Painter(sys.stdout, environ)))
    return 0


def inspect(options: Options, environ: Environ) -> int:
    """Show one change."""
    from reviewconsole.cli import documents, text

    opened = _workspace(options, environ).open_change(options.change)
    if options.json:
        sys.stdout.write(documents.render(documents.inspect(opened)))
    else:
        _say(text.inspect(opened, text.Painter(sys.stdout, environ)))
    return 0


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

    workspace = _workspace(options, environ)
    opened = workspace.open_change(options.change)
    draft = Draft(
        kind=kind,
        reason=options.reason,
        acknowledged=acknowledgements(opened.findings, _acknowledged(options.ack)),
        overrides=tuple(getattr(options, "override", ())),
    )
    recorded = workspace.record(opened, draft, _ask)
    _say([recorded.summary, f"recorded {recorded.id}", f"in {recorded.ref}"])
    try:
        if not options.no_push:
            _note(_where(workspace.publish()))
        after = workspace.open_change(options.change)
        _note(f"the gate: {after.verdict.value}")
        missing = [item for item in after.requirements if item.verdict is not Verdict.SATISFIED]
        for item in missing:
            _note(f"  {safe_text(item.why)}")
        if missing and kind is DecisionKind.APPROVE:
            _note("  (what must be read on screen is read in the console: `reviewconsole open CHANGE`)")
    except ReviewConsoleError as error:
        _note(f"recorded here; what followed failed: {safe_lines(str(error))}")
    return 0


def _where(state: SyncState) -> str:
    """Where one's own records are, alarms first."""
    alarms = [f"ALARM: {safe_text(alarm)}" for alarm in state.alarms]
    return "\n".join([*alarms, f"{state.state}{': ' + safe_text(state.why) if state.why else ''}"])


def approve(options: Options, environ: Environ) -> int:
    """Record an approval."""
    return _decide(DecisionKind.APPROVE, options, environ)


def reject(options: Options, environ: Environ) -> int:
    """Record a reject."""
    return _decide(DecisionKind.REJECT, options, environ)


def withdraw(options: Options, environ: Environ) -> int:
    """Withdraw one's own records on a change."""
    return _decide(DecisionKind.WITHDRAW, options, environ)


def verify(options: Options, environ: Environ) -> int:
    """Judge a range."""
    from reviewconsole.cli import documents, text
    from reviewconsole.config import load_config
    from reviewconsole.git.repository import Repository
    from reviewconsole.verify import verify as judge

    repository = Repository.open(options.folder, environ)
    result = judge(
        repository,
        load_config(environ).patterns,
        options.range,
        now=int(time.time()),
        target=options.target,
        since=options.introduction,
    )
    if options.json:
        sys.stdout.write(documents.render(documents.verify(result)))
    else:
        _say(text.verify(result, text.Painter(sys.stdout, environ), everything=options.all))
    return UNREADABLE if result.policy_unreadable else _VERDICT_CODES[result.verdict]


def log(options: Options, environ: Environ) -> int:
    """Show the records."""
    from reviewconsole.cli import documents, text

    workspace = _workspace(options, environ)
    rows = workspace.records(workspace.open_change(options.change)) if options.change else workspace.log()
    problems = workspace.problems()
    if options.json:
        sys.stdout.write(documents.render(documents.log(rows, problems)))
    else:
        _say(text.log(rows, problems, text.Painter(sys.stdout, environ)))
    return 0


def sync(options: Options, environ: Environ) -> int:
    """Exchange records with the remote."""
    options.target = None
    result = _workspace(options, environ).exchange(remote=options.remote, push=not options.no_push)
    _say(f"fetched {safe_text(ref)}" for ref in result.fetched)
    _say(f"pushed {safe_text(ref)}" for ref in result.pushed)
    _say([_where(result.state)])
    if result.state.alarms:
        return 1
    return RemoteError.exit_code if result.state.state == "failed" else 0


def check_signature(options: Options, environ: Environ) -> int:
    """Check one signature strictly."""
    from reviewconsole.signing.check import check_signature as check

    del environ

    def read(name: str) -> bytes:
        try:
            return Path(name).read_bytes()
        except OSError as error:
            raise FormatError(f"cannot be read: {error.strerror}", place=name) from error

    signer = check(
        sys.stdin.buffer.read(),
        signers=read(options.signers),
        principal=options.principal,
        namespace=options.namespace,
        signature=read(options.signature),
        revoked=read(options.revoked) if options.revoked else None,
        at=_moment(options.at) if options.at else int(time.time()),
    )
    _say([f"good signature of {options.principal} with {signer.fingerprint}"])
    return 0


def _moment(text: str) -> int:
    from reviewconsole.signers import parse_time

    return parse_time(text)


def rules(options: Options, environ: Environ) -> int:
    """List the rules, or show one."""
    from reviewconsole import detection
    from reviewconsole.cli import text

    del environ
    if options.name:
        _say(text.page(detection.page(options.name)))
    else:
        _say(
            f"{page.rule:<28} {page.family.value:<8} {page.severity.value:<8} {page.title}"
            for _, page in sorted(detection.pages().items())
        )
    return 0


def init(options: Options, environ: Environ) -> int:
    """Write a starting policy."""
    from reviewconsole.review.setup import initialise

    _say(initialise(options.folder, environ, name=options.name, person=options.person))
    return 0


def doctor(options: Options, environ: Environ) -> int:
    """Check the set-up."""
    from reviewconsole.cli import documents
    from reviewconsole.review.doctor import examine

    checks = examine(options.folder, environ)
    if options.json:
        rows = [{"id": c.id, "state": c.state, "says": c.says, "remedy": c.remedy} for c in checks]
        sys.stdout.write(documents.render({"schema": "reviewconsole/doctor/v1", "checks": rows}))
    else:
        for check in checks:
            glyph = {"good": "✓", "warning": "!", "fault": "✗"}[check.state]
            _say([f"{glyph} {check.id:<13} {check.says}"])
            if check.remedy:
                _say([f"                {check.remedy}"])
    return 1 if any(check.state == "fault" for check in checks) else 0


def demo(options: Options, environ: Environ) -> int:
    """Build the demo repository and open the console on it."""
    import tempfile

    from reviewconsole.demo import build

    folder = Path(options.folder_ or tempfile.mkdtemp(prefix="reviewconsole-demo-"))
    built = build(folder, environ=environ)
    _say([built.guide])
    if options.no_open or not sys.stdout.isatty():
        return 0
    inside = {**environ, **built.environ}
    return open_(argparse.Namespace(folder=built.repository), inside)


def completion(options: Options, environ: Environ) -> int:
    """Print a completion script."""
    from reviewconsole.cli.parser import completion as script

    del environ
    sys.stdout.write(script(options.shell))
    return 0


VERBS: Mapping[str, Callable[[Options, Environ], int]] = {
    "open": open_,
    "queue": queue,
    "inspect": inspect,
    "approve": approve,
    "reject": reject,
    "withdraw": withdraw,
    "verify": verify,
    "log": log,
    "sync": sync,
    "check-signature": check_signature,
    "rules": rules,
    "init": init,
    "doctor": doctor,
    "demo": demo,
    "completion": completion,
}
