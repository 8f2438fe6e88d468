"""The JSON documents of the command (docs/schemas/)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reviewconsole.boundary import BoundaryResult
from reviewconsole.casefile import OpenedChange, QueueEntry, RecordRow, Requirement, Rereview, StatementRow
from reviewconsole.change import Change
from reviewconsole.decision import Verdict
from reviewconsole.diff import FileDiff
from reviewconsole.evidence import Provenance
from reviewconsole.finding import Family, Finding
from reviewconsole.verify import RangeVerdict

if TYPE_CHECKING:
    from reviewconsole.review.mine import Mine
    from reviewconsole.review.repositories import Listed
    from reviewconsole.review.witnessing import Witnessed

Document = dict[str, Any]


def render(document: Mapping[str, object]) -> str:
    r"""One document as text: ASCII, lone surrogates as `\udcXX`."""
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _time(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, OSError, ValueError):
        return "1970-01-01T00:00:00Z"


def _provenance(found: Provenance) -> Document:
    return {
        "class": found.provenance.value,
        "flags": list(found.flags),
        "tools": list(found.tools),
        "operators": list(found.operators),
        "signals": [
            {
                "signal": hit.signal,
                "class": hit.provenance.value,
                "tool": hit.tool,
                "commit": hit.commit,
                "evidence": hit.evidence,
            }
            for hit in found.signals
        ],
    }


def _change(change: Change) -> Document:
    return {
        "id": change.id,
        "ref": change.ref,
        "title": change.title,
        "base": change.base,
        "head": change.head,
        "target": change.target,
        "commits": len(change.commits),
        "authors": list(dict.fromkeys(f"{c.author.name} <{c.author.email}>" for c in change.commits)),
        "updated": _time(change.updated),
    }


def _entry(entry: QueueEntry) -> Document:
    return {
        **_change(entry.change),
        "provenance": _provenance(entry.provenance),
        "risk": {"level": entry.risk.level, "score": entry.risk.score, "reasons": list(entry.risk.reasons)},
        "findings": {family.value: count for family, count in entry.counts.items()},
        "stats": {"files": entry.files, "added": entry.added, "removed": entry.removed},
        "state": entry.state,
        "verdict": entry.verdict.value,
        "unreadable": entry.unreadable or None,
        "doubts": list(entry.doubts),
        "unmet": [requirement(item) for item in entry.unmet],
        "notes": list(entry.notes),
        "below": entry.below or None,
        "claims": [{"principal": c.principal, "since": c.since, "until": c.until} for c in entry.claims],
    }


def queue(identity: str, target: str, entries: Sequence[QueueEntry]) -> Document:
    """`reviewconsole/queue/v1`."""
    return {
        "schema": "reviewconsole/queue/v1",
        "repository": {"id": identity, "target": target},
        "changes": [_entry(entry) for entry in entries],
    }


def _finding(finding: Finding) -> Document:
    return {
        "id": finding.id,
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "family": finding.family.value,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "path": finding.location.path,
        "side": finding.location.side.value,
        "line": finding.location.line,
        "end_line": finding.location.end_line,
        "construct": finding.location.construct,
        "message": finding.message,
        "why": finding.why,
        "instead": finding.instead,
        "references": list(finding.references),
        "suppressed": finding.suppressed or None,
        "external": finding.external or None,
    }


def boundary(result: BoundaryResult) -> Document:
    """One constraint's answer."""
    return {
        "id": result.id,
        "kind": result.kind,
        "level": result.level,
        "verdict": result.verdict,
        "why": result.why,
        "witnesses": [
            {"path": w.path, "side": w.side.value, "lines": list(w.lines), "sha256": w.sha256} for w in result.witnesses
        ],
    }


def requirement(item: Requirement) -> Document:
    """One requirement of the gate."""
    quorum = item.quorum
    return {
        "id": item.id,
        "verdict": item.verdict.value,
        "why": item.why,
        "approvals": None
        if quorum is None
        else {"needed": quorum.needed, "given": list(quorum.given), "may": list(quorum.may)},
    }


def statement(row: StatementRow) -> Document:
    """A waiver or task boundary."""
    return {
        "id": row.id,
        "kind": row.kind,
        "about": row.about,
        "principal": row.principal,
        "expires": row.expires,
        "in_force": row.in_force,
        "why": row.why,
    }


def _files(files: Sequence[FileDiff], findings: Sequence[Finding]) -> list[Document]:
    out = []
    for file in files:
        entry = file.entry
        hunks = []
        for hunk in file.hunks:
            new = range(hunk.new_start, hunk.new_start + max(hunk.new_lines, 1))
            old = range(hunk.old_start, hunk.old_start + max(hunk.old_lines, 1))
            inside = [
                f.id
                for f in findings
                if f.location.path == file.path and f.location.line in (new if f.location.side.value == "new" else old)
            ]
            hunks.append(
                {
                    "id": hunk.id,
                    "old_start": hunk.old_start,
                    "old_lines": hunk.old_lines,
                    "new_start": hunk.new_start,
                    "new_lines": hunk.new_lines,
                    "findings": inside,
                }
            )
        out.append(
            {
                "path": file.path,
                "old_path": file.similar_to,
                "status": entry.status,
                "old_mode": entry.old_mode,
                "new_mode": entry.new_mode,
                "binary": file.binary,
                "submodule": entry.submodule,
                "hunks": hunks,
            }
        )
    return out


