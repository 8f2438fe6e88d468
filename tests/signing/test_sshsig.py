import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reviewconsole.errors import FormatError, VerificationError
from reviewconsole.signing import sshsig
from reviewconsole.sshkey import Reader, check_key, fingerprint, parse_public
from tests.signing.sshtools import (
    MESSAGE,
    NAMESPACE,
    VECTORS,
    SoftKey,
    armour,
    blob_of,
    dearmour,
    keygen,
    keygen_accepts,
    mpint,
    signed_by_keygen,
    string,
    structure,
)

BAD = (FormatError, VerificationError)
ORDER = 2**252 + 27742317777372353535851937790883648493


def _signature(text: bytes | str) -> bytes:
    reader = Reader(dearmour(text)[10:])
    return [reader.string() for _ in range(5)][4]


def _accepts(armoured: bytes | str, message: bytes = MESSAGE, namespace: str = NAMESPACE) -> bool:
    try:
        sshsig.verify(message, armoured, namespace=namespace)
    except BAD:
        return False
    return True


@pytest.mark.parametrize("name", ["ed25519", "ecdsa", "rsa", "ed25519_sk", "ecdsa_sk"])
def test_openssh_vectors(name: str) -> None:
    message, armoured = (VECTORS / "signed-data").read_bytes(), (VECTORS / f"{name}.sig").read_bytes()
    blob = parse_public((VECTORS / f"{name}.pub").read_text())
    verified = sshsig.verify(message, armoured, namespace=(VECTORS / "namespace").read_text())
    assert (verified.blob, verified.key_type, verified.hash_algorithm) == (blob, check_key(blob), "sha512")
    assert verified.fingerprint == fingerprint(blob)
    assert verified.user_present is (True if name.endswith("_sk") else None)
    assert verified.user_verified is (False if name.endswith("_sk") else None)
    with pytest.raises(VerificationError, match="not of this message"):
        sshsig.verify(message + b"\n", armoured, namespace="unittest")
    with pytest.raises(VerificationError, match="another namespace"):
        sshsig.verify(message, armoured, namespace="unittes")
    assert armour(dearmour(armoured)).encode() == armoured


def test_browser_signatures_are_refused_by_name() -> None:
    with pytest.raises(VerificationError, match="webauthn"):
        sshsig.verify(
            (VECTORS / "signed-data").read_bytes(),
            (VECTORS / "ecdsa_sk_webauthn.sig").read_bytes(),
            namespace="unittest",
        )


@pytest.mark.parametrize("algorithm", ["sha512", "sha256"])
def test_reads_what_ssh_keygen_signs(key: Path, algorithm: str) -> None:
    armoured = signed_by_keygen(key, MESSAGE, "-O", f"hashalg={algorithm}")
    verified = sshsig.verify(MESSAGE, armoured, namespace=NAMESPACE)
    assert verified.blob == blob_of(key)
    assert verified.hash_algorithm == algorithm


def test_sha1_rsa_is_refused(key_of: Callable[[str], Path]) -> None:
    path = key_of("rsa3072")
    signature = _signature(signed_by_keygen(path)).replace(string(b"rsa-sha2-512"), string(b"ssh-rsa"))
    with pytest.raises(VerificationError, match="cannot make a ssh-rsa"):
        sshsig.verify(MESSAGE, armour(structure(blob_of(path), signature)), namespace=NAMESPACE)


def test_weak_and_dsa_keys_are_refused(tmp_path: Path) -> None:
    armoured = signed_by_keygen(keygen(tmp_path, "weak", "-t", "rsa", "-b", "2048"))
    with pytest.raises(VerificationError, match="RSA key of 2048 bits"):
        sshsig.verify(MESSAGE, armoured, namespace=NAMESPACE)
    dsa = structure(string(b"ssh-dss") + mpint(23) * 4, string(b"ssh-dss") + string(b"\1" * 40))
    with pytest.raises(VerificationError, match="ssh-dss are not accepted"):
        sshsig.verify(MESSAGE, armour(dsa), namespace=NAMESPACE)


