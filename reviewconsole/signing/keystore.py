"""Passphrases in the OS keyring; the only module that names keyring.

Only backends that encrypt at rest are used. Whatever else the environment offers (none, null, a
plain file) is refused, and the reason is said.
"""

import importlib

from reviewconsole.errors import SigningError

_SERVICE = "reviewconsole"
_SAFE = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)


class Secret:
    """A passphrase that no log, error or dump of locals shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> bytes:
        """The passphrase's bytes."""
        return self._value.encode("utf-8")

    def __repr__(self) -> str:
        return "***"


def state() -> tuple[bool, str]:
    """Tell whether the keyring may hold a passphrase, and why not."""
    keyring = importlib.import_module("keyring")
    backend = keyring.get_keyring()
    candidates = getattr(backend, "backends", None) or [backend]
    names = [type(candidate).__module__ for candidate in candidates]
    if all(name.startswith(_SAFE) for name in names):
        return True, f"passphrases can be kept in {names[0].rsplit('.', 1)[-1]}"
    unsafe = next(name for name in names if not name.startswith(_SAFE))
    if unsafe.startswith("keyring.backends.fail"):
        return False, "there is no OS keyring here"
    return False, f"the keyring backend {unsafe} does not keep secrets encrypted, so it is not used"


def lookup(fingerprint: str) -> Secret | None:
    """Fetch the passphrase of a key; None where there is none or no safe keyring."""
    if not state()[0]:
        return None
    keyring = importlib.import_module("keyring")
    try:
        value = keyring.get_password(_SERVICE, fingerprint)
    except keyring.errors.KeyringError:
        return None
    return None if value is None else Secret(value)


def store(fingerprint: str, secret: Secret) -> None:
    """Keep a passphrase, and read it back. SigningError where that does not work."""
    usable, why = state()
    if not usable:
        raise SigningError(f"the passphrase was not stored: {why}")
    keyring = importlib.import_module("keyring")
    try:
        keyring.set_password(_SERVICE, fingerprint, secret.reveal().decode("utf-8"))
        kept = keyring.get_password(_SERVICE, fingerprint)
    except keyring.errors.KeyringError as error:
        raise SigningError("the OS keyring refused the passphrase") from error
    if kept is None or kept.encode("utf-8") != secret.reveal():
        raise SigningError("the OS keyring did not give the passphrase back")
