"""Everything about one change in one value, and the gate's answer to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reviewconsole.boundary import BoundaryResult
from reviewconsole.casefile import Risk
from reviewconsole.change import Change, Oid
from reviewconsole.decision import Verdict
from reviewconsole.detection import STAGES, Progress, ScanResult, engine_digest
from reviewconsole.diff import FileDiff
from reviewconsole.errors import CorruptObject, FormatError, MissingObject, PolicyError, RepositoryError, Undecidable
from reviewconsole.evidence import Provenance
from reviewconsole.facts import Facts, PolicyInForce, Records
from reviewconsole.finding import (
    BOUNDARY_SOURCE,
    Confidence,
    Dropped,
    Family,
    Finding,
    Location,
    Severity,
    Side,
    number,
    risk_level,
)
from reviewconsole.gate import GateReport, evaluate, rests_on_findings
from reviewconsole.loading.content import Content, load_content
from reviewconsole.loading.detecting import detect, rules_for, unfinished, unscanned, would_break
from reviewconsole.loading.policies import for_change, in_force, repository_id, would_break_policy
from reviewconsole.loading.provenances import assess_provenance
from reviewconsole.loading.replaying import carried, involved
from reviewconsole.loading.store import Store
from reviewconsole.loading.surroundings import surroundings
from reviewconsole.policy import Policy
from reviewconsole.risk import Surroundings, assess_risk

_SCANNING = "the rules are not through with it"
NO_POLICY = "there is no policy, so nothing is enforced"


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One change with all that was found out about it."""

    change: Change
    content: Content | None
    provenance: Provenance
    findings: tuple[Finding, ...]
    boundary: tuple[BoundaryResult, ...]
    risk: Risk
    force: PolicyInForce | None
    facts: Facts | None
    """None where there is no readable policy, and so nothing to judge by."""
    notes: tuple[str, ...]
    """What could not be scanned, what is odd."""
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Guard to the number of matches it took away."""
    dropped_places: tuple[Dropped, ...] = ()
    unread: str = ""
    """Why there is no content, and what to do."""
    policy_fault: str = ""
    policy_unreadable: bool = False
    running: str = ""
    """What of the scan is under way; empty when it has ended. Until then there are no facts."""

    @property
    def external(self) -> tuple[Finding, ...]:
        """The findings that do not count: of other scanners and of the person's own packs."""
        return tuple(finding for finding in self.findings if not finding.counts)


def _doubts(store: Store, change: Change) -> tuple[str, ...]:
    doubts = []
    if len(change.merge_bases) > 1:
        doubts.append("several merge bases: merge or rebase on the target, so that there is one")
    if store.repository.is_shallow:
        doubts.append("a shallow clone: fetch the whole history (`git fetch --unshallow`)")
    return tuple(doubts)


def _boundary_findings(results: tuple[BoundaryResult, ...]) -> list[Finding]:
    severities = {"block": Severity.CRITICAL, "second-reviewer": Severity.HIGH, "acknowledge": Severity.HIGH}
    found = []
    for result in results:
        if result.verdict not in ("violated", "undecidable"):
            continue
        witness = result.witnesses[0] if result.witnesses else None
        place = Location(
            path=witness.path if witness else "",
            side=witness.side if witness else Side.NEW,
            line=witness.lines[0] if witness else 0,
            end_line=witness.lines[1] if witness else 0,
        )
        found.append(
            Finding(
                rule=result.id,
                family=Family.BOUNDARY,
                severity=severities.get(result.level, Severity.LOW),
                confidence=Confidence.HIGH,
                location=place,
                message=f"{result.id}: {result.why}",
                evidence=result.kind,
                external=BOUNDARY_SOURCE,
            )
        )
    return found


Told = Callable[[Case | None], object]
"""Hears what is known of a change while it is scanned; None is a sign of life."""


def _breaks(store: Store, change: Change, policy: Policy | None, paths: tuple[str, ...]) -> tuple[str, ...]:
    """What a change would leave broken for every later verdict."""
    if policy is None:
        return ()
    packs = would_break(store.repository, change, policy, paths)
    return packs + would_break_policy(store.repository, change, paths)


def open_case(
    store: Store,
    change: Change,
    *,
    policy_from: Oid | None = None,
    told: Told | None = None,
    verdict_only: bool = False,
) -> Case:
    """Load, scan and measure one change. Raises only what makes it unreadable altogether.

    `policy_from` names the commit whose policy decides, where that is not the one of the change itself.
    `told` gets the content before it is scanned, then what each stage has found. With `verdict_only` nothing is
    scanned where no verdict on the change can hang on what would be found; the case then tells no findings.
    """
    force, fault, unreadable = _policy(store, change, policy_from)
    content, unread, doubts = _loaded(store, change)
    files = content.files if content is not None else ()
    paths, policy = tuple(file.path for file in files), force.policy if force is not None else None
    origin = assess_provenance(store, change, paths)
    hear = _teller(_begun(change, content, origin, force, (*doubts, fault)), told)
    rules = rules_for(store, force)
    faults = rules.faults + _breaks(store, change, policy, paths)
    engine = engine_digest(rules.settings)
    wanted = not verdict_only or _may_count(store, change, policy, engine)
    result = detect(store, change, files, rules, hear) if wanted else ScanResult()
    judged = [finding for finding in result.findings if finding.counts]
    boundary, broken = _bounded(store, change, policy, files, origin)
    facts = None
    if force is not None:
        facts = Facts(
            change=change,
            repository_id=repository_id(store.repository, force.policy.repository, _tip(store, change)),
            digest=content.digest if content is not None else "",
            paths=paths,
            participants=involved(store.repository, force, change.commits, origin.operators),
            provenance=origin,
            findings=tuple(judged),
            engine=engine,
            boundary=boundary,
            level=risk_level([*judged, *broken]),
            doubts=doubts,
            rule_faults=faults,
        )
    around, shown = _around(store, change, policy, files), number([*result.findings, *broken])
    return Case(
        change=change,
        content=content,
        provenance=origin,
        findings=shown,
        boundary=boundary,
        risk=assess_risk(shown, origin, files, unscanned(result), around, unread=unread, unsure=unfinished(result)),
        force=force,
        facts=facts,
        notes=(*faults, *result.notes, *doubts, *_odd(change)),
        unread=unread,
        dropped=result.dropped,
        dropped_places=result.dropped_places,
        policy_fault=fault,
        policy_unreadable=unreadable or bool(faults),
    )


