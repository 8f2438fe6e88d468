"""Signatures that were changed in one place: as text, as bytes, as fields. Seeded, so the same every time."""

import base64
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from reviewconsole.errors import FormatError, VerificationError
from reviewconsole.signing.sshsig import signed_data, verify
from reviewconsole.sshkey import parse_public
from tests.signing.sshtools import (
    MESSAGE,
    NAMESPACE,
    VECTORS,
    SoftKey,
    armour,
    dearmour,
    keygen_accepts,
    mpint,
    string,
    structure,
)

_N256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_L = 2**252 + 27742317777372353535851937790883648493


@dataclass(frozen=True)
class Good:
    """A good signature of MESSAGE, and the key that made it."""

    name: str
    blob: bytes
    signature: bytes
    armoured: str


def _made(name: str, blob: bytes, signature: bytes, algorithm: str = "sha512") -> Good:
    return Good(name, blob, signature, armour(structure(blob, signature, algorithm=algorithm.encode())))


def good() -> tuple[Good, ...]:
    """One of each kind of key."""
    data = {name: signed_data(MESSAGE, NAMESPACE, name) for name in ("sha512", "sha256")}
    edwards = ed25519.Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
    curve = ec.derive_private_key(7, ec.SECP256R1())
    large = rsa.generate_private_key(65537, 3072)
    point = curve.public_key().public_bytes(*_POINT)
    blobs = {
        "ed25519": string(b"ssh-ed25519") + string(edwards.public_key().public_bytes_raw()),
        "ecdsa": string(b"ecdsa-sha2-nistp256") + string(b"nistp256") + string(point),
        "rsa": string(b"ssh-rsa") + mpint(65537) + mpint(large.public_key().public_numbers().n),
    }
    r, s = utils.decode_dss_signature(curve.sign(data["sha512"], ec.ECDSA(hashes.SHA256())))
    touch = SoftKey(edwards), SoftKey(curve)
    return (
        _made("ed25519", blobs["ed25519"], string(b"ssh-ed25519") + string(edwards.sign(data["sha512"]))),
        _made("ed25519/sha256", blobs["ed25519"], string(b"ssh-ed25519") + string(edwards.sign(data["sha256"])), "sha256"),
        _made("ecdsa", blobs["ecdsa"], string(b"ecdsa-sha2-nistp256") + string(mpint(r) + mpint(s))),
        _made("ecdsa, other s", blobs["ecdsa"], string(b"ecdsa-sha2-nistp256") + string(mpint(r) + mpint(_N256 - s))),
        _made("rsa", blobs["rsa"], string(b"rsa-sha2-512") + string(large.sign(data["sha512"], padding.PKCS1v15(), hashes.SHA512()))),
        *(_made(f"touched {key.blob[4:14]!r}", key.blob, key.sign(data["sha512"], flags)) for key in touch for flags in (1, 5)),
    )  # fmt: skip


def _point_format() -> tuple[object, object]:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return Encoding.X962, PublicFormat.UncompressedPoint


_POINT = _point_format()


def mutants(one: Good, count: int, seed: int = 1) -> Iterator[str]:
    """Changed armour: every kind of change in turn."""
    chance = random.Random(f"{one.name} {seed}")
    raw = dearmour(one.armoured)
    for number in range(count):
        yield (_bit, _byte, _cut, _grown, _text, _field, _shape)[number % 7](one, raw, chance)


def _bit(one: Good, raw: bytes, chance: random.Random) -> str:
    at = chance.randrange(len(raw))
    return armour(raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :])


def _byte(one: Good, raw: bytes, chance: random.Random) -> str:
    at = chance.randrange(len(raw))
    return armour(raw[:at] + bytes([chance.choice((0, 1, 127, 128, 255))]) + raw[at + 1 :])


def _cut(one: Good, raw: bytes, chance: random.Random) -> str:
    at = chance.randrange(len(raw))
    return armour(raw[:at] + raw[at + chance.randrange(1, 5) :])


def _grown(one: Good, raw: bytes, chance: random.Random) -> str:
    at = chance.choice((len(raw), chance.randrange(len(raw))))
    return armour(raw[:at] + chance.randbytes(chance.randrange(1, 5)) + raw[at:])


