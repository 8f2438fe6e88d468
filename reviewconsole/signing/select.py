"""Which key is the reviewer's: their own setting, then git's settings, global scope only."""

import base64
import binascii
import shlex
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from reviewconsole.casefile import PassphraseAnswer, PassphraseRequest
from reviewconsole.errors import FormatError, SigningError
from reviewconsole.signing import keystore
from reviewconsole.signing.keystore import Secret
from reviewconsole.signing.signer import AgentSigner, FileSigner, SecurityKeySigner, Signer, agent_keys, is_security_key
from reviewconsole.sshkey import Reader, fingerprint, parse_public

Ask = Callable[[PassphraseRequest], PassphraseAnswer | None]
_COMMAND_SECONDS = 30
_REMEDY = (
    "git config --global gpg.format ssh; git config --global user.signingkey ~/.ssh/id_ed25519; "
    'or `key = "..."` in the user\'s config.toml'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeySettings:
    """Where to look, as the caller read it from the person's own settings."""

    key_file: Path | None
    gpg_format: str | None
    user_signingkey: str | None
    default_key_command: str | None
    ssh_auth_sock: str | None
    home: Path
    environ: Mapping[str, str]


def select_signer(settings: KeySettings, ask: Ask) -> Signer:
    """Find the reviewer's key. Nothing is unlocked yet. Raises SigningError with a remedy."""
    if settings.key_file is not None:
        return _from_path(settings.key_file, settings, ask)
    if settings.gpg_format != "ssh":
        raise SigningError("git signs with no SSH key of yours", remedy=_REMEDY)
    named = settings.user_signingkey or _default_key(settings)
    literal = named.removeprefix("key::")
    if named.startswith("key::") or literal.startswith(("ssh-", "ecdsa-", "sk-")):
        return _from_agent(_public(literal), settings)
    path = settings.home / named[2:] if named.startswith("~/") else Path(named)
    return _from_path(path, settings, ask)


def _public(text: str) -> bytes:
    try:
        return parse_public(text)
    except FormatError as error:
        raise SigningError(f"the public key is not accepted: {error}", remedy=_REMEDY) from error


def _default_key(settings: KeySettings) -> str:
    if not settings.default_key_command:
        raise SigningError("git's user.signingkey is not set", remedy=_REMEDY)
    try:
        # At home: where we were started is a repository, which could hold the program.
        done = subprocess.run(  # noqa: S603 - the person's own global git setting
            shlex.split(settings.default_key_command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=settings.home,
            env=dict(settings.environ),
            timeout=_COMMAND_SECONDS,
            check=False,
        )
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
        raise SigningError(f"gpg.ssh.defaultKeyCommand did not run: {error}") from error
    rows = done.stdout.decode("utf-8", "replace").split("\n")
    row = next((row for row in rows if row.startswith(("key::", "ssh-", "ecdsa-", "sk-"))), "")
    if done.returncode or not row:
        raise SigningError("gpg.ssh.defaultKeyCommand named no key")
    return row


def _from_agent(blob: bytes, settings: KeySettings) -> Signer:
    if not settings.ssh_auth_sock:
        raise SigningError(
            "the key is only public, and there is no ssh-agent", remedy="start one, or name the key file"
        )
    if blob not in agent_keys(settings.ssh_auth_sock):
        raise SigningError(f"the ssh-agent does not hold {fingerprint(blob)}", remedy="add it with `ssh-add -c`")
    return AgentSigner(settings.ssh_auth_sock, blob)


def _from_path(path: Path, settings: KeySettings, ask: Ask) -> Signer:
    if not path.is_absolute():
        raise SigningError(f"the path of the key, {path}, is not absolute", remedy=_REMEDY)
    private = path.with_suffix("") if path.suffix == ".pub" else path
    if not private.is_file():
        public = path if path.suffix == ".pub" else path.with_name(path.name + ".pub")
        if public.is_file():
            return _from_agent(_public(public.read_text(encoding="utf-8", errors="replace")), settings)
        raise SigningError(f"there is no key at {path}", remedy=_REMEDY)
    try:
        blob, encrypted = _inspect(private)
    except OSError as error:
        raise SigningError(f"{private} cannot be read: {error.strerror}") from error
    except FormatError as error:
        raise SigningError(f"{private} is not accepted: {error}", remedy=_REMEDY) from error
    if is_security_key(blob):
        return SecurityKeySigner(private, blob, settings.environ)
    return FileSigner(private, blob, _Passphrases(private, blob, ask) if encrypted else None)


def _inspect(path: Path) -> tuple[bytes, bool]:
    """The public key of a private key file, and whether a passphrase protects it.

    An OpenSSH file states both in the clear (PROTOCOL.key); a PEM file needs its .pub beside it
    when it is encrypted.
    """
    data = path.read_bytes()
    begin, end = b"-----BEGIN OPENSSH PRIVATE KEY-----", b"-----END OPENSSH PRIVATE KEY-----"
    if begin in data:
        try:
            raw = base64.b64decode(b"".join(data.split(begin, 1)[1].split(end, 1)[0].split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise FormatError("not an OpenSSH private key") from error
        reader = Reader(raw)
        if reader.take(15) != b"openssh-key-v1\0":
            raise FormatError("not an OpenSSH private key")
        cipher = reader.text()
        reader.string()
        reader.string()
        if reader.number() != 1:
            raise FormatError("holds more than one key")
        blob = reader.string()
        return parse_public(f"{Reader(blob).text()} {base64.b64encode(blob).decode()}"), cipher != "none"
    public = path.with_name(path.name + ".pub")
    encrypted = b"ENCRYPTED" in data
    if public.is_file():
        return parse_public(public.read_text(encoding="utf-8", errors="replace")), encrypted
    if encrypted:
        raise FormatError("encrypted, and its .pub is missing")
    try:
        key = load_pem_private_key(data, None).public_key()
        return parse_public(key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()), False
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise FormatError("not a private key") from error


class _Passphrases:
    """The keyring's passphrase first, then the person's; kept only with consent, and once it worked."""

    def __init__(self, path: Path, blob: bytes, ask: Ask) -> None:
        self._path = path
        self._name = fingerprint(blob)
        self._ask = ask
        self._looked = False
        self._agreed = False

    def next(self, why: str) -> Secret | None:
        if not self._looked:
            self._looked = True
            kept = keystore.lookup(self._name)
            if kept is not None:
                return kept
        usable, unusable = keystore.state()
        reasons = "; ".join(reason for reason in (why, "" if usable else unusable) if reason)
        answer = self._ask(
            PassphraseRequest(key=str(self._path), fingerprint=self._name, why=reasons, can_store=usable)
        )
        if answer is None:
            return None
        self._agreed = answer.store and usable
        return Secret(answer.passphrase)

    def worked(self, secret: Secret) -> None:
        if self._agreed:
            keystore.store(self._name, secret)
