"""Find out whether what a record approves has landed before and was taken back since: then it is spent.

Content can enter a target a second time only where it was taken out in between, so no honest
landing asks twice for the same approval.
"""

from collections.abc import Iterable, Iterator, Sequence

from reviewconsole.attestation import Attestation
from reviewconsole.change import GITLINK_MODE, Change, Entry, Oid, encode
from reviewconsole.errors import RepositoryError
from reviewconsole.git.merging import Bench
from reviewconsole.git.repository import Repository

_MOST_LIMITS = 100
"""Paths that git is told to look at; more are shortened to their folders."""


def taken_back(
    repository: Repository, bench: Bench, att: Attestation, change: Change, trees: tuple[Oid, Oid]
) -> Oid | None:
    """The commit of the target that held what `trees` change, after the record's base and before the change.

    None where there is none, and where the change goes onto a state that holds it, or that it
    conflicts with: then it cannot land as it was signed. Raises RepositoryError for what is not here.
    """
    onto = change.onto or change.base
    if onto is None or onto == att.base:
        return None
    old, new = trees
    entries = repository.entries(old, new)
    candidates = list(_candidates(repository, entries, onto, att.base))
    if not candidates:
        return None
    if onto != change.base:
        [tip] = repository.read_commits([onto])
        landed = bench.merge(old, tip.tree, new).tree
        if landed is None or landed == tip.tree:
            return None
    for commit, tree in candidates:
        if bench.merge(old, tree, new).tree == tree:
            return commit
    return None


def _candidates(
    repository: Repository, entries: Sequence[Entry], onto: Oid, base: Oid | None
) -> Iterator[tuple[Oid, Oid]]:
    """Steps of the target's line, newest first, that may hold a change: each path touched, each new line there."""
    wanted = {entry.path: entry for entry in entries}
    line = _touching(repository, onto, base, wanted)
    if not line:
        return
    commits = repository.read_commits(line)
    before = {c.oid: c.tree for c in repository.read_commits({c.parents[0] for c in commits if c.parents})}
    pairs = [(before[c.parents[0]] if c.parents else repository.empty_tree, c.tree) for c in commits]
    now: dict[str, tuple[str, Oid | None]] = {}
    found = []
    for commit, rows in zip(reversed(commits), reversed(repository.entries_of(pairs)), strict=True):
        now.update({row.path: row.sides[1] for row in rows if row.path in wanted})
        if now.keys() == wanted.keys() and all(_may_hold(repository, wanted[path], now[path]) for path in wanted):
            found.append((commit.oid, commit.tree))
    yield from reversed(found)


def _touching(repository: Repository, onto: Oid, base: Oid | None, paths: Iterable[str]) -> list[Oid]:
    """Commits of a first-parent line that change one of the paths, newest first, down to what `base` reaches."""
    known = [] if base is None or not repository.is_commit(base) else [base]
    limits = set(paths)
    while len(limits) > _MOST_LIMITS and any("/" in path for path in limits):
        limits = {path.rpartition("/")[0] or path for path in limits}
    if len(limits) > _MOST_LIMITS or any("\n" in path for path in limits):
        return repository.first_parents(onto, known)
    feed = "".join([f"{onto}\n", *(f"^{oid}\n" for oid in known), "--\n"]).encode()
    feed += b"".join(encode(path) + b"\n" for path in sorted(limits))
    out = repository.git.run(["--literal-pathspecs", "rev-list", "--first-parent", "--stdin"], stdin=feed)
    return [Oid(row.decode()) for row in out.split()]


def _may_hold(repository: Repository, entry: Entry, side: tuple[str, Oid | None]) -> bool:
    """Whether a file could hold what an entry changes: it is the new side, or has every line that this adds."""
    (old_mode, old), (new_mode, new) = entry.sides
    mode, oid = side
    if (mode, oid) == (new_mode, new):
        return True
    if old is None or new is None or oid is None or GITLINK_MODE in (old_mode, new_mode, mode):
        return False
    try:
        blobs = repository.blobs([old, new, oid])
    except RepositoryError:
        return True
    lines = {each: set(blobs[each].split(b"\n")) for each in (old, new, oid)}
    return lines[new] - lines[old] <= lines[oid]
