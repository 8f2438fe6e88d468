"""Read and write notes trees: any fan-out in, two levels out, moved by compare-and-swap.

`git notes append` and `add` lose data under concurrency; they are never used
(docs/decisions/0002-journal-before-note.md).
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from reviewconsole.change import Oid
from reviewconsole.errors import RepositoryError
from reviewconsole.git.objects import TreeItem
from reviewconsole.git.repository import Ref, Repository

LARGEST_NOTE = 1 << 20
"""Bytes; a larger note is reported, not read."""

_HEX = re.compile(rb"[0-9a-f]+")
_IDENTITY = "reviewconsole <reviewconsole@localhost>"


@dataclass(frozen=True, kw_only=True, slots=True)
class NotesRead:
    """The notes of one ref."""

    notes: Mapping[Oid, bytes] = field(default_factory=dict)
    """Annotated object -> note."""
    oversized: tuple[Oid, ...] = ()
    junk: tuple[str, ...] = ()
    """Names in the tree that are no object id."""


def note_refs(repository: Repository, prefix: str) -> tuple[str, ...]:
    """Names of the notes refs under a prefix."""
    return tuple(ref.name for ref in repository.note_refs(prefix))


def _tip(repository: Repository, ref: str) -> Ref | None:
    return next((found for found in repository.note_refs(ref) if found.name == ref), None)


def read_notes(repository: Repository, ref: str) -> NotesRead:
    """Read all notes of a ref; empty where there is no such ref."""
    tip = _tip(repository, ref)
    return NotesRead() if tip is None else read_notes_at(repository, tip.oid)


def read_notes_at(repository: Repository, commit: Oid) -> NotesRead:
    """Read all notes of one notes commit: one listing, one size check, one read, each re-hashed."""
    width = len(commit)
    [found] = repository.read_commits([commit])
    rows = repository.git.run(["ls-tree", "-r", "-z", "-l", "--full-tree", found.tree])
    wanted: dict[Oid, Oid] = {}
    oversized, junk = [], []
    for row in rows.split(b"\0"):
        if not row:
            continue
        meta, _, path = row.partition(b"\t")
        _, kind, blob, size = meta.split()
        name = path.replace(b"/", b"")
        if kind != b"blob" or len(name) != width or not _HEX.fullmatch(name):
            junk.append(path.decode("utf-8", "surrogateescape"))
        elif int(size) > LARGEST_NOTE:
            oversized.append(Oid(name.decode()))
        elif Oid(name.decode()) in wanted:
            junk.append(path.decode("utf-8", "surrogateescape"))
        else:
            wanted[Oid(name.decode())] = Oid(blob.decode())
    blobs = repository.blobs(wanted.values())
    return NotesRead(
        notes={oid: blobs[blob] for oid, blob in wanted.items()}, oversized=tuple(oversized), junk=tuple(junk)
    )


def write_notes(
    repository: Repository,
    ref: str,
    updates: Mapping[Oid, bytes],
    *,
    message: str,
    expected: Oid | None,
    parents: tuple[Oid, ...] = (),
) -> Oid:
    """Write notes on top of `expected` and move the ref from it, or raise RepositoryError.

    The move is a compare-and-swap: when another process was faster nothing changes, and the caller
    reads again. `parents` adds further parents, for a union of two notes commits.
    """
    git = repository.git
    names = {item.name: item for item in _root(repository, expected)}
    folders: dict[bytes, dict[bytes, TreeItem]] = {}
    for oid, text in updates.items():
        blob = Oid(git.run(["hash-object", "-w", "--stdin"], stdin=text).decode().strip())
        first, rest = oid[:2].encode(), oid[2:].encode()
        if first not in folders:
            folder = names.get(first)
            folders[first] = {i.name: i for i in repository.tree(folder.oid)} if folder is not None else {}
        names.pop(oid.encode(), None)
        folders[first][rest] = TreeItem("100644", rest, blob)
    for first, items in folders.items():
        names[first] = TreeItem("040000", first, _write_tree(repository, items))
    tree = _write_tree(repository, names)
    lineage = [expected, *parents] if expected is not None else list(parents)
    commit = _write_commit(repository, tree, lineage, message)
    old = expected or "0" * len(tree)
    git.run(["update-ref", "--no-deref", "-m", "reviewconsole", ref, commit, old])
    moved = _tip(repository, ref)
    if moved is None:
        raise RepositoryError(f"{ref} did not keep what was written")
    return commit


def _root(repository: Repository, commit: Oid | None) -> tuple[TreeItem, ...]:
    if commit is None:
        return ()
    [found] = repository.read_commits([commit])
    return repository.tree(found.tree)


def _write_tree(repository: Repository, items: Mapping[bytes, TreeItem]) -> Oid:
    kinds = {"040000": "tree", "160000": "commit"}
    feed = b"".join(f"{i.mode} {kinds.get(i.mode, 'blob')} {i.oid}\t".encode() + i.name + b"\0" for i in items.values())
    return Oid(repository.git.run(["mktree", "-z"], stdin=feed).decode().strip())


def _write_commit(repository: Repository, tree: Oid, parents: list[Oid], message: str) -> Oid:
    seconds = int(time.time())
    rows = [f"tree {tree}", *(f"parent {oid}" for oid in parents)]
    rows += [f"author {_IDENTITY} {seconds} +0000", f"committer {_IDENTITY} {seconds} +0000", "", message, ""]
    out = repository.git.run(["hash-object", "-w", "-t", "commit", "--stdin"], stdin="\n".join(rows).encode())
    return Oid(out.decode().strip())
