"""The record of a decision: its statement, its exact bytes and its lines for people (docs/record.md).

Never sign or check a structure that was serialised again: the payload's bytes are the record.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from reviewconsole import canonical
from reviewconsole.chain import DIGEST, PRINCIPAL, RECORD_ID, Observed, link_row, parse_link
from reviewconsole.change import DIFF_ALGORITHM, OBJECT_ID, Oid
from reviewconsole.decision import REASON_LIMIT, Acknowledgement, DecisionKind
from reviewconsole.errors import FormatError
from reviewconsole.evidence import Participant
from reviewconsole.finding import Finding
from reviewconsole.intoto import lay_out, take_apart
from reviewconsole.mapping import Table

PREDICATE_TYPE = "urn:reviewconsole:decision:v1"
NAMESPACE = "decision@reviewconsole"

SEVERITIES = ("critical", "high", "medium", "low")


@dataclass(frozen=True, kw_only=True, slots=True)
class Attestation:
    """What one record states. Field names follow the predicate; see docs/record.md."""

    ref: str
    decision: DecisionKind
    risk: str
    people: tuple[Participant, ...]
    repository_id: str
    target_ref: str
    base: Oid | None
    head: Oid
    base_tree: Oid
    head_tree: Oid
    diff_sha256: str
    paths_count: int
    paths_sha256: str
    object_format: str
    boundary_sha256: str
    boundary_verdicts: tuple[tuple[str, str], ...]
    """(constraint id, verdict), sorted."""
    provenance_class: str
    tools: tuple[str, ...]
    operators: tuple[str, ...]
    provenance_sha256: str
    findings_sha256: str
    engine: str
    counts: tuple[int, int, int, int]
    """Findings by severity, critical first."""
    acknowledged: tuple[Acknowledgement, ...]
    external_count: int
    external_sha256: str
    hunks: int
    viewed: int
    reviewed_tree: Oid
    policy_commit: Oid
    policy_sha256: str
    rules: tuple[str, ...]
    principal: str
    device: str
    sequence: int
    previous: str | None
    observed: tuple[Observed, ...]
    emergency: bool
    overrides: tuple[str, ...]
    supersedes: tuple[str, ...]
    reason: str
    decided_at: str
    """UTC, `YYYY-MM-DDTHH:MM:SSZ`; the reviewer's claim, never used to judge."""
    expires_at: str | None
    tool: tuple[str, str]
    """Name and version."""
    nonce: str


def statement(att: Attestation) -> dict[str, object]:
    """Lay an attestation out as an in-toto Statement v1."""
    predicate = {
        "decision": att.decision.value,
        "risk": att.risk,
        "people": [{"email": canonical.printable(p.email), "roles": list(p.roles)} for p in att.people],
        "change": {
            "repositoryId": att.repository_id,
            "targetRef": canonical.printable(att.target_ref),
            "base": att.base,
            "head": att.head,
            "baseTree": att.base_tree,
            "headTree": att.head_tree,
            "diffDigest": {"alg": DIFF_ALGORITHM, "sha256": att.diff_sha256},
            "paths": {"count": att.paths_count, "sha256": att.paths_sha256},
            "objectFormat": att.object_format,
        },
        "boundary": {
            "sha256": att.boundary_sha256,
            "verdicts": [{"id": name, "verdict": verdict} for name, verdict in att.boundary_verdicts],
        },
        "provenance": {
            "class": att.provenance_class,
            "tools": [canonical.printable(tool) for tool in att.tools],
            "operators": [canonical.printable(who) for who in att.operators],
            "sha256": att.provenance_sha256,
        },
        "findings": {
            "sha256": att.findings_sha256,
            "engine": att.engine,
            "counts": dict(zip(SEVERITIES, att.counts, strict=True)),
            "acknowledged": [{"fingerprint": a.fingerprint, "rule": a.rule, "text": a.text} for a in att.acknowledged],
            "external": {"count": att.external_count, "sha256": att.external_sha256},
        },
        "coverage": {"hunks": att.hunks, "viewed": att.viewed, "reviewedTree": att.reviewed_tree},
        "policy": {"commit": att.policy_commit, "sha256": att.policy_sha256, "rules": list(att.rules)},
        "reviewer": {"principal": att.principal},
        "log": link_row(att.device, att.sequence, att.previous, att.observed),
        "emergency": att.emergency,
        "overrides": list(att.overrides),
        "supersedes": list(att.supersedes),
        "reason": att.reason,
        "decidedAt": att.decided_at,
        "expiresAt": att.expires_at,
        "tool": {"name": att.tool[0], "version": att.tool[1]},
        "nonce": att.nonce,
    }
    return lay_out(PREDICATE_TYPE, canonical.printable(att.ref), att.head, predicate)


def payload_bytes(att: Attestation) -> bytes:
    """The bytes that are signed and stored. Raises FormatError where `parse_payload` would."""
    raw = canonical.dump(statement(att))
    if parse_payload(raw) != att:
        raise FormatError("the record does not read back as it was written")
    return raw


def parse_payload(raw: bytes) -> Attestation:
    """Read a payload strictly: canonical bytes, known version, every field, no other field."""
    parts = take_apart(raw, PREDICATE_TYPE)
    att = _parse_predicate(parts.predicate, parts.name)
    if att.head != parts.head:
        raise FormatError("is not the subject", place="predicate.change.head")
    return att


