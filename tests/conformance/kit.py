"""Build repositories with sign-offs from nothing: fixed keys, fixed dates, the same bytes every time."""

import hashlib
import subprocess
import tempfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reviewconsole import canonical
from reviewconsole.attestation import NAMESPACE, Attestation, payload_bytes
from reviewconsole.chain import Observed, log_ref, record_id
from reviewconsole.change import ContentEntry, Oid, diff_digest, paths_digest
from reviewconsole.decision import DecisionKind
from reviewconsole.envelope import Envelope, pae
from reviewconsole.evidence import Participant
from reviewconsole.git.objects import TreeItem, object_id, tree_bytes
from reviewconsole.signing.sshsig import armour, signed_data
from reviewconsole.sshkey import fingerprint, key8, public_line, wire
from reviewconsole.statement import Statement, TaskBoundary, Waiver, note_text, record_bytes
from reviewconsole.witness import WITNESS_NAMESPACE, WITNESS_PREFIX, Witness, trailer, witness_bytes, witness_note

AT = "20261201120000Z"
"""When the cases are judged."""
DECIDED = "2026-11-30T09:00:00Z"
CLAUDE = "Co-Authored-By: Claude <noreply@anthropic.com>"
DEV, ADMIN = "Dev <dev@example.com>", "Admin <admin@example.com>"
ALICE, BOB = "Alice <alice@example.com>", "Bob <bob@example.com>"
AGENT = "Claude <noreply@anthropic.com>"
APP = b"def pay():\n    return 1\n"
PAID = APP.replace(b"1", b"2")
M = b"".join(b"x%d = %d\n" % (i, i) for i in range(40))
GUARD = b"def login(user):\n    if user.admin:\n        grant(user)\n    return user\n"
Files = dict[str, bytes | tuple[str, bytes]]
Change = dict[str, bytes | tuple[str, bytes] | None]


def edit(text: bytes, **lines: str) -> bytes:
    """Replace lines of M by name: x3="x3 = 33"."""
    rows = [lines.get(row.split(" ")[0], row) for row in text.decode().splitlines()]
    return ("\n".join(rows) + "\n").encode()


@dataclass(frozen=True)
class Key:
    """A key made from a name; `touch` makes it a security key whose flags can be chosen."""

    name: str
    touch: bool = False
    flags: int = 1

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"conformance {self.name}".encode()).digest())

    @property
    def blob(self) -> bytes:
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return wire(b"sk-ssh-ed25519@openssh.com", raw, b"ssh:") if self.touch else wire(b"ssh-ed25519", raw)

    @property
    def line(self) -> str:
        return public_line(self.blob)

    def sign(self, message: bytes, namespace: str, hash_name: str) -> str:
        data = signed_data(message, namespace, hash_name)
        if not self.touch:
            return armour(self.blob, namespace, wire(b"ssh-ed25519", self.private.sign(data)), hash_name)
        tail = bytes([self.flags]) + b"\0\0\0\x07"
        body = hashlib.sha256(b"ssh:").digest() + tail + hashlib.sha256(data).digest()
        raw = wire(b"sk-ssh-ed25519@openssh.com", self.private.sign(body)) + tail
        return armour(self.blob, namespace, raw, hash_name)


KEYS = {name: Key(name) for name in ("alice", "bob", "carol", "mallory", "ci", "alice-two")}


def envelope(
    payload: bytes, key: Key, namespace: str = NAMESPACE, *, hash_name: str = "sha512", signed: bytes | None = None
) -> bytes:
    """Sign a payload; `signed` puts the signature of other bytes into the envelope."""
    sig = key.sign(pae(payload if signed is None else signed), namespace, hash_name)
    return Envelope(payload=payload, keyid=fingerprint(key.blob), signature=sig).line()


