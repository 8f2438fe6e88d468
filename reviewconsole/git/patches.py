"""Cut the output of `diff-tree -p` into files, by position and object id, never by path text."""

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from reviewconsole import lazy_re as re
from reviewconsole.change import Entry
from reviewconsole.errors import RepositoryError

FILE_START = b"diff --git "
"""What the section of a file begins with."""
_INDEX = re.compile(rb"^index ([0-9a-f]+)\.\.([0-9a-f]+)", re.MULTILINE)


def _sections(patch: bytes) -> list[tuple[int, int]]:
    """Where each file's section begins and ends."""
    if not patch:
        return []
    if not patch.startswith(FILE_START):
        raise RepositoryError("git's patch does not begin with a file")
    starts, at = [], 0
    while at >= 0:
        starts.append(at + bool(at))
        at = patch.find(b"\n" + FILE_START, at + 1)
    return list(pairwise((*starts, len(patch))))


def split_patches(patch: list[bytes], entries: Sequence[Entry]) -> dict[str, bytes]:
    """Give each entry the text of its hunks, in order, and check that nothing is left over.

    The patch comes in pieces of whole files; the list is emptied, so that nothing is held twice. Hunk lines begin with
    a blank, `+`, `-`, `@` or a backslash, so a line that begins with `diff --git ` starts a file. A type change has two
    sections and is one unit without hunks.
    Raises RepositoryError where sections and entries do not agree.
    """
    sections = _each(patch)
    found: dict[str, bytes] = {}
    for entry in entries:
        own = [*islice(sections, 2 if entry.status == "T" else 1)]
        if len(own) != (2 if entry.status == "T" else 1):
            raise RepositoryError("git lists more changed files than its patch shows")
        found[entry.path] = b"" if entry.status == "T" or entry.submodule else _hunks(*own[0], entry)
    if next(sections, None) is not None:
        raise RepositoryError("git's patch shows more files than it lists")
    return found


def _each(pieces: list[bytes]) -> Iterator[tuple[bytes, int, int]]:
    pieces.reverse()
    while pieces:
        piece = pieces.pop()
        for begin, end in _sections(piece):
            yield piece, begin, end


def _hunks(patch: bytes, begin: int, end: int, entry: Entry) -> bytes:
    start = patch.find(b"\n@@ ", begin, end) + 1 or end
    header, hunks = patch[begin:start], patch[start:end]
    match = _INDEX.search(header)
    if match is None:
        if hunks or entry.old_oid != entry.new_oid:
            raise RepositoryError("git's patch lacks the ids of a changed file")
        return b""
    old, new = match[1].decode(), match[2].decode()
    if old not in (entry.old_oid, "0" * len(old)) or new not in (entry.new_oid, "0" * len(new)):
        raise RepositoryError("git's patch and its list of files are out of step")
    return hunks