def _loaded(store: Store, change: Change) -> tuple[Content | None, str, tuple[str, ...]]:
    """The content; where it cannot be shown, why, and how it is had; and all that is doubtful about the change."""
    doubts = _doubts(store, change)
    try:
        return load_content(store.repository, change), "", doubts
    except CorruptObject as error:
        why, remedy = str(error), "`git fsck` names what is broken; a fresh clone has it whole"
    except MissingObject as error:
        why, remedy = str(error), "`git fetch --refetch` brings what is missing"
    except (RepositoryError, FormatError) as error:
        why, remedy = str(error), error.remedy
    unread = f"the content cannot be shown: {why}{f' — {remedy}' if remedy else ''}"
    return None, unread, (*doubts, unread)


def _may_count(store: Store, change: Change, policy: Policy | None, engine: str) -> bool:
    """Tell whether findings may count for the verdict on a change."""
    return policy is not None and rests_on_findings(policy, store.records.verified, change.head, engine)


def _odd(change: Change) -> tuple[str, ...]:
    return tuple(f"{commit.oid[:12]}: {anomaly}" for commit in change.commits for anomaly in commit.anomalies)


def _bounded(
    store: Store, change: Change, policy: Policy | None, files: tuple[FileDiff, ...], origin: Provenance
) -> tuple[tuple[BoundaryResult, ...], list[Finding]]:
    """The answers of the constraints, and the broken ones as findings."""
    if policy is None:
        return (), []
    from reviewconsole.loading.boundary import evaluate_boundary  # every constraint: not before there is a diff

    found = evaluate_boundary(store.repository, policy, change, files=files, provenance=origin, patterns=store.patterns)
    return found, _boundary_findings(found)


def _begun(
    change: Change,
    content: Content | None,
    origin: Provenance,
    force: PolicyInForce | None,
    notes: Sequence[str],
) -> Case:
    """What is known of a change before it is scanned."""
    return Case(
        change=change,
        content=content,
        provenance=origin,
        findings=(),
        boundary=(),
        risk=assess_risk((), origin, content.files if content is not None else (), unsure=_SCANNING),
        force=force,
        facts=None,
        notes=tuple(note for note in notes if note),
    )


def _teller(early: Case, told: Told | None) -> Callable[[Progress | None], None] | None:
    """Tell of a case now, and whenever there is progress with its scan."""
    if told is None:
        return None

    def hear(progress: Progress | None) -> None:
        if progress is None:
            told(None)
            return
        files = early.content.files if early.content is not None else ()
        risk = assess_risk(progress.findings, early.provenance, files, unsure=_SCANNING)
        told(replace(early, findings=progress.findings, risk=risk, running=progress.running))

    hear(Progress(running=STAGES[0]))
    return hear


def _around(store: Store, change: Change, policy: Policy | None, files: Sequence[FileDiff]) -> Surroundings | None:
    """What stands around a change; CI, which shows no score, does not look."""
    if store.scanner is None:
        return None
    tip = _tip(store, change)
    return surroundings(store.repository, tip, policy, files, store.scanner.cache)


def _tip(store: Store, change: Change) -> Oid:
    return next((target.tip for target in store.targets if target.ref == change.target), change.head)


def _policy(store: Store, change: Change, at: Oid | None) -> tuple[PolicyInForce | None, str, bool]:
    try:
        force = (
            in_force(store.repository, at) if at is not None else for_change(store.repository, change, store.targets)
        )
        return force, "", False
    except PolicyError as error:
        return None, f"the policy is not readable: {error}", True
    except (Undecidable, MissingObject) as error:
        remedy = f" ({error.remedy})" if error.remedy else ""
        return None, f"{error}{remedy}", False


def judge(store: Store, case: Case, now: int, extra: Records | None = None) -> GateReport:
    """Ask the gate about one case; undecidable without a policy. `extra` replaces the records."""
    if case.force is None or case.facts is None:
        return GateReport(verdict=Verdict.UNDECIDABLE, why=(case.policy_fault or NO_POLICY,))
    facts = case.facts
    if not facts.change.landed and facts.change.onto is None:
        facts = replace(facts, change=replace(facts.change, onto=_tip(store, facts.change)))
    records = carried(store, case.force, facts, extra or store.records)
    report = evaluate(case.force, case.facts, records, now)
    if case.content is None and report.verdict is Verdict.SATISFIED:
        return replace(report, verdict=Verdict.UNDECIDABLE, why=case.facts.doubts)
    return report