class Git:
    """A repository in memory."""

    def __init__(self, object_format: str = "sha1") -> None:
        self.format = object_format
        self.objects: dict[Oid, bytes] = {}
        self.refs: dict[str, Oid] = {}
        self.files: dict[Oid, Files] = {}
        self.trees: dict[Oid, Oid] = {}
        self.parents: dict[Oid, tuple[Oid, ...]] = {}

    def put(self, kind: str, data: bytes) -> Oid:
        oid = object_id(kind, data, self.format)
        self.objects[oid] = f"{kind} {len(data)}".encode() + b"\0" + data
        return oid

    def tree(self, files: Files) -> Oid:
        items: list[TreeItem] = []
        folders: dict[str, Files] = {}
        for path, value in files.items():
            first, _, rest = path.partition("/")
            if rest:
                folders.setdefault(first, {})[rest] = value
                continue
            mode, data = value if isinstance(value, tuple) else ("100644", value)
            oid = Oid(data.decode()) if mode == "160000" else self.put("blob", data)
            items.append(TreeItem(mode, first.encode(), oid))
        items += [TreeItem("040000", name.encode(), self.tree(below)) for name, below in folders.items()]
        return self.put("tree", tree_bytes(items))

    def commit(
        self,
        files: Files,
        parents: tuple[Oid, ...] = (),
        *,
        author: str = DEV,
        committer: str = "",
        message: str = f"Work\n\n{CLAUDE}\n",
        tree: Oid | None = None,
    ) -> Oid:
        tree = tree or self.tree(files)
        when = f"{1_790_000_000 + len(self.files) * 60} +0000"
        rows = [f"tree {tree}", *(f"parent {oid}" for oid in parents), f"author {author} {when}"]
        rows += [f"committer {committer or author} {when}", "", message]
        oid = self.put("commit", "\n".join(rows).encode())
        self.files[oid], self.trees[oid], self.parents[oid] = dict(files), tree, parents
        return oid

    def notes(self, ref: str, texts: dict[Oid, bytes], layout: str = "two", more: Files | None = None) -> None:
        """Point a ref at a notes commit; layouts: flat, two, three, mixed."""
        files: Files = dict(more or {})
        for index, (oid, text) in enumerate(sorted(texts.items())):
            kind = ("flat", "two")[index % 2] if layout == "mixed" else layout
            cut = {"flat": 0, "two": 1, "three": 2}[kind]
            name = "".join(oid[2 * i : 2 * i + 2] + "/" for i in range(cut)) + oid[2 * cut :]
            files[name] = text
        old = self.refs.get(ref)
        self.refs[ref] = self.commit(files, (old,) if old else (), author=ADMIN, message="Record a decision\n")

    def bundle(self, path: Path) -> None:
        """Write everything that the refs reach."""
        with tempfile.TemporaryDirectory() as name:
            place = Path(name)
            command = [
                "git",
                "init",
                "-q",
                "--bare",
                "-b",
                "main",
                f"--object-format={self.format}",
                "--template=",
                name,
            ]
            subprocess.run(command, check=True, capture_output=True)
            for oid, data in self.objects.items():
                folder = place / "objects" / oid[:2]
                folder.mkdir(exist_ok=True)
                (folder / oid[2:]).write_bytes(zlib.compress(data, 1))
            rows = "".join(f"{oid} {ref}\n" for ref, oid in sorted(self.refs.items()))
            (place / "packed-refs").write_text("# pack-refs with: sorted\n" + rows)
            version = "3" if self.format == "sha256" else "2"
            options = ["-c", "pack.threads=1", "-c", "core.compression=9"]
            command = [
                "git",
                "--git-dir",
                name,
                *options,
                "bundle",
                "create",
                "-q",
                f"--version={version}",
                str(path),
                "--all",
            ]
            subprocess.run(command, check=True, capture_output=True)


POLICY = """\
version = 1
repository = "example/conformance"
targets = {targets}
[people.alice]
emails = ["alice@example.com", "alice@home.example"]
[people.bob]
emails = ["bob@example.com"]
[people.carol]
emails = ["carol@example.com"]
[groups]
seniors = ["alice", "bob"]
[review]
{review}
[[rule]]
id = "default"
approvals = {approvals}
from = ["seniors"]
carry_over = "{carry}"
{rule}
{more}
"""


