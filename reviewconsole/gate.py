"""The gate: policy in force, change, records and clock in; verdict out. Pure.

The console, `verify` in CI and a server's hook call the same `evaluate`. Steps are numbered as in
docs/record.md, "How a record is judged": steps 1 and 2 and the signatures are done by `loading`,
steps 3 to 9 by `standing`, step 10 here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reviewconsole.boundary import BoundaryResult
from reviewconsole.carryover import strictest
from reviewconsole.casefile import Quorum, Requirement
from reviewconsole.chain import REF_PREFIX
from reviewconsole.change import Oid
from reviewconsole.dating import settled
from reviewconsole.decision import DecisionKind, Verdict, must_acknowledge, worst
from reviewconsole.facts import Facts, JudgedRecord, PolicyInForce, Records, VerifiedAttestation
from reviewconsole.globs import Globs
from reviewconsole.granting import Granted, JudgedStatement, judge_statements
from reviewconsole.policy import Policy, Rule, duration
from reviewconsole.standing import identity_fault, judge_records


@dataclass(frozen=True, kw_only=True, slots=True)
class GateReport:
    """The verdict on one change."""

    verdict: Verdict
    why: tuple[str, ...]
    requirements: tuple[Requirement, ...] = ()
    records: tuple[JudgedRecord, ...] = ()
    in_scope: bool = True
    emergency: str = ""
    """Said loudly wherever a verdict rests on an approval that nobody reviewed yet."""
    statements: tuple[JudgedStatement, ...] = ()
    """Waivers and task boundaries that have to do with the change."""


def in_scope(policy: Policy, facts: Facts) -> bool:
    """Tell whether the policy asks for a sign-off of this change at all."""
    if policy.scope == "all" or any(r.kind == "policy.self" and r.verdict == "violated" for r in facts.boundary):
        return True
    if facts.provenance.provenance.rank >= policy.counts_as_ai.rank:
        return True
    emails = {p.email for p in facts.participants}
    assumed = Globs(policy.assume_ai)
    return any(item.lower() in emails for item in policy.assume_ai) or any(map(assumed.matches, facts.paths))


def evaluate(force: PolicyInForce, facts: Facts, records: Records, now: int) -> GateReport:
    """Judge one change. `now` is the gate's clock, in seconds since the epoch."""
    if facts.doubts:
        return GateReport(verdict=Verdict.UNDECIDABLE, why=facts.doubts)
    rules = tuple(rule for rule in force.policy.rules if rule.applies(facts.paths, facts.level))
    records = settled(force, records, facts.repository_id, now)
    judged = judge_records(force, facts, records, rules, now)
    granted = judge_statements(force, facts, records, rules=rules, judged=judged, now=now)
    if not in_scope(force.policy, facts) and not _rejected(judged, rules):
        return _out_of_scope(judged, granted)
    requirements = [
        *(_short(force.policy, facts, judged, rule, rules) for rule in rules),
        *_boundary_requirements(facts, rules, judged, granted.waived),
        *granted.requirements,
        *_standing_requirements(force, facts, records, rules, judged),
    ]
    if not rules:
        requirements.append(Requirement(id="rule", verdict=Verdict.VIOLATED, why="no rule applies to this change"))
    verdict = worst(item.verdict for item in requirements)
    why = tuple(item.why for item in requirements if item.verdict is not Verdict.SATISFIED)
    loud = next((item.why for item in requirements if item.emergency), "")
    return GateReport(
        verdict=verdict,
        why=why or ((loud,) if loud else ()),
        emergency=loud if verdict is Verdict.SATISFIED else "",
        requirements=tuple(requirements),
        records=judged,
        statements=granted.statements,
    )


