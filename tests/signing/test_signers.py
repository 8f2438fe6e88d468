import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from reviewconsole.errors import FormatError, PolicyError
from reviewconsole.signers import RevokedKeys, SignerRoster, parse_time
from reviewconsole.sshkey import fingerprint, public_line
from tests.signing.sshtools import NAMESPACE, blob_of, keygen, string

NS = f'namespaces="{NAMESPACE}"'


@pytest.fixture
def line(key_of: Callable[[str], Path]) -> str:
    return public_line(blob_of(key_of("ed25519")))


@pytest.fixture
def other(key_of: Callable[[str], Path]) -> str:
    return public_line(blob_of(key_of("ecdsa256")))


def test_reads_the_strict_subset(line: str, other: str) -> None:
    text = f'# people\n\nalice {NS} {line} alice at work\nbob\t{NS},valid-after="20260101Z",valid-before="202612312359Z" {other}\n'
    roster = SignerRoster.parse(text.encode())
    alice, bob = roster.keys.values()
    assert (alice.principal, alice.key_type) == ("alice", "ssh-ed25519")
    assert alice.fingerprint == fingerprint(alice.blob)
    assert (alice.valid_after, alice.valid_before, alice.namespaces) == (None, None, (NAMESPACE,))
    assert (bob.valid_after, bob.valid_before) == (parse_time("20260101Z"), parse_time("20261231235900Z"))
    assert roster.for_principal("bob") == (bob,)
    assert roster.by_blob(alice.blob) is alice
    assert roster.by_blob(b"x") is None


def test_an_empty_file_lets_nobody_sign() -> None:
    assert SignerRoster.parse(b"# nobody yet\n").keys == {}


def test_a_person_may_have_several_keys(line: str, other: str) -> None:
    roster = SignerRoster.parse(f"alice {NS} {line}\nalice {NS} {other}\n".encode())
    assert len(roster.for_principal("alice")) == 2


