"""SSH signatures that commits bear."""

from collections.abc import Iterable

from reviewconsole.change import Commit
from reviewconsole.errors import FormatError, VerificationError
from reviewconsole.git.repository import Repository
from reviewconsole.signers import SignerRoster
from reviewconsole.signing import sshsig

COMMIT_NAMESPACE = "git"
"""Namespace of git's own commit signatures (git-config, gpg.format)."""


def taken_apart(raw: bytes) -> tuple[bytes, str]:
    """A commit without its signature header, which is what was signed, and the signature."""
    head, blank, body = raw.partition(b"\n\n")
    kept, signature = [], []
    inside = False
    for row in head.split(b"\n"):
        if row.startswith(b"gpgsig"):
            inside = True
            signature.append(row.partition(b" ")[2])
        elif inside and row.startswith(b" "):
            signature.append(row[1:])
        else:
            inside = False
            kept.append(row)
    return b"\n".join(kept) + blank + body, b"\n".join(signature).decode("ascii", "replace")


def signing_people(repository: Repository, commits: Iterable[Commit], roster: SignerRoster) -> frozenset[str]:
    """Whose keys signed any of the commits, whatever name and address these bear."""
    found = set()
    for _, raw in repository.objects([commit.oid for commit in commits if commit.signed], "commit"):
        message, armour = taken_apart(raw)
        try:
            key = roster.by_blob(sshsig.verify(message, armour, namespace=COMMIT_NAMESPACE).blob)
        except (FormatError, VerificationError):
            continue
        if key is not None:
            found.add(key.principal)
    return frozenset(found)
