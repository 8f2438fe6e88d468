from collections.abc import Callable
from pathlib import Path

import pytest

from reviewconsole.errors import FormatError, PolicyError, VerificationError
from reviewconsole.signers import AllowedKey, parse_time
from reviewconsole.signing.check import check_signature
from reviewconsole.sshkey import fingerprint, public_line
from tests.signing.sshtools import MESSAGE, NAMESPACE, blob_of, signed_by_keygen

NOON = parse_time("202611221200Z")


@pytest.fixture
def path(key_of: Callable[[str], Path]) -> Path:
    return key_of("ed25519")


def _check(
    path: Path, *, options: str = "", revoked: bytes | None = None, at: int = NOON, **change: object
) -> AllowedKey:
    arguments: dict[str, object] = {
        "signers": f'alice@example.com namespaces="{NAMESPACE}"{options} {public_line(blob_of(path))}\n'.encode(),
        "principal": "alice@example.com",
        "namespace": NAMESPACE,
        "signature": signed_by_keygen(path),
        **change,
    }
    return check_signature(MESSAGE, revoked=revoked, at=at, **arguments)  # type: ignore[arg-type]


def test_good(path: Path) -> None:
    signer = _check(path)
    assert (signer.principal, signer.blob) == ("alice@example.com", blob_of(path))


def test_wrong_person_and_unknown_key(path: Path, key_of: Callable[[str], Path]) -> None:
    with pytest.raises(VerificationError, match="no key of bob"):
        _check(path, principal="bob")
    with pytest.raises(VerificationError, match="no key of alice"):
        _check(path, signature=signed_by_keygen(key_of("ecdsa256")))
    with pytest.raises(VerificationError, match="no key of alice"):
        _check(path, signers=b"")


def test_windows_have_an_open_end(path: Path) -> None:
    options = ',valid-after="20261122110000Z",valid-before="20261122130000Z"'
    hour = 3600
    for at in (NOON - hour, NOON, NOON + hour - 1):
        assert _check(path, options=options, at=at).principal == "alice@example.com"
    with pytest.raises(VerificationError, match="not valid yet"):
        _check(path, options=options, at=NOON - hour - 1)
    with pytest.raises(VerificationError, match="no longer valid"):
        _check(path, options=options, at=NOON + hour)


def test_revocation(path: Path) -> None:
    name = fingerprint(blob_of(path))
    assert _check(path, revoked=b"")
    assert _check(path, revoked=f'revoked-at="20261123Z" {name}\n'.encode())
    for revoked in (f"{name}\n", f'revoked-at="20261122Z" {name}\n', public_line(blob_of(path))):
        with pytest.raises(VerificationError, match="revoked"):
            _check(path, revoked=revoked.encode())
    with pytest.raises(PolicyError):
        _check(path, revoked=b"rubbish\n")


def test_unreadable(path: Path) -> None:
    for change in ({"signature": b"rubbish"}, {"signers": b"* x y\n"}):
        with pytest.raises(FormatError):
            _check(path, **change)
    for namespace in ("git", "", "*", "\udcff"):
        with pytest.raises(VerificationError):
            _check(path, namespace=namespace)
