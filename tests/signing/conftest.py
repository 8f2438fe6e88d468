import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring.core
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from keyring.backends import fail

from tests.signing.sshtools import SoftKey, keygen

KINDS = {
    "ed25519": ("-t", "ed25519"),
    "ecdsa256": ("-t", "ecdsa", "-b", "256"),
    "ecdsa384": ("-t", "ecdsa", "-b", "384"),
    "ecdsa521": ("-t", "ecdsa", "-b", "521"),
    "rsa3072": ("-t", "rsa", "-b", "3072"),
}


@pytest.fixture(autouse=True)
def _no_real_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", fail.Keyring())


@pytest.fixture(scope="session")
def key_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """One real, unencrypted key of a kind, made once."""
    folder = tmp_path_factory.mktemp("keys")

    def make(kind: str) -> Path:
        path = folder / kind
        return path if path.exists() else keygen(folder, kind, *KINDS[kind])

    return make


@pytest.fixture(params=sorted(KINDS))
def key(request: pytest.FixtureRequest, key_of: Callable[[str], Path]) -> Path:
    return key_of(request.param)


@pytest.fixture(params=["sk-ed25519", "sk-ecdsa"])
def soft_key(request: pytest.FixtureRequest) -> SoftKey:
    if request.param == "sk-ed25519":
        return SoftKey(ed25519.Ed25519PrivateKey.generate())
    return SoftKey(ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture
def agent_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a running, empty ssh-agent."""
    path = tmp_path_factory.mktemp("a") / "s"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL)
    for _ in range(200):
        if path.exists():
            break
        time.sleep(0.02)
    yield path
    agent.terminate()
    agent.wait(10)