def _parse_predicate(p: Table, ref: str) -> Attestation:
    change, boundary, provenance = p.table("change"), p.table("boundary"), p.table("provenance")
    findings, coverage, policy = p.table("findings"), p.table("coverage"), p.table("policy")
    reviewer, log, tool = p.table("reviewer"), p.table("log"), p.table("tool")
    diff, paths = change.table("diffDigest"), change.table("paths")
    counts, external = findings.table("counts"), findings.table("external")
    diff.text("alg", choices=[DIFF_ALGORITHM])
    link = parse_link(log)
    base = change.optional_text("base", pattern=OBJECT_ID)
    att = Attestation(
        ref=ref,
        decision=DecisionKind(p.text("decision", choices=[kind.value for kind in DecisionKind])),
        risk=p.text("risk", choices=(*SEVERITIES, "none")),
        people=tuple(_participant(row) for row in p.tables("people")),
        repository_id=change.text("repositoryId", pattern=RECORD_ID),
        target_ref=change.text("targetRef"),
        base=None if base is None else Oid(base),
        head=Oid(change.text("head", pattern=OBJECT_ID)),
        base_tree=Oid(change.text("baseTree", pattern=OBJECT_ID)),
        head_tree=Oid(change.text("headTree", pattern=OBJECT_ID)),
        diff_sha256=diff.text("sha256", pattern=DIGEST),
        paths_count=paths.integer("count"),
        paths_sha256=paths.text("sha256", pattern=DIGEST),
        object_format=change.text("objectFormat", choices=["sha1", "sha256"]),
        boundary_sha256=boundary.text("sha256", pattern=DIGEST),
        boundary_verdicts=tuple(_verdict(row) for row in boundary.tables("verdicts")),
        provenance_class=provenance.text("class"),
        tools=provenance.texts("tools"),
        operators=provenance.texts("operators"),
        provenance_sha256=provenance.text("sha256", pattern=DIGEST),
        findings_sha256=findings.text("sha256", pattern=DIGEST),
        engine=findings.text("engine", pattern=RECORD_ID),
        counts=(counts.integer("critical"), counts.integer("high"), counts.integer("medium"), counts.integer("low")),
        acknowledged=tuple(_acknowledgement(row) for row in findings.tables("acknowledged")),
        external_count=external.integer("count"),
        external_sha256=external.text("sha256", pattern=DIGEST),
        hunks=coverage.integer("hunks"),
        viewed=coverage.integer("viewed"),
        reviewed_tree=Oid(coverage.text("reviewedTree", pattern=OBJECT_ID)),
        policy_commit=Oid(policy.text("commit", pattern=OBJECT_ID)),
        policy_sha256=policy.text("sha256", pattern=DIGEST),
        rules=policy.texts("rules"),
        principal=reviewer.text("principal", pattern=PRINCIPAL),
        device=link.device,
        sequence=link.sequence,
        previous=link.previous,
        observed=link.observed,
        emergency=p.flag("emergency"),
        overrides=p.texts("overrides", pattern=RECORD_ID),
        supersedes=p.texts("supersedes", pattern=RECORD_ID),
        reason=p.text("reason", pattern=r"(?s).+", longest=REASON_LIMIT),
        decided_at=p.moment("decidedAt"),
        expires_at=p.optional_moment("expiresAt"),
        tool=(tool.text("name"), tool.text("version")),
        nonce=p.text("nonce", pattern=r"[0-9a-f]{32}"),
    )
    tables = (diff, paths, change, boundary, provenance, counts, external, findings, coverage, policy, reviewer)
    for table in (*tables, tool, p):
        table.end()
    if att.viewed > att.hunks:
        raise FormatError("cannot be more than there are hunks", place="predicate.coverage.viewed")
    return att


def _participant(row: Table) -> Participant:
    roles = row.texts("roles", choices=["author", "co-author", "committer", "operator"])
    found = Participant(email=row.text("email"), roles=roles)
    row.end()
    return found


def _verdict(row: Table) -> tuple[str, str]:
    found = (row.text("id"), row.text("verdict", choices=["pass", "violated", "n/a", "undecidable"]))
    row.end()
    return found


def _acknowledgement(row: Table) -> Acknowledgement:
    found = Acknowledgement(
        fingerprint=row.text("fingerprint", pattern=RECORD_ID),
        rule=row.text("rule"),
        text=row.text("text", pattern=r"(?s).+", longest=REASON_LIMIT),
    )
    row.end()
    return found


def boundary_word(verdicts: tuple[tuple[str, str], ...]) -> str:
    """Sum boundary verdicts up in one word: violated, undecidable or pass."""
    found = {verdict for _, verdict in verdicts}
    return next((word for word in ("violated", "undecidable") if word in found), "pass")


def summary(att: Attestation) -> str:
    """The two lines for people: a pure function of the payload."""
    first = "  ".join(
        (
            att.decision.value,
            att.principal,
            f"head {att.head[:12]}",
            f"base {(att.base or 'none')[:12]}",
            f"risk {att.risk}",
            f"acknowledged {len(att.acknowledged)}",
            f"hunks {att.viewed}/{att.hunks}",
            f"boundary {boundary_word(att.boundary_verdicts)}",
        )
    )
    loud = f"  EMERGENCY until {att.expires_at}" if att.emergency else ""
    return f"{first}{loud}\nreason: {json.dumps(att.reason)}"


def findings_digest(findings: tuple[Finding, ...]) -> str:
    """Hash the findings: sorted [fingerprint, rule, severity], canonical JSON; other scanners apart."""
    return canonical.digest(sorted([f.fingerprint, f.rule, f.severity.value] for f in findings if not f.external))


def external_digest(findings: Iterable[Finding]) -> str:
    """Hash the findings that do not count, in the same way."""
    return canonical.digest(sorted([f.fingerprint, f.rule, f.severity.value] for f in findings))
