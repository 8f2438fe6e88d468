"""One repository: discovery, refs, commits, entries, patches, blobs. Ids only reach git's arguments."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reviewconsole.change import ABSENT_MODE, Commit, Entry, Oid, decode, encode
from reviewconsole.errors import MissingObject, RepositoryError
from reviewconsole.git.objects import TreeItem, check_object, object_id, parse_commit, parse_tree, tree_bytes
from reviewconsole.git.patches import split_patches
from reviewconsole.git.process import Git, read_user_config

_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_ABBREVIATED = re.compile(r"[0-9a-f]{7,64}")
LARGEST_BLOB = 64 << 20
"""Bytes; a larger blob is not read, and its change cannot be signed."""

_DIFF = (
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--ignore-submodules=none",
    "--full-index",
    "--no-renames",
    "-O/dev/null",
    "--no-relative",
)
_PATCH = (
    "-p",
    "--text",
    "-U3",
    "--inter-hunk-context=0",
    "--diff-algorithm=myers",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)


@dataclass(frozen=True, slots=True)
class Ref:
    """A full ref name and the commit (or other object) it points at, tags peeled."""

    name: str
    oid: Oid


def discover(path: Path) -> Path:
    """Find the git directory that holds `path`, without starting git or reading configuration."""
    start = path.absolute()
    for folder in (start, *start.parents):
        dot = folder / ".git"
        if dot.is_dir():
            return dot.resolve()
        if dot.is_file():
            text = dot.read_text(encoding="utf-8", errors="surrogateescape").strip()
            if text.startswith("gitdir: "):
                return (folder / text.removeprefix("gitdir: ")).resolve()
        if (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir():
            return folder.resolve()
    raise RepositoryError(f"{path} is in no git repository", remedy="go into one, or name it with -C PATH")


def _entry(meta: bytes, path: bytes) -> Entry:
    old_mode, new_mode, old, new, status = decode(meta).split(" ")
    return Entry(
        path=decode(path),
        status=status[0],
        old_mode=old_mode,
        new_mode=new_mode,
        old_oid=None if old_mode == ABSENT_MODE else Oid(old),
        new_oid=None if new_mode == ABSENT_MODE else Oid(new),
    )


class Repository:
    """Reads one repository. Every object whose bytes are handed out has been hashed again."""

    def __init__(self, git_dir: Path, environ: Mapping[str, str]) -> None:
        self.git_dir = git_dir
        self.environ = environ
        self.git = Git(git_dir, environ)
        answers = self.git.run(["rev-parse", "--show-object-format", "--is-bare-repository", "--git-common-dir"])
        self.object_format, bare, common = answers.decode("utf-8", "surrogateescape").rstrip("\n").split("\n")
        self.is_bare = bare == "true" or (git_dir.name != ".git" and git_dir == (git_dir / common).resolve())
        self.common_dir = (git_dir / common).resolve()
        self.is_shallow = (self.common_dir / "shallow").is_file()
        self.empty_tree = object_id("tree", b"", self.object_format)

    @classmethod
    def open(cls, path: Path, environ: Mapping[str, str]) -> "Repository":
        """Open the repository that holds a path: work tree, sub-folder, bare, linked work tree."""
        return cls(discover(path), environ)

    # refs

    def refs(self, *prefixes: str) -> tuple[Ref, ...]:
        """List refs under prefixes (whole path components), peeled to commits, one process."""
        form = "--format=%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)"
        out = self.git.run(["for-each-ref", form, *prefixes])
        found = []
        for row in out.split(b"\n"):
            if not row:
                continue
            name, oid, kind, peeled, peeled_kind = row.split(b"\0")
            if kind == b"commit":
                found.append(Ref(decode(name), Oid(oid.decode())))
            elif peeled_kind == b"commit":
                found.append(Ref(decode(name), Oid(peeled.decode())))
        return tuple(found)

    def note_refs(self, prefix: str) -> tuple[Ref, ...]:
        """List notes refs under a prefix, or the one of that name."""
        return self.refs(prefix.rstrip("/"))

    def resolve(self, name: str) -> tuple[str | None, Oid]:
        """Resolve a full ref, branch, remote branch, tag, HEAD or commit id to (full ref, commit)."""
        if not name or "\0" in name or "\n" in name:
            raise RepositoryError("an empty or broken name")
        known = {ref.name: ref.oid for ref in self.refs()}
        candidates = [name] if name.startswith("refs/") else []
        candidates += [f"refs/heads/{name}", f"refs/remotes/{name}", f"refs/tags/{name}", f"refs/{name}"]
        for candidate in candidates:
            if candidate in known:
                return candidate, known[candidate]
        if name == "HEAD":
            return self._head(known)
        if _ABBREVIATED.fullmatch(name):
            out = self.git.run(["cat-file", "--batch-check"], stdin=name.encode() + b"\n").split()
            if len(out) == 3 and out[1] == b"commit":
                return None, Oid(out[0].decode())
        raise RepositoryError(f"{name!r} names no branch, ref or commit here", remedy="list them with `git branch -a`")

    def _head(self, known: Mapping[str, Oid]) -> tuple[str | None, Oid]:
        text = decode((self.git_dir / "HEAD").read_bytes()).strip()
        if text.startswith("ref: "):
            name = text.removeprefix("ref: ").strip()
            if name in known:
                return name, known[name]
            raise RepositoryError("the current branch has no commit yet")
        if _OID.fullmatch(text):
            return None, Oid(text)
        raise RepositoryError("HEAD is unreadable")

    # objects

    def objects(self, oids: Iterable[Oid], kind: str, largest: int = LARGEST_BLOB) -> Iterator[tuple[Oid, bytes]]:
        """Read objects of one kind through one process, each re-hashed.

        Raises MissingObject, CorruptObject, or RepositoryError for one larger than `largest` bytes.
        """
        wanted = list(dict.fromkeys(oids))
        if not wanted:
            return
        feed = "".join(f"{oid}\n" for oid in wanted).encode()
        if kind == "blob":
            for row in self.git.run(["cat-file", "--batch-check"], stdin=feed).split(b"\n"):
                parts = row.split()
                if len(parts) == 3 and int(parts[2]) > largest:
                    raise RepositoryError(f"{parts[0].decode()[:12]} has {int(parts[2])} bytes, more than {largest}")
        out = self.git.run(["cat-file", "--batch"], stdin=feed)
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
            check_object(oid, kind, data, self.object_format)
            yield oid, data

    def read_commits(self, oids: Iterable[Oid]) -> list[Commit]:
        """Read commits by id, in the order given."""
        return [parse_commit(oid, data) for oid, data in self.objects(oids, "commit")]

    def blobs(self, oids: Iterable[Oid]) -> dict[Oid, bytes]:
        """Read blobs by id."""
        return dict(self.objects(oids, "blob"))

    def tree(self, oid: Oid) -> tuple[TreeItem, ...]:
        """Read one tree."""
        if oid == self.empty_tree:
            return ()
        [(_, data)] = self.objects([oid], "tree")
        return parse_tree(data, self.object_format)

    def file_at(self, commit: Oid, path: str) -> bytes | None:
        """Read a regular file of a commit; None where there is none, or a symlink or folder stands there."""
        [found] = self.read_commits([commit])
        tree = found.tree
        *folders, name = encode(path).split(b"/")
        for folder in folders:
            item = next((i for i in self.tree(tree) if i.name == folder and i.mode == "040000"), None)
            if item is None:
                return None
            tree = item.oid
        item = next((i for i in self.tree(tree) if i.name == name and i.mode in ("100644", "100755")), None)
        return None if item is None else self.blobs([item.oid])[item.oid]

    # history

    def _rev_list(self, tips: Sequence[Oid], exclude: Sequence[Oid], *options: str) -> list[Oid]:
        if not tips:
            return []
        feed = "".join([*(f"{oid}\n" for oid in tips), *(f"^{oid}\n" for oid in exclude)]).encode()
        code, out, err = self.git.attempt(["rev-list", *options, "--stdin"], stdin=feed)
        if code:
            raise MissingObject(f"the history cannot be read: {decode(err).strip()}", remedy="fetch the whole history")
        return [Oid(row.decode()) for row in out.split()]

    def commits(self, tips: Sequence[Oid], exclude: Sequence[Oid] = ()) -> list[Commit]:
        """List the commits reachable from tips and not from `exclude`, newest first, topologically."""
        return self.read_commits(self._rev_list(tips, exclude, "--topo-order"))

    def first_parents(self, tip: Oid, exclude: Sequence[Oid]) -> list[Oid]:
        """List the first-parent line of a tip, newest first, down to what `exclude` reaches."""
        return self._rev_list([tip], exclude, "--first-parent")

    def merge_bases(self, left: Oid, right: Oid) -> tuple[Oid, ...]:
        """All best common ancestors of two commits."""
        code, out, err = self.git.attempt(["merge-base", "--all", left, right])
        if code > 1:
            raise MissingObject(f"no merge base can be found: {decode(err).strip()}", remedy="fetch the whole history")
        return tuple(Oid(row.decode()) for row in out.split())

    def is_ancestor(self, old: Oid, new: Oid) -> bool:
        """Tell whether `old` is reachable from `new`."""
        code, _, err = self.git.attempt(["merge-base", "--is-ancestor", old, new])
        if code > 1:
            raise MissingObject(f"the history cannot be read: {decode(err).strip()}", remedy="fetch the whole history")
        return code == 0

    def root_by_first_parent(self, tip: Oid) -> Oid:
        """The root commit reached by first parents."""
        return self.first_parents(tip, [])[-1]

    # diffs

    def entries(self, old_tree: Oid, new_tree: Oid) -> tuple[Entry, ...]:
        """List changed paths between two trees, from `diff-tree --raw -z`, without renames."""
        [found] = self.entries_of([(old_tree, new_tree)])
        return found

    def entries_of(self, pairs: Sequence[tuple[Oid, Oid]]) -> list[tuple[Entry, ...]]:
        """Like `entries`, for many pairs of trees through one process, in their order."""
        feed = "".join(f"{old} {new}\n" for old, new in pairs).encode()
        out = self.git.run(["diff-tree", "-r", "--raw", "-z", "--stdin", *_DIFF], stdin=feed)
        found = []
        at = 0
        for old, new in pairs:
            header = f"{old} {new}\n".encode()
            if not out.startswith(header, at):
                raise RepositoryError("git's answers and the questions are out of step")
            at += len(header)
            fields = []
            while out.startswith(b":", at):
                middle = out.index(b"\0", at)
                end = out.index(b"\0", middle + 1)
                fields.append(_entry(out[at + 1 : middle], out[middle + 1 : end]))
                at = end + 1
            found.append(tuple(fields))
        return found

    def patches(self, old_tree: Oid, new_tree: Oid, entries: Sequence[Entry]) -> dict[str, bytes]:
        """Path -> patch text from its first `@@`; empty for entries without hunks."""
        out = self.git.run(["diff-tree", "-r", *_PATCH, *_DIFF, old_tree, new_tree])
        return split_patches(out, entries)

    # trees that are not stored

    def hash_blob(self, data: bytes) -> Oid:
        """The id that content would have; nothing is written."""
        return object_id("blob", data, self.object_format)

    def tree_with(self, base_tree: Oid, replacements: Mapping[str, tuple[str, Oid] | None]) -> Oid:
        """The id of a tree with some paths replaced (mode, id) or removed (None); nothing is written."""
        direct: dict[bytes, tuple[str, Oid] | None] = {}
        nested: dict[bytes, dict[str, tuple[str, Oid] | None]] = {}
        for path, value in replacements.items():
            first, _, rest = encode(path).partition(b"/")
            if rest:
                nested.setdefault(first, {})[decode(rest)] = value
            else:
                direct[first] = value
        items = {item.name: item for item in self.tree(base_tree)}
        for name, value in direct.items():
            items.pop(name, None)
            if value is not None:
                items[name] = TreeItem(value[0], name, value[1])
        for name, below in nested.items():
            here = items.get(name)
            folder = here.oid if here is not None and here.mode == "040000" else self.empty_tree
            oid = self.tree_with(folder, below)
            if oid != self.empty_tree:
                items[name] = TreeItem("040000", name, oid)
            elif here is not None and here.mode == "040000":
                del items[name]
        return object_id("tree", tree_bytes(list(items.values())), self.object_format)

    # configuration, values only

    def config_global(self, key: str) -> str | None:
        """A value of the person's own git settings, never the repository's."""
        return read_user_config(self.environ, key)

    def config_local(self, key: str) -> str | None:
        """A value of the repository's configuration; nothing in it is run."""
        code, out, _ = self.git.attempt(["config", "--local", "--no-includes", "--get", key])
        return decode(out).rstrip("\n") if code == 0 else None

    def remotes(self) -> list[str]:
        """Names of the configured remotes."""
        code, out, _ = self.git.attempt(
            ["config", "--local", "--no-includes", "--name-only", "-z", "--get-regexp", r"^remote\..*\.url$"]
        )
        if code:
            return []
        names = [decode(name).removeprefix("remote.").removesuffix(".url") for name in out.split(b"\0") if name]
        return list(dict.fromkeys(names))
