"""Who can sign: a private key file, an ssh-agent, a security key.

Every signature is checked by our own verifier before it is handed out.
"""

import socket
import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

from reviewconsole.errors import FormatError, SigningError, VerificationError
from reviewconsole.signing import sshsig
from reviewconsole.signing.keystore import Secret
from reviewconsole.signing.memory import shield
from reviewconsole.sshkey import ED25519, RSA, SECURITY_KEYS, Reader, check_key, fingerprint, wire

_ATTEMPTS = 4
"""The keyring's passphrase, then three by hand."""
_AGENT_SECONDS = 60
_TOUCH_SECONDS = 120
_RSA_SHA2_512 = 4
PrivateKey = Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Signer(Protocol):
    """Somebody's key, able to sign."""

    @property
    def public_blob(self) -> bytes:
        """The public key blob."""

    @property
    def fingerprint(self) -> str:
        """`SHA256:...`."""

    @property
    def kind(self) -> str:
        """security-key for a key that must be touched, wherever it is reached; else file or agent."""

    def sign(self, message: bytes, namespace: str) -> str:
        """Give the armoured SSHSIG of a message. Raises SigningError."""


def _checked(message: bytes, namespace: str, blob: bytes, armoured: str) -> str:
    try:
        found = sshsig.verify(message, armoured, namespace=namespace)
    except (FormatError, VerificationError) as error:
        raise SigningError(f"the signature made does not verify: {error}") from error
    if found.blob != blob:
        raise SigningError("another key signed than the one asked for")
    return armoured


class WrongPassphrase(SigningError):
    """The passphrase does not open the key."""


class Passphrases(Protocol):
    """Where the passphrase of an encrypted key file comes from."""

    def next(self, why: str) -> Secret | None:
        """Give one to try, None to give up; `why` says what was wrong with the one before."""

    def worked(self, secret: Secret) -> None:
        """Learn that the last one opened the key; it is wiped after this call."""


