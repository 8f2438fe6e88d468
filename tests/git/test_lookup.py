"""Looking notes up gives what reading all of them gives, for every fan-out that git can read."""

import os
import subprocess
from pathlib import Path

import pytest

from reviewconsole.change import Oid
from reviewconsole.errors import MissingObject
from reviewconsole.git.lookup import NotesAt
from reviewconsole.git.notes import read_notes_at
from reviewconsole.git.repository import Repository

OBJECTS = [Oid(f"{number:02x}" * 20) for number in range(0, 256, 3)]
FANS = {
    "flat": lambda oid: oid,
    "two": lambda oid: f"{oid[:2]}/{oid[2:]}",
    "three": lambda oid: f"{oid[:2]}/{oid[2:4]}/{oid[4:]}",
    "odd": lambda oid: f"{oid[:1]}/{oid[1:6]}/{oid[6:]}",
    "mixed": lambda oid: f"{oid[:2]}/{oid[2:]}" if int(oid[:2], 16) % 2 else oid,
}


def built(folder: Path, files: dict[str, str]) -> tuple[Repository, Oid]:
    subprocess.run(["git", "init", "-q", "--bare", str(folder)], check=True)
    rows = "".join(f"M 100644 inline {path}\ndata {len(text)}\n{text}\n" for path, text in files.items())
    feed = f"commit refs/notes/x\ncommitter a <a@b> 1 +0000\ndata 1\nx\n{rows}"
    subprocess.run(["git", "-C", str(folder), "fast-import", "--quiet"], input=feed.encode(), check=True)
    repository = Repository.open(folder, {"PATH": os.environ["PATH"]})
    return repository, repository.resolve("refs/notes/x")[1]


@pytest.mark.parametrize("fan", FANS)
def test_what_is_looked_up_is_what_is_there(tmp_path: Path, fan: str) -> None:
    repository, tip = built(tmp_path / "r.git", {FANS[fan](oid): f"note on {oid}" for oid in OBJECTS} | {"junk": "x"})
    every = read_notes_at(repository, tip).notes
    assert len(every) == len(OBJECTS)
    asked = [*OBJECTS[5:30], Oid("01" * 20), Oid(OBJECTS[0][:38] + "ff")]
    at = NotesAt(repository, tip)
    assert at.of(asked) == {oid: every[oid] for oid in OBJECTS[5:30]}
    assert at.of(OBJECTS) == every
    assert at.of([]) == {}


def test_a_note_above_another_is_the_one(tmp_path: Path) -> None:
    oid = OBJECTS[7]
    repository, tip = built(
        tmp_path / "r.git", {FANS["two"](oid): "below", oid: "above", f"{oid[:2]}/{oid[2:4]}/x": "junk"}
    )
    assert NotesAt(repository, tip).of([oid]) == {oid: b"above"} == dict(read_notes_at(repository, tip).notes)


def test_a_large_note_is_none_and_a_lost_one_is_an_error(tmp_path: Path) -> None:
    large, lost = OBJECTS[3], OBJECTS[4]
    repository, tip = built(tmp_path / "r.git", {FANS["two"](large): "x" * ((1 << 20) + 1), FANS["two"](lost): "lost"})
    assert NotesAt(repository, tip).of([large]) == {}
    packs = list((repository.git_dir / "objects" / "pack").glob("*"))
    for place in packs:
        place.rename(tmp_path / place.name)
    for pack in tmp_path.glob("*.pack"):
        subprocess.run(
            ["git", "-C", str(repository.git_dir), "unpack-objects", "-q"], input=pack.read_bytes(), check=True
        )
    blob = repository.hash_blob(b"lost")
    (repository.git_dir / "objects" / blob[:2] / blob[2:]).unlink()
    fresh = Repository.open(repository.git_dir, {"PATH": os.environ["PATH"]})
    with pytest.raises(MissingObject, match="is not here"):
        NotesAt(fresh, tip).of([lost])


def test_ways_that_lead_to_the_same_trees_are_gone_once(tmp_path: Path) -> None:
    folder = tmp_path / "r.git"
    repository, tip = built(folder, {"junk": "x"})
    trees = [repository.empty_tree, repository.empty_tree]
    for at in range(38, -1, -1):
        rows = [f"040000 tree {trees[-1]}\t{digit:x}" for digit in range(16)]
        rows += [f"040000 tree {trees[-2]}\t{pair:02x}" for pair in range(256)] if at < 38 else []
        made = subprocess.run(
            ["git", "-C", str(folder), "mktree"], input="\n".join(rows), capture_output=True, text=True, check=True
        )
        trees.append(Oid(made.stdout.strip()))
    commit = [
        "git",
        "-C",
        str(folder),
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "commit-tree",
        "-m",
        "x",
        trees[-1],
    ]
    made = subprocess.run(commit, capture_output=True, text=True, check=True)
    at_bomb = NotesAt(repository, Oid(made.stdout.strip()))
    assert at_bomb.of([Oid("0" * 40), Oid("ab" * 20)]) == {}
