"""The record of a decision: statement, exact bytes, envelope and note text (docs/record.md).

Never sign or check a structure that was serialised again: the payload's bytes are the record.
"""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass

from reviewconsole import canonical
from reviewconsole.change import DIFF_ALGORITHM, Oid
from reviewconsole.decision import REASON_LIMIT, Acknowledgement, DecisionKind
from reviewconsole.errors import FormatError
from reviewconsole.evidence import Participant
from reviewconsole.mapping import Table

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:reviewconsole:decision:v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
NAMESPACE = "decision@reviewconsole"
REF_PREFIX = "refs/notes/reviewconsole/"

SEVERITIES = ("critical", "high", "medium", "low")
_HEX = r"[0-9a-f]{64}"
_OID = r"[0-9a-f]{40}|[0-9a-f]{64}"
_RECORD = r"sha256:[0-9a-f]{64}"
PRINCIPAL = r"[a-z0-9][a-z0-9._-]{0,63}"
_LARGEST_OBSERVED = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """The tip of somebody's log when a record was written."""

    log: str
    sequence: int
    id: str


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
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": canonical.printable(att.ref), "digest": {"gitCommit": att.head}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
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
                "acknowledged": [
                    {"fingerprint": a.fingerprint, "rule": a.rule, "text": a.text} for a in att.acknowledged
                ],
                "external": {"count": att.external_count, "sha256": att.external_sha256},
            },
            "coverage": {"hunks": att.hunks, "viewed": att.viewed, "reviewedTree": att.reviewed_tree},
            "policy": {"commit": att.policy_commit, "sha256": att.policy_sha256, "rules": list(att.rules)},
            "reviewer": {"principal": att.principal},
            "log": {
                "device": att.device,
                "sequence": att.sequence,
                "previous": att.previous,
                "observed": [{"log": o.log, "sequence": o.sequence, "id": o.id} for o in att.observed],
            },
            "emergency": att.emergency,
            "overrides": list(att.overrides),
            "supersedes": list(att.supersedes),
            "reason": att.reason,
            "decidedAt": att.decided_at,
            "expiresAt": att.expires_at,
            "tool": {"name": att.tool[0], "version": att.tool[1]},
            "nonce": att.nonce,
        },
    }


def payload_bytes(att: Attestation) -> bytes:
    """The bytes that are signed and stored. Raises FormatError where `parse_payload` would."""
    raw = canonical.dump(statement(att))
    if parse_payload(raw) != att:
        raise FormatError("the record does not read back as it was written")
    return raw


def record_id(payload: bytes) -> str:
    """Identify a record: `sha256:` and the hex digest of the payload bytes."""
    return "sha256:" + hashlib.sha256(payload).hexdigest()


def parse_payload(raw: bytes) -> Attestation:
    """Read a payload strictly: canonical bytes, known version, every field, no other field."""
    top = Table(canonical.parse(raw))
    top.text("_type", choices=[STATEMENT_TYPE])
    if top.text("predicateType") != PREDICATE_TYPE:
        raise FormatError("an unknown version of the predicate", place="predicateType")
    subjects = top.tables("subject")
    if len(subjects) != 1:
        raise FormatError("must hold one subject", place="subject")
    ref = subjects[0].text("name")
    digest = subjects[0].table("digest")
    head = digest.text("gitCommit", pattern=_OID)
    for table in (digest, subjects[0]):
        table.end()
    predicate = top.table("predicate")
    top.end()
    att = _parse_predicate(predicate, ref)
    if att.head != head:
        raise FormatError("is not the subject", place="predicate.change.head")
    return att


