import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import keyring.core
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from reviewconsole.casefile import PassphraseAnswer, PassphraseRequest
from reviewconsole.errors import SigningError
from reviewconsole.signing import sshsig
from reviewconsole.signing.select import KeySettings, select_signer
from reviewconsole.signing.signer import Signer
from reviewconsole.sshkey import fingerprint, public_line
from tests.signing.sshtools import (
    MESSAGE,
    NAMESPACE,
    SoftKey,
    blob_of,
    keygen,
    keygen_accepts,
    private_file,
    run,
    signed_by_keygen,
)
from tests.signing.test_keystore import Forgetful, Shelf, _as

SENTINEL = "correct-horse-battery"


class Person:
    """Answers with the given passphrases, one after the other, then with nothing."""

    def __init__(self, *passphrases: str, store: bool = False) -> None:
        self.requests: list[PassphraseRequest] = []
        self.left = list(passphrases)
        self.store = store

    def __call__(self, request: PassphraseRequest) -> PassphraseAnswer | None:
        self.requests.append(request)
        return PassphraseAnswer(passphrase=self.left.pop(0), store=self.store) if self.left else None


def _settings(home: Path, **given: object) -> KeySettings:
    values: dict[str, object] = {
        "gpg_format": "ssh",
        "user_signingkey": None,
        "default_key_command": None,
        "key_file": None,
        "ssh_auth_sock": None,
        "home": home,
        "environ": os.environ,
        **given,
    }
    return KeySettings(**values)  # type: ignore[arg-type]


def _select(path: Path, person: Person | None = None, **given: object) -> Signer:
    return select_signer(_settings(path.parent, user_signingkey=str(path), **given), person or Person())


def _good(signer: Signer, folder: Path, blob: bytes) -> bool:
    armoured = signer.sign(MESSAGE, NAMESPACE)
    assert signer.public_blob == blob
    assert signer.fingerprint == fingerprint(blob)
    verified = sshsig.verify(MESSAGE, armoured, namespace=NAMESPACE)
    return verified.blob == blob and verified.hash_algorithm == "sha512" and keygen_accepts(folder, blob, armoured)


def test_file_signatures_verify_with_ssh_keygen(key: Path, tmp_path: Path) -> None:
    person = Person()
    signer = _select(key, person)
    assert signer.kind == "file"
    assert _good(signer, tmp_path, blob_of(key))
    assert person.requests == [], "an open key needs no question"


@pytest.mark.parametrize("kind", ["ed25519", "rsa3072"])
def test_deterministic_signatures_equal_those_of_ssh_keygen(kind: str, key_of: Callable[[str], Path]) -> None:
    path = key_of(kind)
    assert _select(path).sign(MESSAGE, NAMESPACE).encode() == signed_by_keygen(path)


@pytest.mark.parametrize(
    "options",
    [
        ("-t", "ed25519"),
        ("-t", "ecdsa", "-m", "PEM"),
        ("-t", "ecdsa", "-m", "PKCS8"),
        ("-t", "rsa", "-b", "3072", "-m", "PEM"),
    ],
    ids=["openssh", "pem-ecdsa", "pkcs8-ecdsa", "pem-rsa"],
)
@pytest.mark.parametrize("passphrase", ["", SENTINEL], ids=["open", "encrypted"])
def test_key_formats(options: tuple[str, ...], passphrase: str, tmp_path: Path) -> None:
    path = keygen(tmp_path, "k", *options, passphrase=passphrase)
    person = Person(SENTINEL)
    signer = _select(path, person)
    assert person.requests == [], "selecting asks nothing"
    assert _good(signer, tmp_path, blob_of(path))
    assert _good(signer, tmp_path, blob_of(path))
    assert len(person.requests) == (1 if passphrase else 0), "asked once, for both signatures"


def test_the_question_says_what_it_is_about(tmp_path: Path) -> None:
    path = keygen(tmp_path, "k", "-t", "ed25519", passphrase=SENTINEL)
    person = Person("wrong", SENTINEL)
    _select(path, person).sign(MESSAGE, NAMESPACE)
    first, second = person.requests
    assert (first.key, first.fingerprint, first.can_store) == (str(path), fingerprint(blob_of(path)), False)
    assert "there is no OS keyring here" in first.why
    assert "passphrase is wrong" in second.why


def test_giving_up(tmp_path: Path) -> None:
    path = keygen(tmp_path, "k", "-t", "ed25519", passphrase=SENTINEL)
    with pytest.raises(SigningError, match="needs its passphrase"):
        _select(path, Person()).sign(MESSAGE, NAMESPACE)
    person = Person(*["wrong"] * 9)
    with pytest.raises(SigningError, match="passphrase is wrong"):
        _select(path, person).sign(MESSAGE, NAMESPACE)
    assert len(person.requests) == 4


