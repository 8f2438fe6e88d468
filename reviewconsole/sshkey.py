"""SSH public keys as bytes: parsed strictly, weak ones refused, without any cryptography library.

Formats: RFC 4253 section 6.6, RFC 5656, RFC 8709, OpenSSH PROTOCOL.u2f.
"""

import base64
import binascii
import hashlib
import struct
from functools import lru_cache

from reviewconsole.errors import FormatError

ED25519 = "ssh-ed25519"
SK_ED25519 = "sk-ssh-ed25519@openssh.com"
SK_ECDSA = "sk-ecdsa-sha2-nistp256@openssh.com"
RSA = "ssh-rsa"
CURVES = {
    "ecdsa-sha2-nistp256": ("nistp256", 32),
    "ecdsa-sha2-nistp384": ("nistp384", 48),
    "ecdsa-sha2-nistp521": ("nistp521", 66),
}
SECURITY_KEYS = frozenset({SK_ED25519, SK_ECDSA})
LEAST_RSA_BITS = 3072
_LARGEST_RSA_BITS = 16384

_P = 2**255 - 19
_ORDER_8 = (
    int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
    int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
)
_SMALL_ORDER = frozenset({0, 1, _P - 1, *_ORDER_8})


class Reader:
    """Reads the fields of an SSH wire structure; FormatError where it is not one."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        if count > len(self._data) - self._at:
            raise FormatError("the structure ends too early")
        self._at += count
        return self._data[self._at - count : self._at]

    def number(self) -> int:
        """A uint32."""
        return int(struct.unpack(">I", self.take(4))[0])

    def string(self) -> bytes:
        """A length-prefixed string."""
        return self.take(self.number())

    def text(self) -> str:
        """A string of ASCII."""
        try:
            return self.string().decode("ascii")
        except UnicodeDecodeError as error:
            raise FormatError("a name is not ASCII") from error

    def mpint(self) -> int:
        """A positive multiple-precision integer in its shortest form."""
        raw = self.string()
        if not raw or raw[0] & 0x80 or (raw[0] == 0 and (len(raw) == 1 or not raw[1] & 0x80)):
            raise FormatError("an integer is not positive and in its shortest form")
        return int.from_bytes(raw, "big")

    def end(self) -> None:
        """Refuse anything that is left."""
        if self._at != len(self._data):
            raise FormatError("bytes are left over")


def wire(*fields: bytes) -> bytes:
    """Write length-prefixed strings."""
    return b"".join(struct.pack(">I", len(field)) + field for field in fields)


def _check_point(point: bytes) -> None:
    if len(point) != 32:
        raise FormatError("an Ed25519 key has 32 bytes")
    y = int.from_bytes(point, "little") & (2**255 - 1)
    if y >= _P:
        raise FormatError("the Ed25519 point is not in canonical form")
    if y in _SMALL_ORDER:
        raise FormatError("the Ed25519 point has small order: it would verify anything")


@lru_cache(maxsize=4096)
def check_key(blob: bytes) -> str:
    """Parse a public key blob and give its type; FormatError for other kinds, weak and malformed keys."""
    reader = Reader(blob)
    kind = reader.text()
    if kind in (ED25519, SK_ED25519):
        _check_point(reader.string())
    elif kind in CURVES or kind == SK_ECDSA:
        curve, size = CURVES.get(kind, ("nistp256", 32))
        if reader.text() != curve:
            raise FormatError("the curve is not that of the key type")
        point = reader.string()
        if len(point) != 1 + 2 * size or point[0] != 4:
            raise FormatError("the curve point is not in uncompressed form")
    elif kind == RSA:
        exponent, modulus = reader.mpint(), reader.mpint()
        bits = modulus.bit_length()
        if not LEAST_RSA_BITS <= bits <= _LARGEST_RSA_BITS:
            raise FormatError(f"an RSA key of {bits} bits; at least {LEAST_RSA_BITS} are asked for")
        if exponent < 3 or exponent % 2 == 0 or modulus % 2 == 0:
            raise FormatError("the RSA key is malformed")
    else:
        raise FormatError(f"keys of type {kind[:48]} are not accepted")
    if kind in SECURITY_KEYS:
        reader.string()
    reader.end()
    return kind


def parse_public(text: str) -> bytes:
    """Read `type base64 [comment]` and give the blob; type and blob must agree."""
    parts = text.split()
    if len(parts) < 2:
        raise FormatError("not a public key")
    try:
        blob = base64.b64decode(parts[1], validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError("the key is not base64") from error
    if base64.b64encode(blob).decode() != parts[1]:
        raise FormatError("the key is not in canonical base64")
    if check_key(blob) != parts[0]:
        raise FormatError("the key is of another type than its line says")
    return blob


def public_line(blob: bytes) -> str:
    """Write a blob as `type base64`."""
    return f"{check_key(blob)} {base64.b64encode(blob).decode()}"


@lru_cache(maxsize=4096)
def fingerprint(blob: bytes) -> str:
    """`SHA256:` and unpadded base64, as ssh-keygen prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


@lru_cache(maxsize=4096)
def key8(blob: bytes) -> str:
    """First 8 hex digits of SHA-256 of the blob: names a log."""
    return hashlib.sha256(blob).hexdigest()[:8]
