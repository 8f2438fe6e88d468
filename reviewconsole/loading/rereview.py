"""What is left to review after a push or a rebase: the change against what somebody decided on before."""

from reviewconsole.casefile import Rereview
from reviewconsole.decision import DecisionKind
from reviewconsole.errors import FormatError, RepositoryError, Undecidable
from reviewconsole.facts import JudgedRecord
from reviewconsole.gate import GateReport
from reviewconsole.git.merging import Bench
from reviewconsole.loading.case import Case
from reviewconsole.loading.content import load_trees
from reviewconsole.loading.store import Store


def since_decision(store: Store, case: Case, report: GateReport, principal: str | None) -> Rereview | None:
    """Compare a change with the latest decision on an earlier content of it, one's own first.

    The old change is rebased by git alone on the new base, and that is compared with the new head, so
    that what the target gained meanwhile does not show. Where the rebase conflicts the old head itself
    is compared. None where there is no such decision, or its commits are not here.
    """
    stale = [j for j in report.records if j.stale and not j.unknown and j.live and _decides(j)]
    atts = [(judged, judged.record.attestation) for judged in stale]
    atts.sort(key=lambda pair: (pair[1].principal == principal, pair[1].decided_at), reverse=True)
    for judged, _ in atts:
        try:
            return _compared(store, case, judged)
        except (RepositoryError, FormatError, Undecidable):
            continue
    return None


def _decides(judged: JudgedRecord) -> bool:
    return judged.record.attestation.decision is not DecisionKind.WITHDRAW


def _compared(store: Store, case: Case, judged: JudgedRecord) -> Rereview:
    att, change = judged.record.attestation, case.change
    with Bench(store.repository) as bench:
        merge = bench.merge(att.base_tree, change.base_tree, att.head_tree)
        start = merge.tree or att.head_tree
        files = load_trees(bench.reader(), start, change.head_tree).files
    return Rereview(
        record=judged.record.id,
        decision=att.decision.value,
        principal=att.principal,
        head=att.head,
        replayed=merge.tree is not None,
        files=files,
    )
