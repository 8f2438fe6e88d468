"""What the work tree holds beyond the index, found without running a filter or writing into the repository.

git itself would run the clean filters that the repository's configuration names. So files whose
times or size are not those of the index are read as they lie there.
"""

import hashlib
import os
import shutil
import stat
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reviewconsole import lazy_re as re
from reviewconsole.change import GITLINK_MODE, Oid, decode, encode
from reviewconsole.errors import RepositoryError, Undecidable
from reviewconsole.git.objects import object_id
from reviewconsole.git.process import Git
from reviewconsole.git.repository import Repository

if TYPE_CHECKING:
    from types import TracebackType

LARGEST = 200_000_000
"""Bytes that are read at most."""
_LINK = "120000"
_SKIP_WORKTREE = 1 << 30
_ROW = re.compile(
    rb"(\d{6}) ([0-9a-f]+) \d\t([^\0]+)\0  ctime: \d+:\d+\n  mtime: (\d+):(\d+)\n  dev: \d+\tino: \d+\n"
    rb"  uid: \d+\tgid: \d+\n  size: (\d+)\tflags: ([0-9a-f]+)\n"
)
_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\noid sha256:([0-9a-f]{64})\n")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tracked:
    mode: str
    oid: Oid
    mtime: int
    """Nanoseconds."""
    size: int
    flags: int


