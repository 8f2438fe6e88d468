"""How waivers and task boundaries stand towards a change. Pure.

Both are signed by somebody whom a rule lets approve. A waiver lets one broken constraint pass, on a
change that its author took no part in; a task boundary narrows what the policy allows, for refs that
match. Neither is part of the boundary evidence that a decision signs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reviewconsole import canonical
from reviewconsole.boundary import BoundaryResult, Witness
from reviewconsole.casefile import Requirement, StatementRow
from reviewconsole.decision import Verdict, seconds
from reviewconsole.errors import FormatError
from reviewconsole.facts import Facts, JudgedRecord, PolicyInForce, Records, VerifiedStatement
from reviewconsole.globs import Globs
from reviewconsole.policy import Rule
from reviewconsole.standing import signer_fault, superseded
from reviewconsole.statement import TaskBoundary, Waiver, witness_key

HEADS = "refs/heads/"
REMOTES = "refs/remotes/"


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedStatement:
    """One statement that has to do with the change."""

    statement: VerifiedStatement
    kind: str
    """waiver or boundary."""
    about: str
    """Constraint id or task."""
    in_force: bool
    why: str

    @property
    def row(self) -> StatementRow:
        """How it is shown."""
        said = self.statement.attestation
        return StatementRow(
            id=self.statement.id,
            kind=self.kind,
            about=self.about,
            principal=said.principal,
            expires=said.expires_at,
            in_force=self.in_force,
            why=self.why,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Granted:
    """What the statements add up to."""

    statements: tuple[JudgedStatement, ...] = ()
    waived: Mapping[str, str] = field(default_factory=dict)
    """Constraint id -> who waived it, in words."""
    requirements: tuple[Requirement, ...] = ()
    """What task boundaries in force ask for."""


def witness_keys(witnesses: Iterable[Witness]) -> tuple[str, ...]:
    """What a waiver is bound to: the sorted keys of the witnesses."""
    return tuple(sorted({witness_key(w.path, w.side.value, w.sha256) for w in witnesses}))


def judge_statements(
    force: PolicyInForce,
    facts: Facts,
    records: Records,
    *,
    rules: tuple[Rule, ...],
    judged: tuple[JudgedRecord, ...],
    now: int,
) -> Granted:
    """Judge every waiver of this change's constraints and every task boundary whose refs match."""
    results = {result.id: result for result in facts.boundary}
    names = _names(facts, judged)
    lifted = _lifted(force, records, now)
    gone = superseded(force, records, now)
    out: list[JudgedStatement] = []
    waived: dict[str, str] = {}
    requirements: list[Requirement] = []
    for entry in records.statements:
        said, body = entry.attestation, entry.attestation.body
        if said.target_ref != canonical.printable(facts.change.target):
            continue
        if isinstance(body, Waiver):
            result = results.get(body.constraint)
            if not (_same_change(facts, entry, names) or _same_ground(facts, body, result)):
                continue
            if result is not None and result.verdict in ("pass", "n/a"):
                continue
            approvers = frozenset(name for rule in rules for name in rule.people)
            fault = (
                _fault(force, facts, records, entry, approvers=approvers, now=now)
                or _part_fault(force, facts, entry)
                or ("withdrawn by a later record" if entry.id in gone.get(said.principal, ()) else None)
                or _waiver_fault(facts, entry, body, result)
            )
            if fault is None:
                waived[body.constraint] = f"waived by {said.principal} until {said.expires_at or 'a witness changes'}"
            out.append(_judged(entry, "waiver", body.constraint, fault))
        elif (body.allow or body.forbid) and _matches(body, names):
            approvers = frozenset(name for rule in force.policy.rules for name in rule.people)
            fault = _fault(force, facts, records, entry, approvers=approvers, now=now)
            fault = fault or ("superseded by a later one" if entry.id in lifted else None)
            if fault is None:
                requirements.append(_requirement(body, facts, said.principal))
            out.append(_judged(entry, "boundary", body.task, fault))
    return Granted(statements=tuple(out), waived=waived, requirements=tuple(requirements))


def _judged(entry: VerifiedStatement, kind: str, about: str, fault: str | None) -> JudgedStatement:
    why = fault or f"in force: {' '.join(entry.attestation.reason.split())}"
    return JudgedStatement(statement=entry, kind=kind, about=about, in_force=fault is None, why=why)


