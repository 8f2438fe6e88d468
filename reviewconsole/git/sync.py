"""Exchange notes refs with a remote, through a bare git directory of our own.

The repository's configuration never takes part: its ssh command, credential helpers, proxies and
rewritten addresses belong to whoever wrote them. The person's own git settings do apply. Local
refs move only forward; what a remote rewound, replaced or deleted is reported, and kept here.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reviewconsole import lazy_re as re
from reviewconsole.change import Oid, decode, encode
from reviewconsole.display import safe_text
from reviewconsole.errors import RemoteError, RepositoryError, StorageError
from reviewconsole.git.notes import read_notes_at, write_notes
from reviewconsole.git.process import Git, said
from reviewconsole.git.repository import Repository

_INCOMING = "refs/incoming/"
_HELPER = re.compile(r"[A-Za-z0-9+.-]*::")
"""How an address names a program of its own instead of a transport."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchReport:
    """What a fetch found."""

    updated: tuple[str, ...] = ()
    rolled_back: tuple[str, ...] = ()
    """Refs that the remote rewound, replaced or deleted; ours are kept."""
    own_diverged: Mapping[str, Oid] = field(default_factory=dict)
    """Logs of one's own that grew in two clones: ref -> the remote's tip."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """Refs that could not be taken over, with the reason; they hold back no other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PushReport:
    """What a push did."""

    pushed: tuple[str, ...] = ()
    rejected: Mapping[str, str] = field(default_factory=dict)


