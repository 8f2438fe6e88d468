"""How each record stands towards a change: steps 3 to 9 of docs/record.md. Pure.

Values go in (policy in force, the change as recomputed here, all logs), one `JudgedRecord` for
each record that has to do with the change comes out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reviewconsole.attestation import Attestation, findings_digest
from reviewconsole.boundary import boundary_digest
from reviewconsole.breakglass import emergency_fault
from reviewconsole.carryover import Rung, Subject, rung, strictest
from reviewconsole.chain import log_ref
from reviewconsole.change import paths_digest
from reviewconsole.decision import DecisionKind, seconds
from reviewconsole.evidence import Participant
from reviewconsole.facts import (
    Facts,
    JudgedRecord,
    Logged,
    PolicyInForce,
    Records,
    VerifiedAttestation,
)
from reviewconsole.policy import Rule
from reviewconsole.related import index_of
from reviewconsole.sshkey import key8
from reviewconsole.witness import VerifiedWitness


def own_log(record: Logged) -> str:
    """Name the log that a record belongs in by what it states and the key that signed it."""
    att = record.attestation
    return log_ref(att.principal, key8(record.blob), att.device)


def broken_logs(records: Iterable[Logged], witnesses: Iterable[VerifiedWitness] = ()) -> dict[str, str]:
    """Step 5: check every chain among records whose signers are who they say.

    A log is broken by a gap, a fork, a wrong `previous`, or when a record that somebody observed
    in it is no longer there with a good signature. What cannot be shown to be whole does not count.
    """
    broken: dict[str, str] = {}
    logs: dict[str, list[Logged]] = {}
    for record in records:
        logs.setdefault(record.log, []).append(record)
    present = {log: {record.id for record in entries} for log, entries in logs.items()}
    for log, entries in logs.items():
        previous: str | None = None
        for expected, record in enumerate(sorted(entries, key=lambda r: r.attestation.sequence), 1):
            if record.attestation.sequence != expected:
                kind = "a fork" if record.attestation.sequence < expected else "a gap"
                broken[log] = f"{kind} at record {expected}: the log is not whole"
                break
            if record.attestation.previous != previous:
                broken[log] = f"record {expected} does not follow the one before it"
                break
            previous = record.id
    for record in (record for entries in logs.values() for record in entries):
        for seen in record.attestation.observed:
            if seen.id not in present.get(seen.log, set()):
                broken.setdefault(
                    seen.log, f"record {seen.sequence}, which {record.attestation.principal} observed, is missing"
                )
    for one in witnesses:
        for seen in one.witness.tips:
            if seen.id not in present.get(seen.log, set()):
                broken.setdefault(seen.log, f"record {seen.sequence}, which {one.ref} witnessed, is missing")
    return broken


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why a record does not count for a change."""

    why: str
    stale: bool = False
    """It speaks about an earlier content."""
    unknown: bool = False
    """What would tell is not here."""


_WROTE = {"author", "co-author"}
_CARRIED = (Rung.SAME_CONTENT, Rung.REPLAY)


def judge_records(
    force: PolicyInForce, facts: Facts, records: Records, rules: tuple[Rule, ...], now: int
) -> tuple[JudgedRecord, ...]:
    """Judge every record that has to do with the change; the others are left out."""
    gone = superseded(force, records, now)
    branch = facts.change.target.removeprefix("refs/heads/")
    sources = force.policy.backport_sources(branch)
    subject = Subject(change=facts.change, digest=facts.digest, paths=facts.paths, sources=sources)
    out = []
    for record in index_of(records.verified).candidates(subject):
        relation = rung(record.attestation, subject, records.replays.get(record.id))
        if relation is None:
            continue
        fault = _fault(force, facts, records, record, rules=rules, relation=relation, now=now)
        replaced = record.id in gone.get(record.attestation.principal, ())
        out.append(
            JudgedRecord(
                record=record,
                valid=fault is None,
                why=fault.why if fault else "superseded by a later record" if replaced else "counts",
                carried=relation.value if relation in _CARRIED else None,
                stale=fault is not None and fault.stale,
                unknown=fault is not None and fault.unknown,
                spent=records.spent.get(record.id, ""),
                age=now - records.witnessed[record.id] if record.id in records.witnessed else None,
                live=not replaced,
                notes=_differences(force, facts, record.attestation),
            )
        )
    return tuple(out)


