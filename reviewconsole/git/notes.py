"""Read and write notes trees: any fan-out in, two levels out, moved by compare-and-swap.

`git notes append` and `add` lose data under concurrency; they are never used
(docs/decisions/0002-journal-before-note.md).
"""

import time
import zlib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reviewconsole import lazy_re as re
from reviewconsole.change import OBJECT_ID, Oid, decode
from reviewconsole.errors import MissingObject, RepositoryError, StorageError
from reviewconsole.git.objects import TreeItem, object_id, parse_commit, parse_tree, tree_bytes
from reviewconsole.git.process import said
from reviewconsole.git.repository import REGULAR, Ref, Repository

LARGEST_NOTE = 1 << 20
"""Bytes; a larger note is reported, not read."""
LARGEST_LOG = 256 << 20
"""Bytes of all notes of one ref; what lies beyond is reported as oversized."""
MOST_ROWS = 200_000
"""Rows of all trees of one ref that are looked at; a tree can name itself without end."""
STALE_LOCK_SECONDS = 5.0
"""Age at which a lock of one log, held for milliseconds in normal life, is that of a dead process."""

_HEX = re.compile(rb"[0-9a-f]+")
_OID = re.compile(OBJECT_ID)
_KEEP_TRIES = 40
_KEEP_SECONDS = 0.05
_IDENTITY = "reviewconsole <reviewconsole@localhost>"


@dataclass(frozen=True, kw_only=True, slots=True)
class NotesRead:
    """The notes of one ref."""

    notes: Mapping[Oid, bytes] = field(default_factory=dict)
    """Annotated object -> note."""
    blobs: Mapping[Oid, Oid] = field(default_factory=dict)
    """Annotated object -> id of its note, those included that were known and so not read."""
    oversized: tuple[Oid, ...] = ()
    junk: tuple[str, ...] = ()
    """Names in the tree that are no object id."""


def note_refs(repository: Repository, prefix: str) -> tuple[str, ...]:
    """Names of the notes refs under a prefix, those included whose objects are not here."""
    return tuple(ref.name for ref in repository.raw_refs(prefix.rstrip("/")))


def _tip(repository: Repository, ref: str) -> Ref | None:
    return next((found for found in repository.note_refs(ref) if found.name == ref), None)


def read_notes(repository: Repository, ref: str) -> NotesRead:
    """Read all notes of a ref; empty where there is no such ref, junk where it points at no commit."""
    tip = _tip(repository, ref)
    if tip is not None:
        return read_notes_at(repository, tip.oid)
    dead = dead_value(repository, ref)
    return NotesRead() if dead is None else dead_notes(dead)


def dead_notes(tip: Oid) -> NotesRead:
    """What a ref holds that points at no commit that is here."""
    return NotesRead(junk=(f"the tip {tip[:12]} is no commit that is here",))


def log_tips(repository: Repository, prefix: str, pushed: Mapping[str, Oid]) -> tuple[dict[str, Oid], dict[str, Oid]]:
    """The tips of every ref under a prefix, by name, and the values of those that point at no commit here.

    `pushed` gives refs the tips that a push brings.
    """
    stored = {ref.name: ref.oid for ref in repository.raw_refs(prefix.rstrip("/"))}
    tips = {ref.name: ref.oid for ref in repository.note_refs(prefix)}
    tips.update({ref: oid for ref, oid in pushed.items() if ref.startswith(prefix)})
    return dict(sorted(tips.items())), {ref: oid for ref, oid in sorted(stored.items()) if ref not in tips}


def read_logs(repository: Repository, prefix: str, pushed: Mapping[str, Oid]) -> Iterator[tuple[str, NotesRead]]:
    """Read the notes of every ref under a prefix, by name; see `log_tips`."""
    tips, dead = log_tips(repository, prefix, pushed)
    for ref, oid in dead.items():
        yield ref, dead_notes(oid)
    names: dict[Oid, list[str]] = {}
    for ref, oid in tips.items():
        names.setdefault(oid, []).append(ref)
    for commit, read in read_each(repository, names):
        for ref in names[commit]:
            yield ref, read


def dead_value(repository: Repository, ref: str) -> Oid | None:
    """What a ref holds when that is no commit that is here; None for a ref in order, or none at all."""
    stored = next((found.oid for found in repository.raw_refs(ref) if found.name == ref), None)
    return None if stored is None or repository.is_commit(stored) else stored


def read_notes_at(repository: Repository, commit: Oid) -> NotesRead:
    """Read all notes of one notes commit; see `read_each`."""
    return next(found for _, found in read_each(repository, [commit]))


