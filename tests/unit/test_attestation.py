"""The record: golden bytes, strict reading, and no field that can change unseen."""

import base64
import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewconsole import canonical
from reviewconsole.attestation import Attestation, parse_payload, payload_bytes, statement, summary
from reviewconsole.chain import Observed, record_id
from reviewconsole.change import Oid
from reviewconsole.decision import Acknowledgement, DecisionKind
from reviewconsole.envelope import Envelope, pae, parse_envelope, parse_note
from reviewconsole.errors import FormatError
from reviewconsole.evidence import Participant
from reviewconsole.statement import note_text

GOLDEN = Path(__file__).parent.parent / "golden"


def sample() -> Attestation:
    """Every field set, so that a change of the format shows in the golden bytes."""
    return Attestation(
        ref="refs/heads/feat/é",
        decision=DecisionKind.APPROVE,
        risk="high",
        people=(Participant(email="bob@example.com", roles=("author", "committer")),),
        repository_id="sha256:" + "a" * 64,
        target_ref="refs/heads/main",
        base=Oid("1" * 40),
        head=Oid("2" * 40),
        base_tree=Oid("3" * 40),
        head_tree=Oid("4" * 40),
        diff_sha256="5" * 64,
        paths_count=3,
        paths_sha256="6" * 64,
        object_format="sha1",
        boundary_sha256="7" * 64,
        boundary_verdicts=(("policy.self", "pass"), ("protected", "n/a")),
        provenance_class="declared",
        tools=("claude",),
        operators=("bob@example.com",),
        provenance_sha256="8" * 64,
        findings_sha256="9" * 64,
        engine="sha256:" + "b" * 64,
        counts=(0, 1, 2, 3),
        acknowledged=(Acknowledgement(fingerprint="sha256:" + "c" * 64, rule="swallowed-error", text='fine: "ok"\n{'),),
        external_count=0,
        external_sha256="d" * 64,
        hunks=14,
        viewed=14,
        reviewed_tree=Oid("4" * 40),
        policy_commit=Oid("e" * 40),
        policy_sha256="f" * 64,
        rules=("default",),
        principal="alice",
        device="0badcafe",
        sequence=2,
        previous="sha256:" + "0" * 64,
        observed=(Observed(log="refs/notes/reviewconsole/bob/00000000-11111111", sequence=7, id="sha256:" + "1" * 64),),
        emergency=False,
        overrides=(),
        supersedes=("sha256:" + "0" * 64,),
        reason='Read the retry path;\n{"payload":"x"} rollback was tested.',
        decided_at="2026-11-22T09:00:00Z",
        expires_at=None,
        tool=("reviewconsole", "0.1.0"),
        nonce="0123456789abcdef0123456789abcdef",
    )


def envelope(att: Attestation) -> Envelope:
    """An envelope whose signature is not one; reading does not check it."""
    return Envelope(payload=payload_bytes(att), keyid="SHA256:x", signature="-----BEGIN SSH SIGNATURE-----\n")


def test_the_golden_payload_is_written_to_the_byte() -> None:
    golden = (GOLDEN / "decision-v1.payload.json").read_bytes()
    assert payload_bytes(sample()) == golden
    assert parse_payload(golden) == sample()
    assert record_id(golden) == (GOLDEN / "decision-v1.id").read_text().strip()
    assert pae(golden) == (GOLDEN / "decision-v1.pae").read_bytes()
    assert note_text([envelope(sample()).line()]) == (GOLDEN / "decision-v1.note").read_bytes()


