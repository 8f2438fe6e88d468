"""Synthetic stores of stated size: a bare repository whose target has N commits, each signed off.

Everything in it is real: objects by `git fast-import`, records by the production code, signatures by
real keys. Only the commits are dull: each adds one text file.
"""

import hashlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from reviewconsole.attestation import NAMESPACE, Attestation, payload_bytes
from reviewconsole.chain import log_ref, record_id
from reviewconsole.change import Commit, ContentEntry, Oid, diff_digest, paths_digest
from reviewconsole.config import builtin_patterns
from reviewconsole.decision import DecisionKind, Draft
from reviewconsole.envelope import Envelope, pae
from reviewconsole.git.repository import Repository
from reviewconsole.loading.case import open_case
from reviewconsole.loading.changes import Target, find_targets, landed_commit
from reviewconsole.loading.opening import open_store
from reviewconsole.loading.records import read_records
from reviewconsole.loading.store import Store
from reviewconsole.review.deciding import attest, ready
from reviewconsole.signing.signer import FileSigner
from reviewconsole.sshkey import fingerprint, key8, parse_public
from reviewconsole.statement import note_text

IDENTITY = "Dev <dev@example.com> 1700000000 +0000"
TRAILER = "Co-Authored-By: Claude <noreply@anthropic.com>"
HEAD = f"commit refs/heads/main\nauthor {IDENTITY}\ncommitter {IDENTITY}\n".encode()
DEVICE = "00000001"
ENVIRON = {"PATH": "/usr/local/bin:/usr/bin:/bin"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reviewer:
    """One reviewer with an Ed25519 key on disk."""

    name: str
    public: str
    signer: FileSigner


@dataclass(frozen=True, kw_only=True, slots=True)
class Synthetic:
    """What was built."""

    git_dir: Path
    reviewers: tuple[Reviewer, ...]
    records: int
    template: Attestation
    """A record that the production code made, of the first commit."""


def git(git_dir: Path, *words: str, feed: bytes = b"") -> bytes:
    """Run git as the person who runs the benchmark would not: without anybody's configuration."""
    env = {**ENVIRON, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
    command = ["git", "--git-dir", str(git_dir), *words]
    return subprocess.run(command, input=feed, env=env, capture_output=True, check=True).stdout


def make_reviewers(folder: Path, count: int) -> tuple[Reviewer, ...]:
    """Make keys, unprotected, in a folder."""
    folder.mkdir(parents=True)
    made = []
    for number in range(count):
        key = Ed25519PrivateKey.generate()
        path = folder / f"key{number}"
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
        path.chmod(0o600)
        public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
        signer = FileSigner(path, parse_public(public), None)
        made.append(Reviewer(name=f"r{number}", public=public, signer=signer))
    return tuple(made)


def policy_files(reviewers: tuple[Reviewer, ...]) -> dict[str, str]:
    """A policy that lets any of the reviewers approve, and their signers."""
    people = "\n".join(f'[people.{each.name}]\nemails = ["{each.name}@example.com"]' for each in reviewers)
    names = ", ".join(f'"{each.name}"' for each in reviewers)
    policy = f"""version = 1
repository = "example/synthetic"
targets = ["main"]
{people}
[groups]
seniors = [{names}]
[[rule]]
id = "default"
approvals = 1
from = ["seniors"]
"""
    signers = "".join(f'{each.name} namespaces="{NAMESPACE}" {each.public}\n' for each in reviewers)
    return {".reviewconsole/policy.toml": policy, ".reviewconsole/allowed_signers": signers}


def _data(text: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(text), text)


def content(number: int) -> tuple[str, bytes]:
    """Path and bytes of the file that commit `number` (from 1) adds."""
    return f"src/d{number % 97}/f{number}.txt", f"value {number}\n".encode()


def _commits(count: int, first: dict[str, str]) -> Iterator[bytes]:
    yield HEAD + _data(b"Begin")
    for path, text in first.items():
        yield f"M 100644 inline {path}\n".encode() + _data(text.encode())
    yield from map(_step, range(1, count + 1))


def _step(number: int, parent: bytes = b"") -> bytes:
    path, raw = content(number)
    message = _data(f"Add {number}\n\n{TRAILER}\n".encode())
    return HEAD + message + parent + f"M 100644 inline {path}\n".encode() + _data(raw)


def sign(att: Attestation, reviewer: Reviewer) -> tuple[str, bytes]:
    """Record id and note text of one signed record."""
    payload = payload_bytes(att)
    signature = reviewer.signer.sign(pae(payload), NAMESPACE)
    blob = reviewer.signer.public_blob
    line = Envelope(payload=payload, keyid=fingerprint(blob), signature=signature).line()
    return record_id(payload), note_text([line])


def template(store: Store, target: Target, head: Oid) -> Attestation:
    """A record of one landed commit, by the production code."""
    case = ready(open_case(store, landed_commit(store.repository, target, head)))
    units = frozenset(unit for file in case.content.files for unit in file.units)
    draft = Draft(kind=DecisionKind.APPROVE, reason="read", viewed=units)
    return attest(
        store, case, draft, principal="r0", device=DEVICE, chain=(1, None, ()), supersedes=(), now=1_700_000_000
    )


def build(folder: Path, records: int, reviewers: int = 10, *, engine: str = "") -> Synthetic:
    """Build a bare repository with `records` commits on main, each approved by one of `reviewers` people.

    `engine` makes the records those of another release, whose rules were others.
    """
    people = make_reviewers(folder / "keys", reviewers)
    git_dir = folder / "remote.git"
    git(folder / "remote.git", "init", "-q", "--bare", "-b", "main", str(git_dir))
    git(git_dir, "fast-import", "--quiet", feed=b"".join(_commits(records, policy_files(people))))
    repository = Repository.open(git_dir, ENVIRON)
    [target] = find_targets(repository, None)
    oids = list(reversed(repository.first_parents(target.tip, [])))
    commits = repository.read_commits(oids)
    first = template(open_store(repository, builtin_patterns()), target, commits[1].oid)
    first = replace(first, engine=engine or first.engine)
    feed: list[bytes] = []
    for index, person in enumerate(people):
        feed.append(_log_head(person))
        previous = None
        for sequence, number in enumerate(range(1 + index, records + 1, reviewers), 1):
            att = _record(first, commits[number - 1], commits[number], number)
            att = replace(att, principal=person.name, sequence=sequence, previous=previous)
            previous, note = sign(att, person)
            feed.append(_note(commits[number].oid, note))
    git(git_dir, "fast-import", "--quiet", feed=b"".join(feed))
    return Synthetic(git_dir=git_dir, reviewers=people, records=records, template=first)


def one_more(git_dir: Path, store: Synthetic) -> str:
    """Add one commit to main and its record by the first reviewer; gives the ref of that log."""
    number, person = store.records + 1, store.reviewers[0]
    git(git_dir, "fast-import", "--quiet", feed=_step(number, b"from refs/heads/main^0\n"))
    repository = Repository.open(git_dir, ENVIRON)
    ref = log_ref(person.name, key8(person.signer.public_blob), DEVICE)
    own = [record for record in read_records(repository).verified if record.log == ref]
    last = max(own, key=lambda record: record.attestation.sequence)
    [target] = find_targets(repository, None)
    base, head = repository.read_commits(reversed(repository.first_parents(target.tip, [])[:2]))
    att = _record(store.template, base, head, number)
    att = replace(att, sequence=last.attestation.sequence + 1, previous=last.id)
    _, note = sign(att, person)
    feed = _log_head(person) + f"from {ref}^0\n".encode() + _note(head.oid, note)
    git(git_dir, "fast-import", "--quiet", feed=feed)
    return ref


def _log_head(person: Reviewer) -> bytes:
    ref = log_ref(person.name, key8(person.signer.public_blob), DEVICE)
    return f"commit {ref}\ncommitter {IDENTITY}\n".encode() + _data(b"records")


def _note(head: Oid, note: bytes) -> bytes:
    return f"M 100644 inline {head[:2]}/{head[2:]}\n".encode() + _data(note)


def _record(first: Attestation, base: Commit, head: Commit, number: int) -> Attestation:
    path, raw = content(number)
    entry = ContentEntry(
        path=path,
        old_mode="000000",
        new_mode="100644",
        old_sha256="-",
        new_sha256=hashlib.sha256(raw).hexdigest(),
    )
    return replace(
        first,
        ref=str(head.oid),
        base=base.oid,
        head=head.oid,
        base_tree=base.tree,
        head_tree=head.tree,
        reviewed_tree=head.tree,
        diff_sha256=diff_digest([entry]),
        paths_sha256=paths_digest([path]),
        nonce=f"{number:032x}",
    )
