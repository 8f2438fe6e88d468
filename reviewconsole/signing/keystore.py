"""Passphrases in the OS keyring; the only module that names keyring.

Only backends that encrypt at rest are used. Whatever else the environment offers (none, null, a
plain file) is refused, and the reason is said.
"""

import importlib
from typing import NoReturn

from reviewconsole.change import decode, encode
from reviewconsole.errors import SigningError

_SERVICE = "reviewconsole"
_SAFE = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)
_REFUSED = {
    "keyring.backends.fail": "there is no OS keyring here",
    "keyring.backends.chainer": "there is no OS keyring here",
    "keyring.backends.null": "the OS keyring is switched off (null backend)",
}
_ERRORS = (
    ("keyring.errors", "KeyringError"),
    ("secretstorage.exceptions", "SecretStorageException"),
    ("jeepney.wrappers", "DBusErrorResponse"),
)


class Secret:
    """A passphrase that no log, error or dump of locals shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = bytearray(encode(value))

    def reveal(self) -> bytes:
        """The passphrase's bytes."""
        return bytes(self._value)

    def wipe(self) -> None:
        """Overwrite the passphrase; copies that Python made are beyond reach."""
        self._value[:] = bytes(len(self._value))
        self._value.clear()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")

    def __repr__(self) -> str:
        return "***"


def _failures() -> tuple[type[Exception], ...]:
    """What a keyring may raise; the libraries below it do not wrap all of their errors."""
    found: list[type[Exception]] = [
        RuntimeError,
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        ImportError,
    ]
    for module, name in _ERRORS:
        try:
            found.append(getattr(importlib.import_module(module), name))
        except (ImportError, AttributeError):
            continue
    return tuple(found)


def state() -> tuple[bool, str]:
    """Tell whether the keyring may hold a passphrase, and why not."""
    try:
        backend = importlib.import_module("keyring").get_keyring()
        candidates = getattr(backend, "backends", None) or [backend]
    except _failures() as error:
        return False, f"the OS keyring cannot be used: {error}"
    names = [type(candidate).__module__ for candidate in candidates]
    unsafe = next((name for name in names if name not in _SAFE), None)
    if unsafe is None:
        return True, f"passphrases can be kept in {names[0].rsplit('.', 1)[-1]}"
    return False, _REFUSED.get(
        unsafe, f"the keyring backend {unsafe} is not known to keep secrets encrypted, so it is not used"
    )


def lookup(fingerprint: str) -> Secret | None:
    """Fetch the passphrase of a key; None where there is none or no safe keyring."""
    if not state()[0]:
        return None
    try:
        value = importlib.import_module("keyring").get_password(_SERVICE, fingerprint)
    except _failures():
        return None
    return None if value is None else Secret(value)


def store(fingerprint: str, secret: Secret) -> None:
    """Keep a passphrase, and read it back. SigningError where that does not work."""
    usable, why = state()
    if not usable:
        raise SigningError(f"the passphrase was not stored: {why}")
    keyring = importlib.import_module("keyring")
    fault = ""
    kept: str | None = None
    try:
        keyring.set_password(_SERVICE, fingerprint, decode(secret.reveal()))
        kept = keyring.get_password(_SERVICE, fingerprint)
    except _failures() as error:
        fault = f"the OS keyring refused the passphrase ({type(error).__name__})"
    if not fault and (kept is None or encode(kept) != secret.reveal()):
        fault = "the OS keyring did not give the passphrase back"
    # Raised here, outside the handler: the keyring's own frames hold the passphrase as a local.
    if fault:
        raise SigningError(fault, remedy="the key is open for this session; sign again")
