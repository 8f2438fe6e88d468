"""Cut the output of `diff-tree -p` into files, by position and object id, never by path text."""

from collections.abc import Sequence

from reviewconsole import lazy_re as re
from reviewconsole.change import Entry
from reviewconsole.errors import RepositoryError

_START = b"diff --git "
_INDEX = re.compile(rb"^index ([0-9a-f]+)\.\.([0-9a-f]+)", re.MULTILINE)


def _sections(patch: bytes) -> list[bytes]:
    if not patch:
        return []
    if not patch.startswith(_START):
        raise RepositoryError("git's patch does not begin with a file")
    first, *rest = patch.removesuffix(b"\n").split(b"\n" + _START)
    return [first + b"\n", *(_START + part + b"\n" for part in rest)]


def split_patches(patch: bytes, entries: Sequence[Entry]) -> dict[str, bytes]:
    """Give each entry the text of its hunks, in order, and check that nothing is left over.

    Hunk lines begin with a blank, `+`, `-`, `@` or a backslash, so a line that begins with
    `diff --git ` starts a file. A type change has two sections and is one unit without hunks.
    Raises RepositoryError where sections and entries do not agree.
    """
    sections = _sections(patch)
    found: dict[str, bytes] = {}
    at = 0
    for entry in entries:
        count = 2 if entry.status == "T" else 1
        own = sections[at : at + count]
        at += count
        if len(own) != count:
            raise RepositoryError("git lists more changed files than its patch shows")
        found[entry.path] = b"" if entry.status == "T" or entry.submodule else _hunks(own[0], entry)
    if at != len(sections):
        raise RepositoryError("git's patch shows more files than it lists")
    return found


def _hunks(section: bytes, entry: Entry) -> bytes:
    start = 0 if section.startswith(b"@@ ") else section.find(b"\n@@ ") + 1
    header, hunks = (section[:start], section[start:]) if start else (section, b"")
    match = _INDEX.search(header)
    if match is None:
        if hunks or entry.old_oid != entry.new_oid:
            raise RepositoryError("git's patch lacks the ids of a changed file")
        return b""
    old, new = match[1].decode(), match[2].decode()
    if old not in (entry.old_oid, "0" * len(old)) or new not in (entry.new_oid, "0" * len(new)):
        raise RepositoryError("git's patch and its list of files are out of step")
    return hunks
