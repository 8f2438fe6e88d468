"""Others who may push do what they can to somebody's claims: overwrite, drop, replay, replace."""

import pytest

from tests.e2e.world import Person, World, build, offer

REFS = "refs/notes/reviewconsole-claims/"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = build(tmp_path_factory.mktemp("claims"))
    offer(world, "feat", {"a.py": "one = 1\n"})
    offer(world, "more", {"b.py": "two = 2\n"})
    return world


def on(who: Person, branch: str = "feat") -> list[str]:
    [entry] = [entry for entry in who.json("queue")["changes"] if entry["ref"].endswith(f"/{branch}")]
    return [claim["principal"] for claim in entry["claims"]]


def taken(world: World) -> tuple[str, str]:
    """Mallory (dev) has everybody's claims; the ref of alice's, and its tip."""
    dev = world["dev"]
    dev.git("fetch", "-q", "origin", f"+{REFS}*:{REFS}*")
    [row] = dev.git("for-each-ref", "--format=%(refname) %(objectname)", f"{REFS}alice").splitlines()
    ref, tip = row.split()
    return ref, tip


def attack(world: World, how: str, older: str) -> str:
    dev = world["dev"]
    ref, tip = taken(world)
    head = dev.git("rev-parse", "feat")
    if how == "replaced":
        dev.git("update-ref", ref, dev.git("commit-tree", "-m", "x", dev.git("mktree")))
    elif how == "dropped":
        dev.git("notes", f"--ref={ref}", "remove", head)
    elif how == "overwritten":
        dev.git("notes", f"--ref={ref}", "add", "-f", "-m", "nothing", head)
    elif how == "replayed":
        dev.git("update-ref", ref, dev.git("commit-tree", "-m", "x", "-p", tip, f"{older}^{{tree}}"))
    elif how == "deleted":
        dev.git("update-ref", "-d", ref)
        dev.git("push", "-q", "origin", "--delete", ref)
        return ref
    dev.git("push", "-q", "-f", "origin", f"{ref}:{ref}")
    return ref


@pytest.mark.parametrize("how", ["replaced", "dropped", "overwritten", "replayed", "deleted"])
def test_a_claim_outlives_what_others_do_to_its_ref(world: World, how: str) -> None:
    alice, bob = world["alice"], world["bob"]
    alice.run("claim", "origin/feat", "--for", "1h")
    older = taken(world)[1]
    alice.run("claim", "origin/more")
    alice.run("release", "origin/feat")
    alice.run("claim", "origin/feat", "--for", "2h")
    attack(world, how, older)
    alice.run("sync")
    assert (on(alice), on(alice, "more")) == (["alice"], ["alice"])
    bob.run("sync")
    assert (on(bob), on(bob, "more")) == (["alice"], ["alice"])
    before = alice.git("for-each-ref", REFS)
    alice.run("sync", "--no-push")
    assert alice.git("for-each-ref", REFS) == before  # nothing is united that is one


def test_the_hook_keeps_the_claims_of_others(world: World) -> None:
    alice, dev = world["alice"], world["dev"]
    dev.run("init", "--hook", "pre-receive", cwd=world.remote)
    alice.run("claim", "origin/feat", "--for", "1h")
    older = taken(world)[1]
    alice.run("claim", "origin/feat", "--for", "2h")
    head = dev.git("rev-parse", "feat")
    told = {
        "replaced": "rewinds the claims or replaces them",
        "dropped": "drops a claim",
        "overwritten": "the note holds no claim",
        "replayed": "puts an older claim",
        "deleted": "never deleted",
    }
    for how, why in told.items():
        with pytest.raises(AssertionError, match="refused as a whole") as refused:
            attack(world, how, older)
        assert why in str(refused.value), how
    ref, tip = taken(world)
    blob = dev.git("rev-parse", f"{head}:a.py")
    assert "point at a commit" in push(dev, f"{blob}:{REFS}alice/00000000-00000000")
    forged = ref.replace("/alice/", "/bob/")
    assert "lies in another place" in push(dev, f"{tip}:{forged}")
    alice.run("release", "origin/feat")
    alice.run("claim", "origin/more")
    assert "pushed" not in alice.run("sync") or on(alice, "more") == ["alice"]


def push(who: Person, spec: str) -> str:
    with pytest.raises(AssertionError, match="refused as a whole") as refused:
        who.git("push", "-q", "origin", spec)
    return str(refused.value)
