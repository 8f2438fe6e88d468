"""Read raw objects through one `git cat-file`, each hashed again; small ones are kept where the caller asks for it."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from reviewconsole.change import Oid, encode
from reviewconsole.errors import CorruptObject, MissingObject, RepositoryError
from reviewconsole.git.lasting import MOST_ASKED, Ended, Lasting
from reviewconsole.git.objects import check_object
from reviewconsole.git.patches import FILE_START
from reviewconsole.git.process import Git, said

_LARGEST = {"commit": 16 << 20, "tree": 32 << 20}
"""Bytes of one object that is parsed; a megabyte of a push can unpack to a thousand."""
_MOST_AT_ONCE = 256 << 20
"""Bytes of all objects of one read."""
_LARGEST_KEPT = 64 << 10
"""Bytes of one object that is kept."""
_MOST_KEPT = 16 << 20
"""Bytes of all of them; beyond, all are forgotten."""

_LONGEST_NAME = 1024

Answer = tuple[Oid, str, int] | None
"""Id, kind and size; None for what is not here."""
T = TypeVar("T")


class Objects:
    """The objects of one repository. What is kept was hashed when it was read."""

    def __init__(self, git: Git, object_format: str) -> None:
        # buffered: an answer is written when enough of them are there, or when we ask for it
        self._server = Lasting(git.open, ["cat-file", "--batch-command", "--buffer"], silent=git.silent)
        self._object_format = object_format
        self._kept: dict[tuple[str, Oid], bytes] = {}
        self._size = 0

    def read(self, oids: Iterable[Oid], kind: str, largest: int, *, keep: bool = False) -> Iterator[tuple[Oid, bytes]]:
        """Read objects of one kind through one process; with `keep`, what was read and hashed once is not read again.

        Raises MissingObject, CorruptObject, or RepositoryError for a blob larger than `largest` bytes, for a commit
        or tree of a size that nobody writes, and where all together are too large. With 0 sizes are not asked for.
        """
        wanted = list(dict.fromkeys(oids))
        held = {oid: data for oid in wanted if keep and (data := self._kept.get((kind, oid))) is not None}
        fresh = self._fresh([oid for oid in wanted if oid not in held], kind, largest)
        if keep:
            for oid, data in fresh.items():
                self._keep(kind, oid, data)
        for oid in wanted:
            yield oid, held[oid] if oid in held else fresh.pop(oid)

    def _keep(self, kind: str, oid: Oid, data: bytes) -> None:
        if len(data) > _LARGEST_KEPT:
            return
        if self._size + len(data) > _MOST_KEPT:
            self._kept.clear()
            self._size = 0
        self._kept[kind, oid] = data
        self._size += len(data)

    def _fresh(self, wanted: Sequence[Oid], kind: str, largest: int) -> dict[Oid, bytes]:
        if kind == "blob" and largest:
            for oid, size in self.sizes(wanted).items():
                if size > largest:
                    raise RepositoryError(f"{oid[:12]} has {size} bytes, more than {largest}")
        left = _MOST_AT_ONCE

        def content(oid: str) -> bytes:
            nonlocal left
            data = self._content(Oid(oid), kind, left)
            left -= len(data)
            return data

        return dict(zip(wanted, self._each(b"contents", wanted, lambda some: map(content, some)), strict=True))

    def _content(self, oid: Oid, kind: str, left: int) -> bytes:
        parts = self._server.line().split()
        if len(parts) != 3 or parts[1] != kind.encode():
            why = "is not here" if parts[-1:] == [b"missing"] else f"is no {kind}"
            raise MissingObject(f"object {oid[:12]} {why}", remedy="fetch the whole history")
        size, most = int(parts[2]), _LARGEST.get(kind, left)
        if size > most and kind in _LARGEST:
            raise RepositoryError(f"{kind} {oid[:12]} has {size} bytes, more than {most}")
        if size > left:
            raise RepositoryError(f"the {kind}s have more than {_MOST_AT_ONCE >> 20} MB together", remedy="split it")
        data = self._server.take(size + 1)[:-1]
        check_object(oid, kind, data, self._object_format)
        return data

    def _each(self, command: bytes, names: Sequence[str], read: Callable[[Sequence[str]], Iterable[T]]) -> list[T]:
        """Ask about many names, as many at a time as the pipe holds; a failure ends the process, and its answers."""
        found: list[T] = []
        most = (MOST_ASKED - 8) // (len(command) + 2 + max((len(encode(name)) for name in names), default=0))
        with self._server.lock:
            try:
                for at in range(0, len(names), most):
                    some = names[at : at + most]
                    rows = b"".join(b"%s %s\n" % (command, encode(name)) for name in some)
                    self._server.ask(rows + b"flush\n")
                    found += read(some)
            except Ended as ended:
                raise CorruptObject(f"an object cannot be read: {said(ended.err)}", remedy="run `git fsck`") from ended
            except BaseException:
                self._server.end()
                raise
        return found

    def look_up(self, names: Sequence[str]) -> list[Answer]:
        """Say what names (ids, `id^{commit}`, `id:path`) stand for, in their order; unchecked.

        A name holds no newline; one of more than 1024 bytes is not here.
        """
        fitting = [name if len(encode(name)) <= _LONGEST_NAME and "\n" not in name else "0" * 40 for name in names]
        return self._each(b"info", fitting, lambda some: map(_answer, self._server.lines(len(some))))

    def sizes(self, oids: Iterable[Oid]) -> dict[Oid, int]:
        """Sizes in bytes of the objects that are here, unchecked."""
        return {found[0]: found[2] for found in self.look_up(list(oids)) if found is not None}

    def close(self) -> None:
        """End the process, unless it is answering."""
        self._server.close()


def _answer(row: bytes) -> Answer:
    parts = row.rsplit(b" ", 2)
    if len(parts) != 3 or not parts[2].isdigit():
        return None
    return Oid(parts[0].decode()), parts[1].decode(), int(parts[2])


class Patches:
    """The patches of one repository, by one `git diff-tree` that gets pairs of trees."""

    def __init__(self, git: Git, options: Sequence[str]) -> None:
        self._server = Lasting(git.open, ["diff-tree", "--stdin", *options], silent=git.silent)
        # git repeats a line that names no object: what cannot be guessed ends an answer, whatever files hold
        self._mark = f"end {secrets.token_hex(16)}\n".encode()

    def between(self, old_tree: Oid, new_tree: Oid) -> list[bytes]:
        """The patch that leads from one tree to another, in pieces of whole files.

        Raises RepositoryError where git cannot make it.
        """
        asked = f"{old_tree} {new_tree}\n".encode()
        with self._server.lock:
            try:
                self._server.ask(asked + self._mark)
                first, *rest = self._server.until(self._mark, FILE_START)
                return [first.removeprefix(asked), *rest]
            except Ended as ended:
                raise RepositoryError(f"git diff-tree {old_tree} {new_tree} ended: {said(ended.err)}") from ended
            except BaseException:
                self._server.end()
                raise

    def close(self) -> None:
        """End the process, unless it is answering."""
        self._server.close()
