"""Verbs about several repositories at once."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from reviewconsole.cli.common import Environ, Options, Verbs, add_verb, open_workspace, say
from reviewconsole.display import safe_text
from reviewconsole.errors import RepositoryError, ReviewConsoleError, UsageError
from reviewconsole.git.discovery import discover

if TYPE_CHECKING:
    from reviewconsole.cli.common import Sub
    from reviewconsole.review.workspace import Workspace


def grammar(verbs: "Sub") -> None:
    """Add these verbs to the grammar."""
    more = add_verb(verbs, "add", "name one more repository, for the console's queue and `queue --everywhere`")
    more.add_argument("path", metavar="PATH", help="a clone, or a bare repository")


def add(options: Options, environ: Environ) -> int:
    """Name one more repository."""
    from reviewconsole.config import load_config
    from reviewconsole.review.repositories import add as name_one_more

    config = load_config(environ)
    place, fresh = name_one_more(config, environ, Path(options.folder) / options.path)
    done = "added to" if fresh else "is already in"
    say((f"{safe_text(str(place))} {done} {safe_text(str(config.config_dir / 'config.toml'))}",))
    return 0


def home(options: Options, environ: Environ) -> "Workspace":
    """Open the repository of the call; outside of any, the first of the settings that can be read."""
    from reviewconsole.config import load_config
    from reviewconsole.review.workspace import Workspace

    try:
        discover(Path(options.folder))
    except RepositoryError as error:
        if options.target is None and options.change is None:
            for path in load_config(environ).repositories:
                with suppress(ReviewConsoleError):
                    return Workspace.open(path, environ)
        raise error from None
    return open_workspace(options, environ)


def everywhere(options: Options, environ: Environ) -> int:
    """List what waits in all of them, worst first; those that cannot be read come last, with the reason."""
    from reviewconsole.cli import documents, text
    from reviewconsole.config import load_config
    from reviewconsole.review.repositories import everywhere as all_queues

    if options.range or options.target or options.mine:
        raise UsageError(
            "--everywhere goes with --all, --stacked and --json alone", remedy="leave the other option out"
        )
    config = load_config(environ)
    if not config.repositories:
        raise UsageError("your settings name no repositories", remedy="`reviewconsole add PATH` names one")
    found = tuple(all_queues(config, environ, everything=options.all, stacked=options.stacked))
    if options.json:
        sys.stdout.write(documents.render(documents.queues(found)))
    else:
        say(text.queues(found, text.Painter(sys.stdout, environ)))
    return 0


VERBS: Verbs = {"add": add}
