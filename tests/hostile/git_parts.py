"""Make any git object, well-formed or not: `hash-object --literally` and packs of `fast-import`."""

import hashlib
import os
import subprocess
import zlib
from dataclasses import dataclass, field
from pathlib import Path

IDENTITY = "Mallory <mallory@example.com> 1760000000 +0000"
TRAILER = "Co-Authored-By: Claude <noreply@anthropic.com>"

Tree = dict[bytes, "bytes | tuple[str, bytes] | Tree"]
"""Name -> content, (mode, content), or a folder; a gitlink's content is the hex id."""


@dataclass
class Maker:
    """Writes objects straight into one repository, without a process for each."""

    git_dir: Path
    base: Tree = field(default_factory=dict)
    """The files of main, which a case starts from."""
    objects: set[str] = field(default_factory=set)

    def git(self, *words: str | bytes, feed: bytes = b"", check: bool = True) -> bytes:
        env = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
        command = ["git", "--git-dir", str(self.git_dir), *words]
        return subprocess.run(command, input=feed, env=env, capture_output=True, check=check).stdout

    def store(self, kind: str, data: bytes) -> str:
        """Write one loose object of any bytes; gives its id."""
        whole = f"{kind} {len(data)}".encode() + b"\0" + data
        oid = hashlib.sha1(whole).hexdigest()
        place = self.git_dir / "objects" / oid[:2] / oid[2:]
        if oid not in self.objects and not place.exists():
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(zlib.compress(whole, 1))
        self.objects.add(oid)
        return oid

    def tree(self, files: Tree, *, sort: bool = True) -> str:
        rows = []
        for name, what in files.items():
            if isinstance(what, dict):
                rows.append((name, "40000", self.tree(what)))
            else:
                mode, data = what if isinstance(what, tuple) else ("100644", what)
                oid = data.decode() if mode == "160000" else self.store("blob", data)
                rows.append((name, mode, oid))
        if sort:
            rows.sort(key=lambda row: row[0] + (b"/" if row[1] == "40000" else b""))
        return self.store(
            "tree", b"".join(mode.encode() + b" " + name + b"\0" + bytes.fromhex(oid) for name, mode, oid in rows)
        )

    def commit(self, tree: str, parents: tuple[str, ...], message: bytes, *, head: bytes = b"") -> str:
        """A commit; `head` replaces the author and committer lines."""
        lines = [b"tree " + tree.encode(), *(b"parent " + parent.encode() for parent in parents)]
        lines.append(head or f"author {IDENTITY}\ncommitter {IDENTITY}".encode())
        return self.store("commit", b"\n".join(lines) + b"\n\n" + message)

    def ref(self, name: bytes | str, oid: str) -> None:
        """Write a loose ref of any name that the file system takes."""
        raw = name.encode() if isinstance(name, str) else name
        place = Path(os.fsdecode(os.path.join(os.fsencode(self.git_dir), raw)))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(oid + "\n")
