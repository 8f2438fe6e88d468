import pickle
import subprocess
import sys

import keyring.core
import pytest
from keyring.backends import fail, null
from keyring.errors import KeyringLocked, PasswordSetError

from reviewconsole.errors import SigningError
from reviewconsole.signing import keystore
from reviewconsole.signing.keystore import Secret

SENTINEL = "correct-horse-battery"


class Shelf:
    """Keeps in memory what a keyring would keep."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, password: str) -> None:
        self.kept[service, name] = password


class Forgetful(Shelf):
    def set_password(self, service: str, name: str, password: str) -> None:
        pass


class Locked(Shelf):
    def get_password(self, service: str, name: str) -> str | None:
        raise KeyringLocked("locked")

    def set_password(self, service: str, name: str, password: str) -> None:
        raise PasswordSetError("refused")


def _as(module: str, base: type = Shelf, **attributes: object) -> object:
    return type("Keyring", (base,), {"__module__": module, **attributes})()


def _use(monkeypatch: pytest.MonkeyPatch, backend: object) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", backend)


@pytest.mark.parametrize("name", ["SecretService", "libsecret", "kwallet", "macOS", "Windows"])
def test_trusted_keyrings_keep_and_give_back(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, _as(f"keyring.backends.{name}"))
    assert keystore.state() == (True, f"passphrases can be kept in {name}")
    assert keystore.lookup("SHA256:x") is None
    keystore.store("SHA256:x", Secret(SENTINEL))
    found = keystore.lookup("SHA256:x")
    assert found is not None
    assert found.reveal() == SENTINEL.encode()


SAFE = _as("keyring.backends.kwallet")
PLAIN = _as("keyrings.alt.file")


@pytest.mark.parametrize(
    ("backend", "why"),
    [
        (fail.Keyring(), "there is no OS keyring here"),
        (null.Keyring(), "switched off"),
        (PLAIN, "keyrings.alt.file is not known to keep secrets encrypted"),
        (_as("keyring.backends.kwallet_evil"), "not known"),
        (_as("keyring.backends.chainer", backends=[SAFE, PLAIN]), "keyrings.alt.file"),
        (_as("keyring.backends.chainer", backends=[]), "there is no OS keyring here"),
    ],
    ids=["none", "null", "plain text", "alike by name", "chain with plain text", "empty chain"],
)
def test_other_keyrings_are_refused_with_the_reason(backend: object, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, backend)
    usable, says = keystore.state()
    assert not usable
    assert why in says
    assert keystore.lookup("SHA256:x") is None
    with pytest.raises(SigningError, match="was not stored"):
        keystore.store("SHA256:x", Secret(SENTINEL))
    assert not getattr(backend, "kept", None)


def test_a_chain_of_trusted_keyrings_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, _as("keyring.backends.chainer", backends=[SAFE]))
    assert keystore.state()[0]


def test_a_backend_that_cannot_be_loaded_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "nowhere.Keyring")
    usable, says = keystore.state()
    assert not usable
    assert "cannot be used" in says


def test_a_keyring_that_forgets_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, _as("keyring.backends.SecretService", Forgetful))
    with pytest.raises(SigningError, match="did not give the passphrase back"):
        keystore.store("SHA256:x", Secret(SENTINEL))


def test_a_locked_keyring_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, _as("keyring.backends.SecretService", Locked))
    assert keystore.lookup("SHA256:x") is None
    with pytest.raises(SigningError) as caught:
        keystore.store("SHA256:x", Secret(SENTINEL))
    assert SENTINEL not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_secret_shows_nothing_and_can_be_wiped() -> None:
    secret = Secret(SENTINEL)
    assert f"{secret} {secret!r} {[secret]}" == "*** *** [***]"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    secret.wipe()
    assert secret.reveal() == b""


def test_verifying_loads_no_keyring() -> None:
    code = "import sys, reviewconsole.signing.check, reviewconsole.signing.select; print('keyring' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"
