"""Read the policy in force (step 1 of docs/record.md): from the target, never from the change."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import tomli

from reviewconsole.attestation import NAMESPACE
from reviewconsole.change import Change, Oid
from reviewconsole.constraints import bind
from reviewconsole.errors import FormatError, PolicyError, RepositoryError, Undecidable
from reviewconsole.facts import PolicyInForce
from reviewconsole.git.repository import REGULAR, Repository
from reviewconsole.loading.changes import Target, deciding_prefix
from reviewconsole.policy import FOLDER, POLICY_PATH, REVOKED_PATH, SIGNERS_PATH, Policy, parse_policy
from reviewconsole.signers import RevokedKeys, SignerRoster
from reviewconsole.witness import WITNESS_NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST = 1 << 20
_REMEDY = "run `reviewconsole init`, commit .reviewconsole/ and push it to the target"


@lru_cache(maxsize=16)
def parse_policy_file(raw: bytes) -> Policy:
    """Parse the bytes of policy.toml, constraints included."""
    if len(raw) > _LARGEST:
        raise PolicyError("larger than 1 MiB", place=POLICY_PATH)
    try:
        mapping: Mapping[str, object] = tomli.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"not TOML: {str(error)[:200]}", place=POLICY_PATH) from error
    try:
        policy = parse_policy(mapping)
        bind(policy)
    except PolicyError:
        raise
    except FormatError as error:
        raise PolicyError(error.message, place=error.place or POLICY_PATH) from error
    return policy


def _read(repository: Repository, commit: Oid, path: str) -> bytes | None:
    """Read one file of the policy; PolicyError where something else stands in its place."""
    item = repository.item_at(commit, path)
    if item is not None and item.mode not in REGULAR:
        raise PolicyError("is no regular file", place=path)
    return None if item is None else dict(repository.objects([item.oid], "blob", keep=True))[item.oid]


def policy_at(repository: Repository, commit: Oid) -> tuple[Policy, bytes]:
    """Read the policy of one commit. Undecidable when it has none."""
    raw = _read(repository, commit, POLICY_PATH)
    if raw is None:
        raise Undecidable(f"there is no {POLICY_PATH} at {commit[:12]}", remedy=_REMEDY)
    return parse_policy_file(raw), raw


def trust_tip(repository: Repository, policy: Policy) -> Oid:
    """The tip of the branch that signers and revocations are read from."""
    name = deciding_prefix(repository) + policy.trust
    refs = {ref.name: ref.oid for ref in repository.refs(name)}
    if name in refs:
        return refs[name]
    raise Undecidable(
        f"the trust branch {policy.trust} is not here", remedy=f"fetch {policy.trust}, or correct `trust` in the policy"
    )


def in_force(repository: Repository, commit: Oid) -> PolicyInForce:
    """Read policy (at `commit`), signers and revocations (at the trust branch).

    `sha256` is SHA-256 over the hex digests of policy, signers and revocations (`-` where there is
    no revocation file), each ended by NUL. A missing signers file is undecidable.
    """
    policy, raw = policy_at(repository, commit)
    tip = trust_tip(repository, policy)
    signers = _read(repository, tip, SIGNERS_PATH)
    if signers is None:
        raise Undecidable(f"there is no {SIGNERS_PATH} on {policy.trust}", remedy=_REMEDY)
    revoked = _read(repository, tip, REVOKED_PATH)
    roster, witnesses, keys = _people(signers, revoked or b"")
    digests = [hashlib.sha256(part).hexdigest() if part is not None else "-" for part in (raw, signers, revoked)]
    return PolicyInForce(
        policy=policy,
        roster=roster,
        revoked=keys,
        witnesses=witnesses,
        commit=commit,
        sha256=hashlib.sha256(b"".join(digest.encode() + b"\0" for digest in digests)).hexdigest(),
    )


@lru_cache(maxsize=16)
def _people(signers: bytes, revoked: bytes) -> tuple[SignerRoster, SignerRoster, RevokedKeys]:
    """Signers, witnesses and revocations; the same bytes give the very same values."""
    return (
        SignerRoster.parse(signers, namespace=NAMESPACE),
        SignerRoster.parse(signers, namespace=WITNESS_NAMESPACE),
        RevokedKeys.parse(revoked),
    )


def for_change(repository: Repository, change: Change, targets: tuple[Target, ...]) -> PolicyInForce:
    """The policy that judges a change: of the target's tip, or of the first parent once landed."""
    if change.landed:
        if change.base is None:
            raise Undecidable("a root commit has no parent, so no policy came before it", remedy=_REMEDY)
        return in_force(repository, change.base)
    tip = next(target.tip for target in targets if target.ref == change.target)
    return in_force(repository, tip)


def repository_id(repository: Repository, name: str, tip: Oid) -> str:
    """Tell forks and namesakes apart: SHA-256 of the policy's name, NUL, first-parent root commit."""
    root = repository.root_by_first_parent(tip)
    return "sha256:" + hashlib.sha256(name.encode() + b"\0" + root.encode()).hexdigest()


def would_break_policy(repository: Repository, change: Change, paths: Sequence[str]) -> tuple[str, ...]:
    """The files of the policy that a change would leave unreadable, and every later verdict with them."""
    if not any(path.startswith(f"{FOLDER}/") for path in paths):
        return ()
    try:
        policy_at(repository, change.head)
        signers, revoked = (_read(repository, change.head, path) for path in (SIGNERS_PATH, REVOKED_PATH))
        SignerRoster.parse(signers or b"", namespace=NAMESPACE)
        RevokedKeys.parse(revoked or b"")
    except (FormatError, Undecidable, RepositoryError) as error:
        return (f"this change would leave a policy that cannot be read: {error}",)
    return ()
