"""Verbs about the boundary: judge work against it, waive, bound a task, check and explain the policy."""

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reviewconsole.boundary import LEVELS
from reviewconsole.cli.common import (
    CHANGE,
    VERDICT_CODES,
    Environ,
    Options,
    Verbs,
    add_verb,
    ask,
    json_option,
    note,
    open_workspace,
    say,
    target_option,
    where,
)
from reviewconsole.decision import Verdict
from reviewconsole.display import counted, safe_lines, safe_text
from reviewconsole.errors import FormatError, RepositoryError, ReviewConsoleError, UsageError

if TYPE_CHECKING:
    from reviewconsole.casefile import Recorded
    from reviewconsole.cli.common import Sub
    from reviewconsole.guard import Guarded
    from reviewconsole.review.stating import Said
    from reviewconsole.review.workspace import Workspace

_GLYPHS = {"pass": "✓", "violated": "✗", "undecidable": "?", "n/a": " "}
_REMEDIES = {
    "paths.allow": "keep the change within the paths that are allowed",
    "paths.deny": "leave these paths alone",
    "paths.require": "change what belongs to it too",
    "limit": "split the change",
    "lines.forbid": "write these lines otherwise",
    "content.keep": "put back what was removed",
    "policy.self": "leave .reviewconsole/ to a change of its own",
}


def grammar(verbs: "Sub") -> None:
    """Add these verbs to the grammar."""
    guard = add_verb(verbs, "guard", "judge staged or committed work against the boundary alone, for agents and hooks")
    guard.add_argument(
        "range", nargs="?", metavar="RANGE", help="a branch or A..B; default HEAD and the work tree as it lies there"
    )
    guard.add_argument("--staged", action="store_true", help="what the branch would be with the index committed")
    guard.add_argument("--level", choices=LEVELS[:3], default="acknowledge", help="the mildest level that fails")
    guard.add_argument("--assume-ai", action="store_true", help="judge it as AI-assisted, whatever the evidence says")
    json_option(guard)
    target_option(guard)
    waive = add_verb(verbs, "waive", "let one broken constraint pass on one change, signed")
    waive.add_argument(
        "constraint",
        metavar="CONSTRAINT",
        help="the id of the broken constraint, as `inspect` and `guard` name it; the policy must let it be waived",
    )
    waive.add_argument("--change", required=True, metavar="CHANGE", help=CHANGE)
    waive.add_argument("--withdraw", action="store_true", help="take your own waiver back")
    _statement(waive)
    boundary = add_verb(verbs, "boundary", "bound a task by a signed statement, lift that, or list what is signed")
    actions = boundary.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="narrow what branches of a task may change")
    add.add_argument("task", metavar="TASK")
    add.add_argument("--refs", required=True, nargs="+", metavar="PATTERN", help="branch names, e.g. 'agent/pay-17*'")
    add.add_argument("--allow", nargs="+", default=[], metavar="GLOB", help="the only paths that may change")
    add.add_argument("--forbid", nargs="+", default=[], metavar="GLOB", help="paths that may not change")
    _statement(add)
    lift = actions.add_parser("lift", help="lift your own boundary of a task")
    lift.add_argument("task", metavar="TASK")
    _statement(lift)
    listing = actions.add_parser("list", help="list the task boundaries on record")
    json_option(listing)
    target_option(listing)
    policy = add_verb(verbs, "policy", "check a policy file before it is pushed, or explain what applies to a change")
    questions = policy.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = questions.add_parser("check", help="check policy.toml and the files beside it")
    check.add_argument("file", nargs="?", metavar="FILE", help="default .reviewconsole/policy.toml of the work tree")
    explain = questions.add_parser("explain", help="which rules and constraints apply to a change, and why")
    explain.add_argument("change", metavar="CHANGE", help=CHANGE)
    target_option(explain)


