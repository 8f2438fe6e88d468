"""Branches that stand on other branches under review: which on which, and what of each is its own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reviewconsole.change import Change, Oid


def stands_on(changes: Sequence[Change]) -> Mapping[Oid, Change]:
    """Head of a change -> the change of the same target right below it: of those it holds, the longest."""
    heads = {(change.target, change.head): change for change in changes}
    found: dict[Oid, Change] = {}
    for change in changes:
        below = [heads.get((change.target, commit.oid)) for commit in change.commits[1:]]
        nearest = max((each for each in below if each is not None), key=lambda each: len(each.commits), default=None)
        if nearest is not None:
            found[change.head] = nearest
    return found


def own_part(change: Change, below: Change) -> Change:
    """A change against the one it stands on, whose head is the merge base with the target once that has landed."""
    theirs = {commit.oid for commit in below.commits}
    return replace(
        change,
        base=below.head,
        base_tree=below.head_tree,
        merge_bases=(below.head,),
        commits=tuple(commit for commit in change.commits if commit.oid not in theirs),
        below=below.ref,
    )
