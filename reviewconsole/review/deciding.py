"""From a draft to a signed record: what would be signed, who may sign it, and signing it."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from reviewconsole import __version__, canonical
from reviewconsole.attestation import Attestation, external_digest, findings_digest, summary
from reviewconsole.boundary import boundary_digest
from reviewconsole.casefile import Recorded, RecordRow, Sheet
from reviewconsole.chain import Observed, log_ref
from reviewconsole.change import Change, Oid, paths_digest, short_ref
from reviewconsole.crossread import crossread
from reviewconsole.decision import REASON_LIMIT, Acknowledgement, DecisionKind, Draft, must_acknowledge
from reviewconsole.diff import HunkId
from reviewconsole.display import counted
from reviewconsole.errors import Refused, ReviewIncomplete, SigningError, UsageError
from reviewconsole.evidence import Provenance
from reviewconsole.facts import Facts, PolicyInForce, Records, VerifiedAttestation
from reviewconsole.finding import BOUNDARY_SOURCE, Finding, Severity
from reviewconsole.gate import GateReport
from reviewconsole.loading.case import Case, judge
from reviewconsole.loading.content import Content, reviewed_tree
from reviewconsole.loading.store import Store
from reviewconsole.review.journaling import Log
from reviewconsole.signing.signer import Signer
from reviewconsole.sshkey import key8
from reviewconsole.standing import identity_fault, of_people

CONFIRM_LENGTH = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """A case that can be decided: readable policy and content."""

    case: Case
    content: Content
    facts: Facts
    force: PolicyInForce


def ready(case: Case) -> Ready:
    """Refuse to decide what has no policy or could not be shown whole."""
    if case.force is None or case.facts is None:
        raise Refused(
            case.policy_fault or "there is no policy", remedy="run `reviewconsole init` and commit what it writes"
        )
    if case.content is None or case.facts.doubts:
        raise Refused(f"this change cannot be signed: {'; '.join(case.facts.doubts)}")
    return Ready(case=case, content=case.content, facts=case.facts, force=case.force)


def principal_of(force: PolicyInForce, signer: Signer, wanted: str | None) -> str:
    """Name the person a key belongs to, by the signers in force."""
    entry = force.roster.by_blob(signer.public_blob)
    if entry is None:
        raise SigningError(
            f"the key {signer.fingerprint} is not in .reviewconsole/allowed_signers",
            remedy="have a reviewer add it there, on the trust branch",
        )
    if wanted is not None and wanted != entry.principal:
        raise SigningError(f"the key is that of {entry.principal}, not of {wanted}", remedy="correct `principal`")
    return entry.principal


def own_live_records(ready_: Ready, records: Records, principal: str) -> tuple[VerifiedAttestation, ...]:
    """The person's records on this head, content or ref that nothing of theirs has superseded yet."""
    change = ready_.case.change
    force = ready_.force
    own = [r for r in records.verified if r.attestation.principal == principal and identity_fault(force, r) is None]
    gone = {rid for record in own for rid in record.attestation.supersedes}
    return tuple(
        record
        for record in own
        if record.id not in gone
        and record.attestation.decision is not DecisionKind.WITHDRAW
        and record.attestation.target_ref == canonical.printable(change.target)
        and (
            record.attestation.head == change.head
            or record.attestation.diff_sha256 == ready_.facts.digest
            or (record.attestation.ref == canonical.printable(change.ref) and not change.landed)
        )
    )


def provenance_digest(provenance: Provenance) -> str:
    """Hash the signal list: sorted [signal, class, tool, commit, evidence], canonical JSON."""
    rows = [
        [hit.signal, hit.provenance.value, hit.tool, hit.commit or "", canonical.printable(hit.evidence)]
        for hit in provenance.signals
    ]
    return canonical.digest(sorted(rows))


