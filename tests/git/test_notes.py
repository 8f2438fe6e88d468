"""Notes: any fan-out in, nothing lost under contention, power cuts, prunes and hostile trees."""

import os
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

from reviewconsole.change import Oid
from reviewconsole.errors import CorruptObject, MissingObject, RepositoryError
from reviewconsole.git import notes
from reviewconsole.git.notes import read_notes, write_notes

from .conftest import Maker, Work

REF = "refs/notes/reviewconsole/alice/k-d"


def _oid(number: int, width: int = 40) -> Oid:
    return Oid(f"{number:02x}" + f"{number:0{width - 2}x}")


def _tip(work: Work) -> Oid:
    return work.id("rev-parse", REF)


@pytest.mark.parametrize("options", [(), ("--object-format=sha256",), ("--bare",)])
def test_what_is_written_is_read_by_us_and_by_git(make: Maker, options: tuple[str, ...]) -> None:
    work = make("n", *options)
    repo = work.open()
    width = 64 if "--object-format=sha256" in options else 40
    target = work.commit(work.files({b"a": b"x"}))
    first = write_notes(repo, REF, {target: b"one\n", _oid(7, width): b"seven"}, message="m", expected=None)
    second = write_notes(repo, REF, {target: b"two\n"}, message="m", expected=first)
    assert read_notes(repo, REF).notes == {target: b"two\n", _oid(7, width): b"seven"}
    assert work.git("notes", f"--ref={REF}", "show", target) == b"two"
    assert work.git("rev-list", REF).split() == [second.encode(), first.encode()]
    assert work.git("fsck", "--strict", "--no-dangling") == b""
    assert work.git("log", "-1", "--format=%an <%ae> %cn <%ce>", REF) == b" ".join(
        [b"reviewconsole <reviewconsole@localhost>"] * 2
    )


def test_notes_that_git_wrote_are_read_in_every_fan_out(work: Work) -> None:
    repo = work.open()
    commits = [work.commit(work.files({b"a": b"x"}), message=str(number)) for number in range(300)]
    feed = "".join(
        f"commit {REF}\ncommitter A <a@b> 1 +0000\ndata 1\nx\n" if not number else "" for number in range(1)
    ) + "".join(f"N inline {oid}\ndata {len(str(n))}\n{n}\n" for n, oid in enumerate(commits))
    work.git("fast-import", "--quiet", stdin=feed.encode())
    assert b"tree" in work.git("ls-tree", REF), "git made folders"
    assert read_notes(repo, REF).notes == {oid: str(n).encode() for n, oid in enumerate(commits)}
    flat = work.commit(work.files({commits[0].encode(): b"flat"}))
    work.ref(REF, flat)
    new = write_notes(repo, REF, {commits[0]: b"replaced"}, message="m", expected=flat)
    assert work.git("ls-tree", "-r", "--name-only", new).decode() == f"{commits[0][:2]}/{commits[0][2:]}"


def test_junk_and_oversized_notes_are_reported_not_read(work: Work) -> None:
    good, big = work.blob(b"good"), work.blob(b"x" * (notes.LARGEST_NOTE + 1))
    one, two, three = (_oid(n).encode() for n in (1, 2, 3))
    tree = work.tree({
        one: ("100644", good), one[:2] + b"/" + one[2:]: ("100644", big), two: ("100644", big), three: ("120000", good),
        b"README": ("100644", good), b"\xff\x1b": ("100644", good), b"ab/cd": ("100644", good), b"sub": ("160000", "1" * 40),
        one + b"0": ("100644", good),
    })  # fmt: skip
    work.ref(REF, work.commit(tree))
    read = read_notes(work.open(), REF)
    assert set(read.oversized) | set(read.notes) == {_oid(1), _oid(2)}
    assert _oid(2) in read.oversized
    assert sorted(read.junk) == sorted([_oid(1), _oid(1) + "0", _oid(3), "README", "\udcff\x1b", "abcd", "sub"])


def test_a_notes_tree_bomb_ends(work: Work) -> None:
    level = work.files({b"f": b"x"})
    for _ in range(15):
        level = work.raw("tree", b"".join(b"40000 %02x\0" % n + bytes.fromhex(level) for n in range(256)))
    work.ref(REF, work.commit(level))
    started = time.monotonic()
    read = read_notes(work.open(), REF)
    assert (dict(read.notes), len(read.junk)) == ({}, 1)
    assert time.monotonic() - started < 10


def test_swapped_or_absent_notes_are_not_believed(work: Work) -> None:
    repo = work.open()
    tip = write_notes(repo, REF, {_oid(1): b"reject"}, message="m", expected=None)
    blob = work.blob(b"reject")
    work.swap(blob, work.blob(b"approve"))
    with pytest.raises(CorruptObject):
        read_notes(repo, REF)
    work.loose(blob).unlink()
    with pytest.raises(MissingObject):
        read_notes(repo, REF)
    work.blob(b"reject")
    work.swap(work.id("rev-parse", f"{tip}^{{tree}}"), work.files({b"README": b""}))
    with pytest.raises(CorruptObject):
        read_notes(repo, REF)


