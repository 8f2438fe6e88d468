"""Claims: shared, ended by time or by hand, and worth nothing when forged."""

import time
from pathlib import Path

import pytest

from reviewconsole.review import claiming
from reviewconsole.review.workspace import Workspace
from tests.e2e.test_documents import check
from tests.e2e.world import Person, World, build, offer

REFS = "refs/notes/reviewconsole-claims/"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = build(tmp_path_factory.mktemp("claims"))
    offer(world, "feat", {"a.py": "one = 1\n"})
    return world


def on_it(who: Person) -> list[str]:
    found = who.json("queue")
    check(found, "queue")
    [entry] = [entry for entry in found["changes"] if entry["ref"].endswith("/feat")]
    return [claim["principal"] for claim in entry["claims"]]


def test_a_claim_is_shared_follows_the_branch_and_is_released(world: World) -> None:
    alice, bob = world["alice"], world["bob"]
    assert "claimed by alice until " in alice.run("claim", "origin/feat")
    assert on_it(alice) == ["alice"]
    assert on_it(bob) == []
    bob.run("sync")
    assert on_it(bob) == ["alice"]
    assert "⚑ alice is on it until " in bob.run("queue")
    assert "⚑ you are on it until " in alice.run("queue")
    _, out, err = bob.attempt("claim", "origin/feat", "--for", "30m", "--no-push")
    assert "alice is on it too" in err
    assert "claimed by bob" in out
    assert on_it(bob) == ["bob", "alice"]
    before = bob.json("verify", "origin/feat", code=None)
    world["dev"].git("checkout", "-q", "feat")
    world["dev"].commit({"a.py": "one = 2\n"}, "Another head")
    world["dev"].git("push", "-q", "origin", "feat")
    bob.git("fetch", "-q", "origin")
    assert on_it(bob) == ["bob", "alice"]
    assert bob.json("verify", "origin/feat", code=None)["verdict"] == before["verdict"]
    assert "claimed by alice" in bob.run("release", "origin/feat")
    alice.run("sync")
    assert on_it(alice) == ["alice"]
    assert "nobody is on it now" in alice.run("release", "origin/feat")
    assert on_it(alice) == []
    assert "has not claimed" in alice.run("release", "origin/feat", code=64)
    assert "a day at most" in alice.run("claim", "origin/feat", "--for", "48h", code=64)


def test_a_forged_claim_is_not_shown_and_blocks_nothing(world: World, tmp_path: Path) -> None:
    alice, dev = world["alice"], world["dev"]
    assert "not in .reviewconsole/allowed_signers" in dev.run("claim", "origin/feat", code=77)
    alice.run("claim", "origin/feat", "--no-push")
    [ref] = alice.git("for-each-ref", "--format=%(refname)", f"{REFS}alice").split()
    good = alice.git("rev-parse", ref)
    alice.git("update-ref", f"{REFS}bob/{ref.rsplit('/', 1)[1]}", good)
    assert on_it(alice) == ["alice"]
    alice.git("update-ref", "-d", ref)
    alice.git("update-ref", f"{REFS}junk", alice.git("rev-parse", "origin/main"))
    alice.git("update-ref", f"{REFS}blob", alice.git("rev-parse", "origin/main:app.py"))
    assert on_it(alice) == []
    head = alice.git("rev-parse", "origin/feat")
    text = alice.git("show", f"{good}:{head[:2]}/{head[2:]}")
    alice.git("update-ref", ref, good)
    assert on_it(alice) == ["alice"]
    alice.git("notes", f"--ref={ref}", "add", "-f", "-m", text.replace('"payload":"', '"payload":"AAAA'), head)
    assert on_it(alice) == []
    assert alice.json("verify", "origin/feat", code=1)["verdict"] == "violated"
    alice.run("approve", "origin/feat", "--reason", "Read it.")
    assert alice.json("verify", "origin/feat")["verdict"] == "satisfied"
    log = alice.json("log")
    check(log, "log")
    title = alice.git("log", "-1", "--format=%s", "origin/feat")
    assert log["records"][0]["title"] == title
    assert f"    {title}\n" in alice.run("log")


@pytest.mark.parametrize("devices", ["ab", "ba"])
def test_a_second_machine_releases_what_a_clock_ahead_claimed(
    world: World, monkeypatch: pytest.MonkeyPatch, devices: str
) -> None:
    bob = world["bob"]
    offer(world, f"ahead-{devices}", {f"{devices}.py": "one = 1\n"})
    bob.git("fetch", "-q", "origin")
    workspace = Workspace.open(bob.clone, bob.env)
    change, now = workspace.change(f"origin/ahead-{devices}"), int(time.time())
    monkeypatch.setattr(claiming, "device_id", lambda _: devices[0] * 8)
    monkeypatch.setattr(claiming.time, "time", lambda: now + 240)
    assert [each.principal for each in workspace.claim(change, lambda _: None)] == ["bob"]
    monkeypatch.setattr(claiming, "device_id", lambda _: devices[1] * 8)
    monkeypatch.setattr(claiming.time, "time", lambda: now)
    assert workspace.release(change, lambda _: None) == ()
