"""Sign and write a witness: which records a verifier saw, and when."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from reviewconsole import __version__, canonical
from reviewconsole.chain import Observed, record_id
from reviewconsole.change import Oid
from reviewconsole.config import Config
from reviewconsole.envelope import Envelope, pae, parse_note
from reviewconsole.errors import RepositoryError, SigningError, StorageError, Undecidable
from reviewconsole.facts import Records
from reviewconsole.git import notes
from reviewconsole.git.repository import Repository
from reviewconsole.loading.policies import in_force
from reviewconsole.loading.records import read_records
from reviewconsole.loading.witnesses import read_witnesses
from reviewconsole.review.keys import find_signer
from reviewconsole.signing.select import Ask
from reviewconsole.sshkey import key8
from reviewconsole.standing import of_people
from reviewconsole.verify import RangeVerdict
from reviewconsole.witness import (
    MOST_TIPS,
    WITNESS_NAMESPACE,
    WITNESS_PREFIX,
    VerifiedWitness,
    Witness,
    trailer,
    witness_bytes,
    witness_note,
)

_TRIES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Witnessed:
    """A witness that is written."""

    id: str
    ref: str
    trailer: str


def write_witness(repository: Repository, config: Config, result: RangeVerdict, *, now: int, ask: Ask) -> Witnessed:
    """Witness the tips of all logs, on the newest commit that was judged.

    Raises SigningError where the key is no witness's of the policy in force, Undecidable where nothing
    was judged, StorageError where the note cannot be written.
    """
    if not result.changes or not result.repository_id:
        raise Undecidable("nothing was judged, so there is nothing to witness", remedy="name a range with commits")
    signer = find_signer(repository, config, ask)
    force = in_force(repository, result.tip)
    if force.witnesses.by_blob(signer.public_blob) is None:
        raise SigningError(
            f"the key {signer.fingerprint} is no witness's: allowed_signers does not let it sign {WITNESS_NAMESPACE}",
            remedy=f'add: ci namespaces="{WITNESS_NAMESPACE}" KEY',
        )
    ref = WITNESS_PREFIX + key8(signer.public_blob)
    head = result.changes[-1].change.head
    for _ in range(_TRIES):
        tip = next((found.oid for found in repository.note_refs(ref) if found.name == ref), None)
        own = [found for found in read_witnesses(repository)[0] if found.ref == ref]
        last = max(own, key=lambda found: found.witness.sequence, default=None)
        witness = _witness(result, head, last, of_people(force, read_records(repository)), now)
        payload = witness_bytes(witness)
        armour = signer.sign(pae(payload), WITNESS_NAMESPACE)
        line = Envelope(payload=payload, keyid=signer.fingerprint, signature=armour).line()
        held = notes.read_notes(repository, ref).notes.get(head, b"") if tip is not None else b""
        text = witness_note([*parse_note(held).lines, line] if held else [line], witness)
        try:
            notes.write_notes(repository, ref, {head: text}, message="Witness the logs", expected=tip)
        except RepositoryError:
            continue
        identifier = record_id(payload)
        return Witnessed(id=identifier, ref=ref, trailer=trailer(key8(signer.public_blob), identifier))
    raise StorageError("the witness could not be written: others write to the same ref", remedy="run it again")


def _witness(result: RangeVerdict, head: Oid, last: VerifiedWitness | None, records: Records, now: int) -> Witness:
    tips: dict[str, Observed] = {}
    for record in records.entries:
        att = record.attestation
        if record.log in records.broken:
            continue
        if record.log not in tips or att.sequence > tips[record.log].sequence:
            tips[record.log] = Observed(log=record.log, sequence=att.sequence, id=record.id)
    known = set(last.witness.tips) if last is not None else set()
    listed = sorted(tips.values(), key=lambda tip: (tip in known, tip.log))[:MOST_TIPS]
    return Witness(
        target_ref=canonical.printable(result.target),
        head=head,
        repository_id=result.repository_id,
        verdict=result.verdict.value,
        tips=tuple(sorted(listed, key=lambda tip: tip.log)),
        sequence=last.witness.sequence + 1 if last is not None else 1,
        previous=last.id if last is not None else None,
        witnessed_at=datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        tool=("reviewconsole", __version__),
        nonce=secrets.token_hex(16),
    )