def check_draft(ready_: Ready, draft: Draft, records: Records) -> None:
    """Refuse what could not be a record: no reason, an acknowledgement or override of something not found."""
    if not draft.reason.strip():
        raise ReviewIncomplete("a decision needs a reason", remedy="say in a sentence what you checked")
    texts = [draft.reason, *(acknowledged.text for acknowledged in draft.acknowledged)]
    if any(len(text) > REASON_LIMIT or canonical.printable(text) != text for text in texts):
        raise UsageError(f"a reason or acknowledgement must be UTF-8 of at most {REASON_LIMIT} characters")
    rejects = {r.id for r in records.verified if r.attestation.decision is DecisionKind.REJECT}
    for override in draft.overrides:
        if override not in rejects:
            raise UsageError(f"{override[:80]} is no reject on record", remedy="see `reviewconsole log CHANGE`")
    known = {finding.fingerprint for finding in ready_.case.findings}
    for acknowledged in draft.acknowledged:
        if acknowledged.fingerprint not in known:
            raise Refused(f"acknowledged finding {acknowledged.fingerprint[:19]} is not one of this change")


def _bound(case: Case, acknowledged: tuple[Acknowledgement, ...]) -> tuple[Acknowledgement, ...]:
    """Bind the acknowledgement of a broken constraint to its witnesses, which the gate asks for."""
    shown = {finding.fingerprint: finding for finding in case.findings if finding.external == BOUNDARY_SOURCE}
    results = {result.id: result.fingerprint for result in case.boundary}
    return tuple(
        replace(item, fingerprint=results[shown[item.fingerprint].rule]) if item.fingerprint in shown else item
        for item in acknowledged
    )


def attest(
    store: Store,
    ready_: Ready,
    draft: Draft,
    *,
    principal: str,
    device: str,
    chain: tuple[int, str | None, tuple[Observed, ...]],
    supersedes: tuple[str, ...],
    now: int,
) -> Attestation:
    """Put into a record exactly what was shown and said; `chain` is sequence, previous, observed."""
    change, facts, content = ready_.case.change, ready_.facts, ready_.content
    units = [unit for file in content.files for unit in file.units]
    viewed = frozenset(units) & draft.viewed
    level_counts = [sum(f.severity is s for f in facts.findings if not f.external) for s in Severity]
    sequence, previous, observed = chain
    return Attestation(
        ref=canonical.printable(change.ref),
        decision=draft.kind,
        risk=ready_.case.risk.level,
        people=facts.participants,
        repository_id=facts.repository_id,
        target_ref=canonical.printable(change.target),
        base=change.base,
        head=change.head,
        base_tree=change.base_tree,
        head_tree=change.head_tree,
        diff_sha256=facts.digest,
        paths_count=len(facts.paths),
        paths_sha256=paths_digest(facts.paths),
        object_format=store.repository.object_format,
        boundary_sha256=boundary_digest(facts.boundary),
        boundary_verdicts=tuple(sorted((r.id, r.verdict) for r in facts.boundary)),
        provenance_class=facts.provenance.provenance.value,
        tools=facts.provenance.tools,
        operators=facts.provenance.operators,
        provenance_sha256=provenance_digest(facts.provenance),
        findings_sha256=findings_digest(facts.findings),
        engine=facts.engine,
        counts=(level_counts[0], level_counts[1], level_counts[2], level_counts[3]),
        acknowledged=_bound(ready_.case, draft.acknowledged),
        external_count=len(ready_.case.external),
        external_sha256=external_digest(ready_.case.external),
        hunks=len(set(units)),
        viewed=len(viewed),
        reviewed_tree=reviewed_tree(store.repository, change, content, viewed),
        policy_commit=ready_.force.commit,
        policy_sha256=ready_.force.sha256,
        rules=tuple(r.id for r in ready_.force.policy.rules if r.applies(facts.paths, ready_.case.risk.level)),
        principal=principal,
        device=device,
        sequence=sequence,
        previous=previous,
        observed=observed,
        emergency=draft.emergency,
        overrides=draft.overrides,
        supersedes=supersedes,
        reason=draft.reason,
        decided_at=_utc(now),
        expires_at=_end(ready_.force, now) if draft.emergency else None,
        tool=("reviewconsole", __version__),
        nonce=secrets.token_hex(16),
    )


