"""What is staged: the index against a tree, without writing anything."""

from pathlib import Path

from reviewconsole.change import Entry, Oid, decode, encode
from reviewconsole.errors import Refused
from reviewconsole.git.patches import split_patches
from reviewconsole.git.process import Git
from reviewconsole.git.repository import DIFF_OPTIONS, PATCH_OPTIONS, REGULAR, Repository
from reviewconsole.git.trees import raw_rows


class Index:
    """The index of a repository, or the one that git names to a hook (GIT_INDEX_FILE)."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        named = repository.environ.get("GIT_INDEX_FILE")
        place = Path(named).absolute() if named else repository.git_dir / "index"
        self._git = Git(repository.git_dir, repository.environ, index=place)
        if self._git.run(["ls-files", "--unmerged", "-z"]):
            raise Refused("the index has unmerged paths", remedy="resolve them and `git add` them first")

    def entries(self, tree: Oid) -> tuple[Entry, ...]:
        """Changed paths between a tree and the index, in byte order, without renames."""
        out = self._git.run(["diff-index", "--cached", "--raw", "-z", *DIFF_OPTIONS, tree])
        return tuple(sorted(raw_rows(out)[0], key=lambda entry: encode(entry.path)))

    def patches(self, tree: Oid, entries: tuple[Entry, ...]) -> dict[str, bytes]:
        """Path -> patch text from its first `@@`."""
        out = self._git.run(["diff-index", "--cached", *PATCH_OPTIONS, *DIFF_OPTIONS, tree])
        return split_patches([out], entries)

    def files(self) -> dict[str, Oid]:
        """Path -> blob of every regular file."""
        found = {}
        for row in self._git.run(["ls-files", "--stage", "-z"]).split(b"\0"):
            head, _, path = row.partition(b"\t")
            mode, oid, _ = decode(head).split(" ") if path else ("", "", "")
            if mode in REGULAR:
                found[decode(path)] = Oid(oid)
        return found