class WorkTree:
    """The work tree of a repository against its index; a context manager, since `lent` needs a folder on disk."""

    def __init__(self, repository: Repository, root: Path) -> None:
        self._repository = repository
        self._root = root
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        named = repository.environ.get("GIT_INDEX_FILE")
        self._index = Path(named).absolute() if named else repository.git_dir / "index"
        self._modes = repository.config_local("core.filemode") != "false"
        self._found: dict[str, tuple[str, bytes] | None] | None = None

    def __enter__(self) -> "WorkTree":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        if self._folder is not None:
            self._folder.cleanup()
        self._folder = None

    def unstaged(self) -> dict[str, tuple[str, bytes] | None]:
        """Path -> mode and bytes of what is not in the index as it lies there; None for what is gone.

        Undecidable where that is more than LARGEST.
        """
        if self._found is None:
            self._found = dict(self._changed())
        return self._found

    def lent(self) -> Repository:
        """The repository as if everything were staged: its index and the objects for it lie in a temporary folder."""
        repository, found = self._repository, self.unstaged()
        try:
            self._folder = tempfile.TemporaryDirectory(prefix="reviewconsole-work-")
            place = Path(self._folder.name)
            if self._index.is_file():
                shutil.copyfile(self._index, place / "index")
            rows = []
            for path, side in found.items():
                mode, oid = ("0", "0" * len(repository.empty_tree)) if side is None else (side[0], "")
                if side is not None:
                    oid = object_id("blob", side[1], repository.object_format)
                    (place / "objects" / oid[:2]).mkdir(parents=True, exist_ok=True)
                    raw = b"blob %d\0" % len(side[1]) + side[1]
                    (place / "objects" / oid[:2] / oid[2:]).write_bytes(zlib.compress(raw, 1))
                rows.append(f"{mode} {oid}\t".encode() + encode(path) + b"\0")
            (place / "objects").mkdir(exist_ok=True)
        except OSError as error:
            raise RepositoryError(f"no temporary folder can be written: {error.strerror}") from error
        lenders = [str(repository.common_dir / "objects")]
        lenders += [repository.environ[k] for k in ("GIT_ALTERNATE_OBJECT_DIRECTORIES",) if k in repository.environ]
        environ = {
            **repository.environ,
            "GIT_INDEX_FILE": str(place / "index"),
            "GIT_OBJECT_DIRECTORY": str(place / "objects"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(lenders),
        }
        git = Git(repository.git_dir, environ, index=place / "index")
        git.run(["update-index", "-z", "--index-info"], stdin=b"".join(rows))
        return Repository(repository.git_dir, environ)

    def _changed(self) -> Iterator[tuple[str, tuple[str, bytes] | None]]:
        try:
            newest = self._index.stat().st_mtime_ns
        except OSError:
            newest = 0
        left = LARGEST
        tracked = self._tracked()
        for path in [*tracked, *self._untracked(set(tracked))]:
            entry = tracked.get(path)
            if entry is not None and (entry.mode == GITLINK_MODE or entry.flags & _SKIP_WORKTREE):
                continue
            side = self._read(path, entry, newest)
            if side is not None and side[1] is None:
                continue
            left -= len(side[1] or b"") if side is not None else 0
            if left < 0:
                raise Undecidable(
                    "more than 200 MB lie in the work tree and are not staged", remedy="ignore or stage them"
                )
            yield path, (side[0], side[1] or b"") if side is not None else None

    def _tracked(self) -> dict[str, _Tracked]:
        git = Git(self._repository.git_dir, self._repository.environ, index=self._index)
        out = git.run(["ls-files", "--stage", "--debug", "-z"])
        found, at = {}, 0
        while row := _ROW.match(out, at):
            mode, oid, path, seconds, nanoseconds, size, flags = row.groups()
            found[decode(path)] = _Tracked(
                mode=decode(mode),
                oid=Oid(decode(oid)),
                mtime=int(seconds) * 1_000_000_000 + int(nanoseconds),
                size=int(size),
                flags=int(flags, 16),
            )
            at = row.end()
        if at != len(out):
            raise Undecidable("the index is listed in a way that is not known here", remedy="stage the work first")
        return found

    def _untracked(self, tracked: set[str]) -> list[str]:
        git = Git(self._repository.git_dir, self._repository.environ, index=self._index)
        listing = ["--work-tree", str(self._root), "ls-files", "--others", "--exclude-standard", "-z"]
        names = [decode(name) for name in git.run(listing).split(b"\0") if name and not name.endswith(b"/")]
        return [name for name in names if name not in tracked]

    def _read(self, path: str, entry: _Tracked | None, newest: int) -> tuple[str, bytes | None] | None:
        """Mode and bytes of what differs from the index, no bytes where nothing does, None for what is gone."""
        place = self._root / os.fsdecode(encode(path))
        try:
            found = place.lstat()
            if stat.S_ISLNK(found.st_mode):
                mode, data = _LINK, os.fsencode(place.readlink())
            elif stat.S_ISREG(found.st_mode):
                mode = "100755" if found.st_mode & stat.S_IXUSR else "100644"
                if entry is not None and not self._modes and entry.mode != _LINK:
                    mode = entry.mode
                same = entry is not None and (mode, found.st_size) == (entry.mode, entry.size)
                if same and entry is not None and found.st_mtime_ns == entry.mtime and entry.mtime < newest:
                    return mode, None
                if found.st_size > LARGEST:
                    raise Undecidable(f"{path} is larger than 200 MB and not staged", remedy="ignore or stage it")
                data = place.read_bytes()
            else:
                return None if entry is not None else ("", None)
        except FileNotFoundError:
            return None if entry is not None else ("", None)
        except NotADirectoryError:
            return None
        except OSError as error:
            raise Undecidable(f"{path} cannot be read: {error.strerror}", remedy="make it readable") from error
        if entry is not None and mode == entry.mode and self._unchanged(data, entry.oid):
            return mode, None
        return mode, data

    def _unchanged(self, data: bytes, oid: Oid) -> bool:
        """Whether bytes are those of a blob, also with other line ends, or as what a pointer of git-lfs names."""
        kind = self._repository.object_format
        if object_id("blob", data, kind) == oid or object_id("blob", data.replace(b"\r\n", b"\n"), kind) == oid:
            return True
        pointer = _POINTER.match(self._repository.blobs([oid])[oid]) if len(data) else None
        return pointer is not None and pointer[1].decode() == hashlib.sha256(data).hexdigest()


def root_of(folder: Path) -> Path | None:
    """The root of the work tree that holds a folder; None where there is none."""
    place = folder.absolute()
    return next((each for each in (place, *place.parents) if (each / ".git").exists()), None)
