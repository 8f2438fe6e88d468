"""Merge three trees as git would by itself, in a throw-away repository without configuration.

No merge driver, hook, filter or attribute of anybody takes part: the repository is empty but for an
alternate that lends it the real objects. `merge-tree --write-tree` takes commits, and names its own
merge base (`--merge-base` came with git 2.40), so the three trees become three commits of ours with
exactly one common ancestor.
"""

import os
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reviewconsole.change import GITLINK_MODE, Entry, Oid, decode
from reviewconsole.errors import MissingObject, RepositoryError, Undecidable
from reviewconsole.git.objects import object_id
from reviewconsole.git.process import QUARANTINE, Git, said
from reviewconsole.git.repository import Repository
from reviewconsole.git.scratch import Scratch

_SETTINGS = ("merge.renames=true", "merge.directoryRenames=false", "merge.renormalize=false")
_WHO = b"reviewconsole <reviewconsole@localhost> 0 +0000"
_USAGE = 129


@dataclass(frozen=True, kw_only=True, slots=True)
class Merge:
    """What merging gave."""

    tree: Oid | None
    """None where git would stop and ask."""
    conflicts: tuple[str, ...] = ()
    """Paths that a person would have to settle."""


class Bench(Scratch):
    """A place to merge trees of one repository, in a folder on disk.

    Everything a merge reads is hashed again first: git would merge the bytes of a swapped object.
    """

    def __init__(self, repository: Repository) -> None:
        super().__init__("merge")
        self._repository = repository
        self._git: Git | None = None

    def merge(self, base: Oid, ours: Oid, theirs: Oid) -> Merge:
        """Merge two trees that grew from a third.

        Raises MissingObject for what is not here, CorruptObject for swapped bytes, Undecidable where
        git is too old (before 2.38).
        """
        if base in (ours, theirs) or ours == theirs:
            return Merge(tree=theirs if base == ours else ours)
        self._vouch(base, ours, theirs)
        root = self._commit(base)
        sides = [self._commit(ours, root), self._commit(theirs, root)]
        options = [word for setting in _SETTINGS for word in ("-c", setting)]
        command = [*options, "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", *sides]
        code, out, err = self._bench.attempt(command)
        if code not in (0, 1):
            if code == _USAGE:
                raise Undecidable("this git cannot merge trees", remedy="install git 2.38 or newer")
            raise MissingObject(f"the trees cannot be merged: {said(err)}", remedy="fetch the whole history")
        first, *rest = out.split(b"\0")
        if code == 0:
            return Merge(tree=Oid(decode(first)))
        return Merge(tree=None, conflicts=tuple(dict.fromkeys(decode(path) for path in rest if path)))

    def differing(self, left: Oid, right: Oid) -> tuple[str, ...]:
        """Paths that differ between two trees, of which one may be the result of a merge made here."""
        out = self._bench.run(["diff-tree", "-r", "--name-only", "-z", "--no-renames", left, right])
        return tuple(decode(path) for path in out.split(b"\0") if path)

    def reader(self) -> Repository:
        """Read what was merged here, and everything of the repository itself; not after the bench is closed."""
        return Repository(self._bench.git_dir, self._repository.environ)

    @property
    def _bench(self) -> Git:
        if self._git is None:
            self._git = self._set_up()
        return self._git

    def _set_up(self) -> Git:
        repository = self._repository
        lenders = [os.fsencode(repository.common_dir / "objects")]
        for name in ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"):
            lenders += [os.fsencode(place) for place in repository.environ.get(name, "").split(os.pathsep) if place]
        if any(b"\n" in lender for lender in lenders):
            raise Undecidable("the repository lies in a folder whose name has a line break", remedy="move it")
        version = "1" if repository.object_format == "sha256" else "0"
        config = f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n"
        config += "[extensions]\n\tobjectformat = sha256\n" if version == "1" else ""
        try:
            place = self.folder()
            (place / "objects" / "info").mkdir(parents=True)
            (place / "refs").mkdir()
            (place / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
            (place / "config").write_text(config, encoding="ascii")
            (place / "objects" / "info" / "alternates").write_bytes(b"".join(row + b"\n" for row in lenders))
        except OSError as error:
            raise RepositoryError(f"no temporary repository can be made: {error.strerror}") from error
        return Git(place, {key: value for key, value in repository.environ.items() if key not in QUARANTINE})

    def _commit(self, tree: Oid, *parents: Oid) -> Oid:
        """Write a commit of ours into the temporary repository."""
        rows = [b"tree " + tree.encode(), *(b"parent " + oid.encode() for oid in parents)]
        data = b"\n".join([*rows, b"author " + _WHO, b"committer " + _WHO, b"", b""])
        oid = object_id("commit", data, self._repository.object_format)
        place = self._bench.git_dir / "objects" / oid[:2]
        try:
            place.mkdir(exist_ok=True)
            (place / oid[2:]).write_bytes(zlib.compress(b"commit %d\0" % len(data) + data))
        except OSError as error:
            raise RepositoryError(f"the temporary repository cannot be written: {error.strerror}") from error
        return oid

    def _vouch(self, base: Oid, ours: Oid, theirs: Oid) -> None:
        """Hash again what git will read: the trees that differ, and what both sides touched or moved."""
        left, right = (_by_path(self._repository.entries(base, tree)) for tree in (ours, theirs))
        both = left.keys() & right.keys()
        moved = any(side[path].status == "D" for path in both for side in (left, right))
        rows = [side[path] for side in (left, right) for path in (side if moved else both)]
        wanted = {oid for row in rows for mode, oid in row.sides if oid is not None and mode != GITLINK_MODE}
        self._repository.blobs(sorted(wanted))


def _by_path(entries: Iterable[Entry]) -> Mapping[str, Entry]:
    return {entry.path: entry for entry in entries}