def _delta(since: Rereview) -> Document:
    return {
        "record": since.record,
        "decision": since.decision,
        "principal": since.principal,
        "head": since.head,
        "replayed": since.replayed,
        "files": _files(since.files, ()),
    }


def inspect(opened: OpenedChange, since: Rereview | None = None) -> Document:
    """`reviewconsole/inspect/v1`."""
    live = [finding for finding in opened.findings if not finding.suppressed]
    change = {
        **_change(opened.change),
        "provenance": _provenance(opened.provenance),
        "risk": {"level": opened.risk.level, "score": opened.risk.score, "reasons": list(opened.risk.reasons)},
        "findings": {family.value: sum(f.family is family for f in live) for family in Family},
        "stats": {
            "files": len(opened.files),
            "added": sum(file.added for file in opened.files),
            "removed": sum(file.removed for file in opened.files),
        },
        "state": opened.state,
        "notes": list(opened.notes),
    }
    return {
        "schema": "reviewconsole/inspect/v1",
        "change": change,
        "digest": opened.digest,
        "files": _files(opened.files, opened.findings),
        "delta": _delta(since) if since is not None else None,
        "findings": [_finding(finding) for finding in opened.findings],
        "boundary": [boundary(result) for result in opened.boundary],
        "suppressed": opened.suppressed,
        "dropped": _dropped(opened),
        "requirements": [requirement(item) for item in opened.requirements],
        "statements": [statement(row) for row in opened.statements],
        "verdict": opened.verdict.value,
    }


def queues(found: Iterable["Listed"]) -> Document:
    """`reviewconsole/queues/v1`: the queues of several repositories; `fault` is null where one could be read."""
    return {
        "schema": "reviewconsole/queues/v1",
        "repositories": [
            {
                "path": str(each.path),
                "name": each.name,
                "fault": each.fault or None,
                "queue": None if each.fault else queue(each.identity, each.target, each.entries),
                "notices": list(each.notices),
            }
            for each in found
        ],
    }


def mine(identity: str, target: str, emails: Iterable[str], found: Sequence["Mine"]) -> Document:
    """`reviewconsole/mine/v1`: what an author, or the author's agent, has to act on."""
    return {
        "schema": "reviewconsole/mine/v1",
        "repository": {"id": identity, "target": target},
        "emails": sorted(emails),
        "changes": [_mine(each) for each in found],
    }


def _mine(each: "Mine") -> Document:
    opened = each.opened
    return {
        **_change(opened.change),
        "state": opened.state,
        "verdict": opened.verdict.value,
        "unmet": [requirement(item) for item in opened.requirements if item.verdict is not Verdict.SATISFIED],
        "rejections": [
            {
                "record": rejection.record.id,
                "by": rejection.record.principal,
                "at": rejection.record.decided_at,
                "head": rejection.record.head,
                "reason": rejection.record.reason,
                "remarks": [
                    {
                        "path": remark.path,
                        "line": remark.line or None,
                        "end_line": remark.end_line or None,
                        "side": "old" if remark.old else "new",
                        "text": remark.text,
                    }
                    for remark in rejection.remarks
                ],
            }
            for rejection in each.rejections
        ],
        "findings": [_finding(finding) for finding in opened.findings if not finding.suppressed],
        "boundary": [boundary(result) for result in opened.boundary if result.verdict != "pass"],
        "notes": list(opened.notes),
    }


def _dropped(opened: OpenedChange) -> Document:
    """What the guards took away: all counted, the first places named."""
    return {
        "counts": dict(opened.dropped),
        "places": [
            {"guard": d.guard, "rule": d.rule, "path": d.path, "side": d.side.value, "line": d.line}
            for d in opened.dropped_places
        ],
    }


def verify(result: RangeVerdict, witnessed: "Witnessed | None" = None) -> Document:
    """`reviewconsole/verify/v1`."""
    return {
        "schema": "reviewconsole/verify/v1",
        "verdict": result.verdict.value,
        "target": result.target,
        "policy": {"commit": result.policy_commit, "sha256": result.policy_sha256},
        "changes": [
            {
                "commit": item.change.head,
                "title": item.change.title,
                "verdict": item.report.verdict.value,
                "why": list(item.report.why),
                "emergency": item.report.emergency,
                "requirements": [requirement(each) for each in item.report.requirements],
                "records": [
                    {
                        "id": judged.record.id,
                        "decision": judged.record.attestation.decision.value,
                        "principal": judged.record.attestation.principal,
                        "carried": judged.carried,
                        "valid": judged.valid and judged.live,
                        "why": judged.why,
                    }
                    for judged in item.report.records
                ],
                "statements": [statement(judged.row) for judged in item.report.statements],
            }
            for item in result.changes
        ],
        "why": result.why,
        "problems": list(result.problems),
        "witness": (
            {"id": witnessed.id, "ref": witnessed.ref, "trailer": witnessed.trailer} if witnessed is not None else None
        ),
    }


def log(rows: Sequence[RecordRow], problems: Sequence[str]) -> Document:
    """`reviewconsole/log/v1`."""
    return {
        "schema": "reviewconsole/log/v1",
        "records": [
            {
                "id": row.id,
                "decision": row.decision,
                "principal": row.principal,
                "decidedAt": row.decided_at,
                "head": row.head,
                "title": row.title or None,
                "log": row.log,
                "valid": row.valid,
                "why": row.why,
                "reason": row.reason,
            }
            for row in rows
        ],
        "problems": list(problems),
    }