def test_no_error_shows_the_passphrase_even_with_locals(tmp_path: Path) -> None:
    path = keygen(tmp_path, "k", "-t", "ed25519", passphrase="another one")
    with pytest.raises(SigningError) as caught:
        _select(path, Person(SENTINEL)).sign(MESSAGE, NAMESPACE)
    error: BaseException | None = caught.value
    while error is not None:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        assert SENTINEL not in shown
        error = error.__context__


def test_the_keyring_comes_first_and_is_filled_with_consent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = _as("keyring.backends.SecretService")
    assert isinstance(shelf, Shelf)
    monkeypatch.setattr(keyring.core, "_keyring_backend", shelf)
    path = keygen(tmp_path, "k", "-t", "ed25519", passphrase=SENTINEL)
    _select(path, Person(SENTINEL, store=False)).sign(MESSAGE, NAMESPACE)
    assert shelf.kept == {}, "not without consent"
    _select(path, Person("wrong", SENTINEL, store=True)).sign(MESSAGE, NAMESPACE)
    assert list(shelf.kept.values()) == [SENTINEL], "only the one that opened the key"
    person = Person()
    assert _good(_select(path, person), tmp_path, blob_of(path))
    assert person.requests == []
    shelf.kept = dict.fromkeys(shelf.kept, "stale")
    person = Person(SENTINEL)
    assert _good(_select(path, person), tmp_path, blob_of(path))
    assert "passphrase is wrong" in person.requests[0].why


def test_a_passphrase_that_was_not_kept_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", _as("keyring.backends.SecretService", Forgetful))
    path = keygen(tmp_path, "k", "-t", "ed25519", passphrase=SENTINEL)
    signer = _select(path, Person(SENTINEL, store=True))
    with pytest.raises(SigningError, match="did not give the passphrase back"):
        signer.sign(MESSAGE, NAMESPACE)
    assert _good(signer, tmp_path, blob_of(path)), "the key is open; nothing is asked again"


@pytest.mark.parametrize("form", ["public path", "key::", "bare", "command"])
def test_agent_signatures(form: str, key: Path, agent_socket: Path, tmp_path: Path) -> None:
    assert run(tmp_path, "ssh-add", "-q", str(key), SSH_AUTH_SOCK=str(agent_socket)).returncode == 0
    public = tmp_path / "only.pub"
    public.write_text(f"{public_line(blob_of(key))} comment\n")
    named = {
        "public path": {"user_signingkey": "~/only.pub"},
        "key::": {"user_signingkey": f"key::{public.read_text()}"},
        "bare": {"user_signingkey": public.read_text()},
        "command": {"default_key_command": f"cat '{public}'"},
    }
    signer = select_signer(_settings(tmp_path, ssh_auth_sock=str(agent_socket), **named[form]), Person())
    assert signer.kind == "agent"
    assert _good(signer, tmp_path, blob_of(key))


def test_agent_without_the_key(agent_socket: Path, key_of: Callable[[str], Path], tmp_path: Path) -> None:
    path = key_of("ed25519")
    literal = f"key::{public_line(blob_of(path))}"
    with pytest.raises(SigningError, match="does not hold") as caught:
        select_signer(_settings(tmp_path, user_signingkey=literal, ssh_auth_sock=str(agent_socket)), Person())
    assert "ssh-add" in caught.value.remedy
    with pytest.raises(SigningError, match="there is no ssh-agent"):
        select_signer(_settings(tmp_path, user_signingkey=literal), Person())
    with pytest.raises(SigningError, match="does not answer"):
        select_signer(_settings(tmp_path, user_signingkey=literal, ssh_auth_sock=str(tmp_path / "gone")), Person())


def test_agent_that_loses_the_key(agent_socket: Path, key_of: Callable[[str], Path], tmp_path: Path) -> None:
    path = key_of("ed25519")
    run(tmp_path, "ssh-add", "-q", str(path), SSH_AUTH_SOCK=str(agent_socket))
    literal = f"key::{public_line(blob_of(path))}"
    signer = select_signer(_settings(tmp_path, user_signingkey=literal, ssh_auth_sock=str(agent_socket)), Person())
    run(tmp_path, "ssh-add", "-q", "-D", SSH_AUTH_SOCK=str(agent_socket))
    with pytest.raises(SigningError, match="refused to sign"):
        signer.sign(MESSAGE, NAMESPACE)


def test_the_private_half_beside_a_public_path_is_used(key_of: Callable[[str], Path], tmp_path: Path) -> None:
    path = key_of("ed25519")
    signer = _select(path.with_name("ed25519.pub"))
    assert signer.kind == "file"
    assert _good(signer, tmp_path, blob_of(path))


