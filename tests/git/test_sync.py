"""Sync with real remotes: forward only, no record lost, and every rollback reported."""

import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reviewconsole.change import Oid
from reviewconsole.errors import MissingObject, RemoteError, RepositoryError
from reviewconsole.git import process
from reviewconsole.git.notes import read_notes, write_notes
from reviewconsole.git.repository import Repository
from reviewconsole.git.sync import Sync

from .conftest import Maker, Work

PREFIX = "refs/notes/reviewconsole/"
ALICE, BOB = PREFIX + "alice/k-d", PREFIX + "bob/k-d"


class Trio:
    """A bare remote and two clones, each with a state folder."""

    def __init__(self, make: Maker, tmp_path: Path, *options: str) -> None:
        self.remote = make("remote.git", "--bare", *options)
        self.alice, self.bob = make("alice", *options), make("bob", *options)
        self.state = tmp_path / "state"
        for work in (self.alice, self.bob):
            work.git("remote", "add", "origin", str(self.remote.path))

    def sync(self, work: Work) -> Sync:
        return Sync(work.open(), self.state / work.path.name, work.environ)

    def write(self, work: Work, ref: str, number: int, text: bytes = b"note") -> Oid:
        repo = work.open()
        tip = next((found.oid for found in repo.note_refs(ref)), None)
        width = 64 if repo.object_format == "sha256" else 40
        return write_notes(repo, ref, {Oid(f"{number:0{width}x}"): text}, message="m", expected=tip)


@pytest.fixture
def trio(make: Maker, tmp_path: Path) -> Trio:
    return Trio(make, tmp_path)


def _notes(work: Work, ref: str) -> dict[int, bytes]:
    return {int(oid, 16): text for oid, text in read_notes(work.open(), ref).notes.items()}


@pytest.mark.parametrize("options", [(), ("--object-format=sha256",)])
def test_records_travel_both_ways(make: Maker, tmp_path: Path, options: tuple[str, ...]) -> None:
    trio = Trio(make, tmp_path, *options)
    trio.write(trio.alice, ALICE, 1)
    trio.write(trio.bob, BOB, 2)
    assert trio.sync(trio.alice).push("origin", [ALICE]).pushed == (ALICE,)
    assert trio.sync(trio.bob).fetch("origin", PREFIX, own=frozenset({BOB})).updated == (ALICE,)
    assert trio.sync(trio.bob).push("origin", [BOB]).pushed == (BOB,)
    report = trio.sync(trio.alice).fetch("origin", PREFIX, own=frozenset({ALICE}))
    assert (report.updated, report.rolled_back, dict(report.failed)) == ((BOB,), (), {})
    assert _notes(trio.alice, BOB) == _notes(trio.bob, BOB) == {2: b"note"}
    assert trio.sync(trio.alice).push("origin", [ALICE]).pushed == ()
    assert trio.sync(trio.alice).fetch("origin", PREFIX, own=frozenset({ALICE})).updated == ()
    assert trio.sync(trio.alice).remote_tips("origin", PREFIX).keys() == {ALICE, BOB}
    assert trio.alice.git("fsck", "--strict") == trio.remote.git("fsck", "--strict") == b""


def test_a_rewound_a_replaced_and_a_deleted_log_are_reported_and_kept(trio: Trio) -> None:
    first = trio.write(trio.bob, BOB, 1)
    trio.write(trio.bob, BOB, 2)
    trio.sync(trio.bob).push("origin", [BOB])
    fetch = trio.sync(trio.alice).fetch
    own = frozenset({ALICE})
    assert fetch("origin", PREFIX, own=own).updated == (BOB,)
    other = trio.remote.commit(trio.remote.files({b"x": b"y"}))
    for attack in (first, other, None):
        trio.remote.git("update-ref", *([BOB, attack] if attack else ["-d", BOB]))
        for _ in range(2):
            assert fetch("origin", PREFIX, own=own).rolled_back == (BOB,)
        assert _notes(trio.alice, BOB) == {1: b"note", 2: b"note"}
    trio.sync(trio.bob).fetch("origin", PREFIX, own=frozenset({BOB}))
    assert trio.sync(trio.bob).push("origin", [BOB]).pushed == (BOB,)
    assert fetch("origin", PREFIX, own=own).rolled_back == ()


