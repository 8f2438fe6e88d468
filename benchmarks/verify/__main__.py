"""Print the ratios of goals 4 to 6 and what the hook adds to a push (docs/performance.md).

    python -m benchmarks.verify [--records N] [--rounds N] [--json]

Each round measures the floor and the work one after the other, and the ratio is taken within the
round; what is printed is the median, with the least and the most. CPU seconds (of this process and of git)
where the work is on one core, wall-clock seconds elsewhere.
"""

import argparse
import base64
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from benchmarks import stores
from benchmarks.push.__main__ import measure
from reviewconsole.attestation import NAMESPACE
from reviewconsole.chain import REF_PREFIX
from reviewconsole.envelope import pae, parse_envelope, parse_note
from reviewconsole.git import notes
from reviewconsole.git.repository import Repository
from reviewconsole.loading.records import read_records
from reviewconsole.signing.sshsig import signed_data

_LOOKED_UP = 100
SAMPLE = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One row of the result."""

    goal: str
    what: str
    asked: str
    ratios: Sequence[float]
    seconds: float
    """Median of the work itself."""

    def text(self) -> str:
        """The row for people."""
        span = f"{min(self.ratios):.2f} to {max(self.ratios):.2f}"
        middle = statistics.median(self.ratios)
        return f"{self.goal:3} {middle:7.2f} ({span}), asked {self.asked}: {self.what}; {self.seconds:.3f} s"


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of this process and of the children it waited for."""
    before = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    work()
    after = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime for a, b in zip(before, after, strict=True))


def wall(work: Callable[[], object]) -> float:
    """Wall-clock seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(
    floor: Callable[[], object], work: Callable[[], object], rounds: int, clock: Callable[[Callable[[], object]], float]
) -> tuple[list[float], float]:
    """Ratios round by round, and the median seconds of the work."""
    pairs = [(clock(floor), clock(work)) for _ in range(rounds)]
    return [done / base for base, done in pairs], statistics.median(done for _, done in pairs)


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


def signatures(repository: Repository, store: stores.Synthetic, folder: Path, rounds: int) -> list[Line]:
    """Goal 4: all records, from refs to verified values, against the signatures alone."""
    raw = raw_signatures(repository)

    def floor() -> None:
        for key, signature, data in raw:
            key.verify(signature, data)

    def work() -> None:
        if len(read_records(repository).verified) != store.records:
            raise SystemExit("not every record verified")

    ratios, seconds = compare(floor, work, rounds, cpu)
    first = Line(goal="4a", what="all records against raw Ed25519, CPU", asked="<= 1.7", ratios=ratios, seconds=seconds)
    each = seconds / store.records
    by_program = cpu(lambda: by_ssh_keygen(repository, store, folder)) / SAMPLE
    second = Line(
        goal="4b",
        what="`ssh-keygen -Y verify` a record against ours",
        asked=">= 30",
        ratios=[by_program / each],
        seconds=each,
    )
    return [first, second]


def by_ssh_keygen(repository: Repository, store: stores.Synthetic, folder: Path) -> None:
    """Check a sample of records by one process each."""
    signers, signature = folder / "signers", folder / "signature"
    signers.write_text(stores.policy_files(store.reviewers)[".reviewconsole/allowed_signers"])
    _, read = next(notes.read_logs(repository, REF_PREFIX, {}))
    for raw in list(read.notes.values())[:SAMPLE]:
        envelope = parse_envelope(parse_note(raw).lines[0])
        signature.write_text(envelope.signature)
        command = ["ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", "r0", "-n", NAMESPACE, "-s", str(signature)]
        subprocess.run(command, input=pae(envelope.payload), check=True, capture_output=True)


def command(folder: Path, rounds: int) -> list[Line]:
    """Goal 5: the command on ten commits of a small store, against the interpreter's start."""
    small = stores.build(folder / "small", 20)
    tips = stores.git(small.git_dir, "rev-parse", "main~10", "main").decode().split()
    words = [sys.executable, "-m", "reviewconsole", "-C", str(small.git_dir), "verify", "..".join(tips)]

    def floor() -> None:
        subprocess.run([sys.executable, "-c", "pass"], check=True)

    def work() -> None:
        subprocess.run(words, check=True, capture_output=True)

    ratios, seconds = compare(floor, work, rounds, wall)
    return [
        Line(
            goal="5", what="verify of 10 commits against `python -c pass`", asked="<= 9", ratios=ratios, seconds=seconds
        )
    ]


def reading(repository: Repository, rounds: int) -> list[Line]:
    """Goal 6: all notes, and some, against git's own commands; what git prints is read, not looked at."""
    refs = notes.note_refs(repository, REF_PREFIX)
    git_dir = repository.git_dir

    def floor() -> None:
        for ref in refs:
            rows = stores.git(git_dir, "notes", "--ref", ref, "list").split(b"\n")
            stores.git(git_dir, "cat-file", "--batch", feed=b"".join(row[:40] + b"\n" for row in rows if row))

    def work() -> None:
        for _ in notes.read_logs(repository, REF_PREFIX, {}):
            pass

    ratios, seconds = compare(floor, work, rounds, cpu)
    every = Line(
        goal="6a",
        what="all notes against `notes list` and `cat-file`, CPU",
        asked="<= 1.3",
        ratios=ratios,
        seconds=seconds,
    )
    heads = stores.git(git_dir, "rev-list", f"-{_LOOKED_UP}", "main")
    shown = [f"--notes={ref}" for ref in refs]

    def looked_up() -> None:
        stores.git(git_dir, "log", "--no-walk", "--stdin", *shown, feed=heads)

    ratios, seconds = compare(looked_up, work, rounds, cpu)
    some = Line(
        goal="6b", what="100 look-ups, for which all notes are read, CPU", asked="<= 2", ratios=ratios, seconds=seconds
    )
    return [every, some]


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.verify")
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = stores.build(folder / "store", options.records)
        repository = Repository.open(store.git_dir, stores.ENVIRON)
        lines = [
            *signatures(repository, store, folder, options.rounds),
            *command(folder, options.rounds),
            *reading(repository, options.rounds),
        ]
        pushed = measure(folder, store, options.rounds)
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"
    if options.json:
        json.dump({"machine": machine, "goals": [asdict(line) for line in lines], "push": pushed}, sys.stdout, indent=2)
        return 0
    print(f"{options.records} records, {options.rounds} rounds, {machine}")
    for line in lines:
        print(line.text())
    print(f"push: the hook adds {pushed['added']:.2f} s ({pushed['least']:.2f} to {pushed['most']:.2f})")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