def rests_on_findings(policy: Policy, records: Iterable[VerifiedAttestation], head: Oid, engine: str) -> bool:
    """Tell whether a verdict on the change `head` can hang on what detection finds there.

    It does where a rule asks for a risk level or for acknowledgements, and where an approval of the very head was
    signed under the same `engine`, whose findings are compared (step 8). Nothing else in the gate reads a finding.
    """
    if any(rule.risk or "acknowledge-high" in rule.require for rule in policy.rules):
        return True
    stated = (record.attestation for record in records)
    return any(att.head == head and att.engine == engine and att.decision is DecisionKind.APPROVE for att in stated)


def _rejected(judged: tuple[JudgedRecord, ...], rules: tuple[Rule, ...]) -> bool:
    """Tell whether a reject stands, or may stand: leaving out a trailer does not lift it."""
    eligible = _eligible(rules)
    return any(
        j.live
        and (j.valid or j.unknown)
        and j.record.attestation.decision is DecisionKind.REJECT
        and j.record.attestation.principal in eligible
        for j in judged
    )


def _out_of_scope(judged: tuple[JudgedRecord, ...], granted: Granted) -> GateReport:
    """Nothing is asked for, except that a task boundary holds: else leaving out a trailer would lift it."""
    verdict = worst(item.verdict for item in granted.requirements)
    broken = tuple(item for item in granted.requirements if item.verdict is not Verdict.SATISFIED)
    return GateReport(
        verdict=verdict,
        why=tuple(item.why for item in broken) or ("not in scope",),
        requirements=broken,
        records=judged,
        in_scope=bool(broken),
        statements=granted.statements,
    )


def _approvals(judged: tuple[JudgedRecord, ...], *, emergency: bool = False) -> list[JudgedRecord]:
    """Approvals that count: the reviewed ones, or those of an emergency, which nobody reviewed."""
    return [
        j
        for j in judged
        if j.valid
        and j.live
        and j.record.attestation.decision is DecisionKind.APPROVE
        and j.record.attestation.emergency is emergency
    ]


def _label(approval: JudgedRecord) -> str:
    """Name who approved, and say so where the approval was given for another head."""
    att = approval.record.attestation
    return f"{att.principal} (carried from {att.head[:12]}: {approval.carried})" if approval.carried else att.principal


def _shortfall(rule: Rule, facts: Facts, judged: JudgedRecord) -> tuple[Verdict, str] | None:
    """Say what an approval lacks for one rule's `require`, None when nothing."""
    att = judged.record.attestation
    acknowledged = {a.fingerprint for a in att.acknowledged}
    for demand in rule.require:
        if demand == "read-all" and (att.reviewed_tree != att.head_tree or att.viewed != att.hunks):
            return Verdict.VIOLATED, f"{att.principal} had {att.viewed} of {att.hunks} hunks on screen"
        if demand == "acknowledge-high":
            left = [f for f in facts.findings if must_acknowledge(f) and f.fingerprint not in acknowledged]
            if left:
                return Verdict.VIOLATED, f"{att.principal} did not acknowledge {left[0].rule} ({len(left)} in all)"
        if demand == "touch" and not judged.record.user_present:
            return Verdict.VIOLATED, f"{att.principal} did not sign with a touched security key"
        if demand == "pin" and not judged.record.user_verified:
            return Verdict.VIOLATED, f"{att.principal} did not sign with a verified security key"
        if demand == "fresh" and judged.carried:
            return Verdict.VIOLATED, f"the approval of {att.principal} is carried, not fresh"
        if demand.startswith("max-age="):
            if judged.age is None:
                why = f"no witness says how old the approval of {att.principal} is: run `verify --witness` in CI"
                return Verdict.UNDECIDABLE, why
            if judged.age > duration(demand.removeprefix("max-age=")):
                return Verdict.VIOLATED, f"the approval of {att.principal} is older than {demand[8:]}"
    return None


