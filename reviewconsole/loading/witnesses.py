"""Read what verifiers witnessed, and check each signature against its own key."""

from reviewconsole.chain import record_id
from reviewconsole.change import Oid
from reviewconsole.envelope import pae, parse_envelope, parse_note
from reviewconsole.errors import FormatError, VerificationError
from reviewconsole.facts import RecordProblem
from reviewconsole.git import notes
from reviewconsole.git.repository import Repository
from reviewconsole.signing import sshsig
from reviewconsole.sshkey import key8
from reviewconsole.witness import WITNESS_NAMESPACE, WITNESS_PREFIX, VerifiedWitness, parse_witness


def check_witness(line: bytes, *, ref: str, noted: Oid) -> VerifiedWitness:
    """Check one envelope line. Raises FormatError (unreadable) or VerificationError (the proof is bad)."""
    envelope = parse_envelope(line)
    signature = sshsig.verify(pae(envelope.payload), envelope.signature, namespace=WITNESS_NAMESPACE)
    found = VerifiedWitness(
        id=record_id(envelope.payload),
        witness=parse_witness(envelope.payload),
        ref=ref,
        noted=noted,
        blob=signature.blob,
        fingerprint=signature.fingerprint,
    )
    if signature.fingerprint != envelope.keyid or ref != WITNESS_PREFIX + key8(signature.blob):
        raise VerificationError("the key is not the one that the envelope and the ref name")
    if found.witness.head != noted:
        raise VerificationError("the note hangs on another commit than the witness speaks about")
    return found


def read_witnesses(repository: Repository) -> tuple[tuple[VerifiedWitness, ...], tuple[RecordProblem, ...]]:
    """Read all witnesses of a repository, and what among them does not verify."""
    found: list[VerifiedWitness] = []
    problems: list[RecordProblem] = []
    for ref in notes.note_refs(repository, WITNESS_PREFIX):
        for noted, raw in notes.read_notes(repository, ref).notes.items():
            for number, line in enumerate(parse_note(raw).lines, 1):
                try:
                    found.append(check_witness(line, ref=ref, noted=noted))
                except (FormatError, VerificationError) as error:
                    problems.append(RecordProblem(log=ref, noted=noted, why=f"envelope {number}: {error}"))
    return tuple(found), tuple(problems)
