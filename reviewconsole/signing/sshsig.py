"""SSHSIG: the blob, its armour, and a verifier stricter than ssh-keygen's.

What this accepts ssh-keygen accepts too, never the other way round (OpenSSH PROTOCOL.sshsig,
PROTOCOL.u2f; RFC 8032, RFC 5656, RFC 8332).
"""

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from reviewconsole.change import encode
from reviewconsole.errors import FormatError, VerificationError
from reviewconsole.sshkey import CURVES, ED25519, RSA, SECURITY_KEYS, SK_ED25519, Reader, check_key, fingerprint, wire

MAGIC = b"SSHSIG"
_VERSION = b"\0\0\0\x01"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_WIDTH = 70
_LARGEST_WIDTH = 76
_LARGEST = 16384
_HASHES = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
_L = 2**252 + 27742317777372353535851937790883648493
_RSA_HASHES = {"rsa-sha2-256": hashes.SHA256(), "rsa-sha2-512": hashes.SHA512()}
_CURVES: dict[str, tuple[ec.EllipticCurve, hashes.HashAlgorithm]] = {
    "nistp256": (ec.SECP256R1(), hashes.SHA256()),
    "nistp384": (ec.SECP384R1(), hashes.SHA384()),
    "nistp521": (ec.SECP521R1(), hashes.SHA512()),
}
_PRESENT, _VERIFIED = 1, 4
_ED25519_BYTES = 64
_ED25519_HEAD = wire(ED25519.encode("ascii")) + struct.pack(">I", 32)
_ED25519_BLOB = len(_ED25519_HEAD) + 32


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifiedSignature:
    """A signature that is good; whose key it is remains to be asked."""

    blob: bytes
    key_type: str
    fingerprint: str
    hash_algorithm: str
    user_present: bool | None
    """Flag of a security key; None for other keys."""
    user_verified: bool | None


def signed_data(message: bytes, namespace: str, hash_algorithm: str = "sha512") -> bytes:
    """What the key signs: magic, namespace, reserved, hash name, hash of the message."""
    digest = _HASHES[hash_algorithm](message).digest()
    return MAGIC + wire(encode(namespace), b"", hash_algorithm.encode("ascii"), digest)


def armour(blob: bytes, namespace: str, signature: bytes, hash_algorithm: str = "sha512") -> str:
    """Put a signature into the armour that ssh-keygen writes, to the byte."""
    body = MAGIC + _VERSION + wire(blob, encode(namespace), b"", hash_algorithm.encode("ascii"), signature)
    text = base64.b64encode(body).decode("ascii")
    rows = [text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH)]
    return "\n".join([_BEGIN, *rows, _END, ""])


