"""Verbs that set things up and look whether they are."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from reviewconsole.cli.common import Environ, Options, Verbs, add_verb, json_option, note, say
from reviewconsole.cli.reading_verbs import open_
from reviewconsole.display import safe_text
from reviewconsole.errors import UsageError

if TYPE_CHECKING:
    from reviewconsole.cli.common import Sub


_HOOKS = ("pre-commit", "pre-push", "pre-receive")


def grammar(verbs: "Sub") -> None:
    """Add these verbs to the grammar."""
    init = add_verb(verbs, "init", "write a starting policy, your key as signer, and the notes refspec")
    init.add_argument("--name", metavar="NAME", help="the repository's name in the policy, e.g. example/payments")
    init.add_argument("--person", metavar="NAME", help="your name in the policy; default from your e-mail")
    init.add_argument("--hook", choices=_HOOKS, help="install this git hook, and nothing else")
    doctor = add_verb(verbs, "doctor", "check the set-up and say how to mend each fault")
    json_option(doctor)
    demo = add_verb(verbs, "demo", "build a small repository with AI-assisted changes and open the console on it")
    demo.add_argument("folder_", nargs="?", metavar="FOLDER", help="where to build it; default a temporary folder")
    demo.add_argument("--no-tour", action="store_true", help="without the bar that says which key to press next")
    demo.add_argument("--no-open", action="store_true", help="build only")
    served = add_verb(verbs, "serve", "open the console in a browser on this machine")
    served.add_argument("--port", type=int, default=8765, help="default 8765")
    served.add_argument("--host", default="127.0.0.1", help="a loopback address; every other is refused")
    completion = add_verb(verbs, "completion", "print a completion script for a shell")
    completion.add_argument("shell", choices=["bash", "zsh", "fish"])


def init(options: Options, environ: Environ) -> int:
    """Write a starting policy, or install a hook."""
    from reviewconsole.git.repository import Repository
    from reviewconsole.review.hooks import install_hook
    from reviewconsole.review.setup import initialise

    if options.hook:
        say(install_hook(Repository.open(options.folder, environ), options.hook))
        return 0
    say(initialise(options.folder, environ, name=options.name, person=options.person))
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
            say([f"{glyph} {check.id:<13} {safe_text(check.says)}"])
            if check.remedy:
                say([f"                {safe_text(check.remedy)}"])
    return 1 if any(check.state == "fault" for check in checks) else 0


def demo(options: Options, environ: Environ) -> int:
    """Build the demo repository and open the console on it."""
    import tempfile

    from reviewconsole.demo import build

    folder = Path(options.folder_ or tempfile.mkdtemp(prefix="reviewconsole-demo-"))
    built = build(folder, environ=environ)
    say([built.guide])
    if options.no_open or not sys.stdout.isatty():
        return 0
    inside = {**environ, **built.environ}
    return open_(argparse.Namespace(folder=built.repository, tour=not options.no_tour), inside)


def serve(options: Options, environ: Environ) -> int:
    """Serve the console on loopback until interrupted."""
    from reviewconsole.git.discovery import discover

    del environ
    git_dir = discover(options.folder)
    try:
        from reviewconsole.serving import serve as run
    except ModuleNotFoundError as error:
        raise UsageError(
            "the console in a browser needs textual-serve, which is not installed",
            remedy="pipx inject reviewconsole textual-serve, or install reviewconsole[serve]",
        ) from error
    place = str(options.folder.resolve())
    # -P: else the folder that is reviewed could bring a module of that name
    command = [sys.executable, "-P", "-m", "reviewconsole", "-C", place, "open"]
    title = git_dir.parent.name if git_dir.name == ".git" else git_dir.name
    run(command, host=options.host, port=options.port, title=title, tell=lambda address: note(
        f"the console of {safe_text(title)}: {address}\nwhoever has this address can sign as you; ctrl+c ends"
    ))  # fmt: skip
    return 0


def completion(options: Options, environ: Environ) -> int:
    """Print a completion script."""
    from reviewconsole.cli.completion import completion as script

    del environ
    sys.stdout.write(script(options.shell))
    return 0


VERBS: Verbs = {
    "init": init,
    "doctor": doctor,
    "demo": demo,
    "serve": serve,
    "completion": completion,
}
