"""Say what a policy means: whether its files can be relied on, and what of it applies to a change, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reviewconsole import detection
from reviewconsole.attestation import NAMESPACE
from reviewconsole.boundary import BoundaryResult
from reviewconsole.display import counted
from reviewconsole.errors import FormatError
from reviewconsole.gate import GateReport, in_scope
from reviewconsole.loading.case import Case
from reviewconsole.loading.own_rules import read_folders
from reviewconsole.loading.policies import parse_policy_file
from reviewconsole.policy import REVOKED_PATH, SIGNERS_PATH, ConstraintTable, Policy, Rule
from reviewconsole.signers import RevokedKeys, SignerRoster


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """One thing found in the policy's files."""

    file: str
    state: str
    """good, warning or fault."""
    says: str


def check_policy(path: Path) -> tuple[Remark, ...]:
    """Check a policy file and the signers and revocations beside it; every file is looked at."""
    remarks: list[Remark] = []
    policy = roster = None
    try:
        policy = parse_policy_file(_read(path) or b"")
        remarks.append(Remark(file=path.name, state="good", says=_counts(policy)))
    except FormatError as error:
        remarks.append(Remark(file=path.name, state="fault", says=str(error)))
    signers, revoked = (path.with_name(name.rsplit("/", 1)[1]) for name in (SIGNERS_PATH, REVOKED_PATH))
    try:
        raw = _read(signers)
        if raw is None:
            remarks.append(Remark(file=signers.name, state="fault", says="is missing, so nobody could sign"))
        else:
            roster = SignerRoster.parse(raw, namespace=NAMESPACE)
            remarks.append(Remark(file=signers.name, state="good", says=counted(len(roster.keys), "key")))
    except FormatError as error:
        remarks.append(Remark(file=signers.name, state="fault", says=str(error)))
    try:
        raw = _read(revoked)
        RevokedKeys.parse(raw or b"")
        if raw is not None:
            remarks.append(Remark(file=revoked.name, state="good", says="can be read"))
    except FormatError as error:
        remarks.append(Remark(file=revoked.name, state="fault", says=str(error)))
    if policy is not None:
        packs = read_folders({name: path.parent.parent / name for name in policy.packs}, taken=detection.pages())
        remarks += [
            Remark(file=fault.path, state="fault", says=f"line {fault.line}: {fault.why}") for fault in packs.faults
        ]
        remarks += [Remark(file=path.name, state="warning", says=says) for says in _doubts(policy, roster)]
    return tuple(remarks)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        if path.name.endswith(".toml"):
            raise FormatError("there is no such file", place=str(path)) from error
        return None
    except OSError as error:
        raise FormatError(f"cannot be read: {error.strerror}", place=str(path)) from error


def _counts(policy: Policy) -> str:
    counts = (
        counted(len(policy.rules), "rule"),
        counted(len(policy.constraints), "constraint"),
        counted(len(policy.people), "person", "people"),
    )
    return ", ".join(counts)


def _doubts(policy: Policy, roster: SignerRoster | None) -> Iterator[str]:
    """What is well formed and will still surprise somebody."""
    able = {key.principal for key in roster.keys.values()} if roster is not None else set(policy.people)
    for name in sorted(able - policy.people.keys()):
        yield f"{name} has a key and no [people.{name}], so nobody could be told to be the author"
    for rule in policy.rules:
        missing = sorted(rule.people - able)
        if missing:
            yield f"rule {rule.id}: {', '.join(missing)} has no key in allowed_signers"
        can = len(rule.people & able)
        if can < rule.approvals:
            yield f"rule {rule.id} asks for {rule.approvals} approvals, and {can} people can give one"
    everybody = {name for rule in policy.rules for name in rule.people} & able
    most = max(rule.approvals for rule in policy.rules)
    for table in policy.constraints:
        if table.level == "second-reviewer" and len(everybody) <= most:
            yield f"constraint {table.id} asks for {most + 1} reviewers, and {len(everybody)} people could be"
    known = set(detection.pages())
    for name in sorted(policy.disabled | policy.severity.keys()):
        if name not in known:
            yield f"there is no detection rule {name!r}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """One part of the policy, and how it bears on a change."""

    part: str
    applies: bool
    why: str


def explain(case: Case, report: GateReport) -> tuple[Explained, ...]:
    """Which rules and constraints apply to a change, and the file that made each apply."""
    if case.force is None or case.facts is None:
        return (Explained(part="policy", applies=False, why=case.policy_fault or "there is no policy"),)
    policy, facts = case.force.policy, case.facts
    found = facts.provenance.provenance.value
    asked = in_scope(policy, facts)
    scope = f"{'asks' if asked else 'does not ask'} for a sign-off: provenance {found}, scope {policy.scope}"
    if policy.scope != "all":
        scope += f" from {policy.counts_as_ai.value} on"
    out = [Explained(part="scope", applies=asked, why=scope)]
    out += [_rule(rule, facts.paths, facts.level) for rule in policy.rules]
    tables = {table.id: table for table in policy.constraints}
    out += [_constraint(result, tables.get(result.id)) for result in case.boundary]
    out += [
        Explained(part=f"{row.kind} {row.about}", applies=row.in_force, why=f"{row.principal}: {row.why}")
        for row in (said.row for said in report.statements)
    ]
    return tuple(out)


def _rule(rule: Rule, paths: tuple[str, ...], level: str) -> Explained:
    part = f"rule {rule.id}"
    asks = f"{rule.approvals} of {', '.join(sorted(rule.people))}"
    if rule.require:
        asks += f", each with {', '.join(rule.require)}"
    if rule.risk and level not in rule.risk:
        return Explained(
            part=part, applies=False, why=f"is for risk {', '.join(sorted(rule.risk))}; here it is {level}"
        )
    risk = f" and the risk is {level}" if rule.risk else ""
    if rule.paths is None:
        return Explained(part=part, applies=True, why=f"is for every path{risk}: asks for {asks}")
    hit = next((path for path in paths if rule.paths.matches(path)), None)
    if hit is None:
        return Explained(part=part, applies=False, why=f"no changed path matches {', '.join(rule.paths.patterns)}")
    return Explained(part=part, applies=True, why=f"because of {hit}{risk}: asks for {asks}")


def _constraint(result: BoundaryResult, table: ConstraintTable | None) -> Explained:
    why = f"{result.kind}, {result.level}: {result.verdict}, {result.why}"
    places = [w for w in result.witnesses if w.path]
    if places:
        line = f":{places[0].lines[0]}" if places[0].lines[0] else ""
        why += f" [{places[0].path}{line}]"
    if table is not None and table.why:
        why += f" ({table.why})"
    return Explained(part=f"constraint {result.id}", applies=result.verdict != "n/a", why=why)
