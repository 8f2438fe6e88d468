"""A named pipe, socket or device where git reads a file ends in seconds, with its place."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import stores
from reviewconsole.errors import RepositoryError, ReviewConsoleError
from reviewconsole.git import special
from reviewconsole.git.repository import Repository
from reviewconsole.review.workspace import Workspace

ENVIRON = {"PATH": os.environ["PATH"]}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with records and a branch, loose and packed."""
    made = stores.build(tmp_path_factory.mktemp("store"), 2, reviewers=1)
    stores.git(made.git_dir, "repack", "-adq")
    stores.git(made.git_dir, "update-ref", "refs/heads/loose", "main")
    return made.git_dir


def pipe(place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    os.mkfifo(place)


@pytest.fixture
def at(store: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "copy.git"
    shutil.copytree(store, copy)
    return copy


@pytest.mark.parametrize(
    "name", ["HEAD", "packed-refs", "config", "config.worktree", "index", "objects/info/alternates"]
)
def test_what_every_command_reads_is_looked_at_first(at: Path, name: str) -> None:
    pipe(at / name)
    start = time.monotonic()
    with pytest.raises(RepositoryError, match=f"{name} is a named pipe and no file") as said:
        Repository.open(at, ENVIRON)
    assert time.monotonic() - start < 2
    assert f"rm {at / name}" in said.value.remedy


def an_index(at: Path) -> Path:
    return next((at / "objects/pack").glob("*.idx"))


def an_include(at: Path) -> Path:
    with (at / "config").open("a") as config:
        config.write('[include]\n\tpath = "more"\n')
    (at / "more").write_text("[core]\n\texcludesFile = deep/pipe\n[include]\n\tpath = deep/pipe\n")
    return at / "deep/pipe"


def of_a_lender(at: Path) -> Path:
    lender = at.parent / "lender/objects"
    (at / "objects/info").mkdir(exist_ok=True)
    (at / "objects/info/alternates").write_text(f"{lender}\n")
    shutil.copytree(at / "objects/pack", lender / "pack")
    shutil.rmtree(at / "objects/pack")
    return an_index(lender.parent)


def a_linked_ref(at: Path) -> Path:
    pipe(at / "elsewhere")
    (at / "refs/heads/linked").symlink_to("../../elsewhere")
    return at / "elsewhere"


PLACES: dict[str, Callable[[Path], Path]] = {
    "ref": lambda at: at / "refs/heads/loose",
    "note": lambda at: at / "refs/notes/reviewconsole/x",
    "linked": a_linked_ref,
    "pack": an_index,
    "include": an_include,
    "lender": of_a_lender,
}


@pytest.mark.parametrize("name", PLACES)
def test_silence_of_git_is_explained(at: Path, name: str) -> None:
    place = PLACES[name](at)
    pipe(place)
    start = time.monotonic()
    with pytest.raises(ReviewConsoleError, match="is a named pipe and no file"):
        Workspace.open(at, ENVIRON | {"HOME": str(at.parent)}).queue()
    assert time.monotonic() - start < 8


def test_a_pipe_in_place_of_an_object_ends_a_reading_that_was_begun(at: Path) -> None:
    repository = Repository.open(at, ENVIRON)
    oid = repository.resolve("main")[1]
    other = repository.hash_blob(b"other\n")
    pipe(at / "objects" / other[:2] / other[2:])
    assert repository.read_commits([oid])[0].oid == oid
    start = time.monotonic()
    with pytest.raises(RepositoryError, match="is a named pipe"):
        repository.blobs([other])
    assert time.monotonic() - start < 8
    assert repository.read_commits([oid])[0].oid == oid


def test_sockets_and_devices_are_named_and_nothing_else(at: Path, tmp_path: Path) -> None:
    (at / "description").unlink()
    (at / "info").mkdir(exist_ok=True)
    (at / "info/attributes").symlink_to(os.devnull)
    (at / "refs/heads/gone").symlink_to("nowhere")
    (at / "refs/heads/round").symlink_to("..")
    special.refuse_all_special(at)
    with socket.socket(socket.AF_UNIX) as open_socket:
        open_socket.bind(str(tmp_path / "s"))
        (at / "refs/heads/s").symlink_to(tmp_path / "s")
        with pytest.raises(RepositoryError, match="refs/heads/s is a socket"):
            special.refuse_all_special(at)
    (at / "shallow").symlink_to("/dev/zero")
    with pytest.raises(RepositoryError, match="shallow is a device"):
        Repository.open(at, ENVIRON)


@pytest.mark.parametrize("name", [".git", ".git/HEAD"])
def test_no_repository_above_is_taken_for_the_one_that_is_blocked(tmp_path: Path, name: str) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    inner = tmp_path / "inner"
    inner.mkdir()
    if "/" in name:
        subprocess.run(["git", "init", "-q", str(inner)], check=True)
    pipe(inner / name)
    with pytest.raises(RepositoryError, match=f"{name} is a named pipe"):
        Repository.open(inner, ENVIRON)


def test_every_verb_ends_and_says_where(at: Path) -> None:
    pipe(at / "refs/heads/loose")
    for verb in (["queue"], ["verify", "main"], ["doctor"]):
        done = subprocess.run(
            [sys.executable, "-m", "reviewconsole", "-C", str(at), *verb],
            env=ENVIRON | {"HOME": str(at.parent)},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode not in (0, 70), verb
        assert f"rm {at / 'refs/heads/loose'}" in done.stderr + done.stdout, (verb, done)
