"""Faults while decisions are made. The long runs are in `benchmarks/faults`; these are the same, short."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.faults import collector, connections, kills
from benchmarks.faults.decisions import branches, fsck, recorded
from tests.e2e.world import World, build, offer

GOOD = {"app.py": "def pay():\n    return 2\n"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return build(tmp_path, names=("dev", "alice"))


@pytest.mark.parametrize("writers", [1, 2])
def test_nothing_acknowledged_is_lost_by_kills(world: World, writers: int) -> None:
    result = kills.run(world, kills=6, writers=writers, seed=7)
    assert result["kills"] == 6
    assert (result["lost"], result["duplicates"], result["problems"], result["fsck"]) == (0, 0, [], [])


def test_sent_is_never_said_of_what_the_remote_lacks(world: World) -> None:
    result = connections.run(world, cuts=4, seed=3)
    assert result["said sent, but the remote lacks it"] == 0
    assert result["remote differs after a sync"] == 0
    assert result["records"] == 5
    assert result["fsck"] == []


def test_a_collector_of_garbage_takes_no_decision(world: World) -> None:
    result = collector.run(world, decisions=4)
    assert result["acknowledged"] == 4
    assert result["collections"]
    assert (result["lost"], result["duplicates"], result["problems"], result["fsck"]) == (0, 0, [], [])


@pytest.mark.parametrize("kind", ["blob", "tree", "commit"])
def test_a_log_of_ones_own_is_mended_from_the_journal(world: World, kind: str) -> None:
    alice = world["alice"]
    for name in branches(world, 2):
        alice.run("approve", name, "--reason", "read", "--no-push")
    before = recorded(alice)
    [log] = alice.git("for-each-ref", "--format=%(refname)", "refs/notes/reviewconsole").split()
    inside = alice.git("ls-tree", "-r", "-t", log).split("\n")
    oid = alice.git("rev-parse", log) if kind == "commit" else next(r.split()[2] for r in inside if f" {kind} " in r)
    (alice.clone / ".git/objects" / oid[:2] / oid[2:]).unlink()
    alice.run("sync")
    assert recorded(alice) == before
    assert fsck(alice.clone) == []
    assert fsck(world.remote) == []


def test_a_full_disk_is_said_and_nothing_is_called_recorded(world: World) -> None:
    alice = world["alice"]
    offer(world, "feat", GOOD)
    command = f"ulimit -f 0; exec {sys.executable} -m reviewconsole -C {alice.clone} approve origin/feat --reason read"
    done = subprocess.run(["bash", "-c", command], env=alice.env, capture_output=True, text=True, check=False)
    assert done.returncode == 73, done
    assert "recorded" not in done.stdout
    assert "Traceback" not in done.stderr
    alice.run("approve", "origin/feat", "--reason", "read")
    assert len(recorded(alice)) == 1
    assert fsck(alice.clone) == []


def test_a_state_folder_that_cannot_be_written_refuses_to_sign_and_lets_review(world: World) -> None:
    alice = world["alice"]
    offer(world, "feat", GOOD)
    place = alice.home / ".local"
    place.write_text("a file where a folder should be")
    assert "origin/feat" in alice.run("queue")
    says = alice.run("approve", "origin/feat", "--reason", "read", code=73)
    assert "recorded sha256" not in says
    place.unlink()
    assert recorded(alice) == []