def superseded(force: PolicyInForce, records: Records, now: int) -> Mapping[str, set[str]]:
    """Person -> ids of what their decisions that count name as superseded; it holds for their own records alone."""
    found: dict[str, set[str]] = {}
    for record in index_of(records.verified).superseding:
        att, at = record.attestation, records.witnessed.get(record.id, now)
        if att.supersedes and record.log not in records.broken and signer_fault(force, record, at) is None:
            found.setdefault(att.principal, set()).update(att.supersedes)
    return found


def identity_fault(force: PolicyInForce, record: Logged) -> str | None:
    """Steps 3 and 4: whose key it is, that the log is that person's, and the note on its subject."""
    att = record.attestation
    signer = force.roster.by_blob(record.blob)
    if signer is None or signer.principal != att.principal:
        return f"the key is not one of {att.principal} in allowed_signers"
    if record.log != own_log(record):
        return "the log is not that of this person, key and device"
    if record.noted != att.head:
        return "the note hangs on another object than the record speaks about"
    return None


def of_people(force: PolicyInForce, records: Records) -> Records:
    """Leave only what people of the signers wrote in their own logs: nobody else's word breaks a log."""
    verified = tuple(record for record in records.verified if identity_fault(force, record) is None)
    statements = tuple(entry for entry in records.statements if identity_fault(force, entry) is None)
    return replace(records, verified=verified, statements=statements, broken=broken_logs((*verified, *statements)))


def signer_fault(force: PolicyInForce, record: Logged, now: int) -> str | None:
    """Steps 3 and 4, and whether the key may be used now."""
    signer = force.roster.by_blob(record.blob)
    fault = identity_fault(force, record)
    if fault or signer is None:
        return fault
    if force.revoked.revoked(record.fingerprint, now):
        return "the key is revoked"
    if signer.valid_after is not None and now < signer.valid_after:
        return "the key is not valid yet"
    if signer.valid_before is not None and now >= signer.valid_before:
        return "the key is no longer valid"
    return None


def _fault(
    force: PolicyInForce,
    facts: Facts,
    records: Records,
    record: VerifiedAttestation,
    *,
    rules: tuple[Rule, ...],
    relation: Rung,
    now: int,
) -> _Fault | None:
    """Steps 3 to 9 for one record; None when it counts. A reject needs less than an approval."""
    att = record.attestation
    origin = records.replays.get(record.id)
    why = signer_fault(force, record, records.witnessed.get(record.id, now))
    if why:
        return _Fault(why)
    if att.repository_id != facts.repository_id:
        return _Fault("signed for another repository")
    if relation in (Rung.STALE, Rung.UNKNOWN):
        why = (origin.why if origin else "") or "the content has changed since"
        return _Fault(f"stale: {why}", stale=True, unknown=relation is Rung.UNKNOWN)
    if att.decision is DecisionKind.REJECT:
        return None
    if record.log in records.broken:
        return _Fault(f"its log is broken: {records.broken[record.log]}")
    if record.id in records.spent:
        return _Fault(f"stale: {records.spent[record.id]}", stale=True)
    if relation is Rung.EXACT and att.diff_sha256 != facts.digest:
        return _Fault("stale: the base has moved, the content is not what was signed", stale=True)
    why = (
        _rung_fault(relation, strictest(rules))
        or _time_fault(force, att, records.witnessed.get(record.id), now)
        or _content_fault(force, facts, att, relation)
        or _person_fault(force, facts, records, record, relation)
    )
    if why:
        return _Fault(why)
    if relation is Rung.SAME_CONTENT and origin is not None:
        if origin.equal is False:
            return _Fault(origin.why)
        if facts.change.landed:
            # a squash by somebody else leaves no other trace of who wrote it than the old commits
            return _Fault(f"cannot be told whether {att.principal} took part: {origin.why}", unknown=True)
    return None