def _utc(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _end(force: PolicyInForce, now: int) -> str | None:
    """When an emergency approval given now stops counting."""
    allowed = force.policy.emergency
    return _utc(now + allowed.seconds) if allowed is not None else None


def _next(records: Records, log: str) -> tuple[int, str | None, tuple[Observed, ...]]:
    """Where the next record of a log would stand, as far as the notes tell."""
    own = [record for record in records.entries if record.log == log]
    last = max(own, key=lambda record: record.attestation.sequence, default=None)
    return (1, None, ()) if last is None else (last.attestation.sequence + 1, last.id, ())


def _rehearsed(records: Records, att: Attestation, signer: Signer) -> Records:
    """The records as they would be with this one added."""
    trial = VerifiedAttestation(
        id="sha256:" + "0" * 64,
        attestation=att,
        log=log_ref(att.principal, key8(signer.public_blob), att.device),
        noted=att.head,
        blob=signer.public_blob,
        fingerprint=signer.fingerprint,
        user_present=signer.kind == "security-key",
        user_verified=False,
    )
    return replace(records, verified=(*records.verified, trial))


def sheet(
    store: Store, case: Case, draft: Draft, signer: Signer, *, wanted: str | None, device: str, now: int
) -> Sheet:
    """Show everything that would be signed, and what the gate says before and after."""
    ready_ = ready(case)
    principal = principal_of(ready_.force, signer, wanted)
    own = own_live_records(ready_, store.records, principal)
    att = attest(
        store,
        ready_,
        draft,
        principal=principal,
        device=device,
        chain=_next(store.records, log_ref(principal, key8(signer.public_blob), device)),
        supersedes=tuple(sorted(record.id for record in own)),
        now=now,
    )
    before = judge(store, case, now)
    after = judge(store, case, now, _rehearsed(store.records, att, signer))
    answered = {a.fingerprint for a in draft.acknowledged}
    return Sheet(
        rows=_rows(case, att, signer),
        unread=_unread(ready_, draft.viewed),
        unacknowledged=tuple(f for f in case.findings if must_acknowledge(f) and f.fingerprint not in answered),
        gate_before=before.verdict,
        gate_after=after.verdict,
        gate_why=(*after.why, *_waits_for(case.change)),
        confirm=case.change.head[:CONFIRM_LENGTH],
        blocked=_blocked(ready_, principal, draft, own),
        rejects=_rejects(before, principal) if draft.kind is DecisionKind.APPROVE else (),
        emergency=_break_glass(ready_, principal) if draft.kind is DecisionKind.APPROVE else "",
        key_kind=signer.kind,
    )


def _waits_for(change: Change) -> tuple[str, ...]:
    """What a decision on a part of a stack waits for: until then the gate judges the whole."""
    if not change.below:
        return ()
    return (f"this is what it adds to {canonical.printable(short_ref(change.below))}; it counts once that has landed",)


def _rejects(report: GateReport, principal: str) -> tuple[RecordRow, ...]:
    """The rejects of others that still stand."""
    found = [
        judged
        for judged in report.records
        if judged.live
        and judged.record.attestation.decision is DecisionKind.REJECT
        and judged.record.attestation.principal != principal
    ]
    return tuple(
        RecordRow(
            id=judged.record.id,
            decision=judged.record.attestation.decision.value,
            principal=judged.record.attestation.principal,
            decided_at=judged.record.attestation.decided_at,
            valid=judged.valid,
            why=judged.why,
            reason=judged.record.attestation.reason,
        )
        for judged in found
    )


def _break_glass(ready_: Ready, principal: str) -> str:
    """How long an emergency approval of a person would count, in words; empty where the policy lets them give none."""
    allowed = ready_.force.policy.emergency
    return counted(max(1, allowed.seconds // 3600), "hour") if allowed and principal in allowed.people else ""


def _unread(ready_: Ready, viewed: frozenset[HunkId]) -> tuple[HunkId, ...]:
    units = dict.fromkeys(unit for file in ready_.content.files for unit in file.units)
    return tuple(unit for unit in units if unit not in viewed)


def _blocked(ready_: Ready, principal: str, draft: Draft, own: tuple[VerifiedAttestation, ...]) -> str:
    if draft.kind is DecisionKind.WITHDRAW and not own:
        return "there is no record of yours on this change to withdraw"
    if draft.kind is not DecisionKind.APPROVE:
        return ""
    if draft.emergency:
        allowed = ready_.force.policy.emergency
        if allowed is None or principal not in allowed.people:
            return f"the policy lets {principal} approve no emergency ([emergency] from)"
    emails = ready_.force.policy.people.get(principal, frozenset())
    taken = [p for p in ready_.facts.participants if p.email in emails]
    if taken:
        return f"{principal} took part in this change ({', '.join(taken[0].roles)}) and cannot approve it"
    return ""


def _rows(case: Case, att: Attestation, signer: Signer) -> tuple[tuple[str, str], ...]:
    boundary = ", ".join(f"{name} {verdict}" for name, verdict in att.boundary_verdicts)
    return (
        ("decision", att.decision.value + (f", EMERGENCY until {att.expires_at}" if att.emergency else "")),
        ("by", f"{att.principal} with {signer.kind} key {signer.fingerprint}"),
        ("ref", att.ref),
        ("into", att.target_ref),
        ("head", att.head),
        ("base", att.base or "none (no common history)"),
        ("digest", att.diff_sha256),
        ("files", str(att.paths_count)),
        ("policy", f"{att.policy_commit[:12]} rules {', '.join(att.rules) or 'none'}"),
        ("risk", f"{att.risk} ({case.risk.score})"),
        ("provenance", f"{att.provenance_class} {', '.join(att.tools)}".strip()),
        ("boundary", boundary or "none"),
        ("coverage", f"{att.viewed} of {att.hunks} hunks on screen"),
        ("acknowledged", f"{len(att.acknowledged)} of {sum(must_acknowledge(f) for f in case.findings)} high findings"),
        ("supersedes", f"{counted(len(att.supersedes), 'record')} of yours"),
        *((("overrides", ", ".join(att.overrides)),) if att.overrides else ()),
        ("log", log_ref(att.principal, key8(signer.public_blob), att.device)),
    )


def decide(
    store: Store,
    case: Case,
    draft: Draft,
    signer: Signer,
    *,
    wanted: str | None,
    open_log: Callable[[str, str, bytes], Log],
    now: int,
) -> Recorded:
    """Sign a draft and record it. Raises Refused, ReviewIncomplete, SigningError or StorageError."""
    ready_ = ready(case)
    check_draft(ready_, draft, store.records)
    principal = principal_of(ready_.force, signer, wanted)
    own = own_live_records(ready_, store.records, principal)
    blocked = _blocked(ready_, principal, draft, own)
    if blocked:
        raise Refused(blocked)
    log = open_log(ready_.facts.repository_id, principal, signer.public_blob)
    return sign_draft(
        store, ready_, draft, signer, principal=principal, log=log, supersedes=(record.id for record in own), now=now
    )


def sign_draft(
    store: Store,
    ready_: Ready,
    draft: Draft,
    signer: Signer,
    *,
    principal: str,
    log: Log,
    supersedes: Iterable[str],
    now: int,
) -> Recorded:
    """Sign a draft that was checked and append it to the log, replacing one's own records of these ids."""
    crossread(ready_.content.files)
    replaced = tuple(sorted(supersedes))

    def build(sequence: int, previous: str | None, observed: tuple[Observed, ...]) -> Attestation:
        return attest(
            store,
            ready_,
            draft,
            principal=principal,
            device=log.device,
            chain=(sequence, previous, observed),
            supersedes=replaced,
            now=now,
        )

    identifier, att = log.record(build, signer, store.records, heard=of_people(ready_.force, store.records))
    return Recorded(id=identifier, ref=log.ref, head=Oid(att.head), summary=summary(att))


def acknowledgements(findings: tuple[Finding, ...], answers: dict[str, str]) -> tuple[Acknowledgement, ...]:
    """Turn `F1` or fingerprint -> text into acknowledgements; Refused for what is not found."""
    out = []
    for key, text in answers.items():
        found = [f for f in findings if key in (f.id, f.fingerprint)]
        if not found:
            raise Refused(f"there is no finding {key}", remedy="list them with `reviewconsole inspect CHANGE`")
        out.append(Acknowledgement(fingerprint=found[0].fingerprint, rule=found[0].rule, text=text))
    return tuple(out)