def _statement(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why; it is signed and shown")
    parser.add_argument("--expires", metavar="WHEN", help="30d, 12h, a date or a UTC time; default never")
    parser.add_argument("--no-push", action="store_true", help="record here only")
    target_option(parser)


def guard(options: Options, environ: Environ) -> int:
    """Judge work before anybody is asked to review."""
    from reviewconsole.cli import documents
    from reviewconsole.config import load_config
    from reviewconsole.git.repository import Repository
    from reviewconsole.git.worktree import root_of
    from reviewconsole.guard import guard as judge

    result = judge(
        Repository.open(options.folder, environ),
        load_config(environ).patterns,
        now=int(time.time()),
        spec=options.range,
        staged=options.staged,
        target=options.target,
        assume_ai=options.assume_ai,
        level=options.level,
        root=root_of(options.folder),
    )
    if options.json:
        sys.stdout.write(documents.render(_document(result)))
    else:
        say(_text(result))
    return VERDICT_CODES[result.verdict]


def _remedy(result: "Guarded", kind: str, name: str, *, waivable: bool) -> str:
    own = _REMEDIES.get(kind, "undo what the witnesses show")
    other = f"or ask a reviewer for `reviewconsole waive {name} --change BRANCH`" if waivable else ""
    return f"{own}, {other}" if other and result.head else own


def _document(result: "Guarded") -> dict[str, object]:
    from reviewconsole.cli import documents

    return {
        "schema": "reviewconsole/guard/v1",
        "verdict": result.verdict.value,
        "target": result.target,
        "base": result.base,
        "head": result.head,
        "staged": result.staged,
        "work_tree": result.work_tree,
        "unstaged": list(result.unstaged),
        "policy": {"commit": result.policy_commit, "sha256": result.policy_sha256},
        "constraints": [
            {
                **documents.boundary(each),
                "fails": result.fails(each),
                "reason": result.reasons.get(each.id, ""),
                "waived": result.waived.get(each.id),
                "remedy": _remedy(result, each.kind, each.id, waivable=each.waivable) if result.fails(each) else "",
            }
            for each in result.results
        ],
        "tasks": [documents.requirement(task) for task in result.tasks],
    }


def _text(result: "Guarded") -> list[str]:
    lines = []
    for each in result.results:
        if each.verdict in ("pass", "n/a"):
            continue
        mark = _GLYPHS[each.verdict] if result.fails(each) else "!"
        lines.append(f"{mark} {each.id} ({each.kind}, {each.level}): {safe_text(each.why)}")
        for place in each.witnesses[:10]:
            at = f":{place.lines[0]}" if place.lines[0] else ""
            if place.path:
                lines.append(f"    {safe_text(place.path)}{at} ({place.side.value})")
        if len(each.witnesses) > 10:
            lines.append(f"    and {len(each.witnesses) - 10} more places")
        if result.reasons.get(each.id):
            lines.append(f"    why: {safe_text(result.reasons[each.id])}")
        if each.id in result.waived:
            lines.append(f"    {safe_text(result.waived[each.id])}")
        elif result.fails(each):
            lines.append(f"    do: {_remedy(result, each.kind, each.id, waivable=each.waivable)}")
    lines += [f"✗ {safe_text(task.why)}" for task in result.tasks if task.verdict is not Verdict.SATISFIED]
    if result.unstaged:
        listed = ", ".join(map(safe_text, result.unstaged[:3]))
        lines.append(f"! not looked at, since not staged: {listed}{' …' if len(result.unstaged) > 3 else ''}")
    if result.work_tree:
        what = "the work tree"
    else:
        what = "staged work" if result.staged else f"{(result.base or 'nothing')[:12]}..{result.head[:12]}"
    held = counted(sum(each.verdict == "pass" for each in result.results), "constraint holds", "constraints hold")
    return [*lines, f"{result.verdict.value}: {what} into {safe_text(result.target)}, {held}"]


def _said(options: Options) -> "Said":
    from reviewconsole.review.stating import Said, moment

    return Said(reason=options.reason, expires=moment(options.expires, int(time.time())) if options.expires else None)


def _tell(recorded: "Recorded", options: Options, workspace: "Workspace") -> int:
    say([recorded.summary, f"recorded {recorded.id}", f"in {recorded.ref}"])
    try:
        if not options.no_push:
            note(where(workspace.publish()))
    except ReviewConsoleError as error:
        note(f"recorded here; what followed failed: {safe_lines(str(error))}")
    return 0


def waive(options: Options, environ: Environ) -> int:
    """Waive one constraint on one change, or take that back."""
    from reviewconsole.review import stating

    said = _said(options)
    workspace = open_workspace(options, environ)
    opened = workspace.open_change(options.change)
    recorded = workspace.state(
        lambda store, signer, log: (stating.withdraw_waiver if options.withdraw else stating.waive)(
            store,
            workspace.case_of(opened),
            options.constraint,
            said,
            signer,
            wanted=workspace.config.principal,
            open_log=log,
            now=int(time.time()),
        ),
        ask,
    )
    return _tell(recorded, options, workspace)


def boundary(options: Options, environ: Environ) -> int:
    """Bound a task, lift that, or list."""
    workspace = open_workspace(options, environ)
    if options.action == "list":
        return _list(options, workspace)
    from reviewconsole.review import stating
    from reviewconsole.statement import TaskBoundary

    adding = options.action == "add"
    if adding and not (options.allow or options.forbid):
        raise UsageError("a boundary needs --allow or --forbid")
    body = TaskBoundary(
        task=options.task,
        refs=tuple(options.refs) if adding else ("**",),
        allow=tuple(options.allow) if adding else (),
        forbid=tuple(options.forbid) if adding else (),
        supersedes=(),
    )
    said = _said(options)
    recorded = workspace.state(
        lambda store, signer, log: stating.bound(
            store,
            store.targets[0],
            body,
            said,
            signer,
            wanted=workspace.config.principal,
            open_log=log,
            now=int(time.time()),
        ),
        ask,
    )
    return _tell(recorded, options, workspace)


def _list(options: Options, workspace: "Workspace") -> int:
    from reviewconsole.cli import documents
    from reviewconsole.statement import TaskBoundary

    rows: list[dict[str, Any]] = []
    for entry in workspace.store.records.statements:
        said = entry.attestation
        if isinstance(said.body, TaskBoundary):
            body = said.body
            rows.append(
                {
                    "id": entry.id,
                    "task": body.task,
                    "principal": said.principal,
                    "refs": list(body.refs),
                    "allow": list(body.allow),
                    "forbid": list(body.forbid),
                    "supersedes": list(body.supersedes),
                    "expires": said.expires_at,
                    "reason": said.reason,
                }
            )
    if options.json:
        sys.stdout.write(documents.render({"schema": "reviewconsole/boundaries/v1", "boundaries": rows}))
        return 0
    for row in rows:
        until = f" until {row['expires']}" if row["expires"] else ""
        say([safe_text(f"{row['task']} by {row['principal']}{until}: refs {', '.join(row['refs'])}")])
        for key in ("allow", "forbid"):
            if row[key]:
                say([safe_text(f"    {key} {', '.join(row[key])}")])
    return 0


def policy(options: Options, environ: Environ) -> int:
    """Check or explain the policy."""
    return _check(options) if options.action == "check" else _explain(options, environ)


def _check(options: Options) -> int:
    from reviewconsole.explain import check_policy
    from reviewconsole.policy import POLICY_PATH

    if options.file:
        path = Path(options.file)
    else:
        from reviewconsole.review.setup import work_tree

        try:
            path = work_tree(options.folder) / POLICY_PATH
        except RepositoryError:
            path = options.folder / POLICY_PATH
    remarks = check_policy(path)
    for remark in remarks:
        glyph = {"good": "✓", "warning": "!", "fault": "✗"}[remark.state]
        say([f"{glyph} {remark.file}: {safe_text(remark.says)}"])
    return FormatError.exit_code if any(remark.state == "fault" for remark in remarks) else 0


def _explain(options: Options, environ: Environ) -> int:
    from reviewconsole.explain import explain
    from reviewconsole.loading.case import judge

    workspace = open_workspace(options, environ)
    case = workspace.case_of(workspace.open_change(options.change))
    report = judge(workspace.store, case, int(time.time()))
    if case.force is not None:
        say([f"policy {case.force.commit[:12]} decides {case.change.head[:12]} into {safe_text(case.change.target)}"])
    for part in explain(case, report):
        say([f"{'+' if part.applies else '-'} {safe_text(part.part)}: {safe_text(part.why)}"])
    return 0


VERBS: Verbs = {"guard": guard, "waive": waive, "boundary": boundary, "policy": policy}
