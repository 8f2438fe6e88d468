"""Verbs that show: the console, the queue, one change, the records, the rules."""

import gc
import sys
from typing import TYPE_CHECKING

from reviewconsole.cli import first_frame
from reviewconsole.cli.common import (
    CHANGE,
    Environ,
    Options,
    Verbs,
    add_verb,
    json_option,
    open_workspace,
    read_file,
    say,
    target_option,
)
from reviewconsole.display import safe_text
from reviewconsole.errors import Undecidable, UsageError

if TYPE_CHECKING:
    from reviewconsole.cli.common import Sub
    from reviewconsole.review.workspace import Workspace


_OBJECTS = 100_000
"""New objects between two looks for cycles: a diff is many objects and no cycle."""


_SWITCH = 0.001
"""Seconds after which a thread that reads changes lets the one in that draws; Python's 0.005 is felt on each key."""


def grammar(verbs: "Sub") -> None:
    """Add these verbs to the grammar."""
    console = add_verb(verbs, "open", "open the console on the queue, or on one change")
    console.add_argument("change", nargs="?", metavar="CHANGE", help=CHANGE)
    console.add_argument("--theme", metavar="NAME", help="a theme of the themes folder")
    target_option(console)
    queue = add_verb(verbs, "queue", "list the changes that wait for a decision, worst first")
    json_option(queue)
    target_option(queue)
    which = queue.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="also decided ones and ones without AI evidence")
    which.add_argument(
        "--mine", action="store_true", help="what of your own, or your agent's, was rejected or waits, and why"
    )
    queue.add_argument("--everywhere", action="store_true", help="of all repositories that `add` has named")
    queue.add_argument("--stacked", action="store_true", help="of a branch on a pending branch only what is its own")
    queue.add_argument("--range", metavar="A..B", help="the first-parent commits of a range that lack a sign-off")
    inspect = add_verb(verbs, "inspect", "show one change: provenance, annotated diff, findings, what is required")
    inspect.add_argument("change", metavar="CHANGE", help=CHANGE)
    forms = inspect.add_mutually_exclusive_group()
    json_option(forms)
    forms.add_argument("--sarif", action="store_true", help="print the findings as SARIF 2.1.0")
    inspect.add_argument("--delta", action="store_true", help="show only what changed since an earlier decision")
    inspect.add_argument(
        "--sarif-in",
        action="append",
        default=[],
        metavar="FILE",
        help="show another scanner's findings too, from its SARIF 2.1.0 file",
    )
    target_option(inspect)
    log = add_verb(verbs, "log", "show the verified records, newest first, and what does not verify")
    log.add_argument("change", nargs="?", metavar="CHANGE", help=CHANGE)
    json_option(log)
    target_option(log)
    rules = add_verb(verbs, "rules", "list the detection rules, or show the page of one")
    rules.add_argument("name", nargs="?", metavar="NAME")


def open_(options: Options, environ: Environ) -> int:
    """Open the console."""
    served = "web_driver" in environ.get("TEXTUAL_DRIVER", "")
    if not served and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("the console needs a terminal", remedy="use `reviewconsole queue` or `inspect` in a pipe")
    for name in ("target", "change", "theme", "tour"):
        if not hasattr(options, name):
            setattr(options, name, None)
    try:
        return _console(options, environ)
    finally:
        first_frame.leave()


def _console(options: Options, environ: Environ) -> int:
    gc.set_threshold(_OBJECTS, 20, 50)
    sys.setswitchinterval(_SWITCH)
    # Half of opening a repository is waiting for git; meanwhile the toolkit is imported.
    from concurrent.futures import ThreadPoolExecutor

    from reviewconsole.cli.repositories_verbs import home

    with ThreadPoolExecutor(max_workers=1) as pool:
        opening = pool.submit(home, options, environ)
        from reviewconsole.tui.app import Settings, run_console
        from reviewconsole.tui.places import Elsewhere

        workspace = opening.result()
    from reviewconsole.review.repositories import elsewhere

    config = workspace.config
    settings = Settings(
        theme=options.theme or config.theme,
        preset=config.keymap,
        keys=config.keys,
        themes=config.config_dir / "themes",
        tour=bool(options.tour),
    )
    first_frame.remember(workspace.store.repository.git_dir, environ, workspace.store.targets[0].source)
    workspace.in_background()
    others = [Elsewhere(path=str(path), open=begin) for path, begin in elsewhere(config, environ, workspace)]
    try:
        run_console(workspace, settings, start=options.change, begun=first_frame.hand_over, others=others)
    finally:
        workspace.close()
    return 0


