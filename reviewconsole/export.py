"""The use case of an archive: the signed records of a range, as they stand in the notes."""

from collections.abc import Iterable, Iterator

from reviewconsole.chain import REF_PREFIX, record_id
from reviewconsole.envelope import Envelope, parse_envelope, parse_note
from reviewconsole.errors import FormatError
from reviewconsole.git import notes
from reviewconsole.git.repository import Repository
from reviewconsole.verify import RangeVerdict


def bundle(repository: Repository, result: RangeVerdict | None) -> bytes:
    """Give an in-toto bundle: one DSSE envelope a line, the stored bytes (in-toto/attestation, spec/v1/bundle).

    With a range, every record that has to do with one of its changes, also those that do not count;
    without, every record of every log.
    """
    if result is None:
        return _lines(line for _, line in _stored(repository, notes.note_refs(repository, REF_PREFIX)))
    judged = [judged.record for item in result.changes for judged in item.report.records]
    wanted = {record.id for record in judged}
    stored = dict(_stored(repository, sorted({record.log for record in judged})))
    return _lines(line for identifier, line in stored.items() if identifier in wanted)


def _lines(lines: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def _stored(repository: Repository, logs: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """(record id, envelope line) of logs; a line that is no envelope is no record."""
    for log in logs:
        for _, raw in sorted(notes.read_notes(repository, log).notes.items()):
            for line in parse_note(raw).lines:
                envelope = _envelope(line)
                if envelope is not None:
                    yield record_id(envelope.payload), line


def _envelope(line: bytes) -> Envelope | None:
    try:
        return parse_envelope(line)
    except FormatError:
        return None
