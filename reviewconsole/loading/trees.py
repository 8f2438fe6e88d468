"""A whole tree of the repository for the checks that ask beyond the change: lazy, bounded, never raising."""

from collections.abc import Iterable, Mapping

from reviewconsole.change import Oid, decode, encode
from reviewconsole.errors import RepositoryError
from reviewconsole.git.objects import TreeItem
from reviewconsole.git.repository import REGULAR, Repository
from reviewconsole.git.search import files_naming
from reviewconsole.git.trees import FOLDER_MODE, canonical_mode

LARGEST_FILE = 1_000_000
"""Bytes; a larger file is not read."""
MOST_PATHS = 200_000
MOST_READ = 64_000_000
"""Bytes that one scan may read of one tree."""
MOST_QUESTIONS = 64
"""Searches of one scan in one tree."""


class CommitTree:
    """Reads one tree object. What cannot be answered is absent, and said in `notes`."""

    def __init__(self, repository: Repository, root: Oid) -> None:
        self._repository = repository
        self._root = root
        self._folders: dict[str, dict[str, TreeItem]] = {}
        self._paths: dict[str, Oid] | None = None
        self._read: dict[str, bytes] = {}
        self._absent: set[str] = set()
        self._named: dict[tuple[str, bool], tuple[str, ...]] = {}
        self._spent = 0
        self.notes: list[str] = []

    def _fault(self, why: str) -> None:
        note = f"the tree {self._root[:12]} could not be asked: {why}"
        if note not in self.notes:
            self.notes.append(note)

    def _folder(self, path: str) -> dict[str, TreeItem]:
        """The rows of a folder by name; none where there is no such folder."""
        if path not in self._folders:
            oid: Oid | None = self._root
            if path:
                above, _, name = path.rpartition("/")
                item = self._folder(above).get(name)
                oid = item.oid if item is not None and item.mode == FOLDER_MODE else None
            rows = self._repository.tree(oid) if oid is not None else ()
            self._folders[path] = {decode(row.name): row for row in rows}
        return self._folders[path]

    def _item(self, path: str) -> Oid | None:
        if self._paths is not None:
            return self._paths.get(path)
        folder, _, name = path.rpartition("/")
        item = self._folder(folder).get(name)
        return item.oid if item is not None and canonical_mode(item.mode) in REGULAR else None

    def has(self, path: str) -> bool:
        """Tell whether a regular file stands at a path."""
        try:
            return self._item(path) is not None
        except (RepositoryError, ValueError, RecursionError) as error:
            self._fault(str(error))
            return False

    def paths(self) -> Iterable[str]:
        """Every regular file, in byte order; MOST_PATHS at most."""
        if self._paths is None:
            try:
                self._paths = self._walk()
            except (RepositoryError, ValueError) as error:
                self._fault(str(error))
                self._paths = {}
        return tuple(self._paths)

    def _walk(self) -> dict[str, Oid]:
        found: dict[str, Oid] = {}
        level = [("", self._root)]
        while level:
            trees = self._repository.trees({oid for _, oid in level})
            below = []
            for prefix, oid in level:
                for row in trees[oid]:
                    mode = canonical_mode(row.mode)
                    if mode == FOLDER_MODE:
                        below.append((f"{prefix}{decode(row.name)}/", row.oid))
                    elif mode in REGULAR:
                        found[prefix + decode(row.name)] = row.oid
            if len(found) + len(below) > MOST_PATHS:
                self._fault(f"more than {MOST_PATHS:,} paths; the rest was left out")
                break
            level = below
        return {path: found[path] for path in sorted(found, key=encode)}

    def read_many(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        """Read files through one process; each is hashed again and kept."""
        wanted = list(dict.fromkeys(paths))
        try:
            asked = {path: self._item(path) for path in wanted if path not in self._read and path not in self._absent}
            oids = {path: oid for path, oid in asked.items() if oid is not None}
            self._absent.update(asked.keys() - oids.keys())
            sizes = self._repository.sizes(set(oids.values())) if oids else {}
            fitting = {}
            for path, oid in oids.items():
                size = sizes.get(oid, LARGEST_FILE + 1)
                if size > LARGEST_FILE or self._spent + size > MOST_READ:
                    self._absent.add(path)
                    self._fault(f"{path} is too large to be read, or too much was read before it")
                    continue
                self._spent += size
                fitting[path] = oid
            blobs = self._repository.blobs(fitting.values())
        except (RepositoryError, ValueError, RecursionError) as error:
            self._fault(str(error))
            return {path: self._read[path] for path in wanted if path in self._read}
        self._read.update({path: blobs[oid] for path, oid in fitting.items()})
        return {path: self._read[path] for path in wanted if path in self._read}

    def naming(self, text: str, *, word: bool) -> tuple[str, ...]:
        """Paths of the files that hold a text, found by git; nothing and a note beyond MOST_QUESTIONS."""
        key = (text, word)
        if key not in self._named:
            if len(self._named) >= MOST_QUESTIONS:
                self._fault(f"more than {MOST_QUESTIONS} searches")
                return ()
            try:
                self._named[key] = files_naming(self._repository.git, self._root, text, word=word)
            except RepositoryError as error:
                self._fault(str(error))
                self._named[key] = ()
        return self._named[key]
