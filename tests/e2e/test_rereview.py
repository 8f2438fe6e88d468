"""After a push or a rebase only what changed since the decision is shown, and the new record cites the old."""

from pathlib import Path

import pytest

from tests.e2e.test_attacks import of, records
from tests.e2e.test_carryover import BASE, REPLAY, approve, edited, fetch, land, move_main, prepared, rebase
from tests.e2e.world import World, offer


@pytest.fixture
def world(tmp_path: Path) -> World:
    return prepared(tmp_path, REPLAY)


def amend(world: World, text: str) -> None:
    dev = world["dev"]
    dev.git("checkout", "-q", "feat")
    (dev.clone / "m.py").write_text(text)
    dev.git("commit", "-q", "-a", "--amend", "--no-edit")
    dev.git("checkout", "-q", "main")
    fetch(world, dev, "feat")


def test_only_what_a_rebase_added_is_shown_and_the_old_record_is_superseded(world: World) -> None:
    approve(world)
    old = of(world["alice"], "alice").id
    move_main(world)
    rebase(world)
    amend(world, edited(x3="x3 = 33", x20="x20 = 21", x50="x50 = 0"))
    alice = world["alice"]
    shown = alice.run("inspect", "origin/feat", "--delta")
    assert "+x20 = 21" in shown
    assert "x3 = 33" not in shown.replace(" x3", "")
    assert "x50 = 0" not in shown
    assert "alice decided approve on" in shown
    assert "rebased by git alone" in shown
    assert "1 file changed since (--delta)" in alice.run("inspect", "origin/feat")
    document = alice.json("inspect", "origin/feat")
    assert (document["delta"]["record"], document["delta"]["replayed"]) == (old, True)
    assert [file["path"] for file in document["delta"]["files"]] == ["m.py"]
    assert sum(len(file["hunks"]) for file in document["delta"]["files"]) == 1
    alice.run("approve", "origin/feat", "--reason", "the rest too")
    newest = max(records(alice), key=lambda record: record.attestation.sequence)
    assert newest.attestation.supersedes == (old,)
    assert alice.json("verify", "origin/feat")["verdict"] == "satisfied"
    assert alice.json("inspect", "origin/feat")["delta"] is None or newest.attestation.sequence == 2


def test_a_rebase_with_conflicts_is_shown_from_the_old_head(world: World) -> None:
    approve(world)
    land(world, {"m.py": BASE.replace("x3 = 3\n", "x3 = 77\n")}, "Touch the same line")
    dev = world["dev"]
    dev.git("checkout", "-q", "-B", "feat", "main")
    dev.commit(
        {"m.py": BASE.replace("x3 = 3\n", "x3 = 3377\n")}, "Again\n\nCo-Authored-By: Claude <noreply@anthropic.com>"
    )
    dev.git("checkout", "-q", "main")
    fetch(world, dev, "feat")
    shown = world["alice"].run("inspect", "origin/feat", "--delta")
    assert "rebasing it conflicts" in shown
    assert "-x3 = 33" in shown
    assert "+x3 = 3377" in shown


def test_without_an_earlier_decision_there_is_no_delta(world: World) -> None:
    offer(world, "other", {"m.py": edited(x9="x9 = 1")})
    assert "no decision on an earlier content" in world["alice"].run("inspect", "origin/other", "--delta", code=2)
    assert world["alice"].json("inspect", "origin/other")["delta"] is None
