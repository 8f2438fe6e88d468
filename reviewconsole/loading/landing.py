"""Judge what has landed: by its own records, or as the mechanical merge of commits that are all covered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from reviewconsole import canonical
from reviewconsole.attestation import Attestation
from reviewconsole.change import Change, Commit, Oid, paths_digest
from reviewconsole.decision import DecisionKind, Verdict, worst
from reviewconsole.errors import RepositoryError
from reviewconsole.gate import GateReport
from reviewconsole.git.merging import Bench
from reviewconsole.loading.case import Case, judge, open_case
from reviewconsole.loading.changes import Target, landed_commit
from reviewconsole.loading.content import content_digest
from reviewconsole.loading.replaying import mechanical
from reviewconsole.loading.store import Store
from reviewconsole.witness import WITNESS_PREFIX, named_witnesses

_MOST_PARTS = 200
_DEEPEST = 8
_LONGEST_RUN = 50
_LOOKED_BACK = 500
_BLOCKING = frozenset({"records", "authors"})
"""Requirements, beside a reject, that no covered part can lift; no rule may bear these ids."""


def judge_landed(store: Store, case: Case, now: int) -> GateReport:
    """Ask the gate about a commit of a target; a merge may be covered by its parts.

    The policy that judges the parts is that of the merge's first parent, like for the merge itself:
    a side branch brings no policy of its own.
    """
    return _with_witness(store, case.change, _judge(store, case, now, 0))


def _judge(store: Store, case: Case, now: int, depth: int) -> GateReport:
    report = judge(store, case, now)
    change = case.change
    parents = change.commits[0].parents if change.commits else ()
    if report.verdict is Verdict.SATISFIED or len(parents) < 2 or case.force is None:
        return report
    with Bench(store.repository) as bench:
        found = mechanical(store.repository, bench, change.commits[0])
    if found.is_so is None:
        return replace(report, why=(*report.why, f"a merge: {found.why}"))
    if not found.is_so:
        return replace(report, why=(*report.why, found.why))
    if _blocked(report) or not report.requirements:
        return report
    return _by_parts(store, case, report, now, depth)


def _by_parts(store: Store, case: Case, report: GateReport, now: int, depth: int) -> GateReport:
    change = case.change
    ours, theirs = change.commits[0].parents
    try:
        line = store.repository.first_parents(theirs, [ours])
    except RepositoryError as error:
        return replace(report, why=(*report.why, str(error)))
    if not line or len(line) > _MOST_PARTS or depth >= _DEEPEST:
        return report
    for oid in reversed(line):
        part = replace(_part(store, change, oid), onto=change.onto or change.base)
        judged = _judge(store, open_case(store, part, policy_from=change.base, verdict_only=True), now, depth + 1)
        if judged.verdict is not Verdict.SATISFIED:
            why = f"a mechanical merge, but {oid[:12]} in it is {judged.verdict.value}"
            return replace(report, why=(*report.why, why))
    why = f"the mechanical merge of {len(line)} commit{'s' if len(line) > 1 else ''}, each covered by itself"
    return replace(report, verdict=Verdict.SATISFIED, why=(why,))


def _part(store: Store, change: Change, oid: Oid) -> Change:
    target = next(target for target in store.targets if target.ref == change.target)
    return landed_commit(store.repository, target, oid)


def _with_witness(store: Store, change: Change, report: GateReport) -> GateReport:
    """A witness that the commit itself names must be here: else somebody could have taken records away."""
    known = {one.id for one in store.records.witnesses}
    named = named_witnesses(change.commits[0].message) if change.commits and report.in_scope else ()
    missing = [identifier for identifier in named if identifier not in known]
    if not missing:
        return report
    fetch = f"git fetch origin '{WITNESS_PREFIX}*:{WITNESS_PREFIX}*'"
    why = f"the witness {canonical.printable(missing[0])[:19]} that the commit names is not here: {fetch}"
    return replace(report, verdict=worst([report.verdict, Verdict.UNDECIDABLE]), why=(*report.why, why))


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """Landed commits that were judged as one."""

    commits: frozenset[Oid]
    report: GateReport


def together(
    store: Store, judged: Sequence[tuple[Change, GateReport]], now: int, within: frozenset[Oid] | None = None
) -> dict[Oid, Joined]:
    """Find runs of landed commits that were approved as one, as a fast-forward or "rebase and merge" leaves them.

    A run is judged as one change by the policy before it; a reject of one of its commits still blocks.
    It holds only commits that no earlier run holds and that nothing else covers: else taking back what
    was approved later would look like the earlier approval. `within` are the commits that a
    run may hold, None for any. Gives the new answer to each commit that such a run covers.
    """
    reports = {change.head: report for change, report in judged if change.landed}
    target = next((each for each in store.targets if judged and each.ref == judged[0][0].target), None)
    if target is None or not any(map(_is_open, reports.values())):
        return {}
    found: dict[Oid, Joined] = {}
    claimed: set[Oid] = set()
    wanted = {oid for oid, report in reports.items() if _is_open(report)}
    for base, run in _runs(store, target, judged[-1][0].head, wanted):
        oids = {commit.oid for commit in run}
        if oids & claimed or (within is not None and not oids <= within):
            continue
        whole = _whole(target, base, run)
        report = judge(store, open_case(store, whole, verdict_only=True), now)
        if report.verdict is not Verdict.SATISFIED or not report.in_scope:
            continue
        alone = [_alone(store, target, oid, reports, now) for oid in oids]
        if all(_is_open(each) or (each.in_scope and _counted(each) <= _counted(report)) for each in alone):
            why = f"approved as one with {len(run)} commits, {base.oid[:12]}..{whole.head[:12]}"
            claimed |= oids
            joined = Joined(commits=frozenset(oids), report=replace(report, why=(why, *report.why)))
            found.update(dict.fromkeys(oids & wanted, joined))
    return found


def rejected_together(
    store: Store, judged: Sequence[tuple[Change, GateReport]], joined: Mapping[Oid, Joined], now: int
) -> dict[Oid, GateReport]:
    """Find runs of landed commits whose whole content somebody rejected, as "rebase and merge" takes a branch apart.

    Commits that an approval of something larger covers as one are left out: that answers the reject.
    Gives the new answer to each commit of such a run.
    """
    target = next((each for each in store.targets if judged and each.ref == judged[0][0].target), None)
    known = {att.paths_sha256 for att in _decided(store, target, DecisionKind.REJECT)} if target is not None else set()
    reports = {change.head: report for change, report in judged if change.landed}
    if target is None or not known or not reports:
        return {}
    line = _line(store, judged[-1][0].head, len(reports) + _LONGEST_RUN)
    listed = store.repository.entries_of([(old.tree, new.tree) for old, new in pairwise(line)])
    touched = [frozenset(entry.path for entry in entries) for entries in listed]
    found: dict[Oid, GateReport] = {}
    for after in range(2, len(line)):
        paths = touched[after - 1]
        for first in range(after - 2, max(-1, after - _LONGEST_RUN - 1), -1):
            paths |= touched[first]
            run = tuple(line[first + 1 : after + 1])
            oids = frozenset(commit.oid for commit in run)
            if not oids & reports.keys() or paths_digest(paths) not in known:
                continue
            if any(oids <= joined[oid].commits for oid in oids & joined.keys()):
                continue
            whole = judge(store, open_case(store, _whole(target, line[first], run), verdict_only=True), now)
            rejects = [item for item in whole.requirements if item.is_reject]
            for oid in oids & reports.keys() if rejects else ():
                why = f"as one with {len(run) - 1} more, {line[first].oid[:12]}..{run[-1].oid[:12]}: {rejects[0].why}"
                before = found.get(oid, joined[oid].report if oid in joined else reports[oid])
                verdict = worst([before.verdict, *(item.verdict for item in rejects)])
                found[oid] = replace(before, verdict=verdict, why=(why, *before.why), emergency="")
    return found


def _is_open(report: GateReport) -> bool:
    """Whether a commit is covered by nothing itself, and by a run could be."""
    return report.verdict is not Verdict.SATISFIED and not _blocked(report) and bool(report.requirements)


def _counted(report: GateReport) -> set[str]:
    return {judged.record.id for judged in report.records if judged.valid and judged.live}


def _alone(store: Store, target: Target, oid: Oid, reports: dict[Oid, GateReport], now: int) -> GateReport:
    if oid not in reports:
        reports[oid] = judge_landed(
            store, open_case(store, landed_commit(store.repository, target, oid), verdict_only=True), now
        )
    return reports[oid]


def _blocked(report: GateReport) -> bool:
    return any(
        item.verdict is not Verdict.SATISFIED and (item.id in _BLOCKING or item.is_reject)
        for item in report.requirements
    )


def _runs(store: Store, target: Target, last: Oid, open_: set[Oid]) -> Iterator[tuple[Commit, tuple[Commit, ...]]]:
    """Runs of plain commits that change the paths of an approval, with the commit before: oldest, then shortest."""
    line = _line(store, last, _LOOKED_BACK)
    known = {att.paths_sha256 for att in _decided(store, target, DecisionKind.APPROVE)}
    windows = [
        (first, after)
        for after in range(2, len(line))
        for first in range(after - 2, max(-1, after - _LONGEST_RUN - 1), -1)
        if all(len(commit.parents) == 1 for commit in line[first + 1 : after + 1])
        and any(commit.oid in open_ for commit in line[first + 1 : after + 1])
    ]
    listed = store.repository.entries_of([(line[first].tree, line[after].tree) for first, after in windows])
    for (first, after), entries in zip(windows, listed, strict=True):
        if paths_digest(entry.path for entry in entries) in known:
            yield line[first], tuple(line[first + 1 : after + 1])


def _line(store: Store, tip: Oid, most: int) -> list[Commit]:
    """The newest commits of a first-parent line, oldest first."""
    return store.repository.read_commits(reversed(store.repository.first_parents(tip, [], most=most + 1)))


def _decided(store: Store, target: Target, kind: DecisionKind) -> Iterator[Attestation]:
    for record in store.records.verified:
        att = record.attestation
        if att.decision is kind and att.target_ref == canonical.printable(target.ref):
            yield att


def _whole(target: Target, base: Commit, run: tuple[Commit, ...]) -> Change:
    return Change(
        ref=run[-1].oid,
        target=target.ref,
        base=base.oid,
        head=run[-1].oid,
        base_tree=base.tree,
        head_tree=run[-1].tree,
        merge_bases=(base.oid,),
        commits=tuple(reversed(run)),
        landed=True,
    )


def let_through(store: Store) -> Iterator[Change]:
    """Commits of a target that an emergency approval let through; reviewed or not is the gate's answer."""
    for target in store.targets:
        wanted = [att for att in _decided(store, target, DecisionKind.APPROVE) if att.emergency]
        if not wanted:
            continue
        line = _line(store, target.tip, _LOOKED_BACK)
        pairs = list(pairwise(line))
        listed = store.repository.entries_of([(old.tree, new.tree) for old, new in pairs])
        for (old, new), entries in zip(pairs, listed, strict=True):
            paths = paths_digest(entry.path for entry in entries)
            near = [att for att in wanted if att.head in (new.oid, *new.parents[1:]) or att.paths_sha256 == paths]
            same = near and content_digest(store.repository, old.tree, new.tree)
            if any(att.head in (new.oid, *new.parents[1:]) or att.diff_sha256 == same for att in near):
                yield landed_commit(store.repository, target, new.oid)
