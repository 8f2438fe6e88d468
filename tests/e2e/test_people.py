"""Editing people and keys: three files that always agree, and what the gate makes of them."""

from pathlib import Path

import pytest

from tests.e2e.test_carryover import fetch
from tests.e2e.world import World, build, offer, person, public_key

GOOD = {"app.py": "def pay():\n    return 2\n"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = build(tmp_path)
    dev = world["dev"]
    policy = dev.clone / ".reviewconsole/policy.toml"
    policy.write_text(
        "# who decides, and why\n" + policy.read_text().replace("approvals = 1", "approvals = 1  # for now")
    )
    publish(world)
    return world


def text(world: World, name: str) -> str:
    return (world["dev"].clone / ".reviewconsole" / name).read_text()


def publish(world: World) -> None:
    dev = world["dev"]
    dev.git("add", "-A")
    dev.git("commit", "-q", "-m", "Change people")
    fetch(world, dev)


def test_a_person_is_added_and_may_decide(world: World) -> None:
    carol = person(world.folder, "carol", world.remote)
    world.people["carol"] = carol
    dev = world["dev"]
    key = carol.home / ".ssh/id_ed25519.pub"
    said = dev.run("people", "add", "carol", "--email", "Carol@Example.com", "--key", str(key), "--group", "seniors")
    assert "a second reviewer must agree" in said
    assert "# who decides, and why" in text(world, "policy.toml")
    assert "approvals = 1  # for now" in text(world, "policy.toml")
    publish(world)
    offer(world, "feat", GOOD)
    carol.run("approve", "origin/feat", "--reason", "new here")
    assert carol.json("verify", "origin/feat")["verdict"] == "satisfied"
    listed = dev.run("people")
    assert "carol@example.com" in listed
    assert "[seniors]" in listed
    dev.run("people", "add", "carol", "--email", "carol@home.example")
    assert "carol@home.example" in dev.run("people")


def test_a_key_is_rotated(world: World) -> None:
    dev, alice = world["dev"], world["alice"]
    offer(world, "feat", GOOD)
    alice.run("approve", "origin/feat", "--reason", "with the old key")
    other = person(world.folder, "alice-new", world.remote)
    dev.run("people", "rotate", "alice", "--key", public_key(other))
    assert text(world, "allowed_signers").count("alice namespaces=") == 2
    assert 'valid-before="' in text(world, "allowed_signers").splitlines()[0]
    publish(world)
    why = alice.json("verify", "origin/feat", code=1)["changes"][0]["records"][0]["why"]
    assert "no longer valid" in why
    assert "ended" in dev.run("people")


def test_a_compromised_key_is_revoked(world: World) -> None:
    dev, alice = world["dev"], world["alice"]
    offer(world, "feat", GOOD)
    alice.run("approve", "origin/feat", "--reason", "x")
    other = person(world.folder, "alice-new", world.remote)
    dev.run("people", "rotate", "alice", "--key", public_key(other), "--compromised", "--since", "20260101Z")
    assert text(world, "revoked_keys").startswith('revoked-at="20260101000000Z" SHA256:')
    publish(world)
    assert "revoked" in alice.json("verify", "origin/feat", code=1)["changes"][0]["records"][0]["why"]


def test_a_leaver_is_out_of_the_groups_and_still_the_author(world: World) -> None:
    dev, bob = world["dev"], world["bob"]
    dev.run("people", "remove", "alice")
    assert 'seniors = ["bob"]' in text(world, "policy.toml").replace("[ ", "[")
    assert "[people.alice]" in text(world, "policy.toml")
    publish(world)
    offer(world, "feat", GOOD, author="bob <bob@example.com>")
    assert "took part" in bob.run("approve", "origin/feat", "--reason", "mine", code=1)
    before = text(world, "policy.toml"), text(world, "allowed_signers")
    assert "has no member" in dev.run("people", "remove", "bob", code=65)
    assert (text(world, "policy.toml"), text(world, "allowed_signers")) == before


def test_mistakes_change_nothing(world: World) -> None:
    dev, alice = world["dev"], world["alice"]
    before = [text(world, name) for name in ("policy.toml", "allowed_signers")]
    private = str(alice.home / ".ssh/id_ed25519")
    for words, code, said in (
        (("add", "Carol", "--email", "c@example.com"), 64, "lower-case"),
        (("add", "carol"), 64, "needs an e-mail"),
        (("add", "carol", "--email", "bob@example.com"), 65, "already belongs to bob"),
        (("add", "carol", "--email", "c@example.com", "--key", public_key(alice)), 65, "stands in line"),
        (("add", "carol", "--email", "c@example.com", "--key", private), 64, "private key"),
        (("rotate", "zed", "--key", public_key(alice)), 64, "no [people.zed]"),
        (("rotate", "bob", "--key", public_key(alice)), 65, "stands in line"),
        (("rotate", "bob", "--key", public_key(alice), "--old", "SHA256:x"), 64, "has no key"),
    ):
        assert said in dev.run("people", *words, code=code), words
    assert [text(world, name) for name in ("policy.toml", "allowed_signers")] == before
