"""What the work tree holds beyond the index, found without running a filter or writing into the repository.

git itself would run the clean filters that the repository's configuration names. So files whose
times or size are not those of the index are read as they lie there. What the index says of a file (that it be taken
for unchanged, or left out) is not believed where the file is there.
"""

import hashlib
import os
import shutil
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reviewconsole import lazy_re as re
from reviewconsole.change import GITLINK_MODE, Oid, decode, encode
from reviewconsole.errors import RepositoryError, Undecidable
from reviewconsole.git.objects import object_id
from reviewconsole.git.process import QUARANTINE, Git
from reviewconsole.git.repository import Repository
from reviewconsole.git.scratch import Scratch

LARGEST = 200_000_000
"""Bytes that are read at most."""
_LINK = "120000"
_SKIP_WORKTREE = 1 << 30
_BELIEVED = _SKIP_WORKTREE | 1 << 15
"""Flags by which the index asks to be believed: skip-worktree, assume-unchanged."""
_INODE = (1 << 32) - 1
_ROW = re.compile(
    rb"(\d{6}) ([0-9a-f]+) \d\t([^\0]+)\0  ctime: (\d+:\d+)\n  mtime: (\d+:\d+)\n  dev: \d+\tino: (\d+)\n"
    rb"  uid: \d+\tgid: \d+\n  size: (\d+)\tflags: ([0-9a-f]+)\n"
)
_BINARY = re.compile(rb"[\x00-\x07\x0b\x0e-\x1a\x1c-\x1f\x7f]|\r(?!\n)")
"""What keeps git from taking a file for text where nobody told it (convert.c), and a little more."""
_ON = ("true", "yes", "on", "1", "input")
_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\noid sha256:([0-9a-f]{64})\n")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tracked:
    mode: str
    oid: Oid
    changed: int
    mtime: int
    """Nanoseconds, both."""
    inode: int
    size: int
    flags: int

    def describes(self, found: os.stat_result) -> bool:
        """Whether a file is the one that was hashed; its time of change cannot be set back like that of its content."""
        times = (found.st_ctime_ns, found.st_mtime_ns)
        same = (self.changed, self.mtime, self.size) == (*times, found.st_size)
        return same and self.inode == found.st_ino & _INODE and not self.flags & _BELIEVED