def read_each(
    repository: Repository, commits: Iterable[Oid], known: Container[Oid] = frozenset()
) -> Iterator[tuple[Oid, NotesRead]]:
    """Read all notes of several notes commits: a read for each level of folders, a size check, a read a commit.

    Trees and notes are re-hashed; notes of `known` ids are listed and not read. Raises MissingObject for a note
    that is not here.
    """
    tips = (parse_commit(oid, data) for oid, data in repository.objects(commits, "commit", 0))
    roots = {commit.oid: commit.tree for commit in tips}
    listed = _rows(repository, roots)
    sizes = repository.sizes({blob for rows in listed.values() for blob in rows.wanted.values()})
    for commit, rows in listed.items():
        fitting, oversized, total = {}, [], 0
        for oid, blob in rows.wanted.items():
            if blob not in sizes:
                raise MissingObject(f"the note on {oid[:12]} is not here", remedy="fetch the notes again")
            total += sizes[blob] if sizes[blob] <= LARGEST_NOTE else 0
            if sizes[blob] > LARGEST_NOTE or total > LARGEST_LOG:
                oversized.append(oid)
            else:
                fitting[oid] = blob
        fresh = {oid: blob for oid, blob in fitting.items() if blob not in known}
        blobs = dict(repository.objects(fresh.values(), "blob", 0))
        read = {oid: blobs[blob] for oid, blob in fresh.items()}
        yield commit, NotesRead(notes=read, blobs=fitting, oversized=tuple(oversized), junk=tuple(rows.junk))


@dataclass(slots=True)
class _Rows:
    """Annotated object -> blob, whatever the fan-out, and the names that are no note."""

    width: int
    wanted: dict[Oid, Oid] = field(default_factory=dict)
    junk: list[str] = field(default_factory=list)
    looked_at: int = 0

    def take(
        self, level: list[tuple[bytes, Oid]], trees: Mapping[Oid, tuple[TreeItem, ...]]
    ) -> list[tuple[bytes, Oid]]:
        """Take one level of folders; gives the level below."""
        below: list[tuple[bytes, Oid]] = []
        for prefix, oid in level:
            self.looked_at += len(trees[oid])
            if self.looked_at > MOST_ROWS:
                self.junk.append(f"more than {MOST_ROWS} rows; the rest was not read")
                return []
            for item in trees[oid]:
                name = prefix + item.name
                if not _HEX.fullmatch(name):
                    self.junk.append(decode(name))
                    continue
                note = Oid(name.decode("ascii"))
                if item.mode == "040000" and len(name) < self.width:
                    below.append((name, item.oid))
                elif len(name) == self.width and item.mode in REGULAR and note not in self.wanted:
                    self.wanted[note] = item.oid
                else:
                    self.junk.append(note)
        return below


def _rows(repository: Repository, roots: Mapping[Oid, Oid]) -> dict[Oid, _Rows]:
    """Rows of each notes commit (commit -> tree), read level by level for all of them together."""
    found = {commit: _Rows(len(commit)) for commit in roots}
    levels = {commit: [(b"", tree)] for commit, tree in roots.items()}
    while levels:
        folders = {oid for level in levels.values() for _, oid in level} - {repository.empty_tree}
        read = repository.objects(folders, "tree", 0)
        trees = {oid: parse_tree(data, repository.object_format) for oid, data in read}
        trees[repository.empty_tree] = ()
        taken = {commit: found[commit].take(level, trees) for commit, level in levels.items()}
        levels = {commit: below for commit, below in taken.items() if below}
    return found


def write_notes(
    repository: Repository,
    ref: str,
    updates: Mapping[Oid, bytes],
    *,
    message: str,
    expected: Oid | None,
    parents: tuple[Oid, ...] = (),
    replaced: Oid | None = None,
) -> Oid:
    """Write notes on top of `expected` and move the ref from it, or raise RepositoryError.

    The move is a compare-and-swap: when another process was faster nothing changes, and the caller
    reads again. `parents` adds further parents, for a union of two notes commits. With `expected`
    None a ref whose object a prune took away is replaced, and so is one that holds `replaced`, of
    which nothing is kept. What was written is looked for after the move: a collector of garbage
    may have taken it before the ref held it.
    """
    kept: dict[Oid, tuple[str, bytes]] = {}

    def store(kind: str, data: bytes) -> Oid:
        oid = _store(repository, kind, data)
        kept[oid] = (kind, data)
        return oid

    items = {item.name: item for item in _root(repository, expected)}
    folders: dict[bytes, dict[bytes, TreeItem]] = {}
    for oid, text in updates.items():
        first, rest = oid[:2].encode(), oid[2:].encode()
        if first not in folders:
            folder = items.get(first)
            folders[first] = {i.name: i for i in repository.tree(folder.oid)} if folder is not None else {}
        items.pop(oid.encode(), None)
        folders[first][rest] = TreeItem("100644", rest, store("blob", text))
    for first, rows in folders.items():
        items[first] = TreeItem("040000", first, store("tree", tree_bytes(list(rows.values()))))
    tree = store("tree", tree_bytes(list(items.values())))
    lineage = [expected, *parents] if expected is not None else list(parents)
    commit = store("commit", _commit_bytes(tree, lineage, message))
    _move(repository, ref, commit, expected or replaced)
    _keep(repository, kept)
    return commit