def _fault(
    force: PolicyInForce,
    facts: Facts,
    records: Records,
    entry: VerifiedStatement,
    *,
    approvers: frozenset[str],
    now: int,
) -> str | None:
    """Why a statement does not count: key, log, repository, term, and who may make it."""
    said = entry.attestation
    fault = signer_fault(force, entry, records.witnessed.get(entry.id, now))
    if fault:
        return fault
    if entry.log in records.broken:
        return f"its log is broken: {records.broken[entry.log]}"
    if said.repository_id != facts.repository_id:
        return "signed for another repository"
    if said.expires_at is not None and now >= seconds(said.expires_at):
        return f"expired on {said.expires_at}"
    if said.principal not in approvers:
        return f"{said.principal} is nobody whom a rule lets approve this"
    return None


def _part_fault(force: PolicyInForce, facts: Facts, entry: VerifiedStatement) -> str | None:
    """Nobody waives anything for what they had a hand in.

    A task boundary is not lifted by that: it can only narrow, and anybody can write a name into a commit.
    """
    said = entry.attestation
    own = force.policy.people.get(said.principal, frozenset())
    taken = [p for p in facts.participants if p.email in own]
    if taken:
        return f"{said.principal} took part in the change ({', '.join(taken[0].roles)}: {taken[0].email})"
    return None


def _waiver_fault(facts: Facts, entry: VerifiedStatement, body: Waiver, result: BoundaryResult | None) -> str | None:
    if result is None:
        return f"there is no constraint {body.constraint} in the policy in force"
    if not result.waivable:
        return f"{body.constraint} cannot be waived"
    if result.text_sha256 != body.text_sha256:
        return "void: the constraint was changed"
    if result.verdict != body.verdict or witness_keys(result.witnesses) != body.witnesses:
        return "void: what it rests on has changed"
    if not body.witnesses and entry.attestation.head != facts.change.head:
        return "void: given for another head, and nothing else binds it"
    return None


def _names(facts: Facts, judged: tuple[JudgedRecord, ...]) -> frozenset[str]:
    """Every ref the change is known by, also those that a record which counts was given for."""
    refs = {facts.change.ref, *facts.change.other_refs}
    refs |= {j.record.attestation.ref for j in judged if j.valid}
    return frozenset(canonical.printable(ref) for ref in refs)


def _same_change(facts: Facts, entry: VerifiedStatement, names: frozenset[str]) -> bool:
    said = entry.attestation
    inside = any(commit.oid == said.head for commit in facts.change.commits)
    return said.head == facts.change.head or inside or said.ref in names


def _same_ground(facts: Facts, body: Waiver, result: BoundaryResult | None) -> bool:
    """Whether a commit that landed breaks a constraint just as what was waived: its branch is not known any more."""
    if not facts.change.landed or result is None or not body.witnesses:
        return False
    return witness_keys(result.witnesses) == body.witnesses


def _matches(body: TaskBoundary, names: frozenset[str]) -> bool:
    try:
        patterns = Globs(body.refs)
    except FormatError:
        return False
    short = {name.removeprefix(HEADS) for name in names}
    short |= {name.split("/", 3)[-1] for name in names if name.startswith(REMOTES)}
    return any(patterns.matches(name) for name in names | short)


def _lifted(force: PolicyInForce, records: Records, now: int) -> frozenset[str]:
    """Statements that a later one of the same person names."""
    found: set[str] = set()
    owners = {entry.id: entry.attestation.principal for entry in records.statements}
    for entry in records.statements:
        body = entry.attestation.body
        if (
            isinstance(body, TaskBoundary)
            and entry.log not in records.broken
            and not signer_fault(force, entry, records.witnessed.get(entry.id, now))
        ):
            found |= {i for i in body.supersedes if owners.get(i) == entry.attestation.principal}
    return frozenset(found)


def _requirement(body: TaskBoundary, facts: Facts, principal: str) -> Requirement:
    name = f"boundary/task/{body.task}"
    try:
        allow, forbid = Globs(body.allow), Globs(body.forbid)
    except FormatError as error:
        return Requirement(id=name, verdict=Verdict.UNDECIDABLE, why=f"task {body.task}: {error}")
    denied = [path for path in facts.paths if forbid.matches(path)]
    outside = [path for path in facts.paths if body.allow and not allow.matches(path)]
    for paths, words in ((denied, "is forbidden to"), (outside, "is outside of")):
        if paths:
            more = f" ({len(paths)} in all)" if len(paths) > 1 else ""
            why = f"{canonical.printable(paths[0])} {words} task {body.task}, says {principal}{more}"
            return Requirement(id=name, verdict=Verdict.VIOLATED, why=why)
    return Requirement(id=name, verdict=Verdict.SATISFIED, why=f"within task {body.task}, says {principal}")