class Sync:
    """Fetches and pushes notes refs of one repository."""

    def __init__(self, repository: Repository, state_dir: Path, environ: Mapping[str, str]) -> None:
        self._repository = repository
        self._environ = environ
        name = hashlib.sha256(os.fsencode(repository.common_dir)).hexdigest()[:16]
        self._folder = state_dir / "sync" / name
        self._git = Git(self._folder / "sync.git", environ)
        self._prepare()

    def _prepare(self) -> None:
        objects = self._repository.common_dir / "objects"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            own = self._git.git_dir
            if not (own / "HEAD").is_file():
                options = [f"--object-format={self._repository.object_format}", "--template="]
                self._git.run(["init", "-q", "--bare", *options, str(own)])
            info = own / "objects" / "info"
            info.mkdir(parents=True, exist_ok=True)
            alternates = info / "alternates"
            line = os.fsencode(objects) + b"\n"
            if not alternates.is_file() or alternates.read_bytes() != line:
                alternates.write_bytes(line)
        except OSError as error:
            raise StorageError(f"the state folder cannot be used: {error.strerror}") from error

    def address(self, remote: str, *, pin: bool = True) -> str:
        """The remote's address, pinned at first use; RemoteError where it is another one since."""
        url = self._repository.config_local(f"remote.{remote}.url")
        if not url:
            raise RemoteError(f"there is no remote called {safe_text(remote)}", remedy="list them with `git remote -v`")
        if _HELPER.match(url) or url.startswith("-"):
            raise RemoteError(
                f"the address of {safe_text(remote)} would run a program", remedy="use an ssh, https or file address"
            )
        pins = self._folder / "remotes.json"
        try:
            known = json.loads(pins.read_text(encoding="utf-8")) if pins.exists() else {}
            if pin and remote not in known:
                known[remote] = url
                pins.write_text(json.dumps(known, indent=1), encoding="utf-8")
        except (OSError, ValueError) as error:
            raise StorageError(f"{pins} cannot be used: {error}", remedy="remove it, and check the address") from error
        if known.get(remote, url) != url:
            raise RemoteError(
                "the address of {} was {} and is now {}".format(*map(safe_text, (remote, str(known[remote]), url))),
                remedy=f"if you changed it, remove {pins}; if not, ask who did",
            )
        if url.startswith((".", "/")):
            return str((self._repository.common_dir.parent / url).resolve()) if url.startswith(".") else url
        return url

    def remote_tips(self, remote: str, prefix: str) -> dict[str, Oid]:
        """Ref -> id on the remote, under a prefix."""
        out = self._git.run(["ls-remote", "--refs", "--", self.address(remote), f"{prefix}*"], network=True)
        rows = [row.split(b"\t", 1) for row in out.split(b"\n") if row]
        return {decode(name): Oid(oid.decode()) for oid, name in rows if name.startswith(encode(prefix))}

    def fetch(self, remote: str, prefix: str, *, own: frozenset[str]) -> FetchReport:
        """Bring the remote's refs under `prefix` here; `own` are the logs this device writes."""
        address = self.address(remote)
        theirs = self.remote_tips(remote, prefix)
        seen = self.last_seen(remote)
        # stored first: a log written meanwhile must not look like one whose objects were pruned
        stored = {ref.name: ref.oid for ref in self._repository.raw_refs(prefix.rstrip("/"))}
        ours = {ref.name: ref.oid for ref in self._repository.note_refs(prefix)}
        changed = {ref: oid for ref, oid in theirs.items() if ours.get(ref) != oid}
        arrived, failed = self._bring(address, changed) if changed else ({}, {})
        here = {ref: oid for ref, oid in seen.items() if ref.startswith(prefix)}
        report = self._apply(arrived, theirs, {**stored, **ours}, own, here)
        report = replace(report, failed={**failed, **report.failed})
        kept = {*report.rolled_back, *report.failed}
        self._remember(remote, {**seen, **{ref: oid for ref, oid in theirs.items() if ref not in kept}})
        return report

    def _bring(self, address: str, changed: Mapping[str, Oid]) -> tuple[dict[str, Oid], dict[str, str]]:
        """Fetch refs into our own directory and carry their objects over: (ref -> commit, ref -> why not).

        Each waits under a hashed name, since one ref may be called like a folder of another.
        """
        names = {_INCOMING + hashlib.sha256(encode(ref)).hexdigest(): ref for ref in changed}
        specs = [f"+{ref}:{name}" for name, ref in names.items()]
        options = ["--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules"]
        feed = encode("\n".join(specs)) + b"\n"
        self._git.run(["fetch", "--progress", *options, "--stdin", "--", address], stdin=feed, network=True)
        out = self._git.run(["for-each-ref", "--format=%(refname)%00%(objectname)%00%(objecttype)", *names])
        arrived: dict[str, Oid] = {}
        failed: dict[str, str] = {}
        for row in out.split(b"\n"):
            if row:
                name, oid, kind = decode(row).split("\0")
                if kind == "commit":
                    arrived[names[name]] = Oid(oid)
                else:
                    failed[names[name]] = f"it is a {kind}, no commit"
        try:
            self._carry_over(list(arrived.values()))
        except RepositoryError:
            # one malformed log must not hold back the others
            for ref, oid in list(arrived.items()):
                try:
                    self._carry_over([oid])
                except RepositoryError as error:
                    failed[ref] = str(error)
                    del arrived[ref]
        return arrived, failed

    def _carry_over(self, tips: Sequence[Oid]) -> None:
        """Copy the objects that the repository lacks, without either side reading configuration of the other."""
        have = "".join(f"^{ref.oid}\n" for ref in self._repository.note_refs("refs/notes/"))
        feed = "".join(f"{oid}\n" for oid in tips) + have
        pack = self._git.run(["pack-objects", "-q", "--revs", "--stdout"], stdin=feed.encode())
        if int.from_bytes(pack[8:12], "big"):
            self._repository.git.run(["index-pack", "--stdin", "--fix-thin", "--strict"], stdin=pack)

    def _apply(
        self,
        arrived: Mapping[str, Oid],
        theirs: Mapping[str, Oid],
        ours: Mapping[str, Oid],
        own: frozenset[str],
        seen: Mapping[str, Oid],
    ) -> FetchReport:
        updated, diverged, failures = [], {}, {}
        rolled_back = {ref for ref, last in seen.items() if not self._still_held(theirs.get(ref), last)}
        for ref in rolled_back:
            self._restore(ref, ours.get(ref), seen[ref])
        for ref, oid in arrived.items():
            mine = ours.get(ref)
            if ref not in rolled_back and (mine is None or self._reaches(mine, oid)):
                why = self._forward(ref, oid, mine)
                if why:
                    failures[ref] = why
                else:
                    updated.append(ref)
            elif ref not in own:
                rolled_back.add(ref)
            elif mine is not None and not self._reaches(oid, mine):
                diverged[ref] = oid
        return FetchReport(
            updated=tuple(sorted(updated)),
            rolled_back=tuple(sorted(rolled_back)),
            own_diverged=diverged,
            failed=failures,
        )

    def _still_held(self, theirs: Oid | None, last: Oid) -> bool:
        return theirs is not None and (theirs == last or self._reaches(last, theirs))

    def _restore(self, ref: str, mine: Oid | None, last: Oid) -> None:
        """Bring a log back that another fetch, one by force or with pruning, rewound or deleted here too."""
        if mine != last and self._reaches(mine or last, last):
            self._forward(ref, last, mine)

    def _forward(self, ref: str, oid: Oid, mine: Oid | None) -> str:
        """Move a local ref by compare-and-swap; the reason why not, or nothing."""
        command = ["update-ref", "--no-deref", ref, oid, mine or "0" * len(oid)]
        code, _, err = self._repository.git.attempt(command)
        return said(err) if code else ""

    def _reaches(self, old: Oid, new: Oid) -> bool:
        try:
            return self._repository.is_ancestor(old, new)
        except RepositoryError:
            return False

    def last_seen(self, remote: str) -> dict[str, Oid]:
        """What this remote was last known to hold."""
        try:
            raw = json.loads((self._folder / "seen.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return {str(ref): Oid(str(oid)) for ref, oid in raw.get(remote, {}).items()}

    def _remember(self, remote: str, tips: Mapping[str, Oid]) -> None:
        path = self._folder / "seen.json"
        try:
            known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
            known[remote] = dict(tips)
            fresh = path.with_name(f"seen.{os.getpid()}.tmp")
            fresh.write_text(json.dumps(known), encoding="utf-8")
            fresh.replace(path)
        except (OSError, ValueError) as error:
            raise StorageError(f"{path} cannot be written: {error}") from error

    def push(self, remote: str, refs: Sequence[str]) -> PushReport:
        """Push refs forward, never by force; a rejected one is reported with the remote's reason."""
        tips = {ref.name: ref.oid for ref in self._repository.note_refs("refs/notes/")}
        theirs = self.remote_tips(remote, "refs/notes/")
        specs = {ref: f"{tips[ref]}:{ref}" for ref in refs if ref in tips and theirs.get(ref) != tips[ref]}
        if not specs:
            return PushReport()
        command = [
            "push",
            "--porcelain",
            "--progress",
            "--no-verify",
            "--no-follow-tags",
            "--recurse-submodules=no",
            "--",
            self.address(remote),
            *specs.values(),
        ]
        code, out, err = self._git.attempt(command, network=True)
        pushed, rejected = [], {}
        for row in decode(out).split("\n"):
            parts = row.split("\t")
            if len(parts) >= 3 and parts[0] in (" ", "*", "=", "!"):
                ref = parts[1].split(":", 1)[-1]
                if parts[0] == "!":
                    rejected[ref] = safe_text(parts[2])
                else:
                    pushed.append(ref)
        if code and not rejected:
            raise RemoteError(f"the push failed: {said(err)}")
        self._remember(remote, {**self.last_seen(remote), **{ref: tips[ref] for ref in pushed}})
        return PushReport(pushed=tuple(sorted(pushed)), rejected=rejected)

    def union(self, ref: str, theirs: Oid, merge: Callable[[bytes | None, bytes | None], bytes]) -> Oid:
        """Unite a log that grew in two clones: `merge` joins two notes on one object."""
        mine = next((found.oid for found in self._repository.note_refs(ref) if found.name == ref), None)
        if mine is None:
            raise RepositoryError(f"{ref} is no longer here")
        ours, other = (read_notes_at(self._repository, oid).notes for oid in (mine, theirs))
        updates = {oid: merge(ours.get(oid), text) for oid, text in other.items() if ours.get(oid) != text}
        return write_notes(
            self._repository, ref, updates, message="Unite two copies of a log", expected=mine, parents=(theirs,)
        )
