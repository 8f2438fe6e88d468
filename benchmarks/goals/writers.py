"""One process that writes decisions, for the goals about many writers; started by them."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks import stores
from benchmarks.goals.core import git
from reviewconsole.attestation import parse_payload
from reviewconsole.change import Oid
from reviewconsole.errors import RepositoryError
from reviewconsole.git import notes
from reviewconsole.git.repository import Repository
from reviewconsole.signing.signer import FileSigner
from reviewconsole.sshkey import parse_public

_MESSAGE = "record"


def append(folder: Path, ref: str, count: int, name: str, heads: list[str]) -> int:
    """Plain `git notes append`, as a script would; gives how many it said it wrote."""
    done = 0
    for number in range(count):
        words = ["git", "-C", str(folder), "notes", "--ref", ref, "append", "-m", f"{name} {number}", heads[number]]
        done += subprocess.run(words, capture_output=True, check=False).returncode == 0
    return done


def _records(template: bytes, heads: list[str], person: stores.Reviewer) -> Iterator[tuple[Oid, bytes]]:
    """Head and note of one record after the other, each naming the one before."""
    att, previous = parse_payload(template), None
    for number, head in enumerate(map(Oid, heads)):
        said = replace(att, head=head, sequence=number + 1, previous=previous, nonce=f"{number:032x}")
        previous, note = stores.sign(said, person)
        yield head, note


def write(folder: Path, ref: str, person: stores.Reviewer, template: bytes, heads: list[str]) -> tuple[int, int]:
    """Signed records, each by compare-and-swap on top of what is there; gives how many and how often again."""
    repository, again = Repository.open(folder, stores.ENVIRON), 0
    for head, note in _records(template, heads, person):
        while True:
            tip = next((found.oid for found in repository.note_refs(ref)), None)
            try:
                notes.write_notes(repository, ref, {head: note}, message=_MESSAGE, expected=tip)
                break
            except RepositoryError:
                again += 1
    return len(heads), again


def push(folder: Path, ref: str, person: stores.Reviewer, template: bytes, heads: list[str]) -> tuple[int, int]:
    """Write one record, push it, take what others pushed where that fails; gives pushes and retries."""
    repository, again = Repository.open(folder, stores.ENVIRON), 0
    for head, note in _records(template, heads, person):
        while True:
            tip = next((found.oid for found in repository.note_refs(ref)), None)
            notes.write_notes(repository, ref, {head: note}, message=_MESSAGE, expected=tip)
            words = ["git", "-C", str(folder), "push", "-q", "origin", ref]
            if subprocess.run(words, capture_output=True, check=False).returncode == 0:
                break
            again += 1
            git(folder, "fetch", "-q", "origin", f"+{ref}:{ref}")
    return len(heads), again


def main() -> int:
    """Read a job from stdin, wait for its start, print what was done."""
    job = json.load(sys.stdin)
    while time.time() < job["start"]:
        time.sleep(0.001)
    folder, ref, heads = Path(job["folder"]), job["ref"], job["heads"]
    if job["kind"] == "append":
        done, again = append(folder, ref, len(heads), job["name"], heads), 0
    else:
        signer = FileSigner(Path(job["key"]), parse_public(job["public"]), None)
        person = stores.Reviewer(name=job["name"], public=job["public"], signer=signer)
        work = write if job["kind"] == "write" else push
        done, again = work(folder, ref, person, job["template"].encode(), heads)
    print(json.dumps({"done": done, "again": again, "end": time.time()}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
