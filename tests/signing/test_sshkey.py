import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from reviewconsole import sshkey
from reviewconsole.errors import FormatError
from reviewconsole.sshkey import check_key, parse_public, public_line
from tests.signing.sshtools import SoftKey, blob_of, keygen, mpint, run, string


def _ed25519(point: bytes) -> bytes:
    return string(b"ssh-ed25519") + string(point)


def _rsa(exponent: int, modulus: int) -> bytes:
    return string(b"ssh-rsa") + mpint(exponent) + mpint(modulus)


def test_reads_what_ssh_keygen_makes_and_names_it_alike(key: Path) -> None:
    text = key.with_name(key.name + ".pub").read_text()
    blob = parse_public(text)
    shown = run(key.parent, "ssh-keygen", "-l", "-f", str(key) + ".pub").stdout.decode().split()[1]
    assert sshkey.fingerprint(blob) == shown
    assert public_line(blob) == " ".join(text.split()[:2])
    assert sshkey.key8(blob) == hashlib.sha256(blob).hexdigest()[:8]


def test_reads_security_keys(soft_key: SoftKey) -> None:
    assert check_key(soft_key.blob) in sshkey.SECURITY_KEYS


def test_refuses_every_cut_and_every_tail(key: Path) -> None:
    blob = blob_of(key)
    for end in range(0, len(blob), 7):
        with pytest.raises(FormatError):
            check_key(blob[:end])
    with pytest.raises(FormatError, match="left over"):
        check_key(blob + b"\0")


P = 2**255 - 19
ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
SMALL = {
    "identity": 1,
    "order 2": P - 1,
    "order 4": 0,
    "order 8": P - ORDER_8,
    "order 8, other": ORDER_8,
}


@pytest.mark.parametrize("number", SMALL.values(), ids=SMALL.keys())
def test_refuses_ed25519_points_of_small_order(number: int) -> None:
    for sign in (0, 2**255):
        with pytest.raises(FormatError, match="small order"):
            check_key(_ed25519((number | sign).to_bytes(32, "little")))


@pytest.mark.parametrize("number", [P, P + 1, 2**255 - 1], ids=["p", "p+1", "all ones"])
def test_refuses_ed25519_points_that_are_not_canonical(number: int) -> None:
    for sign in (0, 2**255):
        with pytest.raises(FormatError, match="not in canonical form"):
            check_key(_ed25519((number | sign).to_bytes(32, "little")))


def test_refuses_points_of_another_size(key_of: Callable[[str], Path]) -> None:
    with pytest.raises(FormatError, match="32 bytes"):
        check_key(_ed25519(b"\1" * 31))
    other = string(b"ecdsa-sha2-nistp256") + string(b"nistp384") + string(b"\4" + b"\1" * 96)
    with pytest.raises(FormatError, match="curve"):
        check_key(other)
    point = blob_of(key_of("ecdsa256"))[-65:]
    compressed = string(b"\2" + point[1:33])
    with pytest.raises(FormatError, match="uncompressed"):
        check_key(string(b"ecdsa-sha2-nistp256") + string(b"nistp256") + compressed)


ODD = 2**3071 + 1


@pytest.mark.parametrize(
    "blob",
    [
        _rsa(65537, 2**2047 + 1),
        _rsa(65537, 2**1023 + 1),
        _rsa(65537, 2**16384 + 1),
        _rsa(65537, 2**3071),
        _rsa(1, ODD),
        _rsa(65538, ODD),
    ],
    ids=["2048", "1024", "16385", "even", "exponent 1", "even exponent"],
)
def test_refuses_weak_rsa(blob: bytes) -> None:
    with pytest.raises(FormatError, match="RSA key"):
        check_key(blob)


def test_refuses_numbers_in_another_form() -> None:
    for raw in (b"\0\0" + ODD.to_bytes(384), ODD.to_bytes(384), b""):
        with pytest.raises(FormatError, match="shortest form"):
            check_key(string(b"ssh-rsa") + mpint(65537) + string(raw))


@pytest.mark.parametrize(
    "kind", ["ssh-dss", "ssh-ed25519-cert-v01@openssh.com", "ssh-ed448", "ssh-rsa-cert-v01@openssh.com"]
)
def test_refuses_other_types(kind: str) -> None:
    with pytest.raises(FormatError, match="not accepted"):
        check_key(string(kind.encode()) + string(b"x" * 32))


def test_refuses_a_line_that_says_another_type(tmp_path: Path) -> None:
    line = keygen(tmp_path, "k", "-t", "ed25519").with_name("k.pub").read_text()
    with pytest.raises(FormatError, match="another type"):
        parse_public(line.replace("ssh-ed25519", "ssh-rsa", 1))
    for text in ("ssh-ed25519", "ssh-ed25519 ====", "ssh-ed25519 AAA", "ssh-ed25519 \u00e4"):
        with pytest.raises(FormatError):
            parse_public(text)


def test_base64_has_one_spelling(tmp_path: Path) -> None:
    kind, text = keygen(tmp_path, "k", "-t", "rsa", "-b", "3072").with_name("k.pub").read_text().split()[:2]
    other = text[:-2] + ("B" if text.endswith("=") else "") + "="
    for spelled in (other, text + "=", text[:9] + "\n" + text[9:]):
        with pytest.raises(FormatError):
            parse_public(f"{kind} {spelled}")
    assert parse_public(f"{kind} {text}") == base64.b64decode(text)