def test_an_own_log_that_was_replaced_is_reported_and_healed_without_force(trio: Trio) -> None:
    trio.write(trio.alice, ALICE, 1)
    sync = trio.sync(trio.alice)
    sync.push("origin", [ALICE])
    evil = trio.remote.commit(trio.remote.files({b"%040x" % 9: b"theirs"}))
    trio.remote.ref(ALICE, evil)
    report = sync.fetch("origin", PREFIX, own=frozenset({ALICE}))
    assert (report.rolled_back, dict(report.own_diverged)) == ((ALICE,), {ALICE: evil})
    assert list(sync.push("origin", [ALICE]).rejected) == [ALICE]
    sync.union(ALICE, evil, lambda ours, theirs: ours or theirs or b"")
    assert sync.push("origin", [ALICE]).pushed == (ALICE,)
    assert _notes(trio.remote, ALICE) == {1: b"note", 9: b"theirs"}
    assert sync.fetch("origin", PREFIX, own=frozenset({ALICE})).rolled_back == ()


def test_one_log_that_grew_in_two_clones_is_united(trio: Trio) -> None:
    trio.write(trio.alice, ALICE, 1)
    trio.sync(trio.alice).push("origin", [ALICE])
    own = frozenset({ALICE})
    trio.sync(trio.bob).fetch("origin", PREFIX, own=own)
    trio.write(trio.alice, ALICE, 2, b"left")
    trio.write(trio.bob, ALICE, 2, b"right")
    trio.write(trio.bob, ALICE, 3)
    trio.sync(trio.alice).push("origin", [ALICE])
    sync = trio.sync(trio.bob)
    assert ALICE in sync.push("origin", [ALICE]).rejected
    report = sync.fetch("origin", PREFIX, own=own)
    assert (report.rolled_back, list(report.own_diverged)) == ((), [ALICE])
    sync.union(ALICE, report.own_diverged[ALICE], lambda ours, theirs: b"+".join(filter(None, (ours, theirs))))
    assert sync.push("origin", [ALICE]).pushed == (ALICE,)
    assert _notes(trio.remote, ALICE) == {1: b"note", 2: b"right+left", 3: b"note"}
    with pytest.raises(RepositoryError, match="no longer here"):
        sync.union(BOB, report.own_diverged[ALICE], lambda ours, theirs: b"")


