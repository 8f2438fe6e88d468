"""An exchange with the remote beside other calls: it reads no records, shares no process, and is heard of next."""

import threading
import time
from pathlib import Path

import pytest

from reviewconsole.git import notes
from reviewconsole.loading.records import Logbook
from reviewconsole.review.workspace import Workspace
from tests.e2e.world import build, offer


def test_what_a_publish_brought_is_read_by_the_next_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = build(tmp_path)
    offer(world, "feat", {"a.py": "one = 1\n"})
    alice, bob = world["alice"], world["bob"]
    work = Workspace.open(bob.clone, bob.env)
    before = work.store
    alice.run("approve", "origin/feat", "--reason", "Read it.")
    reads: list[str] = []
    real = Logbook.read
    monkeypatch.setattr(
        Logbook, "read", lambda *words: (reads.append(threading.current_thread().name), real(*words))[1]
    )
    beside = threading.Thread(target=work.publish, name="beside")
    beside.start()
    beside.join()
    assert (work.store is before, reads) == (True, [])
    assert [row.principal for row in work.log()] == ["alice"]
    assert reads == [threading.current_thread().name]
    assert work.log() and len(reads) == 1
    server = work._repository._objects._server
    process = server._process
    assert process is not None and process.poll() is None
    with server.lock:
        other = threading.Thread(target=work.close)
        other.start()
        other.join()
    assert process.poll() is None  # it was answering
    work.close()
    assert process.poll() is not None
    assert [row.state for row in work.queue()] == []
    work.close()


def test_two_threads_do_not_read_one_book_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = build(tmp_path)
    offer(world, "feat", {"a.py": "one = 1\n"})
    alice = world["alice"]
    alice.run("approve", "origin/feat", "--reason", "Read it.")
    repository = Workspace.open(alice.clone, alice.env).store.repository
    [log] = [ref for ref in repository.raw_refs("refs/notes/reviewconsole")]
    within: list[int] = []
    most: list[int] = []
    real = notes.read_each

    def slow(*words: object) -> object:
        within.append(1)
        most.append(len(within))
        time.sleep(0.1)
        found = list(real(*words))
        within.pop()
        return found

    monkeypatch.setattr(notes, "read_each", slow)
    book = Logbook()
    threads = [threading.Thread(target=book.read, args=(repository, {log.name: log.oid})) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1]
    assert book.read(repository, {log.name: log.oid})[log.name].tip == log.oid
