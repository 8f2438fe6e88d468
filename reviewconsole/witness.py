"""A witness: a verifier's signed word that it saw these tips of the logs at this time (docs/record.md).

It dates records by a clock other than their author's, and makes the loss of a record show. Signed in
a namespace of its own, so that a reviewer's key cannot date what it signed. Pure.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from reviewconsole import canonical
from reviewconsole.chain import RECORD_ID, Observed, parse_tips, tip_rows
from reviewconsole.change import Oid
from reviewconsole.errors import FormatError
from reviewconsole.intoto import lay_out, take_apart

WITNESS_TYPE = "urn:reviewconsole:witness:v1"
WITNESS_NAMESPACE = "witness@reviewconsole"
WITNESS_PREFIX = "refs/notes/reviewconsole-ci/"
TRAILER = "Reviewconsole-Witness"
MOST_TIPS = 250

_REASON = "tips of all logs, as this verifier saw them"


@dataclass(frozen=True, kw_only=True, slots=True)
class Witness:
    """What one witness states."""

    target_ref: str
    head: Oid
    """The commit that was judged; the note hangs on it."""
    repository_id: str
    verdict: str
    tips: tuple[Observed, ...]
    """Tips of the logs; by its chain a tip stands for everything before it."""
    sequence: int
    previous: str | None
    witnessed_at: str
    """UTC, by the verifier's clock."""
    tool: tuple[str, str]
    nonce: str


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifiedWitness:
    """A witness whose signature was checked against its own key; whose key it is, is the gate's question."""

    id: str
    witness: Witness
    ref: str
    noted: Oid
    blob: bytes
    fingerprint: str


def witness_bytes(witness: Witness) -> bytes:
    """The bytes that are signed and stored. Raises FormatError where they would not read back the same."""
    predicate = {
        "repositoryId": witness.repository_id,
        "verdict": witness.verdict,
        "tips": tip_rows(witness.tips),
        "sequence": witness.sequence,
        "previous": witness.previous,
        "witnessedAt": witness.witnessed_at,
        "tool": {"name": witness.tool[0], "version": witness.tool[1]},
        "nonce": witness.nonce,
    }
    raw = canonical.dump(lay_out(WITNESS_TYPE, canonical.printable(witness.target_ref), witness.head, predicate))
    if parse_witness(raw) != witness:
        raise FormatError("the witness does not read back as it was written")
    return raw


def parse_witness(raw: bytes) -> Witness:
    """Read a witness strictly: canonical bytes, known version, every field, no other field."""
    parts = take_apart(raw, WITNESS_TYPE)
    p = parts.predicate
    tool = p.table("tool")
    witness = Witness(
        target_ref=parts.name,
        head=parts.head,
        repository_id=p.text("repositoryId", pattern=RECORD_ID),
        verdict=p.text("verdict", choices=["satisfied", "violated", "undecidable"]),
        tips=parse_tips(p, "tips", most=MOST_TIPS),
        sequence=p.integer("sequence", least=1),
        previous=p.optional_text("previous", pattern=RECORD_ID),
        witnessed_at=p.moment("witnessedAt"),
        tool=(tool.text("name"), tool.text("version")),
        nonce=p.text("nonce", pattern=r"[0-9a-f]{32}"),
    )
    for table in (tool, p):
        table.end()
    return witness


def witness_note(lines: Iterable[bytes], last: Witness) -> bytes:
    """Compose a note of witnesses, oldest first: two lines for people, a blank one, the envelopes."""
    first = f"witness  head {last.head[:12]}  verdict {last.verdict}  logs {len(last.tips)}  at {last.witnessed_at}"
    return f"{first}\nreason: {json.dumps(_REASON)}\n\n".encode() + b"".join(line + b"\n" for line in lines)


def trailer(key8: str, identifier: str) -> str:
    """The trailer by which a merge commit names its witness."""
    return f"{TRAILER}: {key8} {identifier}"


def named_witnesses(message: str) -> tuple[str, ...]:
    """Ids of the witnesses that a commit message names."""
    rows = [row.removeprefix(f"{TRAILER}: ").split() for row in message.split("\n") if row.startswith(f"{TRAILER}: ")]
    return tuple(row[-1] for row in rows if row)
