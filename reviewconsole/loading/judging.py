"""Ask the gate about changes one by one: pending ones, and what has landed, alone or approved together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reviewconsole.chain import REF_PREFIX
from reviewconsole.change import Change, Oid
from reviewconsole.decision import Verdict
from reviewconsole.gate import GateReport
from reviewconsole.git.repository import Repository
from reviewconsole.loading.case import judge, open_case
from reviewconsole.loading.landing import judge_landed, rejected_together, together
from reviewconsole.loading.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeVerdict:
    """The gate's answer to one change of the range."""

    change: Change
    report: GateReport
    policy_unreadable: bool = False


def _not_fetched(repository: Repository) -> str:
    """Why missing records may only not have been fetched; empty where they would be here."""
    if repository.is_bare or not repository.remotes() or repository.note_refs(REF_PREFIX):
        return ""
    if repository.fetches(REF_PREFIX):
        return ""
    return f"no records have been fetched: git fetch origin '{REF_PREFIX}*:{REF_PREFIX}*', or `reviewconsole sync`"


def judge_each(
    store: Store, listed: Sequence[Change], start: Oid | None, now: int, *, within: frozenset[Oid] | None = None
) -> Iterator[ChangeVerdict]:
    """Ask the gate about each change; what landed up to the introduction `start` is out of scope.

    `within` are the commits that may be taken as approved together, None for any.
    """
    found = [_judge_one(store, change, start, now) for change in listed]
    judged = [(item.change, item.report) for item in found]
    joined = together(store, judged, now, within)
    rejected = rejected_together(store, judged, joined, now)
    missing = _not_fetched(store.repository)
    for item in found:
        oid = item.change.head
        report = rejected.get(oid) or (joined[oid].report if oid in joined else item.report)
        if missing and report.verdict is Verdict.VIOLATED:
            report = replace(report, verdict=Verdict.UNDECIDABLE, why=(*report.why, missing))
        yield replace(item, report=report)


def _judge_one(store: Store, change: Change, start: Oid | None, now: int) -> ChangeVerdict:
    if start is not None and change.landed and store.repository.is_ancestor(change.head, start):
        report = GateReport(verdict=Verdict.SATISFIED, why=("before the introduction",), in_scope=False)
        return ChangeVerdict(change=change, report=report)
    case = open_case(store, change, verdict_only=True)
    report = judge_landed(store, case, now) if change.landed else judge(store, case, now)
    return ChangeVerdict(change=change, report=report, policy_unreadable=case.policy_unreadable)
