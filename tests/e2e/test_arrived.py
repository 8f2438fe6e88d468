"""Branches whose content has landed in another form wait no longer."""

from pathlib import Path

import pytest

from tests.e2e.test_documents import check
from tests.e2e.world import World, build, offer


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("arrived"))


def states(world: World, *options: str) -> dict[str, str]:
    found = world["alice"].json("queue", *options)
    check(found, "queue")
    return {entry["ref"].removeprefix("refs/remotes/origin/"): entry["state"] for entry in found["changes"]}


def land(world: World, *commands: tuple[str, ...]) -> None:
    dev = world["dev"]
    for command in commands:
        dev.git(*command)
    dev.git("push", "-q", "origin", "main")
    world["alice"].git("fetch", "-q", "origin")


def test_what_a_squash_or_a_rebase_brought_is_off_the_queue_until_it_is_taken_back(
    world: World, tmp_path: Path
) -> None:
    dev = world["dev"]
    many = "".join(f"line {number}\n" for number in range(40))
    dev.commit({"notes.txt": many}, "Add notes")
    dev.git("push", "-q", "origin", "main")
    offer(world, "squashed", {"squashed.py": "one = 1\n"})
    dev.git("checkout", "-q", "squashed")
    dev.commit({"squashed.py": "one = 1\ntwo = 2\n"}, "And two")
    dev.git("push", "-q", "origin", "squashed")
    dev.git("checkout", "-q", "main")
    offer(world, "rebased", {"notes.txt": many.replace("line 3\n", "line three\n")})
    offer(world, "waits", {"waits.py": "w = 1\n"})
    offer(world, "same-path", {"notes.txt": many.replace("line 3\n", "line 3 and a half\n")})
    land(world, ("merge", "-q", "--squash", "squashed"), ("commit", "-q", "-m", "Squashed (#1)"))
    assert set(states(world)) == {"rebased", "waits", "same-path"}
    dev.commit({"notes.txt": many.replace("line 30\n", "line thirty\n")}, "Touch the same file")
    land(world, ("cherry-pick", "rebased"))
    assert set(states(world)) == {"waits", "same-path"}
    everything = states(world, "--all")
    assert (everything["squashed"], everything["rebased"], everything["waits"]) == ("landed", "landed", "pending")
    landed = world["alice"].git("rev-parse", "origin/main~2")[:12]
    notes = {entry["ref"]: entry["notes"] for entry in world["alice"].json("queue", "--all")["changes"]}
    assert f"its content is on main already, as {landed}" in notes["refs/remotes/origin/squashed"]

    land(world, ("revert", "--no-edit", "HEAD~2"))
    assert set(states(world)) == {"squashed", "waits", "same-path"}


def test_a_branch_whose_commits_were_rebased_one_by_one_is_off_the_queue(world: World) -> None:
    dev = world["dev"]
    start = dev.git("rev-parse", "main")
    offer(world, "run", {"run.py": "one = 1\n"}, start=start)
    dev.git("checkout", "-q", "run")
    dev.commit({"run.py": "one = 1\ntwo = 2\n"}, "Second of the run")
    dev.git("push", "-q", "origin", "run")
    dev.git("checkout", "-q", "main")
    dev.commit({"other.py": "o = 1\n"}, "Something between")
    land(world, ("cherry-pick", "run~1"))
    assert "run" in states(world)
    land(world, ("cherry-pick", "run"))
    assert "run" not in states(world)
    assert states(world, "--all")["run"] == "landed"


def test_what_was_taken_back_with_another_edit_waits_again(world: World) -> None:
    dev = world["dev"]
    dev.commit({"back.py": "a = 1\n", "beside.py": "b = 1\n"}, "Two files")
    dev.git("push", "-q", "origin", "main")
    offer(world, "back", {"back.py": "a = 2\n"})
    land(world, ("merge", "-q", "--squash", "back"), ("commit", "-q", "-m", "Squashed back"))
    assert "back" not in states(world)
    dev.commit({"back.py": "a = 1\n", "beside.py": "b = 2\n"}, "Take it back and tidy")
    land(world)
    assert states(world)["back"] == "pending"


def test_what_was_worked_on_since_it_landed_does_not_wait_again(world: World) -> None:
    dev = world["dev"]
    dev.commit({"later.py": "a = 1\nb = 1\nc = 1\n"}, "Three lines")
    dev.git("push", "-q", "origin", "main")
    offer(world, "later", {"later.py": "a = 1\nb = 2\nc = 1\n"})
    land(world, ("merge", "-q", "--squash", "later"), ("commit", "-q", "-m", "Squashed later"))
    dev.commit({"later.py": "a = 1\nb = 3\nc = 1\n"}, "Work on it")
    land(world)
    assert states(world, "--all")["later"] == "landed"


def test_the_own_part_of_a_stack_is_told_from_its_whole(world: World) -> None:
    dev = world["dev"]
    lines = [f"x{number} = {number}\n" for number in range(60)]
    dev.commit({"stack.py": "".join(lines)}, "Sixty lines")
    dev.git("push", "-q", "origin", "main")
    lower = [*lines[:1], "x1 = 11\n", *lines[2:]]
    offer(world, "lower", {"stack.py": "".join(lower)})
    offer(world, "upper", {"stack.py": "".join([*lower[:30], "x30 = 33\n", *lower[31:]])}, start="lower")
    dev.commit({"stack.py": "".join([*lines[:55], "x55 = 99\n", *lines[56:]])}, "Another line")
    land(world, ("cherry-pick", "upper"))
    found = states(world, "--all")
    assert (found["lower"], found["upper"]) == ("pending", "landed")