def _rule_requirement(
    rule: Rule, rules: tuple[Rule, ...], facts: Facts, judged: tuple[JudgedRecord, ...]
) -> Requirement:
    """Step 10: enough distinct people of the rule, each approval meeting its demands."""
    people: dict[str, str] = {}
    lacking: list[tuple[Verdict, str]] = []
    for approval in _approvals(judged):
        if approval.record.attestation.principal not in rule.people:
            continue
        short = _shortfall(rule, facts, approval)
        if short is None:
            people[approval.record.attestation.principal] = _label(approval)
        else:
            lacking.append(short)
    if len(people) >= rule.approvals:
        return Requirement(
            id=rule.id,
            verdict=Verdict.SATISFIED,
            why=f"{rule.id}: approved by {', '.join(people[name] for name in sorted(people))}",
        )
    broken_glass = _approvals(judged, emergency=True)
    if broken_glass:
        att = broken_glass[0].record.attestation
        why = f"{rule.id}: EMERGENCY approval by {att.principal} until {att.expires_at}, not reviewed yet"
        return Requirement(id=rule.id, verdict=Verdict.SATISFIED, why=why, emergency=True)
    parts = [f"{rule.id}: {len(people)} of {rule.approvals} approvals"]
    parts += [text for _, text in lacking]
    parts += [
        f"that of {j.record.attestation.principal} is spent: {j.spent}"
        for j in judged
        if j.spent and j.live and j.record.attestation.principal in rule.people
    ][:1]
    verdict = Verdict.VIOLATED
    if any(kind is Verdict.UNDECIDABLE for kind, _ in lacking):
        verdict = Verdict.UNDECIDABLE
    unknown = [
        j
        for j in judged
        if j.unknown
        and _is_live_approval(j)
        and j.record.attestation.principal in rule.people
        and (j.carried or strictest(rules) == "replay")
    ]
    if unknown:
        verdict = Verdict.UNDECIDABLE
        parts.append(f"an approval of {unknown[0].record.attestation.principal} may carry over: {unknown[0].why}")
    return Requirement(id=rule.id, verdict=verdict, why="; ".join(parts))


def _short(
    policy: Policy, facts: Facts, judged: tuple[JudgedRecord, ...], rule: Rule, rules: tuple[Rule, ...]
) -> Requirement:
    """One rule's requirement; where approvals are missing, with who gave some and who may give the rest."""
    item = _rule_requirement(rule, rules, facts, judged)
    if item.verdict is Verdict.SATISFIED:
        return item
    approvals = [a for a in _approvals(judged) if _shortfall(rule, facts, a) is None]
    given = {a.record.attestation.principal for a in approvals} & rule.people
    emails = {participant.email for participant in facts.participants}
    may = {name for name in rule.people - given if not policy.people.get(name, frozenset()) & emails}
    return replace(item, quorum=Quorum(needed=rule.approvals, given=tuple(sorted(given)), may=tuple(sorted(may))))


def _is_live_approval(judged: JudgedRecord) -> bool:
    return judged.live and judged.record.attestation.decision is DecisionKind.APPROVE


def _meets_all(approval: JudgedRecord, facts: Facts, rules: tuple[Rule, ...]) -> bool:
    """Tell whether a person whom a rule names meets every demand of the rules that name them."""
    own = [rule for rule in rules if approval.record.attestation.principal in rule.people]
    return bool(own) and all(_shortfall(rule, facts, approval) is None for rule in own)


def _boundary_requirements(
    facts: Facts, rules: tuple[Rule, ...], judged: tuple[JudgedRecord, ...], waived: Mapping[str, str]
) -> list[Requirement]:
    """What a broken constraint leads to, by its level."""
    approvals = [a for a in _approvals(judged) if _meets_all(a, facts, rules)]
    people = {approval.record.attestation.principal for approval in approvals}
    out = []
    for result in facts.boundary:
        if result.verdict in ("pass", "n/a") or (result.level == "warn" and result.verdict == "violated"):
            continue
        name = f"boundary/{result.id}"
        if result.id in waived:
            out.append(Requirement(id=name, verdict=Verdict.SATISFIED, why=f"{result.id}: {waived[result.id]}"))
        elif result.verdict == "undecidable":
            out.append(Requirement(id=name, verdict=Verdict.UNDECIDABLE, why=f"{result.id}: {result.why}"))
        elif result.level == "second-reviewer" and len(people) >= _second(result, rules):
            out.append(
                Requirement(id=name, verdict=Verdict.SATISFIED, why=f"{result.id}: {len(people)} reviewers agree")
            )
        elif result.level == "acknowledge" and any(
            result.fingerprint == a.fingerprint
            for j in (*approvals, *_approvals(judged, emergency=True))
            for a in j.record.attestation.acknowledged
        ):
            out.append(Requirement(id=name, verdict=Verdict.SATISFIED, why=f"{result.id}: acknowledged"))
        else:
            out.append(Requirement(id=name, verdict=Verdict.VIOLATED, why=f"{result.id}: {result.why}"))
    return out


