"""What is up for review: commits, tree entries and the range they form.

Text that git stores as bytes (paths, names, messages) is `str` decoded as UTF-8 with
`surrogateescape`, so that no byte is lost; `encode()` gives the bytes back.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NewType

Oid = NewType("Oid", str)
"""Full lower-case hex id of a git object (40 digits for SHA-1, 64 for SHA-256)."""

OBJECT_ID = r"[0-9a-f]{40}|[0-9a-f]{64}"
"""Pattern of an object id, to be matched whole."""

ChangeId = NewType("ChangeId", str)
"""First 12 hex digits of SHA-256 over target ref, NUL, head id."""

ABSENT_MODE = "000000"
GITLINK_MODE = "160000"
SYMLINK_MODE = "120000"


def decode(raw: bytes) -> str:
    """Decode git's bytes without loss."""
    return raw.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """Give back the bytes that `decode` read; lone surrogates beyond them are kept as WTF-8."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A name and e-mail as a commit states them; neither is authenticated."""

    name: str
    email: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Commit:
    """One commit, read from its raw object."""

    oid: Oid
    tree: Oid
    parents: tuple[Oid, ...]
    author: Person
    author_time: int
    """Seconds since the epoch; a claim of the author."""
    committer: Person
    committer_time: int
    message: str
    anomalies: tuple[str, ...] = ()
    """What is odd about the raw object (second author header, NUL, encoding header), in words."""
    signed: bool = False
    """Whether it bears a signature, good or bad."""

    @property
    def title(self) -> str:
        """The first line of the message."""
        return self.message.lstrip("\n").split("\n", 1)[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One changed path between two trees, as `diff-tree --raw` lists it, without renames."""

    path: str
    status: str
    """One of A, M, D, T (type change)."""
    old_mode: str
    new_mode: str
    old_oid: Oid | None
    """None where the side is absent."""
    new_oid: Oid | None

    @property
    def sides(self) -> tuple[tuple[str, Oid | None], tuple[str, Oid | None]]:
        """Mode and id, old and new."""
        return (self.old_mode, self.old_oid), (self.new_mode, self.new_oid)

    @property
    def submodule(self) -> bool:
        """Whether either side is a gitlink."""
        return GITLINK_MODE in (self.old_mode, self.new_mode)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A range `base..head` that wants to enter `target`, decided as one.

    The reviewed content is tree(base) -> tree(head). `base` is None where head and target
    share no history: then the empty tree is the base. More than one merge base makes every
    verdict undecidable.
    """

    ref: str
    """Full name of the ref it was found at; the commit id where there is none."""
    target: str
    """Full name of the protected branch, `refs/heads/...`."""
    base: Oid | None
    head: Oid
    base_tree: Oid
    head_tree: Oid
    merge_bases: tuple[Oid, ...]
    commits: tuple[Commit, ...]
    """The commits of base..head, newest first; the first is head, unless the range is empty."""
    landed: bool = False
    """True for a commit that is already on the target's first-parent line."""
    other_refs: tuple[str, ...] = ()
    """Further refs with the same head."""
    onto: Oid | None = None
    """The commit of the target that it goes onto, where that is not `base`: the tip, or a merge's first parent."""
    below: str = ""
    """The ref whose head is `base`, where that is no commit of the target yet but another change under review."""

    @property
    def spec(self) -> str:
        """What names it, wherever its refs stand by then."""
        return f"{self.below}..{self.ref}" if self.below else self.ref

    @property
    def exact_spec(self) -> str:
        """What names it as it stands now."""
        return f"{self.base}..{self.head}" if self.below else self.head

    @property
    def id(self) -> ChangeId:
        """The identifier users type and JSON shows."""
        return change_id(self.target, self.head)

    @property
    def title(self) -> str:
        """First line of the head commit's message."""
        return self.commits[0].title if self.commits else "(no commits)"

    @property
    def updated(self) -> int:
        """Committer time of the head commit, seconds since the epoch."""
        return self.commits[0].committer_time if self.commits else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What provenance is judged from: the change, its paths and the notes on its commits."""

    change: Change
    paths: tuple[str, ...] = ()
    notes: Mapping[str, Mapping[Oid, bytes]] = field(default_factory=dict)
    """Notes ref -> commit -> raw note."""


def short_ref(ref: str) -> str:
    """A ref without its usual prefix; a commit id by its first digits."""
    for prefix in ("refs/heads/", "refs/remotes/", "refs/"):
        if ref.startswith(prefix):
            return ref.removeprefix(prefix)
    return ref[:12]


def change_id(target: str, head: Oid) -> ChangeId:
    """Identify a change: SHA-256 over target ref, NUL, head id; first 12 hex digits."""
    return ChangeId(hashlib.sha256(encode(target) + b"\0" + encode(head)).hexdigest()[:12])


@dataclass(frozen=True, kw_only=True, slots=True)
class ContentEntry:
    """A changed path with the SHA-256 of both sides' bytes, the unit of the content digest."""

    path: str
    old_mode: str
    new_mode: str
    old_sha256: str
    """Hex digest, `-` where the side is absent, the commit id for a submodule."""
    new_sha256: str


DIFF_ALGORITHM = "reviewconsole/diff/v1"


def diff_digest(entries: Iterable[ContentEntry]) -> str:
    """Compute the content digest `reviewconsole/diff/v1` of a change (docs/record.md).

    SHA-256, as hex, over old mode, new mode, old digest, new digest and path of each entry in
    byte order of the paths, every field ended by NUL.
    """
    digest = hashlib.sha256()
    for entry in sorted(entries, key=lambda item: encode(item.path)):
        for part in (entry.old_mode, entry.new_mode, entry.old_sha256, entry.new_sha256, entry.path):
            digest.update(encode(part) + b"\0")
    return digest.hexdigest()


def paths_digest(paths: Iterable[str]) -> str:
    """Hash the changed paths: SHA-256, as hex, over each path and NUL, in byte order."""
    return hashlib.sha256(b"".join(path + b"\0" for path in sorted(map(encode, paths)))).hexdigest()
