"""Content that came and went within a change's own commits: in the history once it lands, and in no diff of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from reviewconsole.change import Change, Commit, Entry, Oid, encode
from reviewconsole.display import counted
from reviewconsole.errors import RepositoryError
from reviewconsole.git.repository import Repository

_MOST_COMMITS = 500
_MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class _Version:
    """A blob or gitlink that a commit put at a path."""

    path: str
    oid: Oid
    commit: Oid


def passing_content(repository: Repository, change: Change, entries: Iterable[Entry]) -> tuple[str, ...]:
    """Say what the commits of a change hold that neither its base nor its head shows; nothing for one commit.

    `entries` are the changed paths of the change itself. What git says of the commits between is believed: it
    is told, not signed. At most 500 commits are looked at, the newest.
    """
    commits = change.commits[:_MOST_COMMITS]
    if len(commits) < 2:
        return ()
    final = {entry.path: {oid for _, oid in entry.sides} for entry in entries}
    known = {oid for oids in final.values() for oid in oids}
    try:
        versions = [v for v in _versions(repository, commits) if v.oid not in known]
        gone = [version for version in versions if version.path not in final]
        # a commit may take a change back to what stood before: that is no content of its own
        before = _at_base(repository, change, {version.path for version in gone})
    except RepositoryError as error:
        return (f"the commits between cannot be read, so what came and went in them is unknown: {error}",)
    gone = [version for version in gone if before.get(version.path) != version.oid]
    changed = [version for version in versions if version.path in final]
    parts = []
    if gone:
        places = {version.path: version.commit for version in reversed(gone)}
        named = [f"{path} in {commit[:12]}" for path, commit in sorted(places.items())]
        more = [f"{len(named) - _MOST_NAMED} more"] if len(named) > _MOST_NAMED else []
        parts.append(f"{counted(len(places), 'file')} that came and went ({', '.join(named[:_MOST_NAMED] + more)})")
    if changed:
        files = len({version.path for version in changed})
        parts.append(f"{counted(len(changed), 'earlier version')} of {counted(files, 'changed file')}")
    if not parts:
        return ()
    seen = "" if len(commits) == len(change.commits) else f" (the newest {len(commits)} commits)"
    told = (
        f"content that is not part of what is reviewed, but of its commits{seen}: {' and '.join(parts)};"
        " a merge keeps it in the history, a squash does not"
    )
    return (told,)


def _versions(repository: Repository, commits: tuple[Commit, ...]) -> list[_Version]:
    """What each commit put somewhere that none of its parents had there."""
    trees = {commit.oid: commit.tree for commit in commits}
    outside = {parent for commit in commits for parent in commit.parents} - trees.keys()
    trees |= {commit.oid: commit.tree for commit in repository.read_commits(sorted(outside))}
    pairs = [(commit, (trees[parent], commit.tree)) for commit in commits for parent in commit.parents]
    roots = [(commit, (repository.empty_tree, commit.tree)) for commit in commits if not commit.parents]
    asked = [*pairs, *roots]
    put: dict[Oid, set[tuple[str, Oid]]] = {}
    for (commit, _), rows in zip(asked, repository.entries_of([pair for _, pair in asked]), strict=True):
        here = {(row.path, row.new_oid) for row in rows if row.new_oid is not None}
        put[commit.oid] = put[commit.oid] & here if commit.oid in put else here
    return [
        _Version(path=path, oid=oid, commit=commit)
        for commit, found in put.items()
        for path, oid in sorted(found, key=lambda one: encode(one[0]))
    ]


def _at_base(repository: Repository, change: Change, paths: Iterable[str]) -> dict[str, Oid]:
    if change.base is None:
        return {}
    items = {path: repository.item_at(change.base, path) for path in paths}
    return {path: item.oid for path, item in items.items() if item is not None}
