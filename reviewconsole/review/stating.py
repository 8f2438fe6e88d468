"""From a draft to a signed statement: who may waive or bound, and signing it."""

import re
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from reviewconsole import __version__, canonical
from reviewconsole.casefile import Recorded
from reviewconsole.chain import Observed
from reviewconsole.change import Oid
from reviewconsole.decision import DecisionKind, Draft
from reviewconsole.errors import FormatError, Refused, UsageError
from reviewconsole.facts import PolicyInForce
from reviewconsole.globs import Globs
from reviewconsole.granting import witness_keys
from reviewconsole.loading.case import Case
from reviewconsole.loading.changes import Target
from reviewconsole.loading.policies import in_force, repository_id
from reviewconsole.loading.store import Store
from reviewconsole.policy import Policy
from reviewconsole.review.deciding import check_draft, principal_of, ready, sign_draft
from reviewconsole.review.journaling import Log, OpenLog
from reviewconsole.signing.signer import Signer
from reviewconsole.standing import identity_fault, of_people, superseded
from reviewconsole.statement import Statement, TaskBoundary, Waiver, record_summary

_UNITS = {"h": 3600, "d": 86400}


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a person says, before it is signed."""

    reason: str
    expires: str | None
    """`YYYY-MM-DDTHH:MM:SSZ`."""


def moment(text: str, now: int) -> str:
    """Turn `30d`, `12h`, a date or a full UTC time into the record's form. UsageError for anything else."""
    span = re.fullmatch(r"([1-9][0-9]{0,4})([hd])", text)
    if span:
        at = datetime.fromtimestamp(now + int(span[1]) * _UNITS[span[2]], UTC)
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")
    for form in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        except ValueError:
            continue
    raise UsageError(f"{text!r} is no time", remedy="write 30d, 12h, 2027-01-31 or 2027-01-31T12:00:00Z")


def waive(
    store: Store,
    case: Case,
    constraint: str,
    said: Said,
    signer: Signer,
    *,
    wanted: str | None,
    open_log: OpenLog,
    now: int,
) -> Recorded:
    """Sign that one broken constraint may pass on this change. Refused where the gate would not count it."""
    ready_ = ready(case)
    result = next((r for r in ready_.facts.boundary if r.id == constraint), None)
    if result is None:
        raise Refused(f"there is no constraint {constraint}", remedy="see `reviewconsole policy explain CHANGE`")
    if result.verdict not in ("violated", "undecidable"):
        raise Refused(f"{constraint} is not broken here: {result.verdict}")
    if not result.waivable:
        raise Refused(f"{constraint} cannot be waived", remedy="the policy says so: `waivable = true` is missing")
    principal = principal_of(ready_.force, signer, wanted)
    facts = ready_.facts
    rules = [r for r in ready_.force.policy.rules if r.applies(facts.paths, facts.level)]
    if not any(principal in rule.people for rule in rules):
        raise Refused(f"{principal} is nobody whom a rule lets approve this change")
    taken = [p for p in facts.participants if p.email in ready_.force.policy.people.get(principal, frozenset())]
    if taken:
        raise Refused(f"{principal} took part in this change ({', '.join(taken[0].roles)}) and cannot waive anything")
    body = Waiver(
        constraint=constraint,
        text_sha256=result.text_sha256,
        verdict=result.verdict,
        witnesses=witness_keys(result.witnesses),
    )
    log = open_log(facts.repository_id, principal, signer.public_blob)
    plain = _statement(body, said, principal, log, now)
    plain = replace(
        plain,
        ref=case.change.ref,
        head=case.change.head,
        repository_id=facts.repository_id,
        target_ref=case.change.target,
    )
    return _record(store, ready_.force, plain, log, signer)