class Scene:
    """A repository with a policy on main, and a branch up for review."""

    def __init__(
        self,
        *,
        rule: str = "",
        more: str = "",
        review: str = "",
        carry: str = "replay",
        approvals: int = 1,
        targets: str = '["main"]',
        options: str = "",
        signers: str | None = None,
        extra: str = "",
        revoked: str | None = None,
        object_format: str = "sha1",
        policy: str | None = None,
        keys: dict[str, Key] | None = None,
    ) -> None:
        self.git = Git(object_format)
        self.keys = {**KEYS, **(keys or {})}
        self.policy = policy or POLICY.format(
            rule=rule, more=more, review=review, carry=carry, approvals=approvals, targets=targets
        )
        names = ("alice", "bob", "carol")
        lines = "".join(self.signer(n, options=options if n == "alice" else "") for n in names) + extra
        self.signers = lines if signers is None else signers
        self.revoked = revoked
        files: Files = {"app.py": APP, "m.py": M, "guard.py": GUARD, ".reviewconsole/policy.toml": self.policy.encode()}
        if self.signers:
            files[".reviewconsole/allowed_signers"] = self.signers.encode()
        if revoked is not None:
            files[".reviewconsole/revoked_keys"] = revoked.encode()
        self.root = self.main = self.git.commit(files, author=ADMIN, message="Begin\n")
        self.head = self.root
        self.lines: dict[str, dict[Oid, list[bytes]]] = {}
        self.last: dict[str, tuple[int, str]] = {}
        self._point()

    def signer(self, name: str, *, options: str = "", namespaces: str = NAMESPACE, key: str = "") -> str:
        return f'{name} namespaces="{namespaces}"{options} {self.keys[key or name].line}\n'

    def _point(self) -> None:
        self.git.refs["refs/heads/main"] = self.main

    def with_(self, oid: Oid, change: Change) -> Files:
        """The files of a commit with some replaced or, by None, removed."""
        files = {**self.git.files[oid], **{path: value for path, value in change.items() if value is not None}}
        return {path: value for path, value in files.items() if not (path in change and change[path] is None)}

    def feat(self, change: Change | None = None, parent: Oid | None = None, ref: str = "feat", **who: str) -> Oid:
        """Commit on a branch."""
        start = parent or self.main
        self.head = self.git.commit(self.with_(start, {"app.py": PAID} if change is None else change), (start,), **who)
        self.git.refs[f"refs/heads/{ref}"] = self.head
        return self.head

    def merge(self, ours: Oid, theirs: Oid, change: Change, ref: str = "feat", **who: str) -> Oid:
        """A merge commit whose tree is that of `ours` with a change."""
        self.head = self.git.commit(
            self.with_(ours, change), (ours, theirs), **{"message": f"Merge\n\n{CLAUDE}\n", **who}
        )
        self.git.refs[f"refs/heads/{ref}"] = self.head
        return self.head

    def land(
        self, change: Change | None = None, *parents: Oid, message: str = "Plain work of people\n", author: str = ADMIN
    ) -> Oid:
        """Commit on main; further parents make it a merge."""
        files = self.with_(self.main, {"other.py": b"o = 1\n"} if change is None else change)
        self.main = self.git.commit(files, (self.main, *parents), author=author, message=message)
        self._point()
        return self.main

    # records

    def entries(self, base: Oid, head: Oid) -> list[ContentEntry]:
        old, new = self.git.files[base], self.git.files[head]

        def side(files: Files, path: str) -> tuple[str, str]:
            if path not in files:
                return "000000", "-"
            value = files[path]
            mode, data = value if isinstance(value, tuple) else ("100644", value)
            return mode, data.decode() if mode == "160000" else hashlib.sha256(data).hexdigest()

        out = []
        for path in sorted(old.keys() | new.keys()):
            (one, a), (two, b) = side(old, path), side(new, path)
            if (one, a) != (two, b):
                out.append(ContentEntry(path=path, old_mode=one, new_mode=two, old_sha256=a, new_sha256=b))
        return out

    @property
    def policy_sha256(self) -> str:
        parts = [self.policy.encode(), self.signers.encode(), None if self.revoked is None else self.revoked.encode()]
        digests = ["-" if part is None else hashlib.sha256(part).hexdigest() for part in parts]
        return hashlib.sha256("".join(digest + "\0" for digest in digests).encode()).hexdigest()

    @property
    def repository_id(self) -> str:
        return "sha256:" + hashlib.sha256(b"example/conformance\0" + self.root.encode()).hexdigest()

    def att(self, who: str = "alice", head: Oid | None = None, base: Oid | None = None, **over: Any) -> Attestation:
        """What an honest reviewer would sign about base..head; `over` replaces fields."""
        head = head or self.head
        base = base or self.root
        entries = self.entries(base, head)
        touched = [e.path for e in entries if e.path.startswith(".reviewconsole/")]
        text = canonical.digest({"id": "policy.self", "kind": "policy.self"})
        row = ["policy.self", "pass", text, []]
        made = Attestation(
            ref="refs/heads/feat", decision=DecisionKind.APPROVE, risk="high" if touched else "none",
            people=(Participant(email="dev@example.com", roles=("author", "committer")),),
            repository_id=self.repository_id, target_ref="refs/heads/main", base=base, head=head,
            base_tree=self.git.trees[base], head_tree=self.git.trees[head], diff_sha256=diff_digest(entries),
            paths_count=len(entries), paths_sha256=paths_digest(e.path for e in entries),
            object_format=self.git.format, boundary_sha256=canonical.digest([row]),
            boundary_verdicts=(("policy.self", "pass"),), provenance_class="declared", tools=("claude",), operators=(),
            provenance_sha256=canonical.digest([]), findings_sha256=canonical.digest([]),
            engine="sha256:" + "0" * 64, counts=(0, 0, 0, 0), acknowledged=(), external_count=0,
            external_sha256=canonical.digest([]), hunks=1, viewed=1, reviewed_tree=self.git.trees[head],
            policy_commit=self.main, policy_sha256="0" * 64 if touched else self.policy_sha256, rules=("default",),
            principal=who, device="0badcafe", sequence=1, previous=None, observed=(), emergency=False, overrides=(),
            supersedes=(), reason="Read it.", decided_at=DECIDED, expires_at=None, tool=("conformance", "1"),
            nonce="0" * 32,
        )  # fmt: skip
        return replace(made, **over)

    def add(
        self, who: str = "alice", head: Oid | None = None, *, chain: bool = True, key: str = "", **over: Any
    ) -> str:
        """Append an honest record to a person's log and give its id."""
        att = self.att(who, head, **over)
        log = log_ref(who, key8(self.keys[key or who].blob), att.device)
        if chain and log in self.last:
            sequence, previous = self.last[log]
            att = replace(att, sequence=sequence + 1, previous=previous)
        payload = payload_bytes(att)
        self.last[log] = (att.sequence, record_id(payload))
        self.line(log, att.head, envelope(payload, self.keys[key or who]))
        return record_id(payload)

    def state(self, who: str, body: Waiver | TaskBoundary, head: Oid | None = None, **over: Any) -> str:
        """Append a waiver (about the branch) or a task boundary (about main) to a person's log and give its id."""
        waiver = isinstance(body, Waiver)
        log = self.log(who)
        sequence, previous = self.last.get(log, (0, None))
        said = Statement(
            ref="refs/heads/feat" if waiver else "refs/heads/main", head=head or (self.head if waiver else self.main),
            repository_id=self.repository_id, target_ref="refs/heads/main", body=body, principal=who,
            device="0badcafe", sequence=sequence + 1, previous=previous, observed=(), reason="Agreed.",
            decided_at=DECIDED, expires_at=None, tool=("conformance", "1"), nonce="0" * 32,
        )  # fmt: skip
        said = replace(said, **over)
        payload = record_bytes(said)
        self.last[log] = (said.sequence, record_id(payload))
        self.line(log, said.head, envelope(payload, self.keys[who]))
        return record_id(payload)

    def line(self, log: str, noted: Oid, line: bytes) -> None:
        self.lines.setdefault(log, {}).setdefault(noted, []).append(line)

    def write(self, *, layout: str = "two", more: Files | None = None) -> "Scene":
        """Write all logs as notes."""
        for log, notes in self.lines.items():
            self.git.notes(log, {oid: note_text(lines) for oid, lines in notes.items()}, layout, more)
        return self

    def raw(self, noted: Oid, text: bytes, who: str = "alice", device: str = "0badcafe") -> "Scene":
        """Write one note of a person's log as bytes."""
        self.git.notes(log_ref(who, key8(self.keys[who].blob), device), {noted: text})
        return self

    def log(self, who: str, device: str = "0badcafe") -> str:
        return log_ref(who, key8(self.keys[who].blob), device)

    def tip(self, who: str) -> Observed:
        sequence, identifier = self.last[self.log(who)]
        return Observed(log=self.log(who), sequence=sequence, id=identifier)

    def witness(self, at: str, head: Oid | None = None, key: str = "ci", **over: Any) -> str:
        """Witness the tips of all logs; gives the trailer."""
        tips = tuple(
            Observed(log=log, sequence=sequence, id=identifier)
            for log, (sequence, identifier) in sorted(self.last.items())
        )
        said = Witness(
            target_ref="refs/heads/main", head=head or self.head, repository_id=self.repository_id, verdict="satisfied",
            tips=tips, sequence=1, previous=None, witnessed_at=at, tool=("conformance", "1"), nonce="0" * 32,
        )  # fmt: skip
        said = replace(said, **over)
        payload = witness_bytes(said)
        name = key8(self.keys[key].blob)
        line = envelope(payload, self.keys[key], WITNESS_NAMESPACE)
        self.git.notes(WITNESS_PREFIX + name, {said.head: witness_note([line], said)})
        return trailer(name, record_id(payload))


CI = f'ci namespaces="{WITNESS_NAMESPACE}" {KEYS["ci"].line}\n'
REJECT, WITHDRAW = DecisionKind.REJECT, DecisionKind.WITHDRAW
