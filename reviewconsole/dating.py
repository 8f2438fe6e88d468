"""When each record was first seen by a clock that is not its author's. Pure."""

from collections.abc import Iterable, Mapping

from reviewconsole.decision import seconds
from reviewconsole.standing import Logged, PolicyInForce, Records
from reviewconsole.witness import VerifiedWitness

_FUTURE = 300
"""Seconds that a witness's clock may be ahead of the gate's."""


def trusted(
    force: PolicyInForce, found: Iterable[VerifiedWitness], repository_id: str, now: int
) -> tuple[VerifiedWitness, ...]:
    """The witnesses that count here: of a witness's key, in its window, never revoked, not of the future."""
    return tuple(one for one in found if _counts(force, one, repository_id, now))


def _counts(force: PolicyInForce, one: VerifiedWitness, repository_id: str, now: int) -> bool:
    key = force.witnesses.by_blob(one.blob)
    if key is None or one.witness.repository_id != repository_id:
        return False
    at = seconds(one.witness.witnessed_at)
    if at > now + _FUTURE:
        return False
    # a witness dates itself, so that a revoked key, whenever it was lost, could have dated anything
    if force.revoked.revoked(one.fingerprint, now):
        return False
    return (key.valid_after is None or at >= key.valid_after) and (key.valid_before is None or at < key.valid_before)


def earliest(force: PolicyInForce, records: Records, witnesses: Iterable[VerifiedWitness]) -> Mapping[str, int]:
    """Record id -> seconds of the earliest witness that saw it; nobody witnesses a record of their own."""
    chains: dict[str, dict[str, Logged]] = {}
    for record in records.entries:
        chains.setdefault(record.log, {})[record.id] = record
    found: dict[str, int] = {}
    for one in witnesses:
        key = force.witnesses.by_blob(one.blob)
        at = seconds(one.witness.witnessed_at)
        for tip in one.witness.tips:
            chain = chains.get(tip.log, {})
            if tip.id not in chain or tip.log in records.broken:
                continue
            for record in chain.values():
                before = record.attestation.sequence <= tip.sequence
                if before and key is not None and key.principal != record.attestation.principal:
                    found[record.id] = min(at, found.get(record.id, at))
    return found
