"""Goal 4: verify every record, against raw OpenSSL Ed25519 and against `ssh-keygen -Y verify`."""

import base64
import subprocess
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from benchmarks import stores
from benchmarks.goals.core import Row, Setting, compare, cpu, wall
from reviewconsole.attestation import NAMESPACE
from reviewconsole.chain import REF_PREFIX
from reviewconsole.envelope import pae, parse_envelope, parse_note
from reviewconsole.git import notes
from reviewconsole.git.repository import Repository
from reviewconsole.loading.records import read_records
from reviewconsole.signing.sshsig import signed_data

_SAMPLE = 40


def rows(setting: Setting) -> Iterator[Row]:
    """From refs to verified values; every signature of every record is checked."""
    for count in setting.records:
        yield from _rows(setting, count)


def _rows(setting: Setting, count: int) -> Iterator[Row]:
    store = setting.store(count)
    repository = Repository.open(store.git_dir, stores.ENVIRON)
    raw = raw_signatures(repository)

    def floor() -> None:
        for key, signature, data in raw:
            key.verify(signature, data)

    def work() -> None:
        # opened anew, so that git's work is counted: its process ends with the repository
        if len(read_records(Repository.open(store.git_dir, stores.ENVIRON)).verified) != count:
            raise SystemExit("not every record verified")

    on = f"{count} records"
    ratios, seconds = compare(floor, work, setting.rounds, cpu)
    yield Row(goal=4, what="verify all, CPU, against raw Ed25519", on=on, bound=1.7, ratios=ratios, seconds=seconds)
    ratios, took = compare(floor, work, setting.rounds, wall)
    yield Row(goal=4, what="the same, wall clock", on=on, bound=1.1, ratios=ratios, seconds=took)
    folder = setting.folder / f"keygen-{count}"
    folder.mkdir()
    each = [cpu(lambda: by_ssh_keygen(repository, store, folder)) / _SAMPLE for _ in range(setting.rounds)]
    yield Row(
        goal=4, what="`ssh-keygen -Y verify` a record, against ours", on=on, bound=30, least=True,
        ratios=[one / (seconds / count) for one in each],
    )  # fmt: skip


def raw_signatures(repository: Repository) -> list[tuple[Ed25519PublicKey, bytes, bytes]]:
    """Key, signature and signed bytes of every record of a store, taken apart beforehand."""
    found = []
    for _, read in notes.read_logs(repository, REF_PREFIX, {}):
        for raw in read.notes.values():
            for line in parse_note(raw).lines:
                envelope = parse_envelope(line)
                blob = base64.b64decode("".join(envelope.signature.split("\n")[1:-2]))
                # magic 6, version 4, then the key: length 4, type 4 + 11, length 4, point 32
                key = Ed25519PublicKey.from_public_bytes(blob[33:65])
                found.append((key, blob[-64:], signed_data(pae(envelope.payload), NAMESPACE)))
    return found


def by_ssh_keygen(repository: Repository, store: stores.Synthetic, folder: Path) -> None:
    """Check a sample of records by one process each."""
    signers, signature = folder / "signers", folder / "signature"
    signers.write_text(stores.policy_files(store.reviewers)[".reviewconsole/allowed_signers"])
    _, read = next(notes.read_logs(repository, REF_PREFIX, {}))
    for raw in list(read.notes.values())[:_SAMPLE]:
        envelope = parse_envelope(parse_note(raw).lines[0])
        signature.write_text(envelope.signature)
        command = ["ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", "r0", "-n", NAMESPACE, "-s", str(signature)]
        subprocess.run(command, input=pae(envelope.payload), check=True, capture_output=True)