def test_the_twin_of_an_ed25519_signature_is_refused(key_of: Callable[[str], Path]) -> None:
    path = key_of("ed25519")
    value = _signature(signed_by_keygen(path))[-64:]
    twin = int.from_bytes(value[32:], "little") + ORDER
    signature = string(b"ssh-ed25519") + string(value[:32] + twin.to_bytes(32, "little"))
    with pytest.raises(VerificationError, match="not in canonical form"):
        sshsig.verify(MESSAGE, armour(structure(blob_of(path), signature)), namespace=NAMESPACE)


def test_a_key_that_verifies_anything_is_refused() -> None:
    identity = (1).to_bytes(32, "little")
    signature = string(b"ssh-ed25519") + string(identity + bytes(32))
    forged = armour(structure(string(b"ssh-ed25519") + string(identity), signature))
    with pytest.raises(VerificationError, match="small order"):
        sshsig.verify(b"any message", forged, namespace=NAMESPACE)


@pytest.mark.parametrize("pair", [(0, 1), (1, 0), (2**300, 1), (1, 2**256)], ids=["r=0", "s=0", "r long", "s long"])
def test_ecdsa_out_of_range(pair: tuple[int, int], key_of: Callable[[str], Path]) -> None:
    signature = string(b"ecdsa-sha2-nistp256") + string(mpint(pair[0]) + mpint(pair[1]))
    with pytest.raises(BAD):
        sshsig.verify(MESSAGE, armour(structure(blob_of(key_of("ecdsa256")), signature)), namespace=NAMESPACE)


@pytest.mark.parametrize("flags", [0x01, 0x05])
def test_touched_security_keys(soft_key: SoftKey, flags: int, tmp_path: Path) -> None:
    signature = soft_key.sign(sshsig.signed_data(MESSAGE, NAMESPACE), flags)
    armoured = sshsig.armour(soft_key.blob, NAMESPACE, signature)
    verified = sshsig.verify(MESSAGE, armoured, namespace=NAMESPACE)
    assert (verified.user_present, verified.user_verified) == (True, flags == 0x05)
    assert keygen_accepts(tmp_path, soft_key.blob, armoured)


@pytest.mark.parametrize("flags", [0x00, 0x04, 0x80])
def test_untouched_security_keys_are_refused(soft_key: SoftKey, flags: int) -> None:
    signature = soft_key.sign(sshsig.signed_data(MESSAGE, NAMESPACE), flags)
    with pytest.raises(VerificationError, match="not touched"):
        sshsig.verify(MESSAGE, sshsig.armour(soft_key.blob, NAMESPACE, signature), namespace=NAMESPACE)


def test_flags_and_counter_are_signed(soft_key: SoftKey) -> None:
    signature = soft_key.sign(sshsig.signed_data(MESSAGE, NAMESPACE), 0x00)
    claimed = signature[:-5] + b"\1" + signature[-4:]
    assert not _accepts(sshsig.armour(soft_key.blob, NAMESPACE, claimed))


def test_no_namespace_and_odd_namespaces_are_refused(key_of: Callable[[str], Path]) -> None:
    path = key_of("ed25519")
    good = signed_by_keygen(path)
    for namespace in ("", "n\u00e4", "\udcff", NAMESPACE + "\0"):
        with pytest.raises(VerificationError, match="another namespace"):
            sshsig.verify(MESSAGE, good, namespace=namespace)
    nameless = armour(structure(blob_of(path), _signature(good), namespace=b""))
    with pytest.raises(VerificationError, match="another namespace"):
        sshsig.verify(MESSAGE, nameless, namespace="")


def _faulty_structures(public: bytes, signature: bytes) -> Iterator[tuple[str, str]]:
    def of(**fault: object) -> str:
        return armour(structure(public, signature, **fault))  # type: ignore[arg-type]

    yield "version 0", of(version=0)
    yield "version 2", of(version=2)
    yield "reserved", of(reserved=b"x")
    yield "trailing byte", of(tail=b"\0")
    yield "trailing structure", of(tail=structure(public, signature))
    yield "magic", of(magic=b"SSHSIH")
    yield "namespace", of(namespace=b"git")
    yield "empty namespace", of(namespace=b"")
    yield "namespace with NUL", of(namespace=NAMESPACE.encode() + b"\0")
    yield "hash renamed", of(algorithm=b"sha256")
    yield "hash unknown", of(algorithm=b"sha384")
    yield "hash md5", of(algorithm=b"md5")
    yield "signature tail", armour(structure(public, signature + b"\0"))
    yield "no signature", armour(structure(public, b""))
    yield "signature cut", armour(structure(public, signature[:-1]))
    yield "no key", armour(structure(b"", signature))
    yield "key tail", armour(structure(public + b"\0", signature))
    other = b"ssh-ed25519" if b"ed25519" not in public[:20] else b"rsa-sha2-512"
    yield "algorithm of another key", armour(structure(public, string(other) + signature[4 + signature[3] :]))


