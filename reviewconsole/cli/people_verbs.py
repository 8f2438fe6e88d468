"""The verb that edits people and keys."""

import time
from typing import TYPE_CHECKING

from reviewconsole.cli.common import Environ, Options, Verbs, add_verb, say
from reviewconsole.display import safe_text

if TYPE_CHECKING:
    import argparse

    from reviewconsole.cli.common import Sub

_KEY = "a public key, or the path of a .pub file"


def grammar(verbs: "Sub") -> None:
    """Add the verb to the grammar."""
    people = add_verb(verbs, "people", "list the people of the policy, or edit people, keys and revocations together")
    edits = people.add_subparsers(dest="edit", metavar="add | rotate | remove")
    add = edits.add_parser("add", help="add a person, or an address, key or group to one")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--email", action="append", default=[], metavar="ADDRESS")
    add.add_argument("--key", default="", metavar="KEY", help=_KEY)
    add.add_argument("--group", action="append", default=[], metavar="GROUP")
    rotate = edits.add_parser("rotate", help="give a person a new key and end the old ones")
    rotate.add_argument("name", metavar="NAME")
    rotate.add_argument("--key", required=True, metavar="KEY", help=_KEY)
    rotate.add_argument("--old", default="", metavar="SHA256:…", help="end this one alone")
    _ending(rotate)
    remove = edits.add_parser("remove", help="take a person out of groups and rules, and end their keys")
    remove.add_argument("name", metavar="NAME")
    _ending(remove)


def _ending(parser: "argparse.ArgumentParser") -> None:
    parser.add_argument("--compromised", action="store_true", help="revoke the key: what it signed stops counting")
    parser.add_argument("--since", metavar="TIME", help="from then on, YYYYMMDD[HHMM[SS]]Z; default now, or always")


def people(options: Options, environ: Environ) -> int:
    """List people, or edit them."""
    from reviewconsole.review import people as editing
    from reviewconsole.signers import parse_time

    del environ
    now = int(time.time())
    if options.edit is None:
        for row in editing.listed(options.folder, now):
            say([f"{row.name:<16} {', '.join(map(safe_text, row.emails))}  [{', '.join(map(safe_text, row.groups))}]"])
            say(f"    {key}" for key in row.keys)
        return 0
    if options.edit == "add":
        done = editing.add(
            options.folder,
            options.name,
            emails=tuple(options.email),
            key=options.key,
            groups=tuple(options.group),
        )
    else:
        since = parse_time(options.since) if options.since else None
        ending = {"compromised": options.compromised, "since": since, "now": now}
        if options.edit == "rotate":
            done = editing.rotate(options.folder, options.name, key=options.key, old=options.old, **ending)
        else:
            done = editing.remove(options.folder, options.name, **ending)
    say(map(safe_text, done))
    return 0


VERBS: Verbs = {"people": people}
