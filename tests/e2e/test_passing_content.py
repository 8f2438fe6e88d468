"""Content that came and went within a change is told, since a merge brings it into the history."""

from pathlib import Path

import pytest

from tests.e2e.world import World, build


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("world"), names=("dev", "alice"))


def notes(world: World, name: str) -> list[str]:
    dev = world["dev"]
    found = dev.json("inspect", name)["change"]["notes"]
    return [note for note in found if "not part of what is reviewed" in note]


def test_what_came_and_went_is_named_with_its_commit(world: World) -> None:
    dev = world["dev"]
    dev.branch("secret", {"deploy.key": "s3cret\n", "app.py": "def pay():\n    return 2\n"})
    dev.git("checkout", "-q", "secret")
    added = dev.git("rev-parse", "HEAD")
    (dev.clone / "deploy.key").unlink()
    dev.commit({"app.py": "def pay():\n    return 3\n"}, "Tidy up")
    dev.git("checkout", "-q", "main")
    [note] = notes(world, "secret")
    assert f"1 file that came and went (deploy.key in {added[:12]}) and 1 earlier version of 1 changed file" in note
    assert note in dev.run("inspect", "secret")


def test_what_is_all_there_at_the_end_is_not(world: World) -> None:
    dev = world["dev"]
    dev.branch("plain", {"one.py": "one()\n"})
    dev.git("checkout", "-q", "plain")
    dev.commit({"two.py": "two()\n"}, "Add another")
    dev.git("mv", "one.py", "three.py")
    dev.git("commit", "-q", "-m", "Move it")
    dev.commit({"app.py": "def pay():\n    return 9\n"}, "Change it")
    dev.commit({"app.py": "def pay():\n    return 1\n"}, "Change it back")
    dev.git("checkout", "-q", "main")
    [note] = notes(world, "plain")
    assert "came and went (app.py in " in note, "the version between, not the one that was there before"
    assert "one.py" not in note, "its content is there under another name"


def test_a_merge_of_the_target_brings_nothing_of_its_own(world: World, tmp_path: Path) -> None:
    dev = world["dev"]
    dev.branch("merging", {"mine.py": "mine()\n"})
    dev.commit({"theirs.py": "theirs()\n"}, "On the target")
    dev.git("checkout", "-q", "merging")
    dev.git("merge", "-q", "--no-edit", "main")
    dev.git("checkout", "-q", "main")
    assert notes(world, "merging") == []
