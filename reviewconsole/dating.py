"""When each record was first seen by a clock that is not its author's. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from operator import is_

from reviewconsole.decision import seconds
from reviewconsole.facts import Logged, PolicyInForce, Records
from reviewconsole.standing import broken_logs, identity_fault
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


_Settled = tuple[Mapping[str, str], Mapping[str, int]]
_KEPT: list[tuple[tuple[object, ...], _Settled]] = []
_MOST_KEPT = 4


def settled(force: PolicyInForce, records: Records, repository_id: str, now: int) -> Records:
    """Steps 3 to 5 for all changes at once: which logs are broken by the word of people, and what was witnessed.

    Worked out once for the same logs, signers and time: many changes are judged by the same.
    """
    same = (records.verified, records.statements, records.witnesses, force.roster, force.revoked, force.witnesses)
    at = (repository_id, now) if records.witnesses else ()
    for kept, (broken, witnessed) in _KEPT:
        if len(kept) == len(same) + len(at) and all(map(is_, kept, same)) and kept[len(same) :] == at:
            return replace(records, broken=broken, witnessed=witnessed)
    witnesses = trusted(force, records.witnesses, repository_id, now)
    known = (record for record in records.entries if identity_fault(force, record) is None)
    done = replace(records, broken=broken_logs(known, witnesses))
    done = replace(done, witnessed=earliest(force, done, witnesses))
    _KEPT[:] = [((*same, *at), (done.broken, done.witnessed)), *_KEPT[: _MOST_KEPT - 1]]
    return done
