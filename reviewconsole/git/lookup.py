"""Look up single notes by their path in the tree: a few folders are read, however many notes there are."""

from collections.abc import Iterable

from reviewconsole.change import Oid
from reviewconsole.errors import MissingObject
from reviewconsole.git.notes import LARGEST_NOTE
from reviewconsole.git.objects import parse_commit, parse_tree
from reviewconsole.git.repository import REGULAR, Repository

_FOLDER = "040000"


class _Rows:
    """One tree of notes: what stands at a name, and how long the names of its folders are."""

    def __init__(self, data: bytes, object_format: str) -> None:
        self.items = {item.name: item for item in parse_tree(data, object_format)}
        self.lengths = sorted({len(name) for name, item in self.items.items() if item.mode == _FOLDER})


class NotesAt:
    """The notes of one notes commit. Trees and notes are hashed again; what was asked once is known."""

    def __init__(self, repository: Repository, commit: Oid) -> None:
        self._repository = repository
        self._commit = commit
        self._root: Oid | None = None
        self._trees: dict[Oid, _Rows] = {}
        self._known: dict[Oid, bytes | None] = {}

    def of(self, objects: Iterable[Oid]) -> dict[Oid, bytes]:
        """The notes on some objects, without those larger than 1 MiB; MissingObject for one that is not here."""
        wanted = list(dict.fromkeys(objects))
        fresh = [oid for oid in wanted if oid not in self._known]
        if fresh:
            places = self._places(fresh)
            sizes = self._repository.sizes(places.values())
            for oid, blob in places.items():
                if blob not in sizes:
                    raise MissingObject(f"the note on {oid[:12]} is not here", remedy="fetch the notes again")
            fitting = {oid: blob for oid, blob in places.items() if sizes[blob] <= LARGEST_NOTE}
            texts = dict(self._repository.objects(fitting.values(), "blob", 0))
            self._known.update({oid: texts[fitting[oid]] if oid in fitting else None for oid in fresh})
        return {oid: raw for oid in wanted if (raw := self._known[oid]) is not None}

    def _places(self, wanted: list[Oid]) -> dict[Oid, Oid]:
        """Annotated object -> blob, level by level; whatever the fan-out, what stands higher comes first."""
        if self._root is None:
            [(oid, data)] = self._repository.objects([self._commit], "commit")
            self._root = parse_commit(oid, data).tree
        found: dict[Oid, Oid] = {}
        level = [(oid, 0, self._root) for oid in wanted]
        while level:
            self._read({tree for _, _, tree in level})
            below: list[tuple[Oid, int, Oid]] = []
            for oid, at, tree in level:
                rows, rest = self._trees[tree], oid[at:].encode()
                item = rows.items.get(rest)
                if item is not None and item.mode in REGULAR:
                    found.setdefault(oid, item.oid)
                    continue
                for length in rows.lengths:
                    folder = rows.items.get(rest[:length]) if length < len(rest) else None
                    if folder is not None and folder.mode == _FOLDER:
                        below.append((oid, at + length, folder.oid))
            # two ways may lead to one tree: without this the rows of a hostile tree double level by level
            level = list(dict.fromkeys(each for each in below if each[0] not in found))
        return found

    def _read(self, trees: set[Oid]) -> None:
        fresh = trees - self._trees.keys()
        for oid, data in self._repository.objects(fresh - {self._repository.empty_tree}, "tree", 0):
            self._trees[oid] = _Rows(data, self._repository.object_format)
        self._trees.setdefault(self._repository.empty_tree, _Rows(b"", self._repository.object_format))
