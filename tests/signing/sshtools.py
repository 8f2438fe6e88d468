"""Real OpenSSH tools in a temporary folder, and security keys made of software."""

import base64
import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reviewconsole.sshkey import SK_ECDSA, SK_ED25519, parse_public, public_line


def string(data: bytes) -> bytes:
    """A string as the wire has it."""
    return len(data).to_bytes(4) + data


def mpint(value: int) -> bytes:
    """A number as the wire has it."""
    return string(value.to_bytes(value.bit_length() // 8 + 1) if value else b"")


NAMESPACE = "decision@reviewconsole"
MESSAGE = b"DSSEv1 4 test 5 hello"
VECTORS = Path(__file__).parents[1] / "vectors" / "openssh_sshsig"


def run(folder: Path, *argv: str, stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess[bytes]:
    """Run a program with a home of its own."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C", **env}
    return subprocess.run(argv, input=stdin, capture_output=True, env=environ, timeout=60, check=False)


def keygen(folder: Path, name: str, *options: str, passphrase: str = "") -> Path:
    """Make a key pair; gives the path of the private half."""
    path = folder / name
    done = run(folder, "ssh-keygen", "-q", "-N", passphrase, "-C", f"{name} key", "-f", str(path), *options)
    assert done.returncode == 0, done.stderr
    return path


def blob_of(path: Path) -> bytes:
    """The public key of a private key's path."""
    return parse_public(path.with_name(path.name + ".pub").read_text())


def signed_by_keygen(path: Path, message: bytes = MESSAGE, *options: str) -> bytes:
    """Have ssh-keygen sign."""
    argv = ("ssh-keygen", "-Y", "sign", "-n", NAMESPACE, "-f", str(path), *options)
    done = run(path.parent, *argv, stdin=message)
    assert done.returncode == 0, done.stderr
    return done.stdout


def keygen_accepts(folder: Path, blob: bytes, armoured: bytes | str, message: bytes = MESSAGE) -> bool:
    """Ask `ssh-keygen -Y verify` under the same policy."""
    signers, signature = folder / "allowed_signers", folder / "candidate.sig"
    signers.write_text(f'alice namespaces="{NAMESPACE}" {public_line(blob)}\n')
    signature.write_bytes(armoured.encode() if isinstance(armoured, str) else armoured)
    argv = ("ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", "alice", "-n", NAMESPACE, "-s", str(signature))
    return run(folder, *argv, stdin=message).returncode == 0


def armour(blob: bytes, width: int = 70) -> str:
    """Armour any bytes."""
    text = base64.b64encode(blob).decode()
    lines = "\n".join(text[at : at + width] for at in range(0, len(text), width))
    return f"-----BEGIN SSH SIGNATURE-----\n{lines}\n-----END SSH SIGNATURE-----\n"


def dearmour(text: str | bytes) -> bytes:
    """The bytes within armour."""
    plain = text.decode() if isinstance(text, bytes) else text
    return base64.b64decode("".join(plain.split("\n")[1:-2]))


def structure(
    public: bytes,
    signature: bytes,
    *,
    namespace: bytes = NAMESPACE.encode(),
    version: int = 1,
    reserved: bytes = b"",
    algorithm: bytes = b"sha512",
    magic: bytes = b"SSHSIG",
    tail: bytes = b"",
) -> bytes:
    """An SSHSIG blob with any fault one likes."""
    fields = (public, namespace, reserved, algorithm, signature)
    return magic + version.to_bytes(4) + b"".join(map(string, fields)) + tail


@dataclass(frozen=True)
class SoftKey:
    """A security key without hardware (PROTOCOL.u2f); `flags` is what it says about touch and PIN."""

    private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
    application: bytes = b"ssh:"

    @property
    def blob(self) -> bytes:
        public = self.private.public_key()
        if isinstance(public, ed25519.Ed25519PublicKey):
            return string(SK_ED25519.encode()) + string(public.public_bytes_raw()) + string(self.application)
        point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return string(SK_ECDSA.encode()) + string(b"nistp256") + string(point) + string(self.application)

    def sign(self, data: bytes, flags: int, counter: int = 7) -> bytes:
        tail = bytes([flags]) + counter.to_bytes(4)
        signed = hashlib.sha256(self.application).digest() + tail + hashlib.sha256(data).digest()
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return string(SK_ED25519.encode()) + string(self.private.sign(signed)) + tail
        r, s = utils.decode_dss_signature(self.private.sign(signed, ec.ECDSA(hashes.SHA256())))
        return string(SK_ECDSA.encode()) + string(mpint(r) + mpint(s)) + tail


def private_file(public: bytes) -> str:
    """An unencrypted OpenSSH private key file, as far as its public half."""
    body = (
        b"openssh-key-v1\0" + string(b"none") * 2 + string(b"") + (1).to_bytes(4) + string(public) + string(b"\0" * 64)
    )
    text = base64.b64encode(body).decode()
    lines = "\n".join(text[at : at + 70] for at in range(0, len(text), 70))
    return f"-----BEGIN OPENSSH PRIVATE KEY-----\n{lines}\n-----END OPENSSH PRIVATE KEY-----\n"