def _faulty_armour(good: str) -> Iterator[tuple[str, str]]:
    blob = dearmour(good)
    yield "text after", good + "hello\n"
    yield "text before", "hello\n" + good
    yield "blank line before", "\n" + good
    yield "blank line after", good + "\n"
    yield "two blocks", good + good
    yield "one line", armour(blob, 100_000)
    yield "78 columns", armour(blob, 78)
    yield "CRLF", good.replace("\n", "\r\n")
    yield "space in a line", good.replace("U1NI", "U1NI ", 1)
    yield "no end", good.replace("-----END SSH SIGNATURE-----\n", "")
    yield "PGP", good.replace("SSH SIGNATURE", "PGP SIGNATURE")
    yield "lower case", good.lower()
    yield (
        "no padding or too much",
        good.replace("=\n", "\n") if "=\n" in good else good.replace("\n-----END", "=\n-----END"),
    )
    yield "empty", ""
    yield "NUL after", good + "\0"
    yield "not ASCII", good.replace("U1NI", "U1N\u0406", 1)
    yield "too long", good + "\n" * 20_000


def test_structural_faults_are_refused(key: Path) -> None:
    good = signed_by_keygen(key).decode()
    public, signature = blob_of(key), _signature(good)
    assert _accepts(armour(structure(public, signature)))
    accepted = [name for name, text in _faulty_structures(public, signature) if _accepts(text)]
    accepted += [name for name, text in _faulty_armour(good) if _accepts(text) or _accepts(text.encode())]
    assert accepted == []


@pytest.mark.parametrize("rewrite", [lambda t: t, lambda t: t.rstrip("\n"), lambda t: armour(dearmour(t), 76)])
def test_tolerated_armour(rewrite: Callable[[str], str], key_of: Callable[[str], Path]) -> None:
    text = rewrite(signed_by_keygen(key_of("ecdsa384")).decode())
    assert _accepts(text)
    assert _accepts(text.encode())


def _mutants(good: str, public: bytes, seed: str) -> Iterator[str]:
    """Signatures near a good one; some still good, most not."""
    chance = random.Random(seed)
    blob, signature = dearmour(good), _signature(good)
    yield good
    yield good.rstrip("\n")
    yield armour(blob, 76)
    for _ in range(30):
        changed = bytearray(blob)
        changed[chance.randrange(len(blob))] ^= 1 << chance.randrange(8)
        yield armour(bytes(changed))
    for _ in range(6):
        at = chance.randrange(len(blob))
        yield armour(blob[:at])
        yield armour(blob[:at] + bytes([chance.randrange(256)]) + blob[at:])
    yield from (text for _, text in _faulty_structures(public, signature))
    yield from (text for _, text in _faulty_armour(good) if "\0" not in text)


def _agree(folder: Path, good: str, public: bytes, seed: str) -> tuple[int, int]:
    """Count mutants and those we accept; ssh-keygen has to accept each of the latter."""
    accepted, total, widened = 0, 0, []
    for text in _mutants(good, public, seed):
        total += 1
        if _accepts(text):
            accepted += 1
            if not keygen_accepts(folder, public, text):
                widened.append(text)
    assert widened == []
    return total, accepted


def test_what_we_accept_ssh_keygen_accepts(key: Path, tmp_path: Path) -> None:
    total, accepted = _agree(tmp_path, signed_by_keygen(key).decode(), blob_of(key), key.name)
    assert total >= 60
    assert accepted == 3, "only the three spellings of the good signature"


def test_what_we_accept_of_security_keys_ssh_keygen_accepts(soft_key: SoftKey, tmp_path: Path) -> None:
    signature = soft_key.sign(sshsig.signed_data(MESSAGE, NAMESPACE), 0x01)
    good = sshsig.armour(soft_key.blob, NAMESPACE, signature)
    total, accepted = _agree(tmp_path, good, soft_key.blob, "sk")
    assert total >= 60
    assert accepted == 3
