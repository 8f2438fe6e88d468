"""Load the reviewed content of a change: entries, both sides' bytes, hunks, content digest.

What is shown is checked: every blob is re-hashed, and the hunks must lead from the old bytes to
the new ones.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reviewconsole.change import ABSENT_MODE, GITLINK_MODE, Change, ContentEntry, Entry, Oid, diff_digest
from reviewconsole.diff import FileDiff, HunkId, apply_hunks, check_rebuild, looks_binary, parse_hunks
from reviewconsole.git.repository import Repository


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """tree(base) -> tree(head), read and checked."""

    files: tuple[FileDiff, ...]
    digest: str

    @property
    def paths(self) -> tuple[str, ...]:
        """The changed paths, in git's order."""
        return tuple(file.path for file in self.files)


def load_content(repository: Repository, change: Change) -> Content:
    """Read and check everything that a change touches.

    Raises CorruptObject where bytes do not hash to their id, MissingObject where one is not here,
    FormatError where git's patch does not lead from the old content to the new one.
    """
    return load_trees(repository, change.base_tree, change.head_tree)


def load_trees(repository: Repository, old_tree: Oid, new_tree: Oid) -> Content:
    """Like `load_content`, between any two trees."""
    entries = repository.entries(old_tree, new_tree)
    return assemble(repository, entries, lambda: repository.patches(old_tree, new_tree, entries))


def assemble(
    repository: Repository, entries: tuple[Entry, ...], read_patches: Callable[[], Mapping[str, bytes]]
) -> Content:
    """Read both sides of entries, then the patches, and check that these lead from one to the other.

    In this order, so that nothing too large is compared.
    """
    blobs = repository.blobs(_blob_ids(entries))
    patches = read_patches()
    deleted = {entry.old_oid: entry.path for entry in entries if entry.status == "D" and not entry.submodule}
    files = tuple(_file(entry, blobs, patches[entry.path], deleted) for entry in entries)
    return Content(files=files, digest=diff_digest(_content_entry(entry, blobs) for entry in entries))


def content_digest(repository: Repository, old_tree: Oid, new_tree: Oid) -> str:
    """The digest `reviewconsole/diff/v1` between two trees, from bytes that were hashed again."""
    entries = repository.entries(old_tree, new_tree)
    blobs = repository.blobs(_blob_ids(entries))
    return diff_digest(_content_entry(entry, blobs) for entry in entries)


def _blob_ids(entries: tuple[Entry, ...]) -> list[Oid]:
    wanted = {oid for entry in entries for mode, oid in entry.sides if oid is not None and mode != GITLINK_MODE}
    return sorted(wanted)


def _content_entry(entry: Entry, blobs: Mapping[Oid, bytes]) -> ContentEntry:
    def digest(mode: str, oid: Oid | None) -> str:
        if oid is None or mode == ABSENT_MODE:
            return "-"
        return oid if mode == GITLINK_MODE else hashlib.sha256(blobs[oid]).hexdigest()

    (old_mode, old), (new_mode, new) = entry.sides
    return ContentEntry(
        path=entry.path,
        old_mode=old_mode,
        new_mode=new_mode,
        old_sha256=digest(old_mode, old),
        new_sha256=digest(new_mode, new),
    )


def _file(entry: Entry, blobs: Mapping[Oid, bytes], patch: bytes, deleted: Mapping[Oid | None, str]) -> FileDiff:
    old, new = (blobs[oid] if oid is not None and mode != GITLINK_MODE else None for mode, oid in entry.sides)
    binary = any(looks_binary(side) for side in (old, new) if side is not None)
    file = FileDiff(
        entry=entry,
        old=old,
        new=new,
        hunks=() if binary or entry.submodule or entry.status == "T" else parse_hunks(entry.path, patch),
        binary=binary,
        similar_to=deleted.get(entry.new_oid) if entry.status == "A" else None,
    )
    check_rebuild(file)
    return file


def reviewed_tree(repository: Repository, change: Change, content: Content, viewed: frozenset[HunkId]) -> Oid:
    """The tree of base plus the viewed units; equals the head's tree exactly when all was viewed."""
    replacements: dict[str, tuple[str, Oid] | None] = {}
    for file in content.files:
        seen = [unit for unit in file.units if unit in viewed]
        if not seen:
            continue
        entry = file.entry
        if len(seen) == len(file.units):
            replacements[entry.path] = None if entry.new_oid is None else (entry.new_mode, entry.new_oid)
            continue
        partial = apply_hunks(file.old or b"", [hunk for hunk in file.hunks if hunk.id in viewed])
        mode = entry.new_mode if entry.old_oid is None else entry.old_mode
        replacements[entry.path] = (mode, repository.hash_blob(partial))
    return repository.tree_with(change.base_tree, replacements)
