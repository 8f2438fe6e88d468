"""The strict verifier as one question, whether this principal signed this message."""

from reviewconsole.errors import VerificationError
from reviewconsole.signers import AllowedKey, RevokedKeys, SignerRoster
from reviewconsole.signing import sshsig


def check_signature(
    message: bytes,
    *,
    signers: bytes,
    principal: str,
    namespace: str,
    signature: bytes,
    revoked: bytes | None,
    at: int,
) -> AllowedKey:
    """Check a signature against an allowed_signers file, as of `at` (seconds since the epoch).

    Raises FormatError (a file or the signature is unreadable) or VerificationError (it is bad).
    """
    roster = SignerRoster.parse(signers, namespace=namespace)
    withdrawn = RevokedKeys.parse(revoked or b"")
    found = sshsig.verify(message, signature, namespace=namespace)
    allowed = roster.by_blob(found.blob)
    if allowed is None or allowed.principal != principal:
        raise VerificationError(f"{found.fingerprint} is no key of {principal} for {namespace}")
    if withdrawn.revoked(found.fingerprint, at):
        raise VerificationError(f"{found.fingerprint} is revoked")
    if allowed.valid_after is not None and at < allowed.valid_after:
        raise VerificationError("the key is not valid yet")
    if allowed.valid_before is not None and at >= allowed.valid_before:
        raise VerificationError("the key is no longer valid")
    return allowed
