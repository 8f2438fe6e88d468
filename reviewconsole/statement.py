"""Signed statements that are no decision: waivers and task boundaries (docs/record.md).

They stand in the same logs as decisions, in the same envelopes and chain, each with a predicate
type of its own, so that a verifier that does not know them reports them.
"""

import json
from dataclasses import dataclass

from reviewconsole import canonical
from reviewconsole.attestation import PREDICATE_TYPE, Attestation, parse_payload, payload_bytes, summary
from reviewconsole.boundary import CONSTRAINT_ID
from reviewconsole.chain import DIGEST, PRINCIPAL, RECORD_ID, Observed, link_row, parse_link
from reviewconsole.change import Oid
from reviewconsole.decision import REASON_LIMIT
from reviewconsole.envelope import parse_envelope
from reviewconsole.errors import FormatError
from reviewconsole.intoto import lay_out, take_apart
from reviewconsole.mapping import Table
from reviewconsole.onepass import read_decision

WAIVER_TYPE = "urn:reviewconsole:waiver:v1"
BOUNDARY_TYPE = "urn:reviewconsole:boundary:v1"

_MOST_WITNESSES = 256
_MOST_PATTERNS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiver:
    """One broken constraint let pass on one change, as long as its text and every witness stay the same."""

    constraint: str
    text_sha256: str
    verdict: str
    """What was waived: violated or undecidable."""
    witnesses: tuple[str, ...]
    """Sorted digests, each over path, side and the matched text's own digest; see `witness_key`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskBoundary:
    """Where a task may go: for refs that match, beside the policy and never instead of it."""

    task: str
    refs: tuple[str, ...]
    """Patterns of branch names or full refs."""
    allow: tuple[str, ...]
    """Path patterns, closed world; empty for no such limit."""
    forbid: tuple[str, ...]
    supersedes: tuple[str, ...]
    """Ids of own earlier statements about this task; with neither `allow` nor `forbid` it lifts them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One signed statement. The fields that a decision has too mean the same; see `Attestation`."""

    ref: str
    """Of the change for a waiver, of the target for a task boundary."""
    head: Oid
    """Commit that the note hangs on: head of the change, tip of the target."""
    repository_id: str
    target_ref: str
    body: Waiver | TaskBoundary
    principal: str
    device: str
    sequence: int
    previous: str | None
    observed: tuple[Observed, ...]
    reason: str
    decided_at: str
    expires_at: str | None
    tool: tuple[str, str]
    nonce: str


Record = Attestation | Statement
"""Whatever one envelope of a log holds."""


def witness_key(path: str, side: str, sha256: str) -> str:
    """Bind a witness to its place too, but not to its lines: SHA-256 of the canonical JSON [path, side, digest]."""
    return canonical.digest([canonical.printable(path), side, sha256])


def _body(body: Waiver | TaskBoundary) -> dict[str, object]:
    if isinstance(body, Waiver):
        return {
            "constraint": body.constraint,
            "textSha256": body.text_sha256,
            "verdict": body.verdict,
            "witnesses": list(body.witnesses),
        }
    return {
        "task": body.task,
        "refs": list(body.refs),
        "allow": list(body.allow),
        "forbid": list(body.forbid),
        "supersedes": list(body.supersedes),
    }


def _layout(said: Statement) -> dict[str, object]:
    predicate = {
        **_body(said.body),
        "repositoryId": said.repository_id,
        "targetRef": canonical.printable(said.target_ref),
        "reviewer": {"principal": said.principal},
        "log": link_row(said.device, said.sequence, said.previous, said.observed),
        "reason": said.reason,
        "decidedAt": said.decided_at,
        "expiresAt": said.expires_at,
        "tool": {"name": said.tool[0], "version": said.tool[1]},
        "nonce": said.nonce,
    }
    kind = WAIVER_TYPE if isinstance(said.body, Waiver) else BOUNDARY_TYPE
    return lay_out(kind, canonical.printable(said.ref), said.head, predicate)


def record_bytes(record: Record) -> bytes:
    """The bytes that are signed and stored. Raises FormatError where they would not read back the same."""
    if isinstance(record, Attestation):
        return payload_bytes(record)
    raw = canonical.dump(_layout(record))
    if parse_record(raw) != record:
        raise FormatError("the record does not read back as it was written")
    return raw


def parse_record(raw: bytes) -> Record:
    """Read a payload of any known predicate type, strictly; FormatError for another one."""
    decision = read_decision(raw)
    if decision is not None:
        return decision
    parts = take_apart(raw, PREDICATE_TYPE, WAIVER_TYPE, BOUNDARY_TYPE)
    if parts.kind == PREDICATE_TYPE:
        return parse_payload(raw)
    p = parts.predicate
    said = _parse(p, parts.name, parts.head, _waiver(p) if parts.kind == WAIVER_TYPE else _boundary(p))
    p.end()
    return said


def _parse(p: Table, ref: str, head: Oid, body: Waiver | TaskBoundary) -> Statement:
    reviewer, tool, link = p.table("reviewer"), p.table("tool"), parse_link(p.table("log"))
    said = Statement(
        ref=ref,
        head=head,
        repository_id=p.text("repositoryId", pattern=RECORD_ID),
        target_ref=p.text("targetRef"),
        body=body,
        principal=reviewer.text("principal", pattern=PRINCIPAL),
        device=link.device,
        sequence=link.sequence,
        previous=link.previous,
        observed=link.observed,
        reason=p.text("reason", pattern=r"(?s).+", longest=REASON_LIMIT),
        decided_at=p.moment("decidedAt"),
        expires_at=p.optional_moment("expiresAt"),
        tool=(tool.text("name"), tool.text("version")),
        nonce=p.text("nonce", pattern=r"[0-9a-f]{32}"),
    )
    for table in (reviewer, tool):
        table.end()
    return said


def _waiver(p: Table) -> Waiver:
    body = Waiver(
        constraint=p.text("constraint", pattern=CONSTRAINT_ID),
        text_sha256=p.text("textSha256", pattern=DIGEST),
        verdict=p.text("verdict", choices=["violated", "undecidable"]),
        witnesses=p.texts("witnesses", pattern=DIGEST),
    )
    if len(body.witnesses) > _MOST_WITNESSES or list(body.witnesses) != sorted(set(body.witnesses)):
        raise FormatError(f"must be sorted, distinct and at most {_MOST_WITNESSES}", place="predicate.witnesses")
    return body


def _boundary(p: Table) -> TaskBoundary:
    body = TaskBoundary(
        task=p.text("task", pattern=CONSTRAINT_ID),
        refs=p.texts("refs", pattern=r".+"),
        allow=p.texts("allow", pattern=r".+"),
        forbid=p.texts("forbid", pattern=r".+"),
        supersedes=p.texts("supersedes", pattern=RECORD_ID),
    )
    if not body.refs or len(body.refs) + len(body.allow) + len(body.forbid) > _MOST_PATTERNS:
        raise FormatError(f"must be 1 to {_MOST_PATTERNS} patterns", place="predicate.refs")
    return body


def record_summary(record: Record) -> str:
    """The two lines for people above a note's envelopes: a pure function of the payload."""
    if isinstance(record, Attestation):
        return summary(record)
    body = record.body
    if isinstance(body, Waiver):
        words = ["waiver", record.principal, f"constraint {body.constraint}", f"witnesses {len(body.witnesses)}"]
    else:
        counts = (f"refs {len(body.refs)}", f"allow {len(body.allow)}", f"forbid {len(body.forbid)}")
        words = ["boundary", record.principal, f"task {body.task}", *counts]
    first = "  ".join((*words, f"head {record.head[:12]}", f"expires {record.expires_at or 'never'}"))
    return f"{first}\nreason: {json.dumps(record.reason)}"


def note_text(lines: list[bytes]) -> bytes:
    """Compose a note from envelope lines, oldest first; the summary is that of the last."""
    last = parse_record(parse_envelope(lines[-1]).payload)
    return record_summary(last).encode("utf-8") + b"\n\n" + b"".join(line + b"\n" for line in lines)