def _dearmour(text: str | bytes) -> bytes:
    if isinstance(text, bytes):
        try:
            text = text.decode("ascii")
        except UnicodeDecodeError as error:
            raise FormatError("the armour is not ASCII") from error
    if len(text) > _LARGEST:
        raise FormatError("the signature is too large")
    begin, *rows = text.removesuffix("\n").split("\n")
    if begin != _BEGIN or len(rows) < 2 or rows[-1] != _END:
        raise FormatError("not exactly one armoured SSH signature")
    *body, _ = rows
    width = len(body[0])
    if width > _LARGEST_WIDTH or any(len(row) != width for row in body[:-1]) or not 0 < len(body[-1]) <= width:
        raise FormatError("the lines of the armour are not as ssh-keygen writes them")
    joined = "".join(body)
    try:
        raw = base64.b64decode(joined, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError("the armour is not base64") from error
    if base64.b64encode(raw).decode("ascii") != joined:
        raise FormatError("the armour is not canonical base64")
    return raw


def verify(message: bytes, armoured: str | bytes, *, namespace: str) -> VerifiedSignature:
    """Check a signature against the key inside it.

    Raises FormatError where it is unreadable, VerificationError where it, or its key, is not accepted,
    or it is bad. The caller decides whose key it is.
    """
    raw = _dearmour(armoured)
    usual = _usual(raw, message, namespace)
    if usual is not None:
        return usual
    reader = Reader(raw)
    if reader.take(len(MAGIC)) != MAGIC or reader.take(4) != _VERSION:
        raise FormatError("not an SSH signature of version 1")
    blob = reader.string()
    found_namespace, reserved = reader.string(), reader.string()
    hash_algorithm, signature = reader.text(), reader.string()
    reader.end()
    try:
        key_type = check_key(blob)
    except FormatError as error:
        raise VerificationError(f"the key is not accepted: {error.message}") from error
    if reserved:
        raise VerificationError("the reserved field is not empty")
    if hash_algorithm not in _HASHES:
        raise VerificationError(f"hash {hash_algorithm[:16]} is not accepted")
    if not namespace or found_namespace != encode(namespace):
        raise VerificationError("signed for another namespace")
    flags = _check(blob, key_type, signature, signed_data(message, namespace, hash_algorithm))
    return VerifiedSignature(
        blob=blob,
        key_type=key_type,
        fingerprint=fingerprint(blob),
        hash_algorithm=hash_algorithm,
        user_present=None if flags is None else bool(flags & _PRESENT),
        user_verified=None if flags is None else bool(flags & _VERIFIED),
    )


@lru_cache(maxsize=1024)
def _frame(blob: bytes, namespace: str) -> tuple[bytes, Ed25519PublicKey, VerifiedSignature]:
    """All of an Ed25519 signature but its last 64 bytes, the key, and the answer when it is good."""
    kind = check_key(blob)
    inner = wire(ED25519.encode("ascii")) + struct.pack(">I", _ED25519_BYTES)
    fields = wire(blob, encode(namespace), b"", b"sha512") + struct.pack(">I", len(inner) + _ED25519_BYTES)
    good = VerifiedSignature(
        blob=blob,
        key_type=kind,
        fingerprint=fingerprint(blob),
        hash_algorithm="sha512",
        user_present=None,
        user_verified=None,
    )
    return MAGIC + _VERSION + fields + inner, _ed25519(blob[-32:]), good


def _usual(raw: bytes, message: bytes, namespace: str) -> VerifiedSignature | None:
    """Check what most signatures are, Ed25519 over sha512, by its one layout; None for bad ones and all else."""
    at = len(MAGIC) + len(_VERSION) + 4
    blob = raw[at : at + _ED25519_BLOB]
    if not namespace or not blob.startswith(_ED25519_HEAD) or len(blob) != _ED25519_BLOB:
        return None
    try:
        before, key, good = _frame(blob, namespace)
        if raw[:-_ED25519_BYTES] != before or int.from_bytes(raw[-32:], "little") >= _L:
            return None
        key.verify(raw[-_ED25519_BYTES:], signed_data(message, namespace))
    except (FormatError, InvalidSignature, ValueError):
        return None
    return good


def _check(blob: bytes, key_type: str, signature: bytes, data: bytes) -> int | None:
    """Check the raw signature; gives a security key's flags."""
    outer = Reader(signature)
    algorithm = outer.text()
    if algorithm not in (_RSA_HASHES if key_type == RSA else (key_type,)):
        raise VerificationError(f"a {key_type} key cannot make a {algorithm[:48]} signature")
    raw = outer.string()
    flags = None
    key = Reader(blob)
    key.text()
    if key_type in SECURITY_KEYS:
        flags, counter = outer.take(1)[0], outer.take(4)
        application = _application(blob)
        if not flags & _PRESENT:
            raise VerificationError("the security key was not touched")
        data = hashlib.sha256(application).digest() + bytes([flags]) + counter + hashlib.sha256(data).digest()
    outer.end()
    try:
        if key_type in (ED25519, SK_ED25519):
            _check_ed25519(key.string(), raw, data)
        elif key_type == RSA:
            _check_rsa(key, algorithm, raw, data)
        else:
            _check_ecdsa(key, raw, data)
    except InvalidSignature as error:
        raise VerificationError("the signature is not of this message and key") from error
    except ValueError as error:
        raise FormatError(f"the key is not usable: {error}") from error
    return flags


def _application(blob: bytes) -> bytes:
    reader = Reader(blob)
    kind = reader.text()
    if kind != SK_ED25519:
        reader.string()
    reader.string()
    return reader.string()


def _check_ed25519(point: bytes, raw: bytes, data: bytes) -> None:
    if len(raw) != 64 or int.from_bytes(raw[32:], "little") >= _L:
        raise VerificationError("the signature is not in canonical form")
    _ed25519(point).verify(raw, data)


@lru_cache(maxsize=1024)
def _ed25519(point: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(point)


def _check_rsa(key: Reader, algorithm: str, raw: bytes, data: bytes) -> None:
    exponent, modulus = key.mpint(), key.mpint()
    if len(raw) != (modulus.bit_length() + 7) // 8:
        raise VerificationError("the signature has not the length of the key")
    rsa.RSAPublicNumbers(exponent, modulus).public_key().verify(raw, data, padding.PKCS1v15(), _RSA_HASHES[algorithm])


def _check_ecdsa(key: Reader, raw: bytes, data: bytes) -> None:
    curve, hashing = _CURVES[key.text()]
    numbers = Reader(raw)
    r, s = numbers.mpint(), numbers.mpint()
    numbers.end()
    public = ec.EllipticCurvePublicKey.from_encoded_point(curve, key.string())
    public.verify(encode_dss_signature(r, s), data, ec.ECDSA(hashing))


def ecdsa_hash(key_type: str) -> hashes.HashAlgorithm:
    """The hash that goes with an ECDSA key type (RFC 5656 section 6.2.1)."""
    return _CURVES[CURVES[key_type][0]][1]
