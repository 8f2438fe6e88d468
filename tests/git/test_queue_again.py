"""A queue that is listed again reads what changed, and asks the gate about everything."""

import os
from pathlib import Path

import pytest

from benchmarks import stores
from reviewconsole.change import Change
from reviewconsole.loading import records
from reviewconsole.review import workspace as module
from reviewconsole.review.workspace import Workspace


def branch(store: stores.Synthetic, name: str, text: str) -> None:
    feed = f"""commit refs/heads/{name}
committer {stores.IDENTITY}
data <<END
Change {name}

{stores.TRAILER}
END
from refs/heads/main^0
M 100644 inline src/{name}.txt
data <<END
{text}
END
"""
    stores.git(store.git_dir, "update-ref", "-d", f"refs/heads/{name}")
    stores.git(store.git_dir, "fast-import", "--quiet", "--force", feed=feed.encode())


def test_only_what_changed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = stores.build(tmp_path / "store", 6, reviewers=2)
    for name in ("one", "two", "three"):
        branch(store, name, name)
    read: list[str] = []
    checked: list[str] = []
    real, verified = module.open_case, records._verified

    def opened(about: object, change: Change, **more: object) -> object:
        read.append(change.ref.removeprefix("refs/heads/"))
        return real(about, change, **more)

    monkeypatch.setattr(module, "open_case", opened)
    monkeypatch.setattr(
        records, "_verified", lambda line, log, noted: (checked.append(log), verified(line, log, noted))[1]
    )
    work = Workspace.open(store.git_dir, {"PATH": os.environ["PATH"], "HOME": str(tmp_path)})

    def again() -> tuple[list[str], int, list[tuple[str, str, int]]]:
        read.clear()
        checked.clear()
        found = [(row.change.ref, row.state, row.added) for row in work.queue()]
        return sorted(read), len(checked), sorted(found)

    names, count, first = again()
    assert (names, count, len(first)) == (["one", "three", "two"], 0, 3)  # the records were read at the start
    assert again() == ([], 0, first)
    branch(store, "two", "two\nother")
    names, count, second = again()
    assert (names, count) == (["two"], 0)
    assert [row[2] for row in second] == [1, 1, 2]
    log = stores.one_more(store.git_dir, store)  # main moves, and one log gains a record
    names, count, third = again()
    assert (names, count, third) == (["one", "three", "two"], 1, second)
    before = stores.git(store.git_dir, "rev-parse", f"{log}^").decode().strip()
    stores.git(store.git_dir, "update-ref", log, before)
    assert again() == ([], 0, second)
    work.close()


def test_a_note_on_a_commit_and_a_cut_history_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = stores.build(tmp_path / "store", 2, reviewers=1)
    branch(store, "one", "one")
    read: list[str] = []
    real = module.open_case
    monkeypatch.setattr(
        module, "open_case", lambda about, change, **more: (read.append(change.ref), real(about, change, **more))[1]
    )
    note = ("-c", "user.name=n", "-c", "user.email=n@example.com", "notes", "--ref=refs/notes/ai", "add", "-m")
    stores.git(store.git_dir, *note, "elsewhere", "refs/heads/main")
    work = Workspace.open(store.git_dir, {"PATH": os.environ["PATH"], "HOME": str(tmp_path)})

    def again() -> int:
        read.clear()
        work.queue()
        return len(read)

    assert (again(), again()) == (1, 0)
    stores.git(store.git_dir, *note, "elsewhere too", "refs/heads/main^")
    assert again() == 0
    stores.git(store.git_dir, *note, "here", "refs/heads/one")
    assert (again(), again()) == (1, 0)
    (store.git_dir / "shallow").write_bytes(stores.git(store.git_dir, "rev-parse", "refs/heads/main"))
    assert (again(), again()) == (1, 0)
    work.close()
