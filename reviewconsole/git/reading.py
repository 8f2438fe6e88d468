"""Read raw objects through `git cat-file`, each hashed again; small ones are kept where the caller asks for it."""

from collections.abc import Iterable, Iterator

from reviewconsole.change import Oid
from reviewconsole.errors import CorruptObject, MissingObject, RepositoryError
from reviewconsole.git.objects import check_object
from reviewconsole.git.process import Git, said

_LARGEST_KEPT = 64 << 10
"""Bytes of one object that is kept."""
_MOST_KEPT = 16 << 20
"""Bytes of all of them; beyond, all are forgotten."""


class Objects:
    """The objects of one repository. What is kept was hashed when it was read."""

    def __init__(self, git: Git, object_format: str) -> None:
        self._git = git
        self._object_format = object_format
        self._kept: dict[tuple[str, Oid], bytes] = {}
        self._size = 0

    def read(self, oids: Iterable[Oid], kind: str, largest: int, *, keep: bool = False) -> Iterator[tuple[Oid, bytes]]:
        """Read objects of one kind through one process; with `keep`, what was read and hashed once is not read again.

        Raises MissingObject, CorruptObject, or RepositoryError for a blob larger than `largest` bytes. With 0
        sizes are not asked for.
        """
        wanted = list(dict.fromkeys(oids))
        held = {oid: data for oid in wanted if keep and (data := self._kept.get((kind, oid))) is not None}
        fresh = self._fresh([oid for oid in wanted if oid not in held], kind, largest)
        for oid in wanted:
            if oid in held:
                yield oid, held[oid]
                continue
            _, data = next(fresh)
            if keep:
                self._keep(kind, oid, data)
            yield oid, data

    def _keep(self, kind: str, oid: Oid, data: bytes) -> None:
        if len(data) > _LARGEST_KEPT:
            return
        if self._size + len(data) > _MOST_KEPT:
            self._kept.clear()
            self._size = 0
        self._kept[kind, oid] = data
        self._size += len(data)

    def _fresh(self, wanted: list[Oid], kind: str, largest: int) -> Iterator[tuple[Oid, bytes]]:
        if not wanted:
            return
        feed = "".join(f"{oid}\n" for oid in wanted).encode()
        if kind == "blob" and largest:
            for oid, size in self.sizes(wanted).items():
                if size > largest:
                    raise RepositoryError(f"{oid[:12]} has {size} bytes, more than {largest}")
        out = self._cat_file("--batch", feed)
        at = 0
        for oid in wanted:
            end = out.index(b"\n", at)
            parts = out[at:end].split()
            if len(parts) != 3 or parts[1] != kind.encode():
                why = "is not here" if parts[-1:] == [b"missing"] else f"is no {kind}"
                raise MissingObject(f"object {oid[:12]} {why}", remedy="fetch the whole history")
            size = int(parts[2])
            data = out[end + 1 : end + 1 + size]
            at = end + 2 + size
            check_object(oid, kind, data, self._object_format)
            yield oid, data

    def _cat_file(self, option: str, feed: bytes) -> bytes:
        code, out, err = self._git.attempt(["cat-file", option], stdin=feed)
        if code:
            raise CorruptObject(f"an object cannot be read: {said(err)}", remedy="run `git fsck`")
        return out

    def sizes(self, oids: Iterable[Oid]) -> dict[Oid, int]:
        """Sizes in bytes of the objects that are here, unchecked."""
        feed = "".join(f"{oid}\n" for oid in oids).encode()
        rows = [row.split() for row in self._cat_file("--batch-check", feed).split(b"\n")]
        return {Oid(row[0].decode()): int(row[2]) for row in rows if len(row) == 3}
