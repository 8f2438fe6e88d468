"""Build FileDiff values from two folders, or from texts, the way git would show them."""

import difflib
import hashlib
from pathlib import Path

from reviewconsole.change import Entry, Oid
from reviewconsole.detection import RuleSettings, ScanResult, scan
from reviewconsole.detection.model import naming
from reviewconsole.diff import FileDiff, check_rebuild, parse_hunks


def file_diff(path: str, old: bytes | None, new: bytes | None, *, binary: bool = False) -> FileDiff:
    patch = b"".join(_rows(old or b"", new or b""))
    entry = Entry(
        path=path,
        status="A" if old is None else "D" if new is None else "M",
        old_mode="000000" if old is None else "100644",
        new_mode="000000" if new is None else "100644",
        old_oid=_oid(old),
        new_oid=_oid(new),
    )
    found = FileDiff(entry=entry, old=old, new=new, hunks=() if binary else parse_hunks(path, patch), binary=binary)
    check_rebuild(found)
    return found


def _oid(data):
    return None if data is None else Oid(hashlib.sha1(data).hexdigest())


def _rows(old, new):
    a, b = (text.decode("utf-8", "surrogateescape").split("\n") for text in (old, new))
    ends = []
    for rows in (a, b):
        last = rows.pop()
        ends.append(last != "")
        if last:
            rows.append(last)
    rows = list(difflib.unified_diff(a, b, n=3, lineterm=""))[2:]
    a_left, b_left = len(a), len(b)
    for row in rows:
        yield row.encode("utf-8", "surrogateescape") + b"\n"
        if row.startswith("@@"):
            old_at, new_at = (int(part[1:].split(",")[0]) for part in row.split()[1:3])
            continue
        hit_old = ends[0] and row[0] in "- " and old_at == a_left
        hit_new = ends[1] and row[0] in "+ " and new_at == b_left
        old_at += row[0] in "- "
        new_at += row[0] in "+ "
        if hit_old or hit_new:
            yield b"\\ No newline at end of file\n"


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def change(old: dict[str, bytes], new: dict[str, bytes]) -> list[FileDiff]:
    paths = sorted(old.keys() | new.keys())
    return [file_diff(p, old.get(p), new.get(p)) for p in paths if old.get(p) != new.get(p)]


class MemoryTree:
    """A whole tree held in memory; a file of the sample that did not change is in it too."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def has(self, path):
        return path in self.files

    def paths(self):
        return sorted(self.files)

    def read_many(self, paths):
        return {path: self.files[path] for path in paths if path in self.files}

    def naming(self, text, *, word):
        return naming(self.files, text, word=word)


def scan_trees(old: dict[str, bytes], new: dict[str, bytes], **options) -> ScanResult:
    return scan(change(old, new), settings=RuleSettings(**options), old_tree=MemoryTree(old), new_tree=MemoryTree(new))


def scanned(old: dict[str, str], new: dict[str, str], **options) -> ScanResult:
    encoded = [{path: text.encode("utf-8", "surrogateescape") for path, text in side.items()} for side in (old, new)]
    return scan_trees(*encoded, **options)