BAD = {
    "wildcard": "al* {ns} {key}",
    "question mark": "alic? {ns} {key}",
    "negation": "!alice {ns} {key}",
    "list": "alice,bob {ns} {key}",
    "quoted principal": '"alice" {ns} {key}',
    "too long": "a" * 129 + " {ns} {key}",
    "no namespaces": "alice {key}",
    "no namespaces but times": 'alice valid-after="20260101" {key}',
    "namespace wildcard": 'alice namespaces="*" {key}',
    "unquoted": "alice namespaces=decision@reviewconsole {key}",
    "capital option": 'alice NAMESPACES="decision@reviewconsole" {key}',
    "option twice": "alice {ns},{ns} {key}",
    "cert-authority": "alice cert-authority,{ns} {key}",
    "unknown option": 'alice {ns},verify-required="yes" {key}',
    "empty option": "alice {ns}, {key}",
    "local time": 'alice {ns},valid-after="20260101" {key}',
    "empty namespace": 'alice namespaces="" {key}',
    "bad time": 'alice {ns},valid-after="2026" {key}',
    "no such day": 'alice {ns},valid-before="20260231" {key}',
    "no key": "alice {ns}",
    "half a key": "alice {ns} ssh-ed25519",
    "not base64": "alice {ns} ssh-ed25519 !!!",
    "another type": "alice {ns} ssh-rsa {base64}",
    "carriage return": "alice {ns} {key}\r",
    "escape": "alice {ns} {key} \x1b[2J",
    "direction override": "alice {ns} {key} \u202e",
    "rubbish": "what is this",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_one_bad_line_refuses_the_file_with_its_number(bad: str, line: str, other: str) -> None:
    text = f"# first\nbob {NS} {other}\n" + bad.format(ns=NS, key=line, base64=line.split()[1]) + "\n"
    with pytest.raises(PolicyError) as caught:
        SignerRoster.parse(text.encode())
    assert caught.value.place == "allowed_signers line 3"


@pytest.mark.parametrize("second", ["alice", "bob"])
def test_a_key_stands_once(second: str, line: str) -> None:
    with pytest.raises(PolicyError, match="stands in line 1 already") as caught:
        SignerRoster.parse(f"alice {NS} {line}\n{second} {NS} {line} again\n".encode())
    assert caught.value.place == "allowed_signers line 2"


def test_refuses_weak_keys_and_bytes(tmp_path: Path) -> None:
    weak = keygen(tmp_path, "weak", "-t", "rsa", "-b", "2048").with_name("weak.pub").read_text()
    with pytest.raises(PolicyError, match="RSA key of 2048 bits"):
        SignerRoster.parse(f"alice {NS} {weak}".encode())
    blob = string(b"ssh-ed25519") + string((1).to_bytes(32, "little"))
    small = f"ssh-ed25519 {base64.b64encode(blob).decode()}"
    with pytest.raises(PolicyError, match="small order"):
        SignerRoster.parse(f"alice {NS} {small}".encode())
    with pytest.raises(PolicyError, match="ASCII") as caught:
        SignerRoster.parse(b"# first\n\xff\n")
    assert caught.value.place == "allowed_signers line 2"


def test_a_key_for_another_namespace_is_read_and_does_not_count(line: str, other: str) -> None:
    text = f'alice@example.com namespaces="git" {line}\nbob {NS} {other}\n'.encode()
    assert [key.principal for key in SignerRoster.parse(text, namespace="git").keys.values()] == ["alice@example.com"]
    assert [key.principal for key in SignerRoster.parse(text).keys.values()] == ["bob"]


def test_times_are_utc() -> None:
    assert parse_time("19700102Z") == 86400
    assert parse_time("202601020304Z") == parse_time("20260102030400Z")
    for bad in ("", "2026Z", "20260101", "20260101 Z", "20261301Z", "202601012460Z", "20260101z", "+2w"):
        with pytest.raises(FormatError):
            parse_time(bad)


def test_revocations(line: str, other: str, key_of: Callable[[str], Path]) -> None:
    third = fingerprint(blob_of(key_of("ecdsa384")))
    names = [fingerprint(blob_of(key_of(kind))) for kind in ("ed25519", "ecdsa256")]
    text = f'# lost\n{line} laptop stolen\nrevoked-at="20260101Z" {other}\nrevoked-at="20260601Z" {third} left\n'
    revoked = RevokedKeys.parse(text.encode())
    assert revoked.revoked(names[0], 0)
    assert not revoked.revoked(names[1], parse_time("20260101Z") - 1)
    assert revoked.revoked(names[1], parse_time("20260101Z"))
    assert not revoked.revoked(third, parse_time("20260531Z"))
    assert revoked.revoked(third, parse_time("20260602Z"))
    assert not revoked.revoked("SHA256:" + "A" * 43, 2**40)


def test_the_earlier_revocation_counts(key_of: Callable[[str], Path]) -> None:
    name = fingerprint(blob_of(key_of("ed25519")))
    late, early = f'revoked-at="20260601Z" {name}', f'revoked-at="20260101Z" {name}'
    assert RevokedKeys.parse(f"{late}\n{early}\n".encode()).revoked(name, parse_time("20260201Z"))
    assert RevokedKeys.parse(f"{late}\n{name}\n".encode()).revoked(name, 0)
    assert RevokedKeys.parse(f"{name}\n{late}\n".encode()).revoked(name, 0)


@pytest.mark.parametrize(
    "bad",
    [
        "SHA256:short",
        "SHA256:" + "A" * 42 + "B",
        "MD5:00:11",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        "ssh-rsa {base64}",
        'revoked-at="soon" {key}',
        "{key} revoked-at",
        'revoked-at="20260101Z" revoked-at="20260201Z" {key}',
        '{key} revoked-at="20260101Z"',
        "revoked-at=20260101Z {key}",
        'revoked-at="20260101Z {key}',
        "REVOKED-AT=20260101 {key}",
        "@cert-authority {key}",
        "\x00",
    ],
)
def test_an_unreadable_revocation_refuses_the_file(bad: str, line: str) -> None:
    text = "# first\n" + bad.format(key=line, base64=line.split()[1]) + "\n"
    with pytest.raises(PolicyError) as caught:
        RevokedKeys.parse(text.encode())
    assert caught.value.place == "revoked_keys line 2"
