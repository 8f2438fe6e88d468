"""Changes from real repositories, behind a service that answers from values."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from reviewconsole.boundary import BoundaryResult
from reviewconsole.casefile import (
    Claimed,
    OpenedChange,
    PassphraseAnswer,
    PassphraseRequest,
    QueueEntry,
    Recorded,
    RecordRow,
    Requirement,
    Rereview,
    Risk,
    Sheet,
    SyncState,
)
from reviewconsole.change import ABSENT_MODE, Change, Commit, Entry, Oid, Person, decode
from reviewconsole.decision import Draft, Verdict, must_acknowledge
from reviewconsole.diff import FileDiff, looks_binary, parse_hunks
from reviewconsole.errors import RemoteError, ReviewConsoleError
from reviewconsole.evidence import Provenance, ProvenanceClass, SignalHit, participants
from reviewconsole.finding import Confidence, Family, Finding, Location, Page, Severity, Side, number, risk_level
from reviewconsole.review.drafts import Drafts
from reviewconsole.review.views import Views
from reviewconsole.tui.app import ReviewApp

Tree = Mapping[str, bytes]


def git(folder: Path, *args: str) -> bytes:
    env = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8",
        "GIT_AUTHOR_NAME": "Bob", "GIT_AUTHOR_EMAIL": "bob@example.com", "GIT_AUTHOR_DATE": "2026-11-20T09:00:00Z",
        "GIT_COMMITTER_NAME": "Bob", "GIT_COMMITTER_EMAIL": "bob@example.com",
        "GIT_COMMITTER_DATE": "2026-11-20T09:00:00Z",
    }  # fmt: skip
    return subprocess.run(["git", "-C", str(folder), *args], env=env, check=True, capture_output=True).stdout


def commit(folder: Path, tree: Tree) -> str:
    for path in (decode(p) for p in git(folder, "ls-files", "-z").split(b"\0") if p):
        os.unlink(os.path.join(os.fsencode(folder), os.fsencode(path)))
    for path, data in tree.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "content")
    return decode(git(folder, "rev-parse", "HEAD")).strip()


def diffs(folder: Path, base: str, head: str) -> tuple[FileDiff, ...]:
    fields = git(folder, "diff-tree", "-r", "--raw", "-z", "--no-renames", "--no-abbrev", base, head).split(b"\0")
    out = []
    for meta, raw in zip(fields[0::2], fields[1::2], strict=False):
        old_mode, new_mode, old_oid, new_oid, status = decode(meta)[1:].split()
        path = decode(raw)
        entry = Entry(
            path=path, status=status, old_mode=old_mode, new_mode=new_mode,
            old_oid=None if old_mode == ABSENT_MODE else Oid(old_oid),
            new_oid=None if new_mode == ABSENT_MODE else Oid(new_oid),
        )  # fmt: skip
        sides = [git(folder, "cat-file", "blob", oid) if oid else None for oid in (entry.old_oid, entry.new_oid)]
        binary = any(side is not None and looks_binary(side) for side in sides)
        patch = b""
        if not binary:
            text = git(folder, "diff-tree", "-p", "--text", "--no-color", "-U3", base, head, "--", path)
            start = text.find(b"\n@@ ")
            patch = text[start + 1 :] if start >= 0 else b""
        out.append(FileDiff(entry=entry, old=sides[0], new=sides[1], hunks=parse_hunks(path, patch), binary=binary))
    return tuple(out)


def finding(path: str, line: int, *, severity: Severity = Severity.HIGH, message: str = "A failure is caught and dropped.",
            rule: str = "swallowed-error", evidence: str = "except OSError: pass", family: Family = Family.RISK,
            side: Side = Side.NEW) -> Finding:  # fmt: skip
    return Finding(
        rule=rule, family=family, severity=severity, confidence=Confidence.HIGH, message=message, evidence=evidence,
        location=Location(path=path, side=side, line=line, end_line=line, construct="fetch"),
        why="Nobody hears of it.", instead="Let it pass, or log and count it.", references=("CWE-703",),
    )  # fmt: skip


def opened_change(
    files: tuple[FileDiff, ...], findings: tuple[Finding, ...] = (), *, head: str = "1a2b3c4d5e" * 4,
    ref: str = "refs/heads/feat/retry", title: str = "Retry payments on 503", message: str = "",
) -> OpenedChange:  # fmt: skip
    person = Person(name="Bob", email="bob@example.com")
    item = Commit(
        oid=Oid(head), tree=Oid("a" * 40), parents=(Oid("b" * 40),), author=person, author_time=1_800_000_000,
        committer=person, committer_time=int(time.time()) - 3 * 86400,
        message=message or f"{title}\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n",
    )  # fmt: skip
    change = Change(
        ref=ref, target="refs/heads/main", base=Oid("b" * 40), head=Oid(head), base_tree=Oid("c" * 40),
        head_tree=Oid("a" * 40), merge_bases=(Oid("b" * 40),), commits=(item,),
    )  # fmt: skip
    found = number(findings)
    hit = SignalHit(
        signal="co-author-email", provenance=ProvenanceClass.DECLARED, tool="claude", commit=Oid(head),
        evidence="Co-Authored-By: Claude <noreply@anthropic.com>",
    )  # fmt: skip
    provenance = Provenance(provenance=ProvenanceClass.DECLARED, tools=("claude",), signals=(hit,))
    level = risk_level(found)
    return OpenedChange(
        change=change, provenance=provenance, files=files, findings=found,
        boundary=(BoundaryResult(id="protected", kind="paths.deny", verdict="pass", why="no path of it changed",
                                 level="block", text_sha256="0" * 64),),
        risk=Risk(level=level, score=71, reasons=("high: a failure is dropped", "touches services/payments")),
        digest="d" * 64, engine="e" * 64,
        requirements=(Requirement(id="rule/default", verdict=Verdict.VIOLATED, why="0 of 1 approvals from seniors"),),
        verdict=Verdict.VIOLATED, participants=participants(change.commits), policy_commit=Oid("f" * 40),
    )  # fmt: skip


def entry_of(opened: OpenedChange, state: str = "pending") -> QueueEntry:
    return QueueEntry(
        change=opened.change, provenance=opened.provenance, risk=opened.risk,
        counts={family: sum(f.family is family for f in opened.findings) for family in Family},
        files=len(opened.files), added=sum(f.added for f in opened.files), removed=sum(f.removed for f in opened.files),
        state=state, top=opened.findings[:3], paths=tuple(f.path for f in opened.files),
    )  # fmt: skip


@dataclass
class Service:
    """A service over values. It asks for a passphrase when it has one, like a signing key does."""

    changes: list[OpenedChange]
    repository_name: str = "example/payments"
    target: str = "refs/heads/main"
    notices: tuple[str, ...] = ()
    moved_to: Oid | None = None
    newer: OpenedChange | None = None
    difference: tuple[FileDiff, ...] = ()
    since: Rereview | None = None
    blocked: str = ""
    passphrase: str = ""
    recorded: list[tuple[OpenedChange, Draft]] = field(default_factory=list)
    sheets: list[Draft] = field(default_factory=list)
    published: list[SyncState | Exception] = field(default_factory=list)
    busy: threading.Lock = field(default_factory=threading.Lock)
    copied: list[str] = field(default_factory=list)
    edited: list[tuple[str, int]] = field(default_factory=list)
    copies_with: str = ""
    rejects: tuple[RecordRow, ...] = ()
    key_kind: str = "file"
    slow: float = 0
    claims: dict[str, tuple[Claimed, ...]] = field(default_factory=dict)
    refs_moved: bool = False
    closed: int = 0
    stages: list[OpenedChange | None] = field(default_factory=list)
    """What is told while a change is opened; each waits for `go_on`."""
    go_on: threading.Event = field(default_factory=threading.Event)
    breaks: Exception | None = None
    """What opening a change, or reading the queue, fails with."""
    views: Views = field(default_factory=lambda: Views(Path(tempfile.mkdtemp())))
    drafts: Drafts = field(default_factory=lambda: Drafts(Path(tempfile.mkdtemp()), Path("/x")))

    @property
    def desktop(self) -> "Service":
        return self

    def copy(self, text: str) -> str:
        self.copied.append(text)
        return self.copies_with

    def save(self, text: str) -> str:
        self.copied.append(text)
        return "/home/alice/copied.txt"

    def edit(self, path: str, line: int, content: bytes) -> str:
        self.edited.append((path, line))
        return f"edited {path}"

    def queue(
        self,
        *,
        everything: bool = False,
        stacked: bool = False,
        progress: Callable[[int, int], None] | None = None,
        seen: Callable[[QueueEntry], None] | None = None,
    ) -> tuple[QueueEntry, ...]:
        if self.breaks is not None:
            raise self.breaks
        for index, each in enumerate(self.changes):
            if progress is not None:
                progress(index, len(self.changes))
            if seen is not None:
                seen(entry_of(each))
            time.sleep(self.slow)
        decided = {opened.change.head for opened, _ in self.recorded}
        return tuple(entry_of(c) for c in self.changes if everything or c.change.head not in decided)

    def open_change(self, spec: str, *, told: Callable[[OpenedChange | None], object] | None = None) -> OpenedChange:
        for stage in self.stages if told is not None else ():
            told(stage)
            while stage is not None and stage.scanning and not self.go_on.wait(0.02):
                told(None)
            self.go_on.clear()
        if self.breaks is not None:
            raise self.breaks
        if self.newer is not None and spec == self.newer.change.ref:
            return self.newer
        for opened in self.changes:
            if spec in (opened.change.ref, opened.change.head, opened.change.ref.removeprefix("refs/heads/")):
                return opened
        raise ReviewConsoleError(f"no such change: {spec}")

    def moved(self, opened: OpenedChange) -> Oid | None:
        return self.moved_to if self.moved_to != opened.change.head or self.newer is None else None

    def since_decision(self, opened: OpenedChange) -> Rereview | None:
        return self.since

    def delta(self, opened: OpenedChange, newer: OpenedChange) -> tuple[FileDiff, ...]:
        return self.difference

    def sheet(self, opened: OpenedChange, draft: Draft) -> Sheet:
        self.sheets.append(draft)
        said = {item.fingerprint for item in draft.acknowledged}
        return Sheet(
            rows=(
                ("decision", draft.kind.value), ("by", "alice with ssh-ed25519 key SHA256:abcdef"),
                ("ref", opened.change.ref), ("into", opened.change.target), ("head", opened.change.head),
                ("base", opened.change.base or ""), ("digest", opened.digest), ("policy", "ffffffffffff rules default"),
                ("risk", f"{opened.risk.level} ({opened.risk.score})"), ("provenance", "declared claude"),
                ("boundary", "protected pass"), ("coverage", f"{len(draft.viewed)} of {len(opened.units)} hunks"),
                ("acknowledged", f"{len(said)} of 1"), ("log", "refs/notes/reviewconsole/alice/12345678-90abcdef"),
            ),
            unread=tuple(unit for unit in opened.units if unit not in draft.viewed),
            unacknowledged=tuple(f for f in opened.findings if must_acknowledge(f) and f.fingerprint not in said),
            gate_before=Verdict.VIOLATED, gate_after=Verdict.SATISFIED, gate_why=("rule default: 1 of 1 approvals",),
            confirm=opened.change.head[:7], blocked=self.blocked, rejects=self.rejects, key_kind=self.key_kind,
        )  # fmt: skip

    def record(
        self, opened: OpenedChange, draft: Draft, ask: Callable[[PassphraseRequest], PassphraseAnswer | None]
    ) -> Recorded:
        if self.passphrase:
            request = PassphraseRequest(key="~/.ssh/id_ed25519", fingerprint="SHA256:abcdef", why="", can_store=True)
            answer = ask(request)
            if answer is None or answer.passphrase != self.passphrase:
                raise ReviewConsoleError("the passphrase is wrong")
        time.sleep(self.slow)
        self.recorded.append((opened, draft))
        summary = f"{draft.kind.value}  alice  head {opened.change.head[:12]}"
        return Recorded(id="sha256:" + "0" * 64, ref="refs/notes/x", head=opened.change.head, summary=summary)

    def publish(self) -> SyncState:
        if not self.published:
            raise RemoteError("the remote does not answer", remedy="try again")
        answer = self.published.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def claims_on(self, change: Change) -> tuple[Claimed, ...]:
        return self.claims.get(change.head, ())

    def claim_or_release(self, change: Change, ask: object) -> tuple[Claimed, ...]:
        own = Claimed(principal="alice", since="2026-11-22T09:00:00Z", until="2126-11-22T11:00:00Z", own=True)
        now = self.claims_on(change)
        self.claims[change.head] = tuple(c for c in now if not c.own) if own in now else (own, *now)
        return self.claims_on(change)

    def moved_on(self) -> bool:
        return self.refs_moved

    def close(self) -> None:
        self.closed += 1

    def leave(self) -> None:
        self.left = True

    def sync_state(self) -> SyncState:
        return SyncState(state="nothing", pending=0)

    def records(self, opened: OpenedChange) -> tuple[RecordRow, ...]:
        return tuple(
            RecordRow(
                id="sha256:0", decision=draft.kind.value, principal="alice", decided_at="2026-11-22T09:00:00Z",
                valid=True, why="counts for rule default", reason=draft.reason,
            )
            for _, draft in self.recorded
        )  # fmt: skip

    def log(self) -> tuple[RecordRow, ...]:
        return self.records(self.changes[0])

    def page(self, rule: str) -> Page:
        return Page(
            rule=rule, title="error caught and dropped", family=Family.RISK, severity=Severity.HIGH,
            confidence=Confidence.HIGH, what="A handler that does nothing.", why="Failures stay unseen.",
            example="except OSError: pass", instead="Log it.", references=("CWE-703",), languages=("python",),
        )  # fmt: skip


def source(lines: int, *, changed: Mapping[int, str] | None = None, width: int = 0) -> bytes:
    rows = [f"value_{index} = compute({index})" + "x" * width for index in range(1, lines + 1)]
    for index, text in (changed or {}).items():
        rows[index - 1] = text
    return ("\n".join(rows) + "\n").encode("utf-8", "surrogateescape")


@pytest.fixture
def repository(tmp_path: Path) -> Callable[[Tree, Tree], tuple[FileDiff, ...]]:
    """Gives the diff between two trees, made by git."""

    def make(before: Tree, after: Tree) -> tuple[FileDiff, ...]:
        folder = tmp_path / f"repository{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        git(folder, "init", "-q", "-b", "main")
        base = commit(folder, before)
        return diffs(folder, base, commit(folder, after))

    return make


@pytest.fixture
def opened(repository: Callable[[Tree, Tree], tuple[FileDiff, ...]]) -> OpenedChange:
    """Three files, five hunks; a.py has hunks at lines 10, 100 and 190, and a finding at line 100."""
    marks = {10: "first = 1", 100: "except OSError: pass", 190: "third = 3"}
    before = {"services/a.py": source(200), "services/b.py": source(60), "docs/old.md": b"old\n"}
    after = {"services/a.py": source(200, changed=marks), "services/b.py": source(60, changed={30: "b = 2"})}
    return opened_change(repository(before, after), (finding("services/a.py", 100),))


@pytest.fixture
def service(opened: OpenedChange, tmp_path: Path) -> Service:
    return Service(changes=[opened], drafts=Drafts(tmp_path / "state", tmp_path))


def app_on(service: Service, *, theme: str = "dark") -> ReviewApp:
    """The console opened on the only change."""
    return ReviewApp(service, theme, "feat/retry")


def newer_than(opened: OpenedChange, files: tuple[FileDiff, ...]) -> OpenedChange:
    head = Oid("99887766aa" * 4)
    item = replace(opened.change.commits[0], oid=head)
    return replace(opened, change=replace(opened.change, head=head, commits=(item,)), files=files)
