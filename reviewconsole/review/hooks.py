"""Install git hooks that call this program; a hook of somebody else is never replaced."""

import shlex
import sys
from pathlib import Path

from reviewconsole.errors import Refused, ReviewConsoleError, StorageError
from reviewconsole.git.repository import Repository
from reviewconsole.loading.opening import tip_policy

MARK = "# Installed by reviewconsole"

_CALLS = {
    "pre-receive": "hook pre-receive",
    "pre-push": 'hook pre-push "$@"',
    "pre-commit": "guard --staged --level block",
}
_SAYS = {
    "pre-receive": "refuses pushes that land what is not signed off, or that rewind, drop or forge records",
    "pre-commit": "refuses commits that break a constraint of level block, or whose constraints cannot be decided",
    "pre-push": "asks the gate before a push to a target leaves this clone; the server's hook is what holds",
}


def hook_script(kind: str, python: str = sys.executable) -> str:
    """The text of a hook: fails closed where this program is gone; ignores PYTHONPATH and the current folder."""
    return f"#!/bin/sh\n{MARK}: {_SAYS[kind]}.\nexec {shlex.quote(python)} -P -m reviewconsole {_CALLS[kind]}\n"


def install_hook(repository: Repository, kind: str) -> list[str]:
    """Write one hook; returns what was done, in lines.

    Refused where another hook stands in its place, where `core.hooksPath` points elsewhere, and for
    a `pre-receive` hook outside of a bare repository: only a repository that is pushed to runs it.
    """
    if kind == "pre-receive" and not repository.is_bare:
        raise Refused(
            "a pre-receive hook belongs into the bare repository that people push to", remedy="name it with -C"
        )
    elsewhere = repository.config_local("core.hooksPath") or repository.config_global("core.hooksPath")
    if elsewhere:
        raise Refused(
            f"core.hooksPath is {elsewhere!r}, so git would not run a hook from {repository.common_dir / 'hooks'}",
            remedy=f"call `reviewconsole {_CALLS[kind]}` from the {kind} hook there",
        )
    place = repository.common_dir / "hooks" / kind
    if place.exists() and not (place.is_file() and MARK in place.read_text(encoding="utf-8", errors="replace")):
        raise Refused(
            f"{place} is a hook of somebody else's",
            remedy=f"call `reviewconsole {_CALLS[kind]}` from it, on the same stdin",
        )
    try:
        _write(place, hook_script(kind))
    except OSError as error:
        raise StorageError(f"cannot write {place}: {error.strerror}") from error
    return [f"wrote {place}", f"it {_SAYS[kind]}", *(_warned(repository) if kind == "pre-receive" else ())]


def _warned(repository: Repository) -> list[str]:
    """What a policy that cannot be satisfied would lead to behind this hook."""
    try:
        policy = tip_policy(repository, None)
    except ReviewConsoleError:
        return []
    people = {name for rule in policy.rules for name in rule.people} if policy is not None else set()
    if policy is None or len(people) > 1:
        return []
    who = f"only {people.pop()}" if people else "nobody"
    return [
        f"! the policy lets {who} approve: behind this hook changes of that person, and of the policy itself, which",
        "  wants two, cannot land; first name another person (`reviewconsole people add`) and push that",
    ]


def _write(place: Path, text: str) -> None:
    """Move a finished file into place: git never runs half a hook."""
    place.parent.mkdir(exist_ok=True)
    fresh = place.with_name(f".{place.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(0o755)
    fresh.replace(place)