def test_a_writer_that_was_overtaken_changes_nothing(work: Work) -> None:
    repo = work.open()
    first = write_notes(repo, REF, {_oid(1): b"1"}, message="m", expected=None)
    second = write_notes(repo, REF, {_oid(2): b"2"}, message="m", expected=first)
    for stale in (None, first):
        with pytest.raises(RepositoryError):
            write_notes(repo, REF, {_oid(3): b"3"}, message="m", expected=stale)
    assert _tip(work) == second


_WRITER = """
import os, sys
from pathlib import Path
from reviewconsole.errors import RepositoryError
from reviewconsole.git.notes import write_notes
from reviewconsole.git.repository import Repository
repo = Repository.open(Path(sys.argv[1]), os.environ)
for number in range(int(sys.argv[2]), int(sys.argv[3])):
    oid = f"{number:040x}"
    for attempt in range(1000):
        tip = next((ref.oid for ref in repo.note_refs(sys.argv[4])), None)
        try:
            write_notes(repo, sys.argv[4], {oid: b"note %d" % number}, message="m", expected=tip)
            break
        except RepositoryError:
            continue
    else:
        raise SystemExit(1)
"""


def test_forty_writes_of_eight_processes_are_all_kept(work: Work) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(work.path), str(n * 5), str(n * 5 + 5), REF], env=work.environ
        )
        for n in range(8)
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0] * 8
    assert read_notes(work.open(), REF).notes == {Oid(f"{n:040x}"): b"note %d" % n for n in range(40)}
    assert work.git("rev-list", "--count", REF) == b"40"


def test_a_dead_process_s_lock_is_removed_and_a_living_one_s_is_not(work: Work) -> None:
    repo = work.open()
    first = write_notes(repo, REF, {_oid(1): b"1"}, message="m", expected=None)
    lock = work.path / ".git" / f"{REF}.lock"
    lock.touch()
    os.utime(lock, (1, 1))
    write_notes(repo, REF, {_oid(2): b"2"}, message="m", expected=first)
    assert not lock.exists()
    assert len(read_notes(repo, REF).notes) == 2


@pytest.mark.parametrize("damage", [b"", b"\0" * 30, zlib.compress(b"blob 3\0xyz"), zlib.compress(b"blob 99999999\0")])
def test_objects_that_a_power_cut_damaged_are_written_again(work: Work, damage: bytes) -> None:
    repo = work.open()
    write_notes(repo, REF, {_oid(1): b"one"}, message="m", expected=None)
    stored = work.git("rev-list", "--objects", REF).split(b"\n")
    for row in stored:
        path = work.loose(Oid(row.split()[0].decode()))
        path.chmod(0o644)
        path.write_bytes(damage)
    (work.path / ".git" / REF).write_bytes(b"")
    write_notes(repo, REF, {_oid(1): b"one"}, message="m", expected=None)
    assert read_notes(repo, REF).notes == {_oid(1): b"one"}
    assert len(work.git("rev-list", "--objects", REF).splitlines()) == 4


def test_a_pruned_log_is_reported_and_can_be_written_again(work: Work) -> None:
    repo = work.open()
    tip = write_notes(repo, REF, {_oid(1): b"one"}, message="m", expected=None)
    for row in work.git("rev-list", "--objects", REF).split(b"\n"):
        work.loose(Oid(row.split()[0].decode())).unlink()
    assert notes.note_refs(repo, "refs/notes/reviewconsole/") == (REF,)
    assert read_notes(repo, REF).junk == (f"the tip {tip[:12]} is no commit that is here",)
    write_notes(repo, REF, {_oid(1): b"one", _oid(2): b"two"}, message="m", expected=None)
    assert len(read_notes(repo, REF).notes) == 2


def test_a_log_that_never_was_is_empty(work: Work) -> None:
    assert read_notes(work.open(), REF) == notes.NotesRead()
    assert notes.note_refs(work.open(), "refs/notes/reviewconsole/") == ()


def test_a_full_disk_is_an_error_and_leaves_the_log_intact(work: Work, tmp_path: Path) -> None:
    repo = work.open()
    tip = write_notes(repo, REF, {_oid(1): b"one"}, message="m", expected=None)
    script = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n" + _WRITER.replace("1000", "2")
    done = subprocess.run(
        [sys.executable, "-B", "-c", script, str(work.path), "5", "6", REF],
        env=work.environ,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert _tip(work) == tip
    write_notes(repo, REF, {_oid(2): b"two"}, message="m", expected=tip)
    assert len(read_notes(repo, REF).notes) == 2
