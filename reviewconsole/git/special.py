"""Find what git would wait on for ever: a named pipe, socket or device where it reads a file.

git opens whatever stands at a place, and opening a pipe that nobody writes to has no end (fifo(7)). Pure file system;
no process is started here.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from reviewconsole import lazy_re as re
from reviewconsole.display import safe_text
from reviewconsole.errors import RepositoryError

_ALWAYS_READ = (
    "HEAD",
    "commondir",
    "gitdir",
    "config",
    "config.worktree",
    "packed-refs",
    "shallow",
    "index",
    "info/attributes",
    "info/exclude",
    "info/grafts",
    "info/sparse-checkout",
    "objects/info/alternates",
    "objects/info/packs",
    "objects/info/commit-graph",
    "objects/pack/multi-pack-index",
)
_VALUE = re.compile(rb"""=[ \t]*"?([^"\n#;]+)""")
_LARGEST = 16 << 20
_MOST = 300_000
"""Files that are looked at after git fell silent."""
_DEEPEST = 10


def _kind(place: Path | str) -> str:
    """What a place is, links followed, where it is neither file nor folder; empty for those and for nothing."""
    try:
        found = os.stat(place)  # noqa: PTH116 - a million times faster matters here
    except (OSError, ValueError):
        return ""
    kinds = (
        (stat.S_ISFIFO, "named pipe"),
        (stat.S_ISSOCK, "socket"),
        (stat.S_ISCHR, "device"),
        (stat.S_ISBLK, "device"),
    )
    null = found.st_rdev and found.st_rdev == os.stat(os.devnull).st_rdev  # noqa: PTH116 - as above
    return "" if null else next((name for is_kind, name in kinds if is_kind(found.st_mode)), "")


def common_dir(git_dir: Path) -> Path:
    """Where a linked work tree's repository lies, read without git; the folder itself for any other."""
    named = _content(git_dir / "commondir").rstrip(b"\n")
    return git_dir / os.fsdecode(named) if named and b"\0" not in named else git_dir


def _content(place: Path) -> bytes:
    try:
        if not place.is_file():
            return b""
        with place.open("rb") as stream:
            return stream.read(_LARGEST)
    except (OSError, ValueError):
        return b""


def refuse_special(git_dir: Path) -> None:
    """RepositoryError where one of the places that every command reads is neither file nor folder."""
    for folder in dict.fromkeys((git_dir, common_dir(git_dir))):
        for name in _ALWAYS_READ:
            refuse(folder / name)


def refuse_all_special(git_dir: Path, work_tree: Path | None = None) -> None:
    """RepositoryError where anything that git may read is neither file nor folder; for when it fell silent."""
    refuse_special(git_dir)
    left = _MOST
    for place in _places(git_dir, work_tree):
        refuse(place)
        left -= 1
        if not left:
            return


def refuse(place: Path | str) -> None:
    """RepositoryError where a place is neither file nor folder, links followed."""
    kind = _kind(place)
    if kind:
        shown = safe_text(os.fsdecode(place))
        raise RepositoryError(
            f"{shown} is a {kind} and no file, and git would wait on it for ever",
            remedy=f"find out who made it, and remove it: rm {shown}",
        )


def _places(git_dir: Path, work_tree: Path | None) -> Iterator[Path | str]:
    folders = list(dict.fromkeys((git_dir, common_dir(git_dir))))
    for folder in folders:
        for name in ("config", "config.worktree"):
            yield from _named_by(folder / name, _DEEPEST)
    for folder in folders:
        yield from _below(str(folder))
    for lender in _lenders(folders[-1] / "objects", _DEEPEST):
        yield from _below(str(lender))
    if work_tree is not None:
        yield from (place for place in _below(str(work_tree)) if os.path.basename(place).startswith(".git"))  # noqa: PTH119


def _below(root: str) -> Iterator[str]:
    """All that is no folder under a root; links to folders are followed, each folder once."""
    seen: set[tuple[int, int]] = set()
    todo = [root]
    while todo:
        folder = todo.pop()
        try:
            own = os.stat(folder)  # noqa: PTH116 - as above
            with os.scandir(folder) as rows:
                if (own.st_dev, own.st_ino) in seen:
                    continue
                seen.add((own.st_dev, own.st_ino))
                for row in rows:
                    if row.is_dir():
                        todo.append(row.path)
                    elif not row.is_file():
                        yield row.path
        except OSError:
            continue


def _named_by(config: Path, deep: int) -> Iterator[Path]:
    """The files that a configuration names, in whatever key: to include, to leave out, to give attributes."""
    for found in _VALUE.finditer(_content(config)):
        value = os.fsdecode(found[1].strip())
        if "\0" not in value:
            place = config.parent / os.path.expanduser(value)  # noqa: PTH111 - no error where nobody is called so
            yield place
            if deep and place != config and place.is_file():
                yield from _named_by(place, deep - 1)


def _lenders(objects: Path, deep: int) -> Iterator[Path]:
    """Folders of objects that a repository borrows from (gitrepository-layout(5))."""
    for line in _content(objects / "info" / "alternates").splitlines():
        if line and b"\0" not in line:
            lender = objects / os.fsdecode(line)
            yield lender
            if deep:
                yield from _lenders(lender, deep - 1)