def withdraw_waiver(
    store: Store,
    case: Case,
    constraint: str,
    said: Said,
    signer: Signer,
    *,
    wanted: str | None,
    open_log: OpenLog,
    now: int,
) -> Recorded:
    """Sign that one's own waivers of a constraint on this change count no more."""
    ready_ = ready(case)
    principal = principal_of(ready_.force, signer, wanted)
    change = case.change
    gone = superseded(ready_.force, store.records, now).get(principal, set())
    own = [
        entry.id
        for entry in store.records.statements
        if isinstance(entry.attestation.body, Waiver)
        and entry.attestation.body.constraint == constraint
        and entry.attestation.principal == principal
        and entry.attestation.target_ref == canonical.printable(change.target)
        and (entry.attestation.head == change.head or entry.attestation.ref == canonical.printable(change.ref))
        and entry.id not in gone
        and identity_fault(ready_.force, entry) is None
    ]
    if not own:
        raise Refused(f"there is no waiver of {principal} for {constraint} on this change to withdraw")
    draft = Draft(kind=DecisionKind.WITHDRAW, reason=said.reason)
    check_draft(ready_, draft, store.records)
    log = open_log(ready_.facts.repository_id, principal, signer.public_blob)
    return sign_draft(store, ready_, draft, signer, principal=principal, log=log, supersedes=own, now=now)


def bound(
    store: Store,
    target: Target,
    body: TaskBoundary,
    said: Said,
    signer: Signer,
    *,
    wanted: str | None,
    open_log: OpenLog,
    now: int,
) -> Recorded:
    """Sign a task boundary, replacing one's own earlier ones of the same task."""
    for name, patterns in (("--refs", body.refs), ("--allow", body.allow), ("--forbid", body.forbid)):
        try:
            Globs(patterns)
        except FormatError as error:
            raise UsageError(f"{name}: {error.message}") from error
    force = in_force(store.repository, target.tip)
    principal = principal_of(force, signer, wanted)
    if principal not in approvers(force.policy):
        raise Refused(f"{principal} is nobody whom a rule lets approve, and so cannot bound a task")
    earlier = [
        entry.id
        for entry in store.records.statements
        if entry.attestation.principal == principal
        and isinstance(entry.attestation.body, TaskBoundary)
        and entry.attestation.body.task == body.task
        and entry.attestation.target_ref == target.ref
        and identity_fault(force, entry) is None
    ]
    if not body.allow and not body.forbid and not earlier:
        raise UsageError(f"there is no boundary of {principal} for the task {body.task} to lift")
    identity = repository_id(store.repository, force.policy.repository, target.tip)
    log = open_log(identity, principal, signer.public_blob)
    plain = _statement(replace(body, supersedes=tuple(sorted(earlier))), said, principal, log, now)
    plain = replace(plain, ref=target.ref, head=target.tip, repository_id=identity, target_ref=target.ref)
    return _record(store, force, plain, log, signer)


def approvers(policy: Policy) -> frozenset[str]:
    """Everybody whom any rule lets approve."""
    return frozenset(name for rule in policy.rules for name in rule.people)


def _statement(body: Waiver | TaskBoundary, said: Said, principal: str, log: Log, now: int) -> Statement:
    """A statement whose place in the log, repository and subject are still to be filled in."""
    return Statement(
        ref="",
        head=Oid(""),
        repository_id="",
        target_ref="",
        body=body,
        principal=principal,
        device=log.device,
        sequence=1,
        previous=None,
        observed=(),
        reason=said.reason,
        decided_at=datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        expires_at=said.expires,
        tool=("reviewconsole", __version__),
        nonce=secrets.token_hex(16),
    )


def _record(store: Store, force: PolicyInForce, plain: Statement, log: Log, signer: Signer) -> Recorded:
    if not plain.reason.strip():
        raise UsageError("a statement needs a reason")

    def build(sequence: int, previous: str | None, observed: tuple[Observed, ...]) -> Statement:
        return replace(plain, sequence=sequence, previous=previous, observed=observed)

    identifier, said = log.record(build, signer, store.records, heard=of_people(force, store.records))
    return Recorded(id=identifier, ref=log.ref, head=said.head, summary=record_summary(said))
