"""How a signed payload lies in a note: a DSSE envelope a line, below two lines for people (docs/record.md)."""

import base64
import binascii
import json
from dataclasses import dataclass

from reviewconsole import canonical
from reviewconsole.errors import FormatError
from reviewconsole.mapping import Table

PAYLOAD_TYPE = "application/vnd.in-toto+json"
_SUMMARY_LINES = 3


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


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteText:
    """A note taken apart; nothing in it is verified yet."""

    summary: str
    lines: tuple[bytes, ...]
    """Candidate envelope lines, in order."""
    problems: tuple[str, ...]
    """What is no part of a note of ours, by line."""


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
