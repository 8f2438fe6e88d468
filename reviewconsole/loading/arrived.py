"""Recognise branches whose content has landed in another form, as a squash or a rebase leaves them.

Only says what need not be asked for any more: whether what has landed was covered is the gate's answer to the
commit that brought it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from reviewconsole.change import Change, Commit, Entry, Oid
from reviewconsole.errors import RepositoryError, Undecidable
from reviewconsole.git.merging import Bench
from reviewconsole.git.repository import Repository
from reviewconsole.loading.changes import Target
from reviewconsole.loading.store import Store

LOOKED_BACK = 500
"""Commits of a target's first-parent line that are compared."""
_TRIED = 3
"""Commits with the same paths on which a change is tried again, newest first."""

_Side = tuple[str, str, Oid | None]
_Marks = frozenset[tuple[_Side, _Side]]
"""What a diff does to each path: (path, mode, content) before and after."""


@dataclass(slots=True)
class Line:
    """The newest commits of one target's line, and what each did; kept between listings while the tip only grows."""

    done: dict[Oid, _Marks] = field(default_factory=dict)
    merged: dict[tuple[Oid, Oid, Oid], Oid | None] = field(default_factory=dict)
    """Tree a change began at, its own tree, tree it is put on -> what git alone makes of them; None for a conflict."""


Listed = Mapping[tuple[Oid, Oid], tuple[Entry, ...] | None]
"""Two trees -> the paths that differ; None where they cannot be read."""


def arrived(
    store: Store, changes: Sequence[Change], known: dict[str, Line], listed: Listed | None = None
) -> Mapping[Oid, Oid]:
    """Head of a pending change -> the commit of its target that brought the same content.

    The same content is that of a squash, of a rebased commit, or of a run of them: the same diff, or what git alone
    makes of the change on what was there before. It counts as taken back where its exact inverse landed later, or
    where a later commit touched its paths and it would change the tip again. Where it conflicts with the tip, its
    lines were worked on since, and it has landed.
    """
    found: dict[Oid, Oid] = {}
    for target in store.targets:
        mine = [change for change in changes if change.target == target.ref and change.base is not None]
        if mine:
            pairs = [(change.base_tree, change.head_tree) for change in mine]
            paths = listed or dict(zip(pairs, store.repository.entries_of(pairs), strict=True))
            found.update(_on(store.repository, target, mine, paths, known.setdefault(target.ref, Line())))
    return found


def _on(
    repository: Repository, target: Target, changes: Sequence[Change], listed: Listed, line: Line
) -> Iterator[tuple[Oid, Oid]]:
    commits = repository.read_commits(repository.first_parents(target.tip, [], most=LOOKED_BACK + 1))
    trees = {commit.oid: commit.tree for commit in commits}
    new = [commit for commit in commits if commit.oid not in line.done and _parent(commit) in trees]
    pairs = [(trees[commit.parents[0]], commit.tree) for commit in new]
    line.done.update(zip((c.oid for c in new), map(_marks, repository.entries_of(pairs)), strict=True))
    places = {commit.oid: place for place, commit in enumerate(commits)}
    by_marks: dict[_Marks, int] = {}
    by_paths: dict[frozenset[str], list[int]] = {}
    for place, commit in enumerate(commits):
        marks = line.done.get(commit.oid)
        if marks:
            by_marks.setdefault(marks, place)
            by_paths.setdefault(_paths(marks), []).append(place)
    with Bench(repository) as bench:
        for change in changes:
            marks = _marks(listed[change.base_tree, change.head_tree] or ())
            since = places.get(change.base or Oid(""), len(commits))
            same = by_marks.get(marks, since)
            if same >= since and marks:
                near = (at for at in by_paths.get(_paths(marks), ()) if at < since)
                tried = islice((at for at in near if _may_be(change, marks, commits[at], line)), _TRIED)
                same = next((at for at in tried if _replays(bench, change, commits[at], trees, line)), since)
            if same >= since and len(change.commits) > 1:
                ends = islice((at for at in range(min(since, len(commits))) if _may_end(change, commits, at)), _TRIED)
                same = next((at for at in ends if _replayed_as_run(bench, change, commits, at, line)), since)
            taken_back = by_marks.get(frozenset((new, old) for old, new in line.done.get(_oid(commits, same), ())))
            if same < since and (taken_back is None or taken_back > same):
                mine = _paths(marks)
                touched = any(at[0] < same and not paths.isdisjoint(mine) for paths, at in by_paths.items())
                if touched and _merged(bench, change, commits[0].tree, line) not in (None, commits[0].tree):
                    continue
                yield change.head, commits[same].oid


def _oid(commits: Sequence[Commit], place: int) -> Oid:
    return commits[place].oid if place < len(commits) else Oid("")


def _parent(commit: Commit) -> Oid | None:
    return commit.parents[0] if commit.parents else None


def _marks(entries: Sequence[Entry]) -> _Marks:
    return frozenset(
        ((entry.path, entry.old_mode, entry.old_oid), (entry.path, entry.new_mode, entry.new_oid)) for entry in entries
    )


def _paths(marks: _Marks) -> frozenset[str]:
    return frozenset(old[0] for old, _ in marks)


def _may_be(change: Change, marks: _Marks, commit: Commit, line: Line) -> bool:
    """Whether a commit is worth merging for: by an author of the change, with equal results where both began alike."""
    authors = {word for each in change.commits for word in (each.author.name, each.author.email)}
    if not authors & {commit.author.name, commit.author.email}:
        return False
    ours = dict(line.done[commit.oid])
    return all(ours.get(old, new) == new for old, new in marks)


def _may_end(change: Change, commits: Sequence[Commit], place: int) -> bool:
    """Whether a run of as many commits as the change has, each bearing the title and author of its own, ends here."""
    run = commits[place : place + len(change.commits)]
    if len(run) < len(change.commits) or any(len(commit.parents) != 1 for commit in run):
        return False
    pairs = zip(run, change.commits, strict=True)
    return all((new.title, new.author) == (old.title, old.author) for new, old in pairs)


def _replayed_as_run(bench: Bench, change: Change, commits: Sequence[Commit], place: int, line: Line) -> bool:
    """Whether a run is what git alone makes of the change, as "rebase and merge" leaves it."""
    before = place + len(change.commits)
    return before < len(commits) and _merges(bench, change, commits[before].tree, commits[place], line)


def _replays(bench: Bench, change: Change, commit: Commit, trees: Mapping[Oid, Oid], line: Line) -> bool:
    """Whether git alone makes this commit of the change, on the commit before it."""
    return _merges(bench, change, trees[commit.parents[0]], commit, line)


def _merges(bench: Bench, change: Change, onto: Oid, commit: Commit, line: Line) -> bool:
    return _merged(bench, change, onto, line) == commit.tree


def _merged(bench: Bench, change: Change, onto: Oid, line: Line) -> Oid | None:
    """What git alone makes of a change on a tree; None where it would stop and ask, or cannot tell."""
    key = change.base_tree, change.head_tree, onto
    if key not in line.merged:
        try:
            line.merged[key] = bench.merge(change.base_tree, onto, change.head_tree).tree
        except (RepositoryError, Undecidable):
            line.merged[key] = None
    return line.merged[key]
