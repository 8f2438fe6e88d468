"""What the hook keeps of logs is never more than what was verified, and nobody else can put anything there."""

import os
from pathlib import Path

import pytest

from benchmarks import stores
from reviewconsole.chain import REF_PREFIX
from reviewconsole.change import Oid
from reviewconsole.git import notes
from reviewconsole.git.repository import Repository
from reviewconsole.loading import records
from reviewconsole.loading.records import Logbook, read_records
from reviewconsole.loading.shelf import FolderShelf


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> stores.Synthetic:
    store = stores.build(tmp_path_factory.mktemp("shelf"), 12, reviewers=2)
    log = notes.note_refs(Repository.open(store.git_dir, stores.ENVIRON), REF_PREFIX)[0]
    # something odd in a log is kept as odd
    stores.git(
        store.git_dir,
        "fast-import",
        "--quiet",
        feed=f"commit {log}\ncommitter a <a@b> 1 +0000\ndata 1\nx\nfrom {log}^0\nM 100644 inline {'1' * 40}\ndata 3\nodd\nM 100644 inline odd\ndata 1\nx\n".encode(),
    )
    return store


@pytest.fixture
def repository(built: stores.Synthetic) -> Repository:
    return Repository.open(built.git_dir, stores.ENVIRON)


def tips(repository: Repository) -> dict[str, Oid]:
    return notes.log_tips(repository, REF_PREFIX, {})[0]


def verified(monkeypatch: pytest.MonkeyPatch) -> list[Oid]:
    seen: list[Oid] = []
    real = records._verified
    monkeypatch.setattr(records, "_verified", lambda line, log, noted: (seen.append(noted), real(line, log, noted))[1])
    return seen


def filled(repository: Repository) -> FolderShelf:
    shelf = FolderShelf.of(repository)
    assert shelf is not None
    book = Logbook(shelf)
    read_records(repository, book=book)
    book.keep(tips(repository))
    return shelf


def test_what_is_kept_is_what_was_read(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read_records(repository)
    filled(repository)
    seen = verified(monkeypatch)
    assert read_records(repository, book=Logbook(FolderShelf.of(repository))) == whole
    assert len(whole.verified) == 12
    assert len(whole.problems) == 2
    assert seen == []


def test_a_log_that_moved_has_only_its_new_note_checked(
    built: stores.Synthetic, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(repository)
    before = tips(repository)
    ref = stores.one_more(built.git_dir, built)
    try:
        whole, seen = read_records(repository), verified(monkeypatch)
        assert read_records(repository, book=Logbook(FolderShelf.of(repository))) == whole
        assert len(seen) == 1
    finally:
        stores.git(built.git_dir, "update-ref", ref, before[ref])
        stores.git(built.git_dir, "update-ref", "refs/heads/main", "main^")


@pytest.mark.parametrize("harm", ["bit", "short", "group-file", "link", "other-log", "version"])
def test_what_is_odd_is_read_and_checked_again(
    repository: Repository, harm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read_records(repository)
    shelf = filled(repository)
    one, two = sorted(tips(repository))
    place = shelf._path(one)
    raw = place.read_bytes()
    if harm == "bit":
        place.write_bytes(raw[:-9] + bytes([raw[-9] ^ 1]) + raw[-8:])
    elif harm == "short":
        place.write_bytes(raw[:100])
    elif harm == "group-file":
        place.chmod(0o620)
    elif harm == "link":
        (tmp_path / "elsewhere").write_bytes(raw)
        place.unlink()
        place.symlink_to(tmp_path / "elsewhere")
    elif harm == "other-log":
        place.write_bytes(shelf._path(two).read_bytes())
    else:
        monkeypatch.setattr("reviewconsole.loading.shelf._FORM", "of another version")
    assert shelf.get(one) is None
    seen = verified(monkeypatch)
    assert read_records(repository, book=Logbook(shelf)) == whole
    assert seen
    place.unlink()


def test_a_folder_that_others_can_write_to_is_no_shelf(repository: Repository) -> None:
    shelf = filled(repository)
    try:
        shelf.folder.chmod(0o770)
        assert FolderShelf.of(repository) is None
        shelf.folder.chmod(0o700)
        repository.common_dir.chmod(0o775)
        assert FolderShelf.of(repository) is None
    finally:
        repository.common_dir.chmod(0o755)
    assert FolderShelf.of(repository) is not None


def test_a_folder_that_cannot_be_made_is_no_shelf(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reviewconsole.loading.shelf.FOLDER", "HEAD")
    assert FolderShelf.of(repository) is None
    monkeypatch.setattr(os, "geteuid", lambda: 1)
    monkeypatch.setattr("reviewconsole.loading.shelf.FOLDER", "reviewconsole-logs")
    assert FolderShelf.of(repository) is None
