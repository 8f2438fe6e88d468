"""What a push wants to do to the refs, as git's hooks are told (githooks(5), pre-receive)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewconsole.change import OBJECT_ID, Oid, decode
from reviewconsole.errors import UsageError
from reviewconsole.git.repository import Repository

_CALLED = "this verb is called by git, as a hook"
_PUSH_WORDS = 4
_RECEIVE_WORDS = 3
_OID = re.compile(OBJECT_ID)
_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """One ref, from its old to its new object."""

    ref: str
    old: Oid | None
    """None for a ref that is created."""
    new: Oid | None
    """None for a ref that is deleted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why one ref may not be updated, and what its pusher can do."""

    ref: str
    why: str
    remedy: str = ""


def oid_or_none(text: str) -> Oid | None:
    """Read an object id; the all-zero id is None. Raises UsageError for anything else."""
    if not _OID.fullmatch(text):
        raise UsageError(f"{text!r} is no object id")
    return None if not text.strip("0") else Oid(text)


def parse_pushes(feed: bytes) -> tuple[Update, ...]:
    """Read a pre-push hook's lines, `<local ref> SP <local id> SP <remote ref> SP <remote id> LF`."""
    updates = []
    for row in filter(None, feed.split(b"\n")):
        parts = decode(row).split(" ")
        if len(parts) != _PUSH_WORDS:
            raise UsageError("a line is not `<local ref> <id> <remote ref> <id>`", remedy=_CALLED)
        updates.append(Update(ref=parts[2], old=oid_or_none(parts[3]), new=oid_or_none(parts[1])))
    return tuple(updates)


def parse_updates(feed: bytes) -> tuple[Update, ...]:
    """Read `<old> SP <new> SP <ref> LF` lines. Raises UsageError for anything else."""
    updates = []
    for row in filter(None, feed.split(b"\n")):
        parts = decode(row).split(" ", 2)
        if len(parts) != _RECEIVE_WORDS:
            raise UsageError("a line is not `<old> <new> <ref>`", remedy=_CALLED)
        updates.append(Update(ref=parts[2], old=oid_or_none(parts[0]), new=oid_or_none(parts[1])))
    return tuple(updates)


def followed(repository: Repository, updates: Sequence[Update]) -> list[Update]:
    """The updates of the branches that symbolic refs stand for, as git would carry them out."""
    names = [update.ref for update in updates]
    stands: dict[str, str] = {}
    for at in range(0, len(names), _AT_ONCE):
        asked = names[at : at + _AT_ONCE]
        out = repository.git.run(["for-each-ref", "--format=%(refname)%00%(symref)", *asked])
        rows = [row.split(b"\0") for row in out.split(b"\n") if row]
        stands.update({decode(name): decode(other) for name, other in rows if other})
    for name in names:
        # one whose branch is not there yet is not listed
        place = repository.common_dir / name
        if name not in stands and place.is_file() and (text := place.read_bytes()).startswith(b"ref:"):
            stands[name] = decode(text.removeprefix(b"ref:")).strip()
    return [replace(update, ref=stands.get(update.ref, update.ref)) for update in updates]