def test_the_own_key_file_comes_before_git(key_of: Callable[[str], Path], tmp_path: Path) -> None:
    settings = _settings(tmp_path, gpg_format=None, user_signingkey="ABCDEF", key_file=key_of("ed25519"))
    assert select_signer(settings, Person()).public_blob == blob_of(key_of("ed25519"))


def test_faults_have_a_remedy(key_of: Callable[[str], Path], tmp_path: Path) -> None:
    dsa = tmp_path / "dsa.pub"
    dsa.write_text("ssh-dss AAAAB3NzaC1kc3MAAAABFw==\n")
    weak = keygen(tmp_path, "weak", "-t", "rsa", "-b", "2048")
    wanted = {
        "no SSH key of yours": _settings(tmp_path, gpg_format="openpgp", user_signingkey="ABCDEF"),
        "signingkey is not set": _settings(tmp_path),
        "not absolute": _settings(tmp_path, user_signingkey="keys/id"),
        "there is no key at": _settings(tmp_path, user_signingkey="~/absent"),
        "ssh-dss are not accepted": _settings(tmp_path, user_signingkey=str(dsa)),
        "RSA key of 2048 bits": _settings(tmp_path, key_file=weak),
        "is not base64": _settings(tmp_path, user_signingkey="key::ssh-ed25519 !"),
        "did not run": _settings(tmp_path, default_key_command="/nowhere/program"),
        "Command did not run": _settings(tmp_path, default_key_command=" "),
        "named no key": _settings(tmp_path, default_key_command="false"),
        "Command named no key": _settings(tmp_path, default_key_command="echo 'a; b'"),
    }
    for why, settings in wanted.items():
        with pytest.raises(SigningError, match=why):
            select_signer(settings, Person())


def test_the_command_is_no_shell_and_runs_at_home(tmp_path: Path, key_of: Callable[[str], Path]) -> None:
    literal = public_line(blob_of(key_of("ed25519")))
    command = f"echo '{literal}' $(touch {tmp_path}/canary); touch {tmp_path}/canary"
    with pytest.raises(SigningError, match="not base64|there is no ssh-agent"):
        select_signer(_settings(tmp_path, default_key_command=command), Person())
    assert not (tmp_path / "canary").exists()
    here = tmp_path / "ssh-ed25519 AAAA"
    here.mkdir()
    with pytest.raises(SigningError, match="named no key"):
        select_signer(_settings(here, default_key_command="ls"), Person())


DEVICE = """#!{python}
import os, sys
sys.path.insert(0, {folder!r})
from cryptography.hazmat.primitives.asymmetric import ed25519
from tests.signing.sshtools import SoftKey
from reviewconsole.signing import sshsig
assert sys.argv[1:] == ["-Y", "sign", "-q", "-n", "decision@reviewconsole", "-f", {key!r}], sys.argv
assert os.getsid(0) == os.getpid(), "has a terminal"
key = SoftKey(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
flags = int(open({key!r} + ".flags").read())
if flags < 0:
    sys.exit("device not found")
message = sys.stdin.buffer.read()
sys.stdout.write(sshsig.armour(key.blob, sys.argv[5], key.sign(sshsig.signed_data(message, sys.argv[5]), flags)))
"""


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A security key's file, and an ssh-keygen that signs with software in place of the device."""
    soft = SoftKey(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    path = tmp_path / "id_sk"
    path.write_text(private_file(soft.blob))
    path.chmod(0o600)
    path.with_name("id_sk.pub").write_text(public_line(soft.blob))
    program = tmp_path / "bin" / "ssh-keygen"
    program.parent.mkdir()
    program.write_text(DEVICE.format(python=sys.executable, folder=str(Path(__file__).parent), key=str(path)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return path


def test_security_key(device: Path) -> None:
    device.with_name("id_sk.flags").write_text("5")
    settings = _settings(device.parent, user_signingkey=str(device) + ".pub")
    signer = select_signer(settings, Person())
    assert signer.kind == "security-key"
    verified = sshsig.verify(MESSAGE, signer.sign(MESSAGE, NAMESPACE), namespace=NAMESPACE)
    assert (verified.user_present, verified.user_verified) == (True, True)


@pytest.mark.parametrize(("flags", "why"), [("0", "not touched"), ("-1", "device not found")])
def test_security_key_that_does_not_sign(device: Path, flags: str, why: str) -> None:
    device.with_name("id_sk.flags").write_text(flags)
    with pytest.raises(SigningError, match=why):
        _select(device).sign(MESSAGE, NAMESPACE)
