"""Reading in one pass gives what the strict parsers give, or nothing."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reviewconsole.attestation import Attestation, parse_payload, payload_bytes
from reviewconsole.chain import Observed
from reviewconsole.change import Oid
from reviewconsole.decision import Acknowledgement, DecisionKind
from reviewconsole.envelope import parse_envelope, parse_note
from reviewconsole.errors import FormatError
from reviewconsole.evidence import Participant
from reviewconsole.onepass import read_decision, read_envelope

GOLDEN = Path(__file__).parent.parent / "golden"
RECORD = "sha256:" + "5" * 64


@pytest.fixture
def golden() -> bytes:
    return (GOLDEN / "decision-v1.payload.json").read_bytes()


def strict(raw: bytes) -> Attestation | None:
    try:
        return parse_payload(raw)
    except FormatError:
        return None


def variations(att: Attestation) -> Iterator[Attestation]:
    yield att
    yield replace(att, people=(), boundary_verdicts=(), acknowledged=(), observed=(), rules=(), tools=(), operators=())
    yield replace(att, people=(Participant(email="é@x.example", roles=("author", "operator")),) * 3)
    yield replace(att, boundary_verdicts=(("a", "n/a"), ("b", "violated"), ("c", "undecidable")))
    yield replace(att, acknowledged=(Acknowledgement(fingerprint=RECORD, rule="r", text="t, u"),) * 2)
    yield replace(att, observed=(Observed(log="refs/notes/x", sequence=12, id=RECORD),) * 100)
    yield replace(att, tools=("a", "b,c"), operators=("",), rules=("[", "]"))
    yield replace(att, overrides=(RECORD,), supersedes=(RECORD, RECORD), emergency=True)
    yield replace(att, base=None, expires_at="2030-01-01T00:00:00Z", sequence=1, previous=None)
    yield replace(att, base=Oid("a" * 64), sequence=999, previous=RECORD, decision=DecisionKind.WITHDRAW)
    yield replace(att, reason="".join(map(chr, range(1, 300))) + '"\\"')
    yield replace(att, reason="\n" * 4000)
    yield replace(att, reason="x" * 4000, ref="refs/heads/ü \U0001f600\x7f\u2028")


def test_usual_decisions_read_the_same(golden: bytes) -> None:
    for att in variations(replace(parse_payload(golden), reason="plain", ref="refs/heads/f")):
        raw = payload_bytes(att)
        assert read_decision(raw) == strict(raw) == att


def test_what_is_not_usual_is_left_to_the_strict_parser(golden: bytes) -> None:
    att = parse_payload(golden)
    for odd in (replace(att, ref='a "quote"'), replace(att, tools=("a\nb",)), replace(att, paths_count=2**52)):
        assert read_decision(payload_bytes(odd)) is None


def test_no_damage_is_read_where_the_strict_parser_refuses(golden: bytes) -> None:
    raw = payload_bytes(replace(parse_payload(golden), reason="plain", observed=(), ref="refs/heads/f"))
    swaps = (b"0", b"9", b'"', b",", b"[", b"}", b"\\", b" ", b"-", b"\n", b"\xff", b"\xd9\xa3", b"")
    changed = 0
    for at in range(len(raw)):
        for swap in swaps[at % 3 :: 3]:
            damaged = raw[:at] + swap + raw[at + 1 :]
            found = read_decision(damaged)
            if found is not None:
                assert found == strict(damaged)
                changed += damaged != raw
    assert changed > 500


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"emergency":false', b'"emergency":0'),
        (b'"viewed":', b'"viewed":99999'),
        (b'"sequence":', b'"sequence":0'),
        (b'"sha256":"', b'"sha256":"A'),
        (b'"tool":{', b'"tool":{"extra":1,'),
        (b'"risk":"', b'"risk":"x'),
        (b'"reason":"', b'"reason":"' + b"\\n" * 4000),
        (b'"reason":"', b'"reason":"\\u0041'),
        (b'"reason":"', b'"reason":"\\u001F'),
        (b'"reason":"', b'"reason":"\\u000a'),
        (b'"reason":"', b'"reason":"\\/'),
        (b'"text":"', b'"text":"' + b"x" * 4000),
        (b'"decision":"', b'"decision":"approve","decision":"'),
        (b'"predicateType":"urn:reviewconsole:decision:v1"', b'"predicateType":"urn:reviewconsole:decision:v2"'),
    ],
)
def test_a_wrong_field_is_not_read(golden: bytes, old: bytes, new: bytes) -> None:
    assert old in golden
    damaged = golden.replace(old, new, 1)
    assert read_decision(damaged) is None
    assert strict(damaged) is None


def test_head_and_subject_must_agree_and_only_the_first_has_no_previous(golden: bytes) -> None:
    att = parse_payload(golden)
    raw = payload_bytes(replace(att, reason="plain", sequence=1, previous=None))
    assert read_decision(raw) is not None
    other = raw.replace(att.head.encode(), b"b" * len(att.head), 1)
    assert read_decision(other) is None
    second = raw.replace(b'"sequence":1', b'"sequence":2')
    assert read_decision(second) is None
    assert strict(second) is None


def test_envelopes_read_the_same_or_fail_the_same() -> None:
    [line, *_] = parse_note((GOLDEN / "decision-v1.note").read_bytes()).lines
    assert read_envelope(line) == parse_envelope(line)
    value = json.loads(line)
    armour = value["signatures"][0]["sig"]
    odd = [
        json.dumps(value).encode(),
        line.replace(b"vnd.in-toto", b"vndXin-toto"),
        line.replace(b'"keyid"', b'"keyid":"a","keyid"'),
        line.replace(armour.encode(), armour.encode()[:-1]),
        line.replace(armour.encode(), base64.b64encode(b"\xff\xfe")),
        line.replace(armour.encode(), b"QQ"),
        line.replace(armour.encode(), b"QR=="),
        line + b" ",
        line[:-1],
        line.replace(b'"sig":"', b'"sig":"\\u0041'),
    ]
    for row in odd:
        outcomes = []
        for reader in (parse_envelope, read_envelope):
            try:
                outcomes.append(repr(reader(row)))
            except FormatError as error:
                outcomes.append(str(error))
        assert outcomes[0] == outcomes[1]