def test_two_clones_that_race_keep_every_record(trio: Trio) -> None:
    failures: list[str] = []

    def loop(work: Work, ref: str, other: str) -> None:
        for number in range(6):
            trio.write(work, ref, number)
            report = trio.sync(work).fetch("origin", PREFIX, own=frozenset({ref}))
            result = trio.sync(work).push("origin", [ref])
            failures.extend([*report.rolled_back, *report.failed, *result.rejected])

    threads = [
        threading.Thread(target=loop, args=(trio.alice, ALICE, BOB)),
        threading.Thread(target=loop, args=(trio.bob, BOB, ALICE)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    for work, other in ((trio.alice, ALICE), (trio.bob, BOB)):
        trio.sync(work).fetch("origin", PREFIX, own=frozenset({other}))
    assert {ref: _notes(trio.alice, ref) for ref in (ALICE, BOB)} == {
        ref: _notes(trio.bob, ref) for ref in (ALICE, BOB)
    }
    assert len(_notes(trio.remote, ALICE)) == len(_notes(trio.remote, BOB)) == 6


def test_hostile_refs_hold_back_no_other(trio: Trio) -> None:
    remote = trio.remote
    trio.write(trio.bob, BOB, 1)
    trio.write(trio.alice, PREFIX + "carol/k-d", 1)
    trio.sync(trio.bob).push("origin", [BOB])
    x = bytes.fromhex(remote.blob(b"x"))
    remote.ref(PREFIX + "blob", remote.blob(b"x"))
    remote.ref(PREFIX + "tree", remote.commit(remote.raw("tree", b"100644 b\0" + x + b"100644 a\0" + x)))
    remote.ref(PREFIX + "carol", remote.commit(remote.files({b"a": b"x"})))
    remote.ref(PREFIX.encode() + b"\xff$(id)`x", remote.commit(remote.files({b"a": b"x"})))
    report = trio.sync(trio.alice).fetch("origin", PREFIX, own=frozenset({ALICE}))
    assert report.updated == (BOB, PREFIX + "\udcff$(id)`x")
    assert set(report.failed) == {PREFIX + name for name in ("blob", "tree", "carol")}
    assert _notes(trio.alice, PREFIX + "carol/k-d") == {1: b"note"}
    remote.git("update-ref", "-d", BOB)
    remote.ref(BOB + "/below", remote.commit(remote.files({b"a": b"x"})))
    again = trio.sync(trio.alice).fetch("origin", PREFIX, own=frozenset({ALICE}))
    assert again.rolled_back == (BOB,)
    assert BOB + "/below" in again.failed


def test_a_log_that_a_prune_took_away_here_is_fetched_again(trio: Trio) -> None:
    trio.write(trio.bob, BOB, 1)
    trio.sync(trio.bob).push("origin", [BOB])
    own = frozenset({ALICE})
    trio.sync(trio.alice).fetch("origin", PREFIX, own=own)
    for pack in (trio.alice.path / ".git/objects/pack").iterdir():
        pack.unlink()
    assert read_notes(trio.alice.open(), BOB).junk
    assert trio.sync(trio.alice).fetch("origin", PREFIX, own=own).updated == (BOB,)
    assert _notes(trio.alice, BOB) == {1: b"note"}


def test_a_forced_refspec_that_overwrote_local_logs_is_noticed_and_undone(trio: Trio) -> None:
    trio.write(trio.bob, BOB, 1)
    trio.write(trio.bob, BOB, 2)
    trio.sync(trio.bob).push("origin", [BOB])
    fetch = trio.sync(trio.alice).fetch
    fetch("origin", PREFIX, own=frozenset())
    trio.remote.git("update-ref", BOB, f"{BOB}^")
    for force in (["fetch", "origin", "+refs/notes/*:refs/notes/*"], ["update-ref", "-d", BOB]):
        trio.alice.git(*force)
        assert len(_notes(trio.alice, BOB)) < 2
        assert fetch("origin", PREFIX, own=frozenset()).rolled_back == (BOB,)
        assert len(_notes(trio.alice, BOB)) == 2


def test_a_refusing_remote_is_reported_in_its_own_words_made_safe(trio: Trio) -> None:
    hook = trio.remote.path / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nprintf '\\033]0;owned\\007no\\n' >&2\nexit 1\n")
    hook.chmod(0o755)
    trio.write(trio.alice, ALICE, 1)
    result = trio.sync(trio.alice).push("origin", [ALICE])
    assert (result.pushed, list(result.rejected)) == ((), [ALICE])
    assert "pre-receive" in result.rejected[ALICE]
    assert result.rejected[ALICE].isprintable()
    assert trio.sync(trio.alice).remote_tips("origin", PREFIX) == {}


def test_an_address_is_pinned_and_never_names_a_program(trio: Trio, tmp_path: Path) -> None:
    trio.sync(trio.alice).remote_tips("origin", PREFIX)
    trio.alice.git("remote", "set-url", "origin", f"{tmp_path}/other\x1b.git")
    with pytest.raises(RemoteError, match="is now") as caught:
        trio.sync(trio.alice).fetch("origin", PREFIX, own=frozenset())
    assert "\x1b" not in caught.value.message
    assert caught.value.remedy
    for number, url in enumerate((f"ext::touch {tmp_path}/ran", "--upload-pack=touch x", "foo::bar", "git+x::y")):
        trio.alice.git("config", f"remote.r{number}.url", url)
        with pytest.raises(RemoteError, match="run a program"):
            trio.sync(trio.alice).fetch(f"r{number}", PREFIX, own=frozenset())
    trio.alice.git("config", "remote.odd.url", "http://127.0.0.1:9/x.git")
    with pytest.raises(RemoteError):
        trio.sync(trio.alice).fetch("odd", PREFIX, own=frozenset())
    for name in ("nope", "--output=x", "a\nb"):
        with pytest.raises(RemoteError, match="no remote"):
            trio.sync(trio.alice).push(name, [ALICE])
    assert not (tmp_path / "ran").exists()


def test_a_remote_that_is_gone_is_a_remote_error(trio: Trio, tmp_path: Path) -> None:
    trio.write(trio.alice, ALICE, 1)
    trio.remote.path.rename(tmp_path / "moved")
    for act in (
        lambda sync: sync.fetch("origin", PREFIX, own=frozenset()),
        lambda sync: sync.push("origin", [ALICE]),
        lambda sync: sync.remote_tips("origin", PREFIX),
    ):
        with pytest.raises(RemoteError):
            act(trio.sync(trio.alice))


def test_a_stalled_transport_ends_with_all_it_started(
    trio: Trio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "STALL_SECONDS", 1.0)
    ssh = tmp_path / "ssh"
    ssh.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 60\n")
    ssh.chmod(0o755)
    trio.alice.git("config", "remote.slow.url", "ssh://host.invalid/x.git")
    trio.alice.environ["GIT_SSH_COMMAND"] = str(ssh)
    with pytest.raises(RemoteError, match="no answer"):
        trio.sync(trio.alice).remote_tips("slow", PREFIX)
    pid = (tmp_path / "pid").read_text().strip()
    for _ in range(100):
        state = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, check=False).stdout
        if not state or state.startswith(b"Z"):
            break
        time.sleep(0.05)
    else:
        raise AssertionError("the transport outlives git")


def test_nothing_that_the_repository_names_is_run(trio: Trio, poison: Callable[[Work], Path], tmp_path: Path) -> None:
    work = trio.alice
    tree = work.files({b"a.txt": b"1\n", b"b": b"2\n"})
    base, head = work.commit(work.files({b"a.txt": b"0\n"})), work.commit(tree)
    work.ref("refs/heads/main", head)
    trio.write(trio.bob, BOB, 1)
    trio.sync(trio.bob).push("origin", [BOB])
    absent = work.blob(b"lazily fetched")
    lazy = work.commit(work.tree({b"p": ("100644", absent)}))
    silent = poison(work)
    work.loose(absent).unlink()
    work.git("config", "core.repositoryFormatVersion", "1")
    work.git("config", "extensions.partialClone", "origin")
    work.git("config", "remote.origin.promisor", "true")
    (work.path / ".git" / "shallow").write_text("")
    for path in silent.iterdir():
        path.unlink()

    repo = Repository.open(work.path, work.environ)
    assert {ref.oid for ref in repo.refs()} == {head}
    assert repo.resolve("main")[1] == head
    assert [c.oid for c in repo.commits([head])] == [head]
    assert repo.merge_bases(head, base) == ()
    assert not repo.is_ancestor(base, head)
    assert repo.first_parents(head, []) == [head]
    [old, new, partial] = repo.read_commits([base, head, lazy])
    entries = repo.entries(old.tree, new.tree)
    assert repo.patches(old.tree, new.tree, entries)["a.txt"].startswith(b"@@")
    assert repo.file_at(head, "b") == b"2\n"
    missing = repo.entries(repo.empty_tree, partial.tree)
    with pytest.raises(MissingObject):
        repo.blobs([absent])
    with pytest.raises(RepositoryError):
        repo.patches(repo.empty_tree, partial.tree, missing)
    assert repo.tree_with(new.tree, {"b": None})
    assert repo.config_local("core.fsmonitor")
    assert repo.config_global("core.fsmonitor") is None
    assert repo.remotes() == ["origin"]
    trio.write(work, ALICE, 1)
    assert len(read_notes(repo, ALICE).notes) == 1
    sync = trio.sync(work)
    report = sync.fetch("origin", PREFIX, own=frozenset({ALICE}))
    assert report.updated == (BOB,)
    assert sync.push("origin", [ALICE]).pushed == (ALICE,)
    other = trio.remote.commit(trio.remote.files({b"%040x" % 9: b"theirs"}))
    trio.remote.ref(ALICE, other)
    diverged = sync.fetch("origin", PREFIX, own=frozenset({ALICE})).own_diverged
    sync.union(ALICE, diverged[ALICE], lambda ours, theirs: ours or theirs or b"")
    assert sync.push("origin", [ALICE]).pushed == (ALICE,)
    assert not list(silent.iterdir())

    work.git("status", check=False)
    work.git("update-ref", "refs/heads/probe", head, check=False)
    assert {path.name for path in silent.iterdir()} >= {"fsmonitor", "hook-reference-transaction"}, "the canaries sing"
