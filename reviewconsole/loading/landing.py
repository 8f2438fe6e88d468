"""Judge what has landed: by its own records, or as the mechanical merge of commits that are all covered."""

from dataclasses import replace

from reviewconsole.change import Change, Oid
from reviewconsole.decision import Verdict
from reviewconsole.errors import RepositoryError
from reviewconsole.gate import GateReport
from reviewconsole.git.merging import Bench
from reviewconsole.loading.case import Case, judge, open_case
from reviewconsole.loading.changes import landed_commit
from reviewconsole.loading.replaying import mechanical
from reviewconsole.loading.store import Store

_MOST_PARTS = 200
_DEEPEST = 8
_BLOCKING = ("reject/", "records", "authors")
"""Requirements that no covered part can lift."""


def judge_landed(store: Store, case: Case, now: int, depth: int = 0) -> GateReport:
    """Ask the gate about a commit of a target; a merge may be covered by its parts.

    The policy that judges the parts is that of the merge's first parent, like for the merge itself:
    a side branch brings no policy of its own.
    """
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
    blocked = any(
        item.verdict is not Verdict.SATISFIED and item.id.startswith(_BLOCKING) for item in report.requirements
    )
    if blocked or not report.requirements:
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
        part = _part(store, change, oid)
        judged = judge_landed(store, open_case(store, part, policy_from=change.base), now, depth + 1)
        if judged.verdict is not Verdict.SATISFIED:
            why = f"a mechanical merge, but {oid[:12]} in it is {judged.verdict.value}"
            return replace(report, why=(*report.why, why))
    why = f"the mechanical merge of {len(line)} commit{'s' if len(line) > 1 else ''}, each covered by itself"
    return replace(report, verdict=Verdict.SATISFIED, why=(why,))


def _part(store: Store, change: Change, oid: Oid) -> Change:
    target = next(target for target in store.targets if target.ref == change.target)
    return landed_commit(store.repository, target, oid)
