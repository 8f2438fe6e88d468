"""One git process answers many questions; when it ends, is forked or is asked for too much, nothing is lost."""

import gc
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reviewconsole.change import Oid
from reviewconsole.errors import CorruptObject, MissingObject
from reviewconsole.git.lasting import Ended, Lasting, _finish
from reviewconsole.git.process import Git
from reviewconsole.git.repository import Repository

ENVIRON = {"PATH": os.environ["PATH"]}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Oid], list[bytes]]:
    folder = tmp_path_factory.mktemp("lasting") / "r.git"
    subprocess.run(["git", "init", "-q", "--bare", str(folder)], check=True)
    texts = [b"%d\n" % number * (number % 37) for number in range(700)] + [b"x" * 3_000_000]
    feed = b"".join(b"blob\ndata %d\n%s\n" % (len(text), text) for text in texts)
    subprocess.run(["git", "-C", str(folder), "fast-import", "--quiet"], input=feed, check=True)
    repository = Repository.open(folder, ENVIRON)
    return folder, [repository.hash_blob(text) for text in texts], texts


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    started: list[str] = []
    real = Git.open
    monkeypatch.setattr(Git, "open", lambda self, args: (started.append(args[0]), real(self, args))[1])
    return started


def test_many_reads_share_one_process(made: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, oids, texts = made
    started = counted(monkeypatch)
    repository = Repository.open(folder, ENVIRON)
    assert list(repository.blobs(oids).values()) == [
        dict(zip(oids, texts, strict=True))[oid] for oid in dict.fromkeys(oids)
    ]
    first = next(repository.objects(oids[5:9], "blob"))
    assert (first, repository.blobs(oids[40:41])) == ((oids[5], texts[5]), {oids[40]: texts[40]})
    assert started == ["cat-file"]


def test_what_is_not_here_ends_no_later_answer(made: tuple) -> None:
    folder, oids, texts = made
    repository = Repository.open(folder, ENVIRON)
    with pytest.raises(MissingObject, match="is not here"):
        repository.blobs([oids[3], Oid("1" * 40), oids[4]])
    with pytest.raises(MissingObject, match="is no tree"):
        list(repository.objects([oids[3]], "tree"))
    assert repository.blobs([oids[4]]) == {oids[4]: texts[4]}
    assert set(repository.sizes([oids[4], Oid("2" * 40)])) == {oids[4]}


def test_a_process_that_was_killed_is_an_error_once(made: tuple) -> None:
    folder, oids, texts = made
    repository = Repository.open(folder, ENVIRON)
    assert repository.blobs([oids[7]])
    process = repository._objects._server._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with pytest.raises(CorruptObject):
        repository.blobs([oids[7]])
    assert repository.blobs([oids[7]]) == {oids[7]: texts[7]}


def test_no_process_stays_behind(made: tuple) -> None:
    folder, oids, _ = made
    repository = Repository.open(folder, ENVIRON)
    repository.blobs([oids[7]])
    process = repository._objects._server._process
    assert process is not None and process.poll() is None
    del repository
    gc.collect()
    assert process.poll() is not None


def test_a_fork_asks_a_process_of_its_own(made: tuple) -> None:
    folder, oids, _ = made
    code = f"""
import os
from pathlib import Path
from reviewconsole.git.repository import Repository
repository = Repository.open(Path({str(folder)!r}), {ENVIRON!r})
print(len(repository.blobs({oids[:3]!r})), flush=True)
child = os.fork()
print(len(repository.blobs({oids[:300]!r})), flush=True)
if not child:
    os._exit(0)
os.waitpid(child, 0)
print(len(repository.blobs({oids[:5]!r})), flush=True)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    sizes = [len(set(oids[:count])) for count in (3, 300, 300, 5)]
    assert [int(row) for row in done.stdout.split()] == sizes


def test_what_a_command_says_when_it_ends_is_told(made: tuple) -> None:
    git = Git(made[0], ENVIRON)
    server = Lasting(git.open, ["cat-file", "--batch-command", "--buffer"])
    server.ask(b"nonsense\n")
    with pytest.raises(Ended) as ended:
        server.line()
    assert b"unknown command" in ended.value.err


def test_refs_of_one_moment(tmp_path: Path) -> None:
    folder = tmp_path / "r.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(folder)], check=True)
    feed = b"".join(
        b"commit refs/heads/%s\ncommitter a <a@b> 1 +0000\ndata 1\nx\n" % name
        for name in (b"main", b"main2", b"side/a")
    )
    subprocess.run(["git", "-C", str(folder), "fast-import", "--quiet"], input=feed, check=True)
    repository = Repository.open(folder, ENVIRON)
    with repository.held():
        subprocess.run(["git", "-C", str(folder), "update-ref", "-d", "refs/heads/side/a"], check=True)
        assert [ref.name for ref in repository.refs("refs/heads/main")] == ["refs/heads/main"]
        assert [ref.name for ref in repository.refs("refs/heads/side/")] == ["refs/heads/side/a"]
        assert repository.resolve("side/a")[0] == "refs/heads/side/a"
        assert len(repository.refs()) == 3
    assert repository.refs("refs/heads/side") == ()


@pytest.mark.parametrize("sizes", [[1, 2, 0, 4], [7], [0, 3, 3, 1]])
def test_lines_are_read_several_at_a_time(sizes: list[int]) -> None:
    rows = [b"a", b"", b"ccc", b"dd", b"e" * 70_000, b"f", b""]

    def start(_args: object) -> "subprocess.Popen[bytes]":
        text = b"\n".join(rows) + b"\ntail"
        code = f"import sys; sys.stdout.buffer.write({text!r}); sys.stdout.flush(); sys.stdin.read()"
        return subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, stderr=-1, bufsize=0)

    lasting = Lasting(start, [])
    lasting.ask(b"")
    assert [row for size in sizes for row in lasting.lines(size)] == rows
    assert lasting.take(4) == b"tail"
    lasting.end()


def test_who_did_not_start_a_process_neither_asks_nor_ends_it(made: tuple) -> None:
    git = Git(made[0], ENVIRON)
    server = Lasting(git.open, ["cat-file", "--batch-command", "--buffer"])
    server.ask(b"info %s\nflush\n" % made[1][0].encode())
    server.line()
    first = server._process
    assert first is not None
    server._owner += 1  # as after a fork
    server.ask(b"info %s\nflush\n" % made[1][1].encode())
    assert server.line().startswith(made[1][1].encode())
    second = server._process
    assert second is not None and second is not first
    assert first.poll() is None
    _finish(first, os.getpid() + 1)
    assert first.poll() is None
    _finish(first, os.getpid())
    assert first.poll() is not None
    server.end()
    assert second.poll() is not None