class WorkTree(Scratch):
    """The work tree of a repository against its index; `lent` needs a folder on disk."""

    def __init__(self, repository: Repository, root: Path) -> None:
        super().__init__("work")
        self._repository = repository
        self._root = root
        named = repository.environ.get("GIT_INDEX_FILE")
        self._index = Path(named).absolute() if named else repository.git_dir / "index"
        self._modes = repository.config_local("core.filemode") != "false"
        self._found: dict[str, tuple[str, bytes] | None] | None = None

    def unstaged(self) -> dict[str, tuple[str, bytes] | None]:
        """Path -> mode and bytes of what is not in the index as it lies there; None for what is gone.

        A repository within the work tree has the id of its commit for bytes. Undecidable where all that is more than
        LARGEST.
        """
        if self._found is None:
            self._found = dict(self._changed())
        return self._found

    def lent(self) -> Repository:
        """The repository as if everything were staged: its index and the objects for it lie in a temporary folder."""
        repository, found = self._repository, self.unstaged()
        try:
            place = self.folder()
            if self._index.is_file():
                shutil.copyfile(self._index, place / "index")
            rows = []
            for path, side in found.items():
                mode, oid = ("0", "0" * len(repository.empty_tree)) if side is None else (side[0], "")
                if side is not None and mode == GITLINK_MODE:
                    oid = decode(side[1])
                elif side is not None:
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
        fresh = self._untracked(set(tracked))
        # what is tracked below a symlink lies elsewhere
        linked = {path for path in fresh if self._place(path).is_symlink()}
        for path in [*tracked, *fresh]:
            entry = tracked.get(path)
            gone = entry is not None and any(str(above) in linked for above in PurePosixPath(path).parents)
            side = None if gone else self._side(path, entry, newest)
            if side is not None and side[1] is None:
                continue
            left -= len(side[1] or b"") if side is not None else 0
            if left < 0:
                raise Undecidable(
                    "more than 200 MB lie in the work tree and are not staged", remedy="ignore or stage them"
                )
            yield path.rstrip("/"), (side[0], side[1] or b"") if side is not None else None

    def _place(self, path: str) -> Path:
        return self._root / os.fsdecode(encode(path))

    def _side(self, path: str, entry: _Tracked | None, newest: int) -> tuple[str, bytes | None] | None:
        """Mode and bytes of what differs from the index, no bytes where nothing does, None for what is gone."""
        place = self._place(path)
        inner = entry is None or entry.mode == GITLINK_MODE
        if inner and place.is_dir() and not place.is_symlink():
            head = _head_of(place, self._repository)
            if entry is not None and head in (None, entry.oid):
                return GITLINK_MODE, None
            # git adds none that has no commit yet; it is shown all the same
            return GITLINK_MODE, encode(head or object_id("commit", b"", self._repository.object_format))
        side = self._read(path, entry, newest)
        # a sparse checkout leaves files out
        return ("", None) if side is None and entry is not None and entry.flags & _SKIP_WORKTREE else side

    def _tracked(self) -> dict[str, _Tracked]:
        git = Git(self._repository.git_dir, self._repository.environ, index=self._index)
        out = git.run(["ls-files", "--stage", "--debug", "-z"])
        found, at = {}, 0
        while row := _ROW.match(out, at):
            mode, oid, path, changed, mtime, inode, size, flags = row.groups()
            found[decode(path)] = _Tracked(
                mode=decode(mode),
                oid=Oid(decode(oid)),
                changed=_nanoseconds(changed),
                mtime=_nanoseconds(mtime),
                inode=int(inode),
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
        names = [decode(name) for name in git.run(listing).split(b"\0") if name]
        return [name for name in names if name not in tracked]

    def _read(self, path: str, entry: _Tracked | None, newest: int) -> tuple[str, bytes | None] | None:
        """Mode and bytes of what differs from the index, no bytes where nothing does, None for what is gone."""
        place = self._place(path)
        try:
            found = place.lstat()
            if stat.S_ISLNK(found.st_mode):
                mode, data = _LINK, os.fsencode(place.readlink())
            elif stat.S_ISREG(found.st_mode):
                mode = "100755" if found.st_mode & stat.S_IXUSR else "100644"
                if entry is not None and not self._modes and entry.mode != _LINK:
                    mode = entry.mode
                if entry is not None and mode == entry.mode and entry.mtime < newest and entry.describes(found):
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
        if entry is not None and mode == entry.mode and self._unchanged(path, data, entry.oid):
            return mode, None
        return mode, data

    def _unchanged(self, path: str, data: bytes, oid: Oid) -> bool:
        """Whether bytes are those of a blob, or what git would store as such: other line ends, what git-lfs names."""
        kind = self._repository.object_format
        if object_id("blob", data, kind) == oid:
            return True
        if object_id("blob", data.replace(b"\r\n", b"\n"), kind) == oid:
            return self._line_ends(path, data)
        pointer = _POINTER.match(self._repository.blobs([oid])[oid]) if len(data) else None
        return pointer is not None and pointer[1].decode() == hashlib.sha256(data).hexdigest()

    def _line_ends(self, path: str, data: bytes) -> bool:
        """Whether git would store this file with other line ends, by attributes (gitattributes(5)) and settings."""
        git = Git(self._repository.git_dir, self._repository.environ, index=self._index)
        command = ["-C", str(self._root), "--work-tree", str(self._root), "check-attr", "-z", "--stdin"]
        out = git.run([*command, "text", "eol", "crlf"], stdin=encode(path) + b"\0").split(b"\0")
        text, eol, crlf = (decode(value) for value in out[2::3])
        if text == "set" or (text == "unspecified" and eol in ("lf", "crlf")):
            return True
        name = "core.autocrlf"
        set_to = self._repository.config_local(name) or self._repository.config_global(name) or ""
        usual = text == crlf == "unspecified" and set_to.lower() in _ON
        return (usual or text == "auto") and _BINARY.search(data) is None


def _nanoseconds(told: bytes) -> int:
    seconds, nanoseconds = told.split(b":")
    return int(seconds) * 1_000_000_000 + int(nanoseconds)


def _head_of(folder: Path, outer: Repository) -> Oid | None:
    """The commit that a repository within the work tree stands at; None where there is none."""
    environ = {key: value for key, value in outer.environ.items() if key not in QUARANTINE}
    try:
        if not os.path.lexists(folder / ".git"):
            return None
        found = Repository.open(folder, environ)
        head = found.resolve("HEAD")[1] if found.git_dir != outer.git_dir else None
    except (RepositoryError, OSError):
        return None
    return head if head is not None and len(head) == len(outer.empty_tree) else None


def root_of(folder: Path) -> Path | None:
    """The root of the work tree that holds a folder; None where there is none."""
    place = folder.absolute()
    return next((each for each in (place, *place.parents) if (each / ".git").exists()), None)