def _keep(repository: Repository, kept: Mapping[Oid, tuple[str, bytes]]) -> None:
    for _ in range(_KEEP_TRIES):
        there = repository.sizes(kept)
        gone = [oid for oid in kept if oid not in there]
        if not gone:
            return
        for oid in gone:
            _store(repository, *kept[oid])
        time.sleep(_KEEP_SECONDS)
    raise RepositoryError("what was written does not stay: something collects garbage here without a pause")


def _root(repository: Repository, commit: Oid | None) -> tuple[TreeItem, ...]:
    if commit is None:
        return ()
    [found] = repository.read_commits([commit])
    return repository.tree(found.tree)


def _commit_bytes(tree: Oid, parents: list[Oid], message: str) -> bytes:
    seconds = int(time.time())
    rows = [f"tree {tree}", *(f"parent {oid}" for oid in parents)]
    rows += [f"author {_IDENTITY} {seconds} +0000", f"committer {_IDENTITY} {seconds} +0000", "", message, ""]
    return "\n".join(rows).encode()


def _store(repository: Repository, kind: str, data: bytes) -> Oid:
    """Write one object, also where a power cut left a damaged file in its place: git would keep that."""
    oid = object_id(kind, data, repository.object_format)
    place = repository.common_dir / "objects" / oid[:2] / oid[2:]
    try:
        if place.is_file() and not _holds(place, f"{kind} {len(data)}".encode() + b"\0" + data):
            place.unlink()
    except OSError as error:
        raise StorageError(f"a damaged object cannot be replaced: {error.strerror}") from error
    repository.git.run(["hash-object", "-w", "-t", kind, "--stdin"], stdin=data)
    return oid


def _holds(place: Path, content: bytes) -> bool:
    reader = zlib.decompressobj()
    try:
        return reader.decompress(place.read_bytes(), len(content) + 1) == content and reader.eof
    except zlib.error:
        return False


def _move(repository: Repository, ref: str, commit: Oid, expected: Oid | None) -> None:
    _mend_ref(repository, ref)
    dead = dead_value(repository, ref)
    old = expected or dead
    command = ["update-ref", "--no-deref", "-m", "reviewconsole", ref, commit, old or "0" * len(commit)]
    code, _, err = repository.git.attempt(command)
    if code and _stale_lock_removed(repository.common_dir / f"{ref}.lock"):
        code, _, err = repository.git.attempt(command)
    if code:
        raise RepositoryError(f"{ref} did not move: {said(err)}")
    if dead is not None:
        # git fsck reports a reflog that names what is gone, and expires no single entry of it
        (repository.common_dir / "logs" / ref).unlink(missing_ok=True)
    if _tip(repository, ref) is None:
        raise RepositoryError(f"{ref} did not keep what was written")


def _mend_ref(repository: Repository, ref: str) -> None:
    """Remove a ref file that holds no id, as a power cut leaves it: git could never move it again."""
    place = repository.common_dir / ref
    try:
        if place.is_file() and not _OID.fullmatch(decode(place.read_bytes()).strip()):
            place.unlink()
    except OSError as error:
        raise StorageError(f"{ref} cannot be mended: {error.strerror}") from error


def _stale_lock_removed(lock: Path) -> bool:
    """Wait for another process's lock; remove it when it stays, since its process is dead.

    Of the writers of one log, the journal's lock lets only one come here.
    """
    try:
        made = lock.stat().st_mtime_ns
        while time.time() - made / 1e9 < STALE_LOCK_SECONDS:
            time.sleep(0.05)
            if lock.stat().st_mtime_ns != made:
                return False
        lock.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StorageError(f"{lock} is stale and cannot be removed: {error.strerror}") from error
    return True
