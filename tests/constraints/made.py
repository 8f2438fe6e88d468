"""Facts made from two texts a path, without a repository."""

import difflib
import hashlib
from collections.abc import Mapping
from typing import Any

from reviewconsole.change import ABSENT_MODE, Commit, Entry, Oid, Person
from reviewconsole.constraints import KINDS
from reviewconsole.constraints.facts import Answer, Facts
from reviewconsole.diff import FileDiff, looks_binary, parse_hunks
from reviewconsole.errors import PolicyError
from reviewconsole.globs import Globs, Units
from reviewconsole.mapping import Table

Side = str | bytes | None


def oid(text: str) -> Oid:
    return Oid(hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


def raw(side: Side) -> bytes | None:
    return side.encode() if isinstance(side, str) else side


def file(path: str, old: Side, new: Side, *, modes: tuple[str, str] = ("100644", "100644")) -> FileDiff:
    before, after = raw(old), raw(new)
    entry = Entry(
        path=path,
        status="A" if before is None else "D" if after is None else "T" if modes[0][:3] != modes[1][:3] else "M",
        old_mode=ABSENT_MODE if before is None else modes[0],
        new_mode=ABSENT_MODE if after is None else modes[1],
        old_oid=None if before is None else Oid(hashlib.sha1(before, usedforsecurity=False).hexdigest()),
        new_oid=None if after is None else Oid(hashlib.sha1(after, usedforsecurity=False).hexdigest()),
    )
    binary = any(looks_binary(side) for side in (before, after) if side is not None)
    patch = b""
    if not binary and entry.status != "T":
        rows = [(side or b"").decode("utf-8", "surrogateescape").splitlines(keepends=True) for side in (before, after)]
        text = "".join(
            row if row.endswith("\n") else row + "\n\\ No newline at end of file\n"
            for row in list(difflib.unified_diff(rows[0], rows[1]))[2:]
        )
        patch = text.encode("utf-8", "surrogateescape")
    return FileDiff(entry=entry, old=before, new=after, hunks=parse_hunks(path, patch), binary=binary)


def commit(message: str = "Do it\n", *, name: str = "c", email: str = "dev@example.com", parents: int = 1) -> Commit:
    who = Person(name="Dev", email=email)
    return Commit(
        oid=oid(name), tree=oid("tree"), parents=tuple(oid(f"p{i}") for i in range(parents)), author=who, author_time=1,
        committer=who, committer_time=1, message=message,
    )  # fmt: skip


def facts(files: Mapping[str, tuple[Side, Side]] | None = None, **changed: Any) -> Facts:
    made = [file(path, old, new) for path, (old, new) in (files or {}).items()]
    made += changed.pop("extra", [])
    made.sort(key=lambda item: item.path)
    changed["units"] = Units(tuple(changed.pop("units", ())))
    changed["generated"] = Globs(tuple(changed.pop("generated", ())))
    return Facts(
        **{
            "entries": tuple(item.entry for item in made),
            "files": {item.path: item for item in made},
            "commits": (commit(),),
            **changed,
        }
    )


def answer(kind: str, options: Mapping[str, Any], about: Facts) -> Answer:
    table = Table(options, "constraint[0]", PolicyError)
    evaluate = KINDS[kind].parse(table)
    table.end()
    first, second = evaluate(about), evaluate(about)
    assert first == second
    return first