def _text(one: Good, raw: bytes, chance: random.Random) -> str:
    text = one.armoured
    at = chance.randrange(len(text))
    return (
        text[:at]
        + chance.choice(("", " ", "\n", "\r\n", "A", "=", "\t", "-", "é", "\0"))
        + text[at + chance.randrange(2) :]
    )


def _field(one: Good, raw: bytes, chance: random.Random) -> str:
    blob, signature = one.blob, one.signature
    kind = chance.randrange(8)
    if kind == 0:
        return armour(
            structure(blob, signature, namespace=chance.choice((b"git", b"", b"file", NAMESPACE.encode() + b" ")))
        )
    if kind == 1:
        return armour(structure(blob, signature, reserved=chance.choice((b"x", b"\0"))))
    if kind == 2:
        return armour(
            structure(blob, signature, algorithm=chance.choice((b"sha1", b"sha256", b"sha384", b"SHA512", b"")))
        )
    if kind == 3:
        return armour(structure(blob, signature, version=chance.choice((0, 2, 1 << 24))))
    if kind == 4:
        return armour(structure(blob, signature, tail=chance.choice((b"\0", signature, raw))))
    if kind == 5:
        size = int.from_bytes(signature[:4])
        other = chance.choice((b"ssh-rsa", b"rsa-sha2-256", b"ssh-ed25519", b"ssh-dss", b"ecdsa-sha2-nistp384"))
        return armour(structure(blob, string(other) + signature[4 + size :]))
    if kind == 6 and one.name.startswith("ed25519"):
        s = int.from_bytes(signature[-32:], "little") + _L * chance.randrange(1, 3)
        return armour(structure(blob, signature[:-32] + s.to_bytes(33, "little")[:32]))
    return armour(structure(blob, signature + chance.choice((b"\0", b"\x01", signature))))


def _shape(one: Good, raw: bytes, chance: random.Random) -> str:
    text = base64.b64encode(raw).decode()
    return chance.choice(
        (
            armour(raw, chance.choice((1, 4, 64, 69, 71, 76, 77, 5000))),
            one.armoured * 2,
            one.armoured + chance.choice(("x", "\n", " ", "\n\n", "-----END SSH SIGNATURE-----\n")),
            chance.choice(("x", "\n", " ", "\ufeff")) + one.armoured,
            one.armoured.replace("\n", "\r\n"),
            one.armoured.rstrip("\n"),
            one.armoured.replace("SSH", chance.choice(("ssh", "PGP", "SSH2"))),
            f"-----BEGIN SSH SIGNATURE-----\n{text.rstrip('=')}\n-----END SSH SIGNATURE-----\n",
            f"-----BEGIN SSH SIGNATURE-----\n{text}==\n-----END SSH SIGNATURE-----\n",
        )
    )


def ours_accepts(blob: bytes, armoured: str) -> bool:
    """Ask our verifier, and whose key it was."""
    try:
        return verify(MESSAGE, armoured, namespace=NAMESPACE).blob == blob
    except (FormatError, VerificationError):
        return False


@dataclass
class Figures:
    """What a comparison found."""

    mutants: int = 0
    both: int = 0
    neither: int = 0
    only_keygen: int = 0
    only_ours: int = 0


def compare(folder: Path, each: int, *, ask_all: bool, seed: int = 1) -> Figures:
    """Ask both about every mutant; with `ask_all` False, ssh-keygen only about what ours accepts."""
    found = Figures()
    for one in good():
        for armoured in (one.armoured, *mutants(one, each, seed)):
            ours = ours_accepts(one.blob, armoured)
            theirs = keygen_accepts(folder, one.blob, armoured) if ours or ask_all else False
            found.mutants += 1
            found.both += ours and theirs
            found.neither += not ours and not theirs
            found.only_keygen += theirs and not ours
            found.only_ours += ours and not theirs
    return found


def vectors() -> Iterator[tuple[bytes, str]]:
    """OpenSSH's own test signatures: (key, armour)."""
    for public in sorted(VECTORS.glob("*.pub")):
        yield parse_public(public.read_text()), public.with_suffix(".sig").read_text()