def _load(path: Path, secret: Secret | None) -> PrivateKey:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SigningError(f"{path} cannot be read: {error.strerror}") from error
    loader = load_ssh_private_key if b"OPENSSH PRIVATE KEY" in data else load_pem_private_key
    key: object = None
    why = ""
    try:
        key = loader(data, secret.reveal() if secret is not None else None)
    except (ValueError, TypeError):
        why = "the key file is not readable" if secret is None else "the passphrase is wrong"
    except UnsupportedAlgorithm as error:
        raise SigningError(f"{path} cannot be opened: {error}") from None
    # Raised here, outside the handler: the library's own frames hold the passphrase as a local.
    if why:
        raise (SigningError if secret is None else WrongPassphrase)(why)
    if not isinstance(key, Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise SigningError("keys of this type are not accepted")
    return key


class FileSigner:
    """A private key file; unlocked when it first signs."""

    kind = "file"

    def __init__(self, path: Path, blob: bytes, passphrases: Passphrases | None) -> None:
        self._path = path
        self._passphrases = passphrases
        self._key: PrivateKey | None = None
        self.public_blob = blob
        self.fingerprint = fingerprint(blob)

    def _unlock(self) -> PrivateKey:
        if self._passphrases is None:
            return _load(self._path, None)
        shield()
        why = ""
        for _ in range(_ATTEMPTS):
            secret = self._passphrases.next(why)
            if secret is None:
                raise SigningError("the key needs its passphrase", remedy="give it, or add the key to an ssh-agent")
            try:
                self._key = _load(self._path, secret)
                self._passphrases.worked(secret)
            except WrongPassphrase as error:
                why = error.message
            else:
                return self._key
            finally:
                secret.wipe()
        raise WrongPassphrase(why)

    def sign(self, message: bytes, namespace: str) -> str:
        """Sign in this process."""
        if self._key is None:
            self._key = self._unlock()
        data = sshsig.signed_data(message, namespace)
        key_type = check_key(self.public_blob)
        if isinstance(self._key, Ed25519PrivateKey):
            signature = wire(ED25519.encode(), self._key.sign(data))
        elif isinstance(self._key, rsa.RSAPrivateKey):
            signature = wire(b"rsa-sha2-512", self._key.sign(data, padding.PKCS1v15(), hashes.SHA512()))
        else:
            r, s = decode_dss_signature(self._key.sign(data, ec.ECDSA(sshsig.ecdsa_hash(key_type))))
            signature = wire(key_type.encode(), wire(_mpint(r), _mpint(s)))
        armoured = sshsig.armour(self.public_blob, namespace, signature)
        return _checked(message, namespace, self.public_blob, armoured)


def _mpint(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


class AgentSigner:
    """A key in an ssh-agent (IETF draft-miller-ssh-agent)."""

    def __init__(self, address: str, blob: bytes) -> None:
        self._address = address
        self.kind = "security-key" if is_security_key(blob) else "agent"
        self.public_blob = blob
        self.fingerprint = fingerprint(blob)

    def sign(self, message: bytes, namespace: str) -> str:
        """Let the agent sign."""
        data = sshsig.signed_data(message, namespace)
        flags = _RSA_SHA2_512 if check_key(self.public_blob) == RSA else 0
        answer = agent_request(self._address, b"\x0d" + wire(self.public_blob, data) + struct.pack(">I", flags))
        if answer[:1] != b"\x0e":
            raise SigningError("the ssh-agent refused to sign", remedy="confirm it, or unlock the agent")
        try:
            signature = Reader(answer[1:]).string()
        except FormatError as error:
            raise SigningError(f"the ssh-agent gave no signature: {error}") from error
        return _checked(message, namespace, self.public_blob, sshsig.armour(self.public_blob, namespace, signature))


def agent_request(address: str, body: bytes) -> bytes:
    """Ask an ssh-agent one thing. Raises SigningError where it does not answer."""
    if not hasattr(socket, "AF_UNIX"):
        raise SigningError("an ssh-agent cannot be reached on this system", remedy="name a key file")
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
            channel.settimeout(_AGENT_SECONDS)
            channel.connect(address)
            channel.sendall(wire(body))
            size = struct.unpack(">I", _receive(channel, 4))[0]
            return _receive(channel, min(size, 1 << 18))
    except (OSError, struct.error) as error:
        raise SigningError(f"the ssh-agent does not answer: {error}", remedy="start one, or name a key file") from error


def _receive(channel: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = channel.recv(count - len(data))
        if not part:
            raise OSError("the connection was closed")
        data += part
    return data


def agent_keys(address: str) -> list[bytes]:
    """The public key blobs that an agent holds."""
    reader = Reader(agent_request(address, b"\x0b"))
    blobs = []
    try:
        if reader.take(1) != b"\x0c":
            raise SigningError("the ssh-agent gave no list of keys")
        for _ in range(reader.number()):
            blobs.append(reader.string())
            reader.string()
    except FormatError as error:
        raise SigningError(f"the ssh-agent gave no list of keys: {error}") from error
    return blobs


class SecurityKeySigner:
    """A FIDO security key, through `ssh-keygen -Y sign`, which talks to the device."""

    kind = "security-key"

    def __init__(self, path: Path, blob: bytes, environ: Mapping[str, str]) -> None:
        self._path = path
        self._environ = dict(environ)
        self.public_blob = blob
        self.fingerprint = fingerprint(blob)

    def sign(self, message: bytes, namespace: str) -> str:
        """Sign; blocks until the key is touched."""
        command = ["ssh-keygen", "-Y", "sign", "-q", "-n", namespace, "-f", str(self._path.absolute())]
        try:
            # In a session of its own it has no terminal to write over the console; a PIN comes by SSH_ASKPASS.
            done = subprocess.run(  # noqa: S603 - fixed words, a path and a namespace of ours
                command,
                input=message,
                capture_output=True,
                env=self._environ,
                timeout=_TOUCH_SECONDS,
                start_new_session=True,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise SigningError("the security key was not touched in time") from error
        except OSError as error:
            raise SigningError("ssh-keygen could not be started", remedy="install OpenSSH") from error
        if done.returncode:
            raise SigningError("ssh-keygen did not sign: " + done.stderr.decode("utf-8", "replace").strip())
        return _checked(message, namespace, self.public_blob, done.stdout.decode("ascii", "replace"))


def is_security_key(blob: bytes) -> bool:
    """Tell whether a key wants a touch."""
    return check_key(blob) in SECURITY_KEYS
