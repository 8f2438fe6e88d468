"""Compare two trees, and compute trees that are not stored, from objects that were hashed again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from reviewconsole.change import ABSENT_MODE, GITLINK_MODE, SYMLINK_MODE, Entry, Oid, decode, encode
from reviewconsole.errors import RepositoryError
from reviewconsole.git.objects import TreeItem, object_id, tree_bytes

FOLDER_MODE = "040000"
LARGEST_CHANGE = 250_000
"""Changed paths and folders; beyond it a change is refused, since trees can nest without end."""
DEEPEST = 1000
"""Levels of folders."""

_KIND = 0o170000

TreeReader = Callable[[Iterable[Oid]], Mapping[Oid, tuple[TreeItem, ...]]]


def canonical_mode(mode: str) -> str:
    """The mode as git reports it: only the owner's execute bit of a file counts."""
    bits = int(mode, 8)
    kind = bits & _KIND
    if kind == 0o100000:
        return "100755" if bits & 0o100 else "100644"
    return {0o040000: FOLDER_MODE, 0o120000: SYMLINK_MODE}.get(kind, GITLINK_MODE)


def _rows(items: tuple[TreeItem, ...]) -> dict[bytes, tuple[str, Oid]]:
    try:
        rows = {item.name: (canonical_mode(item.mode), item.oid) for item in items}
    except ValueError as error:
        raise RepositoryError("a tree object is malformed") from error
    if len(rows) != len(items):
        raise RepositoryError("a tree holds two entries of one name", remedy="run `git fsck`")
    # git pairs the entries of two trees by their order, and believes a name that leads into another folder
    order = [name + b"/" if mode == FOLDER_MODE else name for name, (mode, _) in rows.items()]
    if any(b"/" in name or not name for name in rows) or any(a >= b for a, b in pairwise(order)):
        raise RepositoryError("a tree is out of order, or holds a name that is none", remedy="run `git fsck`")
    return rows


def changed_entries(read: TreeReader, old_tree: Oid, new_tree: Oid) -> tuple[Entry, ...]:
    """List what differs between two trees, in byte order of the paths, gitlinks included.

    Raises RepositoryError for a malformed tree and beyond LARGEST_CHANGE or DEEPEST.
    """
    found: list[Entry] = []
    level: list[tuple[bytes, Oid | None, Oid | None]] = [(b"", old_tree, new_tree)] if old_tree != new_tree else []
    depth = 0
    while level:
        depth += 1
        _within_limits(depth, len(level) + len(found))
        trees = read({oid for _, old, new in level for oid in (old, new) if oid is not None})
        below: list[tuple[bytes, Oid | None, Oid | None]] = []
        for prefix, old, new in level:
            _within_limits(depth, len(below) + len(found))
            before = _rows(trees[old]) if old is not None else {}
            after = _rows(trees[new]) if new is not None else {}
            for name in before.keys() | after.keys():
                one, two = before.get(name), after.get(name)
                if one == two:
                    continue
                old_folder, old_file = _split(one)
                new_folder, new_file = _split(two)
                if old_folder or new_folder:
                    below.append((prefix + name + b"/", old_folder, new_folder))
                if old_file or new_file:
                    found.append(_entry(prefix + name, old_file, new_file))
        level = below
    found.sort(key=lambda entry: encode(entry.path))
    if len({entry.path for entry in found}) != len(found):
        raise RepositoryError("a tree holds two entries of one name", remedy="run `git fsck`")
    return tuple(found)


def _within_limits(depth: int, size: int) -> None:
    if depth > DEEPEST or size > LARGEST_CHANGE:
        raise RepositoryError(f"the change has more than {LARGEST_CHANGE} paths or {DEEPEST} levels of folders")


def _split(side: tuple[str, Oid] | None) -> tuple[Oid | None, tuple[str, Oid] | None]:
    """One side of a row as (folder, anything else)."""
    if side is None:
        return None, None
    return (side[1], None) if side[0] == FOLDER_MODE else (None, side)


def _entry(path: bytes, old: tuple[str, Oid] | None, new: tuple[str, Oid] | None) -> Entry:
    if old is None:
        status = "A"
    elif new is None:
        status = "D"
    else:
        status = "T" if old[0][:3] != new[0][:3] else "M"
    return Entry(
        path=decode(path),
        status=status,
        old_mode=old[0] if old else ABSENT_MODE,
        new_mode=new[0] if new else ABSENT_MODE,
        old_oid=old[1] if old else None,
        new_oid=new[1] if new else None,
    )


def parse_raw(out: bytes, pairs: Sequence[tuple[Oid, Oid]]) -> list[tuple[Entry, ...]]:
    """Read the answers of `diff-tree --stdin --raw -z` to pairs of trees, in their order."""
    found = []
    at = 0
    for old, new in pairs:
        header = f"{old} {new}\n".encode()
        if not out.startswith(header, at):
            raise RepositoryError("git's answers and the questions are out of step")
        entries, at = raw_rows(out, at + len(header))
        found.append(entries)
    return found


def raw_rows(out: bytes, at: int = 0) -> tuple[tuple[Entry, ...], int]:
    """Read the rows of `--raw -z` that begin at an offset; gives where they end, too."""
    entries = []
    while out.startswith(b":", at):
        middle = out.find(b"\0", at)
        end = out.find(b"\0", middle + 1)
        parts = decode(out[at + 1 : middle]).split(" ")
        if min(middle, end) < 0 or len(parts) != 5:
            raise RepositoryError("a row of git's list of files is cut")
        old_mode, new_mode, old_oid, new_oid, _ = parts
        before = None if old_mode == ABSENT_MODE else (old_mode, Oid(old_oid))
        after = None if new_mode == ABSENT_MODE else (new_mode, Oid(new_oid))
        entries.append(_entry(out[middle + 1 : end], before, after))
        at = end + 1
    return tuple(entries), at


def tree_with(
    read: Callable[[Oid], tuple[TreeItem, ...]],
    base_tree: Oid,
    replacements: Mapping[str, tuple[str, Oid] | None],
    object_format: str,
) -> Oid:
    """The id of a tree with some paths replaced (mode, id) or removed (None); nothing is written."""
    empty_tree = object_id("tree", b"", object_format)
    direct: dict[bytes, tuple[str, Oid] | None] = {}
    nested: dict[bytes, dict[str, tuple[str, Oid] | None]] = {}
    for path, value in replacements.items():
        first, _, rest = encode(path).partition(b"/")
        if rest:
            nested.setdefault(first, {})[decode(rest)] = value
        else:
            direct[first] = value
    items = {item.name: item for item in read(base_tree)}
    for name, value in direct.items():
        items.pop(name, None)
        if value is not None:
            items[name] = TreeItem(value[0], name, value[1])
    for name, below in nested.items():
        here = items.get(name)
        old = here.oid if here is not None and here.mode == FOLDER_MODE else None
        oid = tree_with(read, old or empty_tree, below, object_format)
        if oid != empty_tree:
            items[name] = TreeItem(FOLDER_MODE, name, oid)
        elif old is not None:
            del items[name]
    return object_id("tree", tree_bytes(list(items.values())), object_format)