def _rung_fault(relation: Rung, allowed: str) -> str | None:
    """Step 7: a decision is carried no further than every rule that applies allows."""
    if relation is Rung.SAME_CONTENT and allowed == "exact":
        return "signed for another head, and the rule wants the very head"
    if relation is Rung.REPLAY and allowed != "replay":
        return f"it would be carried by replay, and a rule that applies allows no more than {allowed}"
    return None


def _time_fault(force: PolicyInForce, att: Attestation, witnessed: int | None, now: int) -> str | None:
    """Approvals that end: those of an emergency, and those that name an end."""
    why = emergency_fault(force.policy.emergency, att, witnessed, now) if att.emergency else None
    expired = att.expires_at is not None and now >= seconds(att.expires_at)
    return why or ("the approval has expired" if expired else None)


def _content_fault(force: PolicyInForce, facts: Facts, att: Attestation, relation: Rung) -> str | None:
    """Step 8: digest, boundary and findings as recomputed here."""
    if relation is not Rung.EXACT:
        return None
    change = facts.change
    if (att.base_tree, att.head_tree) != (change.base_tree, change.head_tree):
        return "signed for other trees"
    if att.base != change.base:
        return "signed for another base"
    if att.object_format != ("sha1" if len(change.head) == 40 else "sha256"):
        return "signed for another object format"
    if att.paths_sha256 != paths_digest(facts.paths) or att.paths_count != len(facts.paths):
        return "signed for other paths"
    evidence = (boundary_digest(facts.boundary), tuple(sorted((r.id, r.verdict) for r in facts.boundary)))
    if att.policy_sha256 == force.sha256 and (att.boundary_sha256, att.boundary_verdicts) != evidence:
        return "its boundary evidence is not what is found here"
    if att.findings_sha256 != findings_digest(facts.findings) and att.engine == facts.engine:
        return "its findings are not those found here by the same rules"
    return None


def _person_fault(
    force: PolicyInForce, facts: Facts, records: Records, record: VerifiedAttestation, relation: Rung
) -> str | None:
    """Step 9: nobody approves what they had a hand in, by person and not by e-mail string."""
    own = force.policy.people.get(record.attestation.principal, frozenset())
    for participant in _people(force, facts, records, record, relation):
        if participant.email in own:
            roles = ", ".join(participant.roles)
            return f"{record.attestation.principal} took part in the change ({roles}: {participant.email})"
    return None


def _people(
    force: PolicyInForce, facts: Facts, records: Records, record: VerifiedAttestation, relation: Rung
) -> Iterable[Participant]:
    """Who is excluded from this approval.

    A carried one is judged by the range it was given for, and by who wrote (not who merely committed,
    which is how a rebase shows) the range that is pending now. Where the old commits are not here, by
    what it states and by everybody of the new range. Who only committed the very head merely rebased
    it, where somebody else's decision on an earlier head carries to it and knows nothing of them.
    """
    att = record.attestation
    authors = () if facts.change.landed else tuple(p for p in facts.participants if _WROTE & set(p.roles))
    if relation is Rung.EXACT:
        earlier = [
            records.origins[other.id]
            for other in (records.verified if records.origins else ())
            if other.id in records.origins
            and other.attestation.principal != att.principal
            and identity_fault(force, other) is None
        ]
        own = force.policy.people.get(att.principal, frozenset())
        rebased = any(all(p.email not in own for p in origin) for origin in earlier)
        return authors if rebased and not facts.change.landed else facts.participants
    origin = records.origins.get(record.id)
    return (*origin, *authors) if origin is not None else (*att.people, *facts.participants)


def _differences(force: PolicyInForce, facts: Facts, att: Attestation) -> tuple[str, ...]:
    notes = []
    if att.policy_sha256 != force.sha256:
        notes.append("signed under another policy, signers or revocations; those in force decide")
    if att.engine != facts.engine:
        notes.append("signed with other detection rules; acknowledgements are compared by fingerprint")
    return tuple(notes)