def queue(options: Options, environ: Environ) -> int:
    """List what waits."""
    from reviewconsole.cli import documents, text
    from reviewconsole.cli.repositories_verbs import everywhere

    if options.stacked and (options.range or options.mine):
        raise UsageError("--stacked is about branches that wait", remedy="leave the other option out")
    if options.everywhere:
        return everywhere(options, environ)
    workspace = open_workspace(options, environ)
    if options.mine:
        return _mine(workspace, options, environ)
    entries = workspace.queue(everything=options.all, span=options.range, stacked=options.stacked)
    if options.json:
        sys.stdout.write(documents.render(documents.queue(workspace.identity, workspace.target, entries)))
        sys.stderr.writelines(f"reviewconsole: {safe_text(notice)}\n" for notice in workspace.notices)
    else:
        say(text.queue(entries, workspace.notices, text.Painter(sys.stdout, environ)))
    return 0


def _mine(workspace: "Workspace", options: Options, environ: Environ) -> int:
    from reviewconsole.cli import documents, text
    from reviewconsole.review.mine import mine, own_emails

    if options.range:
        raise UsageError("--mine lists changes that wait, not a range", remedy="leave one of them out")
    found = mine(workspace)
    if options.json:
        document = documents.mine(workspace.identity, workspace.target, own_emails(workspace), found)
        sys.stdout.write(documents.render(document))
    else:
        say(text.mine(found, text.Painter(sys.stdout, environ)))
    return 0


def inspect(options: Options, environ: Environ) -> int:
    """Show one change."""
    from reviewconsole.cli import documents, sarif, text

    reports = [(name, read_file(name)) for name in options.sarif_in]
    workspace = open_workspace(options, environ)
    opened = workspace.open_change(options.change, reports)
    since = workspace.since_decision(opened)
    if options.delta and since is None:
        raise Undecidable(
            "there is no decision on an earlier content whose commits are here", remedy="inspect it without --delta"
        )
    if options.json:
        sys.stdout.write(documents.render(documents.inspect(opened, since)))
    elif options.sarif:
        sys.stdout.write(documents.render(sarif.inspect(opened)))
    elif options.delta and since is not None:
        say(text.delta(since, text.Painter(sys.stdout, environ)))
    else:
        say(text.inspect(opened, text.Painter(sys.stdout, environ), since))
    return 0


def log(options: Options, environ: Environ) -> int:
    """Show the records."""
    from reviewconsole.cli import documents, text

    workspace = open_workspace(options, environ)
    rows = workspace.records(workspace.open_change(options.change)) if options.change else workspace.log()
    problems = workspace.problems()
    if options.json:
        sys.stdout.write(documents.render(documents.log(rows, problems)))
    else:
        say(text.log(rows, problems, text.Painter(sys.stdout, environ)))
    return 0


def rules(options: Options, environ: Environ) -> int:
    """List the rules, or show one."""
    from reviewconsole import detection
    from reviewconsole.cli import text

    del environ
    if options.name:
        say(text.page(detection.page(options.name)))
    else:
        say(
            f"{page.rule:<28} {page.family.value:<8} {page.severity.value:<8} {page.title}"
            for _, page in sorted(detection.pages().items())
        )
    return 0


VERBS: Verbs = {
    "open": open_,
    "queue": queue,
    "inspect": inspect,
    "log": log,
    "rules": rules,
}