def _parse_predicate(p: Table, ref: str) -> Attestation:
    change, boundary, provenance = p.table("change"), p.table("boundary"), p.table("provenance")
    findings, coverage, policy = p.table("findings"), p.table("coverage"), p.table("policy")
    reviewer, log, tool = p.table("reviewer"), p.table("log"), p.table("tool")
    diff, paths = change.table("diffDigest"), change.table("paths")
    counts, external = findings.table("counts"), findings.table("external")
    diff.text("alg", choices=[DIFF_ALGORITHM])
    base = change.optional_text("base", pattern=_OID)
    att = Attestation(
        ref=ref,
        decision=DecisionKind(p.text("decision", choices=[kind.value for kind in DecisionKind])),
        risk=p.text("risk", choices=(*SEVERITIES, "none")),
        people=tuple(_participant(row) for row in p.tables("people")),
        repository_id=change.text("repositoryId", pattern=_RECORD),
        target_ref=change.text("targetRef"),
        base=None if base is None else Oid(base),
        head=Oid(change.text("head", pattern=_OID)),
        base_tree=Oid(change.text("baseTree", pattern=_OID)),
        head_tree=Oid(change.text("headTree", pattern=_OID)),
        diff_sha256=diff.text("sha256", pattern=_HEX),
        paths_count=paths.integer("count"),
        paths_sha256=paths.text("sha256", pattern=_HEX),
        object_format=change.text("objectFormat", choices=["sha1", "sha256"]),
        boundary_sha256=boundary.text("sha256", pattern=_HEX),
        boundary_verdicts=tuple(_verdict(row) for row in boundary.tables("verdicts")),
        provenance_class=provenance.text("class"),
        tools=provenance.texts("tools"),
        operators=provenance.texts("operators"),
        provenance_sha256=provenance.text("sha256", pattern=_HEX),
        findings_sha256=findings.text("sha256", pattern=_HEX),
        engine=findings.text("engine", pattern=_RECORD),
        counts=(counts.integer("critical"), counts.integer("high"), counts.integer("medium"), counts.integer("low")),
        acknowledged=tuple(_acknowledgement(row) for row in findings.tables("acknowledged")),
        external_count=external.integer("count"),
        external_sha256=external.text("sha256", pattern=_HEX),
        hunks=coverage.integer("hunks"),
        viewed=coverage.integer("viewed"),
        reviewed_tree=Oid(coverage.text("reviewedTree", pattern=_OID)),
        policy_commit=Oid(policy.text("commit", pattern=_OID)),
        policy_sha256=policy.text("sha256", pattern=_HEX),
        rules=policy.texts("rules"),
        principal=reviewer.text("principal", pattern=PRINCIPAL),
        device=log.text("device", pattern=r"[0-9a-f]{8}"),
        sequence=log.integer("sequence", least=1),
        previous=log.optional_text("previous", pattern=_RECORD),
        observed=tuple(_observed(row) for row in log.tables("observed")),
        emergency=p.flag("emergency"),
        overrides=p.texts("overrides", pattern=_RECORD),
        supersedes=p.texts("supersedes", pattern=_RECORD),
        reason=p.text("reason", pattern=r"(?s).+", longest=REASON_LIMIT),
        decided_at=p.moment("decidedAt"),
        expires_at=p.optional_moment("expiresAt"),
        tool=(tool.text("name"), tool.text("version")),
        nonce=p.text("nonce", pattern=r"[0-9a-f]{32}"),
    )
    tables = (diff, paths, change, boundary, provenance, counts, external, findings, coverage, policy, reviewer, log)
    for table in (*tables, tool, p):
        table.end()
    if len(att.observed) > _LARGEST_OBSERVED:
        raise FormatError(f"must hold at most {_LARGEST_OBSERVED} tips", place="predicate.log.observed")
    if (att.sequence == 1) != (att.previous is None):
        raise FormatError("only the first record of a log has no previous one", place="predicate.log.previous")
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
        fingerprint=row.text("fingerprint", pattern=_RECORD),
        rule=row.text("rule"),
        text=row.text("text", pattern=r"(?s).+", longest=REASON_LIMIT),
    )
    row.end()
    return found


def _observed(row: Table) -> Observed:
    found = Observed(log=row.text("log"), sequence=row.integer("sequence", least=1), id=row.text("id", pattern=_RECORD))
    row.end()
    return found


def pae(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """DSSE v1 pre-authentication encoding; lengths are bytes (secure-systems-lab/dsse, protocol.md)."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """One DSSE envelope: the payload's bytes and one armoured SSH signature over `pae(payload)`."""

    payload: bytes
    keyid: str
    """`SHA256:...`, the OpenSSH fingerprint of the key that claims to have signed."""
    signature: str
    """The armoured SSHSIG."""

    def line(self) -> bytes:
        """The envelope as one line of JSON, without newline."""
        armour = base64.b64encode(self.signature.encode("ascii")).decode("ascii")
        body = {
            "payloadType": PAYLOAD_TYPE,
            "payload": base64.b64encode(self.payload).decode("ascii"),
            "signatures": [{"keyid": self.keyid, "sig": armour}],
        }
        return json.dumps(body, separators=(",", ":")).encode("ascii")


def _base64(text: str, place: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError("is not base64", place=place) from error
    if base64.b64encode(raw).decode("ascii") != text:
        raise FormatError("is not canonical base64", place=place)
    return raw


def parse_envelope(line: bytes) -> Envelope:
    """Read one envelope line; exactly one signature, our payload type, canonical base64."""
    top = Table(canonical.parse_json(line, largest=4 * canonical.LARGEST_BYTES))
    top.text("payloadType", choices=[PAYLOAD_TYPE])
    payload = _base64(top.text("payload", longest=2 * canonical.LARGEST_BYTES), "payload")
    signatures = top.tables("signatures")
    if len(signatures) != 1:
        raise FormatError("must hold one signature", place="signatures")
    keyid = signatures[0].text("keyid", longest=128)
    armour = _base64(signatures[0].text("sig"), "signatures[0].sig")
    signatures[0].end()
    top.end()
    try:
        return Envelope(payload=payload, keyid=keyid, signature=armour.decode("ascii"))
    except UnicodeDecodeError as error:
        raise FormatError("is not ASCII armour", place="signatures[0].sig") from error


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


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteText:
    """A note taken apart; nothing in it is verified yet."""

    summary: str
    lines: tuple[bytes, ...]
    """Candidate envelope lines, in order."""
    problems: tuple[str, ...]
    """What is no part of a note of ours, by line."""


_SUMMARY_LINES = 3


def parse_note(raw: bytes) -> NoteText:
    """Take a note apart: two summary lines, a blank line, envelope lines."""
    rows = raw.split(b"\n")
    if rows and rows[-1] == b"":
        rows.pop()
    head, body = rows[:_SUMMARY_LINES], rows[_SUMMARY_LINES:]
    problems = []
    if len(head) < _SUMMARY_LINES or head[2] or not head[1].startswith(b"reason: "):
        problems.append("the note does not begin with a summary, a reason and a blank line")
        body = [row for row in rows if row.startswith(b"{")]
    lines = []
    for number, row in enumerate(body, _SUMMARY_LINES + 1):
        if row.startswith(b"{"):
            lines.append(row)
        else:
            problems.append(f"line {number} is no envelope")
    text = b"\n".join(head[:2]).decode("utf-8", "replace")
    return NoteText(summary=text, lines=tuple(lines), problems=tuple(problems))


def log_ref(principal: str, key8: str, device: str) -> str:
    """Name the log of one person, key and device."""
    return f"{REF_PREFIX}{principal}/{key8}-{device}"
