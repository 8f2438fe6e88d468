"""`stats`: figures of real changes and real records."""

from pathlib import Path

from tests.e2e.test_documents import check
from tests.e2e.world import build, offer


def test_what_waits_and_what_was_decided_is_counted(tmp_path: Path) -> None:
    world = build(tmp_path)
    alice = world["alice"]
    empty = alice.json("stats")
    check(empty, "stats")
    assert (empty["queue"]["waiting"], empty["queue"]["oldest_days"], empty["decisions"]["records"]) == (0, None, 0)
    offer(world, "feat", {"app.py": "def pay():\n    return 2\n"})
    offer(world, "other", {"app.py": "def pay():\n    return 3\n"})
    offer(world, "plain", {"app.py": "def pay():\n    return 4\n"}, message="Pay by hand")
    alice.run("approve", "origin/feat", "--reason", "Read it.")
    found = alice.json("stats")
    check(found, "stats")
    assert found["queue"]["waiting"] == len(alice.json("queue")["changes"]) == 1, "none without AI evidence"
    assert found["queue"]["by_state"]["approved"] == 1
    assert sum(found["queue"]["by_state"].values()) == 3
    assert found["decisions"]["by_person"] == {"alice": {"approve": 1}}
    assert found["decisions"]["last_30_days"] == 1
    assert "alice: 1 approve" in alice.run("stats")