def test_pae_counts_bytes() -> None:
    assert pae("é".encode(), "a") == b"DSSEv1 1 a 2 \xc3\xa9"
    assert pae(b"hello world", "http://example.com/HelloWorld") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def _paths(value: Any, at: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    if isinstance(value, dict):
        return [at, *(path for key in value for path in _paths(value[key], (*at, key)))]
    if isinstance(value, list):
        return [at, *(path for index, item in enumerate(value) for path in _paths(item, (*at, index)))]
    return [at]


_ALL_PATHS = [path for path in _paths(statement(sample())) if path]


@pytest.mark.parametrize("path", _ALL_PATHS, ids=lambda p: ".".join(map(str, p)))
def test_no_field_can_be_missing_or_of_another_type(path: tuple[object, ...]) -> None:
    good = json.loads(canonical.dump(statement(sample())))
    for wrong in (Ellipsis, {"surprise": 1}, True, -1):
        raw = copy.deepcopy(good)
        at: Any = raw
        for part in path[:-1]:
            at = at[part]
        if at[path[-1]] is wrong or (path[-1] in ("emergency",) and wrong is True):
            continue
        if wrong is Ellipsis:
            if isinstance(at, list):
                continue
            del at[path[-1]]
        else:
            at[path[-1]] = wrong
        with pytest.raises(FormatError):
            parse_payload(canonical.dump(raw))


def test_unknown_fields_and_versions_are_refused() -> None:
    for where in ([], ["predicate"], ["predicate", "change"], ["predicate", "log"], ["subject", 0]):
        raw: Any = json.loads(canonical.dump(statement(sample())))
        at = raw
        for part in where:
            at = at[part]
        at["extra"] = "x"
        with pytest.raises(FormatError):
            parse_payload(canonical.dump(raw))
    raw = json.loads(canonical.dump(statement(sample())))
    raw["predicateType"] = "urn:reviewconsole:decision:v2"
    with pytest.raises(FormatError, match="unknown version"):
        parse_payload(canonical.dump(raw))


@pytest.mark.parametrize(
    "change",
    [
        {"viewed": 15},
        {"sequence": 1},
        {"previous": None},
        {"reason": ""},
        {"reason": "x" * 4001},
        {"ref": "\udcff"},
        {"nonce": "short"},
        {"principal": "Alice"},
        {"observed": sample().observed * 101},
        {"reason": "x" * 4000, "acknowledged": sample().acknowledged * 500},
    ],
)
def test_what_would_not_read_back_is_never_written(change: dict[str, object]) -> None:
    with pytest.raises(FormatError):
        payload_bytes(replace(sample(), **change))  # type: ignore[arg-type]


def test_any_changed_byte_changes_the_id_or_is_refused() -> None:
    raw = payload_bytes(sample())
    for index in range(0, len(raw), 7):
        changed = raw[:index] + bytes([raw[index] ^ 1]) + raw[index + 1 :]
        assert record_id(changed) != record_id(raw)


@given(st.text(min_size=1, max_size=200).filter(lambda t: not any("\ud800" <= c <= "\udfff" for c in t)))
def test_no_reason_can_look_like_an_envelope(reason: str) -> None:
    att = replace(sample(), reason=reason)
    line = envelope(att).line()
    note = parse_note(note_text([line, line]))
    assert note.lines == (line, line)
    assert note.problems == ()
    assert note.summary == summary(att)
    assert parse_payload(parse_envelope(note.lines[0]).payload) == att


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"[]",
        b'{"payloadType":"text/plain","payload":"","signatures":[]}',
        b'{"payloadType":"application/vnd.in-toto+json","payload":"","signatures":[]}',
        b'{"payloadType":"application/vnd.in-toto+json","payload":"e30","signatures":[{"keyid":"k","sig":"eA=="}]}',
        b'{"payloadType":"application/vnd.in-toto+json","payload":"e31=","signatures":[{"keyid":"k","sig":"eA=="}]}',
        b'{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[{"keyid":"k","sig":"eA=="},{"keyid":"k","sig":"eA=="}]}',
        b'{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[{"keyid":"k","sig":"/w=="}]}',
        b'{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[{"keyid":"k","sig":"eA=="}],"x":1}',
        b'{"payload":"e30=","payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"k","sig":"eA=="}]}',
    ],
)
def test_odd_envelopes_are_refused(line: bytes) -> None:
    with pytest.raises(FormatError):
        parse_envelope(line)


def test_junk_in_a_note_is_reported_and_does_not_hide_records() -> None:
    line = envelope(sample()).line()
    note = parse_note(note_text([line]) + b"junk\n" + line + b"\n")
    assert len(note.lines) == 2
    assert note.problems == ("line 5 is no envelope",)
    assert parse_note(b"\xff\xfe").problems
    assert base64.b64decode(json.loads(note.lines[0])["payload"]) == payload_bytes(sample())
