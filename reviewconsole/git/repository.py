"""One repository: discovery, refs, commits, entries, patches, blobs. Ids only reach git's arguments."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reviewconsole import lazy_re as re
from reviewconsole.change import OBJECT_ID, Commit, Entry, Oid, decode, encode
from reviewconsole.errors import MissingObject, RepositoryError
from reviewconsole.git.discovery import discover
from reviewconsole.git.objects import TreeItem, object_id, parse_commit, parse_tree
from reviewconsole.git.patches import split_patches
from reviewconsole.git.process import Git, said
from reviewconsole.git.reading import Objects, Patches
from reviewconsole.git.settings import Settings
from reviewconsole.git.special import refuse_special
from reviewconsole.git.trees import changed_entries, parse_raw, tree_with

_OID = re.compile(OBJECT_ID)
_EARLIER = re.compile(r"(.+?)(?:(\^+)|~([0-9]{0,6}))")
"""`NAME^`, `NAME~3`: git allows neither sign in the name of a ref."""
_ABBREVIATED = re.compile(r"[0-9a-f]{7,64}")
_QUICK_SECONDS = 10
_MOST_LISTED = 256 << 20
LARGEST_BLOB = 64 << 20
"""Bytes; a larger blob is not read, and its change cannot be signed."""

DIFF_OPTIONS = (
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--ignore-submodules=none",
    "--full-index",
    "--no-renames",
    "-O/dev/null",
    "--no-relative",
)
_RAW = ("diff-tree", "-r", "--raw", "-z", "--stdin", *DIFF_OPTIONS)
PATCH_OPTIONS = (
    "-p",
    "--text",
    "-U3",
    "--inter-hunk-context=0",
    "--diff-algorithm=myers",
    "--indent-heuristic",
    "--submodule=short",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)


@dataclass(frozen=True, slots=True)
class Ref:
    """A full ref name and the commit (or other object) it points at, tags peeled."""

    name: str
    oid: Oid


def _named(refs: Iterable[Ref], name: str) -> Oid | None:
    return next((ref.oid for ref in refs if ref.name == name), None)


def _within(name: str, root: str) -> bool:
    return name == root or name.startswith(f"{root}/")


REGULAR = ("100644", "100755")
"""Modes of regular files."""


class Repository(Settings):
    """Reads one repository. Every object whose bytes are handed out has been hashed again."""

    def __init__(self, git_dir: Path, environ: Mapping[str, str]) -> None:
        refuse_special(git_dir)
        super().__init__(Git(git_dir, environ), environ)
        self.git_dir = git_dir
        answers = self.git.run(["rev-parse", "--show-object-format", "--is-bare-repository", "--git-common-dir"])
        self.object_format, bare, common = decode(answers).removesuffix("\n").split("\n", 2)
        self.is_bare = bare == "true" or (git_dir.name != ".git" and git_dir == (git_dir / common).resolve())
        self.common_dir = (git_dir / common).resolve()
        self._objects = Objects(self.git, self.object_format)
        self._patches = Patches(self.git, ["-r", *PATCH_OPTIONS, *DIFF_OPTIONS])
        self._held: tuple[Ref, ...] | None = None
        self._roots: dict[Oid, Oid] = {}
        self.empty_tree = object_id("tree", b"", self.object_format)

    @property
    def is_shallow(self) -> bool:
        """Whether history ends early here, as of now: another process may fetch."""
        return (self.common_dir / "shallow").is_file()

    @classmethod
    def open(cls, path: Path, environ: Mapping[str, str]) -> "Repository":
        """Open the repository that holds a path: work tree, sub-folder, bare, linked work tree."""
        return cls(discover(path), environ)

    # refs

    def refs(self, *prefixes: str) -> tuple[Ref, ...]:
        """List refs under prefixes (whole components), peeled to commits; without what is no commit, or not here."""
        return self.peeled(self.raw_refs(*prefixes))

    def peeled(self, rows: Sequence[Ref]) -> tuple[Ref, ...]:
        """Refs as `raw_refs` gives them, peeled to commits; without what is no commit, or not here."""
        found = self._objects.look_up([f"{ref.oid}^{{commit}}" for ref in rows])
        return tuple(Ref(ref.name, each[0]) for ref, each in zip(rows, found, strict=True) if each is not None)

    def is_commit(self, oid: Oid) -> bool:
        """Whether a commit, or a tag of one, of this id is here."""
        return self._objects.look_up([f"{oid}^{{commit}}"]) != [None]

    def raw_refs(self, *prefixes: str) -> tuple[Ref, ...]:
        """List refs as they are stored: not peeled, their objects not looked at."""
        if self._held is not None:
            roots = [prefix.rstrip("/") for prefix in prefixes]
            return tuple(r for r in self._held if not roots or any(_within(r.name, root) for root in roots))
        out = self.git.run(["for-each-ref", "--format=%(refname)%00%(objectname)", *prefixes])
        rows = [row.split(b"\0") for row in out.split(b"\n") if row]
        return tuple(Ref(decode(name), Oid(oid.decode())) for name, oid in rows)

    @contextmanager
    def held(self, refs: tuple[Ref, ...] | None = None) -> Iterator[tuple[Ref, ...]]:
        """All that is asked of refs within sees one moment, now or that of `refs`; nothing may move one within."""
        before, self._held = self._held, self.raw_refs() if refs is None else refs
        try:
            yield self._held
        finally:
            self._held = before

    def note_refs(self, prefix: str) -> tuple[Ref, ...]:
        """List notes refs under a prefix, or the one of that name."""
        return self.refs(prefix.rstrip("/"))

    def resolve(self, name: str) -> tuple[str | None, Oid]:
        """Resolve a full ref, branch, remote branch, tag, HEAD or commit id to (full ref, commit)."""
        if not name or "\0" in name or "\n" in name:
            raise RepositoryError("an empty or broken name")
        if steps := _EARLIER.fullmatch(name):
            return None, _before(self, steps[1], len(steps[2]) if steps[2] else int(steps[3] or 1))
        if name == "HEAD":
            return self._head()
        # a branch may be called like a commit: a whole id always means the commit
        candidates = [name] if name.startswith("refs/") else []
        candidates += [f"refs/heads/{name}", f"refs/remotes/{name}", f"refs/tags/{name}", f"refs/{name}"]
        for candidate in candidates if not _OID.fullmatch(name) else ():
            if (oid := _named(self.refs(candidate), candidate)) is not None:
                self._refuse_ambiguous(name, oid)
                return candidate, oid
        if _ABBREVIATED.fullmatch(name):
            [found] = self._objects.look_up([f"{name}^{{commit}}"])
            if found is not None:
                return None, found[0]
        raise RepositoryError(f"{name!r} names no branch, ref or commit here", remedy="list them with `git branch -a`")

    def _refuse_ambiguous(self, name: str, oid: Oid) -> None:
        """A ref whose name is the beginning of another commit's id could be taken for it."""
        if not _ABBREVIATED.fullmatch(name):
            return
        # git itself would take the ref: every object whose id begins so is asked for
        begun = self.git.run(["rev-parse", f"--disambiguate={name}"]).split()
        found = self._objects.look_up([f"{each.decode()}^{{commit}}" for each in begun])
        if any(each is not None and each[0] != oid for each in found):
            raise RepositoryError(f"{name} is a ref, and begins the id of another commit", remedy="name it in full")

    def _head(self) -> tuple[str | None, Oid]:
        text = decode((self.git_dir / "HEAD").read_bytes()).strip()
        if text.startswith("ref: "):
            name = text.removeprefix("ref: ").strip()
            if (oid := _named(self.refs(name), name)) is not None:
                return name, oid
            raise RepositoryError("the current branch has no commit yet")
        if _OID.fullmatch(text):
            return None, Oid(text)
        raise RepositoryError("HEAD is unreadable")

    # objects

    def objects(
        self, oids: Iterable[Oid], kind: str, largest: int = LARGEST_BLOB, *, keep: bool = False
    ) -> Iterator[tuple[Oid, bytes]]:
        """Read objects of one kind, each hashed again; see `reading.Objects.read`."""
        return self._objects.read(oids, kind, largest, keep=keep)

    def sizes(self, oids: Iterable[Oid]) -> dict[Oid, int]:
        """Sizes in bytes of the objects that are here, unchecked."""
        return self._objects.sizes(oids)

    def read_commits(self, oids: Iterable[Oid]) -> list[Commit]:
        """Read commits by id, in the order given."""
        return [parse_commit(oid, data) for oid, data in self.objects(oids, "commit")]

    def blobs(self, oids: Iterable[Oid]) -> dict[Oid, bytes]:
        """Read blobs by id."""
        return dict(self.objects(oids, "blob"))

    def trees(self, oids: Iterable[Oid]) -> dict[Oid, tuple[TreeItem, ...]]:
        """Read trees by id; the empty tree need not be stored."""
        wanted = set(oids)
        stored = self.objects(wanted - {self.empty_tree}, "tree")
        found = {oid: parse_tree(data, self.object_format) for oid, data in stored}
        return {**found, self.empty_tree: ()}

    def tree(self, oid: Oid) -> tuple[TreeItem, ...]:
        """Read one tree."""
        return self.trees([oid])[oid]

    def item_at(self, commit: Oid, path: str) -> TreeItem | None:
        """What stands at a path of a commit; None where nothing does. Each object on the way is read once."""
        [(_, data)] = self.objects([commit], "commit", keep=True)
        item = TreeItem("040000", b"", parse_commit(commit, data).tree)
        for name in encode(path).split(b"/"):
            if item.mode != "040000":
                return None
            [(_, data)] = (
                [(item.oid, b"")] if item.oid == self.empty_tree else self.objects([item.oid], "tree", keep=True)
            )
            below = next((i for i in parse_tree(data, self.object_format) if i.name == name), None)
            if below is None:
                return None
            item = below
        return item

    def file_at(self, commit: Oid, path: str) -> bytes | None:
        """Read a regular file of a commit; None where there is none, or a symlink or folder stands there."""
        item = self.item_at(commit, path)
        return self.blobs([item.oid])[item.oid] if item is not None and item.mode in REGULAR else None

    # history

    def _rev_list(self, tips: Sequence[Oid], exclude: Sequence[Oid], *options: str) -> list[Oid]:
        if not tips:
            return []
        feed = "".join([*(f"{oid}\n" for oid in tips), *(f"^{oid}\n" for oid in exclude)]).encode()
        code, out, err = self.git.attempt(["rev-list", *options, "--stdin"], stdin=feed)
        if code:
            raise MissingObject(f"the history cannot be read: {said(err)}", remedy="fetch the whole history")
        return [Oid(row.decode()) for row in out.split()]

    def commits(self, tips: Sequence[Oid], exclude: Sequence[Oid] = ()) -> list[Commit]:
        """List the commits reachable from tips and not from `exclude`, newest first, topologically."""
        return self.read_commits(self._rev_list(tips, exclude, "--topo-order"))

    def first_parents(self, tip: Oid, exclude: Sequence[Oid], *, most: int | None = None) -> list[Oid]:
        """List the first-parent line of a tip, newest first, down to what `exclude` reaches, `most` of it at most."""
        bound = () if most is None else (f"--max-count={most}",)
        return self._rev_list([tip], exclude, "--first-parent", *bound)

    def merge_bases(self, left: Oid, right: Oid) -> tuple[Oid, ...]:
        """All best common ancestors of two commits."""
        code, out, err = self.git.attempt(["merge-base", "--all", left, right])
        if code > 1:
            raise MissingObject(f"no merge base can be found: {said(err)}", remedy="fetch the whole history")
        return tuple(Oid(row.decode()) for row in out.split())

    def is_ancestor(self, old: Oid, new: Oid) -> bool:
        """Tell whether `old` is reachable from `new`."""
        code, _, err = self.git.attempt(["merge-base", "--is-ancestor", old, new])
        if code > 1:
            raise MissingObject(f"the history cannot be read: {said(err)}", remedy="fetch the whole history")
        return code == 0

    def root_by_first_parent(self, tip: Oid) -> Oid:
        """The root commit reached by first parents."""
        if tip not in self._roots:
            self._roots[tip] = self.first_parents(tip, [])[-1]
        return self._roots[tip]

    # diffs

    def entries(self, old_tree: Oid, new_tree: Oid) -> tuple[Entry, ...]:
        """List changed paths between two trees in byte order, without renames, like `diff-tree --raw`.

        Read from tree objects that were hashed again: git would believe a tree that was swapped.
        """
        return changed_entries(self.trees, old_tree, new_tree)

    def entries_of(self, pairs: Sequence[tuple[Oid, Oid]]) -> list[tuple[Entry, ...]]:
        """List changed paths for many pairs of trees, as git says: not hashed again, never for what is signed."""
        feed = "".join(f"{old} {new}\n" for old, new in pairs).encode()
        seconds = _QUICK_SECONDS + len(pairs) // 50
        return parse_raw(self.git.run(_RAW, stdin=feed, most=_MOST_LISTED, seconds=seconds), pairs)

    def patches(self, old_tree: Oid, new_tree: Oid, entries: Sequence[Entry]) -> dict[str, bytes]:
        """Path -> patch text from its first `@@`; empty for entries without hunks."""
        return split_patches(self._patches.between(old_tree, new_tree) if entries else [], entries)

    # trees that are not stored

    def hash_blob(self, data: bytes) -> Oid:
        """The id that content would have; nothing is written."""
        return object_id("blob", data, self.object_format)

    def tree_with(self, base_tree: Oid, replacements: Mapping[str, tuple[str, Oid] | None]) -> Oid:
        """The id of a tree with some paths replaced (mode, id) or removed (None); nothing is written."""
        return tree_with(self.tree, base_tree, replacements, self.object_format)

    def close(self) -> None:
        """End the processes that wait for questions; the next question starts them again."""
        self._objects.close()
        self._patches.close()


def _before(repository: Repository, name: str, steps: int) -> Oid:
    """The commit so many steps back on the first-parent line of a name."""
    line = repository.first_parents(repository.resolve(name)[1], [], most=steps + 1)
    if len(line) <= steps:
        raise RepositoryError(f"{name!r} has no {steps} commits before it")
    return line[steps]
