"""Verbs that set things up and look whether they are."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from reviewconsole.cli.common import Environ, Options, Verbs, add_verb, json_option, say
from reviewconsole.cli.reading_verbs import open_

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
    demo.add_argument("--no-open", action="store_true", help="build only")
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
            say([f"{glyph} {check.id:<13} {check.says}"])
            if check.remedy:
                say([f"                {check.remedy}"])
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
    return open_(argparse.Namespace(folder=built.repository), inside)


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
    "completion": completion,
}