def _second(result: BoundaryResult, rules: tuple[Rule, ...]) -> int:
    """One more reviewer than the rules ask for; two for the policy itself, which must stay changeable."""
    return 2 if result.kind == "policy.self" else 1 + max((rule.approvals for rule in rules), default=1)


def _eligible(rules: tuple[Rule, ...]) -> frozenset[str]:
    return frozenset(name for rule in rules for name in rule.people)


def _standing_requirements(
    force: PolicyInForce,
    facts: Facts,
    records: Records,
    rules: tuple[Rule, ...],
    judged: tuple[JudgedRecord, ...],
) -> list[Requirement]:
    """Rejects that stand, logs that are not whole, authors nobody claims."""
    out = []
    eligible = _eligible(rules)
    approvals = _approvals(judged)
    overridden = {rid for a in approvals for rid in a.record.attestation.overrides}
    for reject in judged:
        att = reject.record.attestation
        if att.decision is not DecisionKind.REJECT or not reject.live or att.principal not in eligible:
            continue
        if reject.record.id in overridden and _quorum_without(rules, facts, judged, att.principal):
            continue
        if reject.unknown and identity_fault(force, reject.record) is None:
            why = (
                f"{att.principal} rejected {att.head[:12]}, and whether that carries over cannot be told: {reject.why}"
            )
            out.append(Requirement(id=f"reject/{att.principal}", verdict=Verdict.UNDECIDABLE, why=why))
        if not reject.valid:
            continue
        out.append(
            Requirement(id=f"reject/{att.principal}", verdict=Verdict.VIOLATED, why=f"rejected by {att.principal}")
        )
    for log, why in sorted(records.broken.items()):
        owner = log.removeprefix(REF_PREFIX).split("/", 1)[0]
        if owner in eligible:
            out.append(Requirement(id="records", verdict=Verdict.UNDECIDABLE, why=f"{log}: {why}"))
    for problem in records.problems:
        signer = force.roster.by_blob(problem.signer)
        if signer is not None and signer.principal in eligible:
            why = f"{problem.log}: {signer.principal} signed what this version cannot read ({problem.why})"
            out.append(Requirement(id="records", verdict=Verdict.UNDECIDABLE, why=why))
    if force.policy.unknown_authors == "refuse":
        unknown = [p.email for p in facts.participants if force.policy.person_of(p.email) is None]
        if unknown:
            why = f"no person claims {unknown[0]}, so self-approval cannot be excluded"
            out.append(Requirement(id="authors", verdict=Verdict.UNDECIDABLE, why=why))
    out += [Requirement(id="rules.packs", verdict=Verdict.UNDECIDABLE, why=why) for why in facts.rule_faults]
    return out


def _quorum_without(rules: tuple[Rule, ...], facts: Facts, judged: tuple[JudgedRecord, ...], principal: str) -> bool:
    """Tell whether reviewed approvals of others are enough; an emergency lifts no reject."""
    others = tuple(
        j for j in judged if j.record.attestation.principal != principal and not j.record.attestation.emergency
    )
    return all(_rule_requirement(rule, rules, facts, others).verdict is Verdict.SATISFIED for rule in rules)
