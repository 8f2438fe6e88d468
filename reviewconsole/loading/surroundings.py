"""What stands around a change: units, dependents, history, production, data. Bounded, and kept by tree or tip."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from reviewconsole import lazy_re as re
from reviewconsole.change import Oid, decode
from reviewconsole.detection.source import is_nonproduction, kind_of
from reviewconsole.detection.touched import stateful
from reviewconsole.diff import FileDiff
from reviewconsole.errors import RepositoryError
from reviewconsole.git.repository import Repository
from reviewconsole.loading.cache import Cache
from reviewconsole.policy import Policy
from reviewconsole.risk import Surroundings

STEPS = 1_000
"""First-parent steps of the target that count as its history."""
_IMPORT = (
    r"^[[:space:]]*(from|import|use|require|require_relative|include|source|load|export)[[:space:]].*"
    r"|require\(.*|import\(.*|^[[:space:]]*(_ |\. )?\"[^\"]*\"$|source[[:space:]]*=.*"
)
_WORDS = re.compile(r"[A-Za-z_][\w-]*")
_CODE = frozenset({"python", "typescript", "go", "java", "kotlin", "rust", "ruby", "terraform", "shell"})
_FOLDERS = frozenset({"index", "__init__", "mod", "main", "lib", "variables", "outputs"})
_PRODUCTION = re.compile(r"(^|[/._-])(prod|production|live)([/._-]|$)", re.IGNORECASE)
_LARGEST = 50_000_000
_REVERT = re.compile(r"^Revert \"|^This reverts commit ", re.MULTILINE)

Index = Mapping[str, Sequence[Any]]
"""Key to numbers of files; the empty key to their paths."""


def surroundings(
    repository: Repository, tip: Oid, policy: Policy | None, files: Sequence[FileDiff], cache: Cache | None
) -> Surroundings:
    """Measure what stands around a change into a target with this tip."""
    paths = [file.path for file in files]
    history = _history(repository, tip, cache)
    changes, reverts = history.get("changes", {}), history.get("reverts", {})
    busiest = max(paths, key=lambda path: (changes.get(path, 0), path), default="")
    names = {name for path in paths if (name := _unit(policy, path))}
    return Surroundings(
        units=tuple(sorted(names)),
        dependents=len(_dependents(_importers(repository, tip, cache), paths)),
        busiest=busiest if changes.get(busiest, 0) else "",
        changes=changes.get(busiest, 0),
        steps=sum(history.get("steps", {}).values()),
        reverts=max((reverts.get(path, 0) for path in paths), default=0),
        stateful=stateful(files),
        production=tuple(sorted({_folder(p) for p in paths if _PRODUCTION.search(p) and not is_nonproduction(p)})),
    )


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or path


def _unit(policy: Policy | None, path: str) -> str:
    found = policy.units.of(path) if policy is not None else None
    return found[1] if found is not None else ""


def _history(repository: Repository, tip: Oid, cache: Cache | None) -> dict[str, dict[str, int]]:
    """How often each path changed, and how often what changed it was a revert, by first parents."""
    known = _known("history", tip, cache)
    if known is not None and all(isinstance(known.get(key), dict) for key in ("changes", "reverts", "steps")):
        return known
    try:
        line = repository.first_parents(tip, [])[: STEPS + 1]
        commits = repository.read_commits(line)
        steps = repository.entries_of([(old.tree, new.tree) for new, old in pairwise(commits)])
    except RepositoryError:
        return {}
    changes: Counter[str] = Counter()
    reverts: Counter[str] = Counter()
    for commit, entries in zip(commits, steps, strict=False):
        paths = [entry.path for entry in entries]
        changes.update(paths)
        if _REVERT.search(commit.message):
            reverts.update(paths)
    found = {"changes": dict(changes), "reverts": dict(reverts), "steps": {"seen": len(steps)}}
    _keep("history", tip, found, cache)
    return found


_REMEMBERED = 8
_MEMORY: dict[tuple[str, Oid], dict[str, Any]] = {}


def _known(kind: str, key: Oid, cache: Cache | None) -> dict[str, Any] | None:
    found = _MEMORY.get((kind, key))
    if found is None and cache is not None and isinstance(stored := cache.get(kind, key), dict):
        found = stored
        _remember(kind, key, stored)
    return found


def _keep(kind: str, key: Oid, value: dict[str, Any], cache: Cache | None) -> None:
    _remember(kind, key, value)
    if cache is not None:
        cache.put(kind, key, value)


def _remember(kind: str, key: Oid, value: dict[str, Any]) -> None:
    if len(_MEMORY) >= _REMEMBERED:
        _MEMORY.clear()
    _MEMORY[kind, key] = value


def _stem(path: str) -> tuple[str, str]:
    """The folder and the name that an import of a file says."""
    folder, _, name = path.rpartition("/")
    stem = name.split(".", 1)[0]
    above, _, last = folder.rpartition("/")
    if stem in _FOLDERS or kind_of(path) in ("go", "terraform"):
        return above.rpartition("/")[2], last
    return last, stem


def _importers(repository: Repository, tip: Oid, cache: Cache | None) -> Index:
    """What is imported, as `folder/name` and `folder-of-importer:name`, to the numbers of the files that do.

    Only names of code files of the tree are kept: nobody will ask for others.
    """
    known = _known("imports", tip, cache)
    if known is not None:
        return known
    code, out, _ = repository.git.attempt(["grep", "-I", "-E", "-z", "-o", "--full-name", "-e", _IMPORT, tip])
    listed, names, _ = repository.git.attempt(["ls-tree", "-r", "-z", "--name-only", "--full-tree", tip])
    if code > 1 or listed or len(out) > _LARGEST:
        return {}
    wanted = {
        key
        for path in map(decode, names.split(b"\0"))
        if kind_of(path) in _CODE
        for folder, stem in [_stem(path)]
        for key in (f"{folder}/{stem}", f"{_folder(path)}:{stem}")
    }
    numbers: dict[str, int] = {}
    found: dict[str, set[int]] = {}
    for row in out.split(b"\n"):
        place, _, text = row.partition(b"\0")
        path = decode(place).partition(":")[2]
        if kind_of(path) not in _CODE:
            continue
        words = _WORDS.findall(decode(text)[:300])
        folder = _folder(path)
        for before, word in zip(["", *words], words, strict=False):
            for key in (f"{before}/{word}", f"{folder}:{word}"):
                if key in wanted:
                    found.setdefault(key, set()).add(numbers.setdefault(path, len(numbers)))
    index: dict[str, Any] = {"": list(numbers), **{key: sorted(ids) for key, ids in found.items()}}
    _keep("imports", tip, index, cache)
    return index


def _dependents(index: Index, paths: Iterable[str]) -> set[str]:
    own = set(paths)
    found: set[Any] = set()
    for path in own:
        folder, stem = _stem(path)
        if kind_of(path) in _CODE and len(stem) > 2 and not is_nonproduction(path):
            found.update(index.get(f"{folder}/{stem}", ()))
            found.update(index.get(f"{_folder(path)}:{stem}", ()))
    names = index.get("", ())
    return {str(names[at]) for at in found if isinstance(at, int) and 0 <= at < len(names)} - own
