"""Who saw a record when, break-glass, other targets, and commits that were approved as one."""

import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.test_carryover import approve, fetch, land, only
from tests.e2e.world import CLAUDE, Person, World, build, offer, person, public_key

GOOD = {"app.py": "def pay():\n    return 2\n"}
DAY = 86400


def stamp(offset: int) -> str:
    """Now and some seconds, as `--at` and allowed_signers write it."""
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + offset))


def signers(world: World, text: str, message: str = "Change signers") -> None:
    """Rewrite allowed_signers on main."""
    land(world, {".reviewconsole/allowed_signers": text}, message)


def with_ci(world: World) -> Person:
    ci = person(world.folder, "ci", world.remote)
    world.people["ci"] = ci
    held = (world["dev"].clone / ".reviewconsole/allowed_signers").read_text()
    signers(world, held + f'ci namespaces="witness@reviewconsole" {public_key(ci)}\n')
    ci.git("fetch", "-q", "origin")
    return ci


def lines(world: World) -> str:
    return (world["dev"].clone / ".reviewconsole/allowed_signers").read_text()


def test_a_witness_dates_a_record_and_keeps_it_when_the_key_expires(tmp_path: Path) -> None:
    world = build(tmp_path, more='require = ["max-age=1d"]')
    ci = with_ci(world)
    offer(world, "feat", GOOD)
    approve(world)
    assert "no witness says how old" in only(ci.json("verify", "origin/feat", code=2))["why"][0]
    shown = ci.json("verify", "origin/feat", "--witness", code=2)["witness"]
    assert shown["trailer"] == f"Reviewconsole-Witness: {shown['ref'][-8:]} {shown['id']}"
    assert only(ci.json("verify", "origin/feat"))["verdict"] == "satisfied"
    assert "older than 1d" in only(ci.json("verify", "origin/feat", "--at", stamp(2 * DAY), code=1))["why"][0]
    held = lines(world).replace(
        'alice namespaces="decision@reviewconsole"',
        f'alice namespaces="decision@reviewconsole",valid-before="{stamp(60)}"',
    )
    signers(world, held)
    assert only(ci.json("verify", "origin/feat", "--at", stamp(3600)))["verdict"] == "satisfied"
    ci.git("push", "-q", "origin", shown["ref"])
    bob = world["bob"]
    assert (
        "no longer valid" in only(bob.json("verify", "origin/feat", "--at", stamp(3600), code=1))["records"][0]["why"]
    )
    bob.run("sync")
    assert only(bob.json("verify", "origin/feat", "--at", stamp(3600)))["verdict"] == "satisfied"
    assert "no witness's" in bob.run("verify", "origin/feat", "--witness", code=77)


def test_a_record_that_was_witnessed_cannot_be_taken_away(tmp_path: Path) -> None:
    world = build(tmp_path)
    ci = with_ci(world)
    offer(world, "feat", GOOD)
    approve(world)
    out = ci.run("verify", "origin/feat", "--witness")
    trailer = out.strip().rsplit("\n", 1)[-1]
    before = ci.git("rev-parse", "origin/main")
    ci.git("checkout", "-q", "-B", "main", "origin/main")
    ci.git("merge", "-q", "--no-ff", "-m", f"Merge feat\n\n{CLAUDE}\n{trailer}", "origin/feat")
    ci.git("push", "-q", "origin", "main")
    assert only(ci.json("verify", f"{before}..main"))["verdict"] == "satisfied"
    bob = world["bob"]
    bob.git("fetch", "-q", "origin")
    bob.run("sync")
    assert "that the commit names is not here" in only(bob.json("verify", f"{before}..origin/main", code=2))["why"][-1]
    log = ci.git("for-each-ref", "--format=%(refname)", "refs/notes/reviewconsole/")
    ci.git("update-ref", "-d", log)
    assert "witnessed, is missing" in " ".join(ci.json("verify", f"{before}..main", code=1)["changes"][0]["why"])


@pytest.fixture
def urgent(tmp_path: Path) -> World:
    world = build(tmp_path, more='require = ["read-all"]\n[emergency]\nfrom = ["seniors"]\nexpires = "4h"')
    offer(world, "feat", GOOD)
    return world


def test_an_emergency_counts_for_its_time_is_loud_and_waits_for_a_review(urgent: World) -> None:
    alice, bob, dev = urgent["alice"], urgent["bob"], urgent["dev"]
    out = alice.run("approve", "origin/feat", "--reason", "pager", "--emergency")
    assert "EMERGENCY until" in out
    bob.run("sync")
    change = only(bob.json("verify", "origin/feat"))
    assert "EMERGENCY approval by alice" in change["emergency"]
    assert "EMERGENCY approval by alice" in bob.run("verify", "origin/feat")
    assert "EMERGENCY approval by alice" in bob.run("inspect", "origin/feat")
    entry = bob.json("queue")["changes"][0]
    assert (entry["state"], "EMERGENCY" in entry["notes"][0]) == ("pending", True)
    before = dev.git("rev-parse", "main")
    dev.git("merge", "-q", "--squash", "feat")
    dev.git("commit", "-q", "-m", f"Feat\n\n{CLAUDE}")
    fetch(urgent, dev, "main")
    dev.git("push", "-q", "origin", ":feat")
    bob.git("fetch", "-q", "-p", "origin")
    assert only(bob.json("verify", f"{before}..origin/main"))["emergency"]
    assert "EMERGENCY approval by alice" in bob.run("queue")
    late = only(bob.json("verify", f"{before}..origin/main", "--at", stamp(5 * 3600), code=1))
    assert "has expired: review the change" in late["records"][0]["why"]


def test_an_emergency_is_for_those_the_policy_names_and_lifts_no_reject(urgent: World, tmp_path: Path) -> None:
    alice, bob = urgent["alice"], urgent["bob"]
    bob.run("reject", "origin/feat", "--reason", "no")
    alice.run("sync")
    reject = alice.json("log")["records"][0]["id"]
    alice.run("approve", "origin/feat", "--reason", "pager", "--emergency", "--override", reject)
    assert "rejected by bob" in only(alice.json("verify", "origin/feat", code=1))["why"]
    plain = build(tmp_path / "plain")
    offer(plain, "feat", GOOD)
    assert "approve no emergency" in plain["alice"].run(
        "approve", "origin/feat", "--reason", "x", "--emergency", code=1
    )


def test_an_approval_for_one_target_counts_for_another_by_equal_content_only(tmp_path: Path) -> None:
    world = build(tmp_path, more='carry_over = "replay"\n[backports]\n"release/*" = ["main"]')
    dev, bob = world["dev"], world["bob"]
    policy = (dev.clone / ".reviewconsole/policy.toml").read_text()
    land(
        world,
        {".reviewconsole/policy.toml": policy.replace('["main"]', '["main", "release/*"]', 1)},
        "Protect releases",
    )
    dev.git("push", "-q", "origin", "main:refs/heads/release/1")
    offer(world, "feat", GOOD)
    approve(world)
    land(world, {"later.py": "l = 1\n"}, "Move main on")
    dev.git("checkout", "-q", "-B", "port", "main~1")
    dev.git("cherry-pick", "feat")
    dev.git("commit", "-q", "--amend", "-m", f"Port\n\n{CLAUDE}")
    dev.git("checkout", "-q", "main")
    fetch(world, dev, "port")
    verdict = only(bob.json("verify", "origin/port", "--target", "release/1"))
    assert verdict["records"][0]["carried"] == "same-content"
    offer(world, "other", {"app.py": "def pay():\n    return 3\n"})
    assert bob.json("verify", "origin/other", "--target", "release/1", code=1)["verdict"] == "violated"
    dev.git("checkout", "-q", "-B", "release/1", "origin/release/1")
    dev.commit({"only.py": "o = 1\n"}, f"Only here\n\n{CLAUDE}")
    dev.git("checkout", "-q", "main")
    fetch(world, dev, "release/1")


@pytest.mark.parametrize("how", ["fast-forward", "rebase"])
def test_commits_that_were_approved_as_one_are_covered_one_by_one(tmp_path: Path, how: str) -> None:
    world = build(tmp_path, more='carry_over = "replay"')
    dev, bob = world["dev"], world["bob"]
    land(world, {"m.py": "".join(f"x{i} = {i}\n" for i in range(30))}, "Add m")
    before = dev.git("rev-parse", "main")
    dev.git("checkout", "-q", "-B", "feat")
    text = (dev.clone / "m.py").read_text()
    for number in (2, 9):
        text = text.replace(f"x{number} = {number}\n", f"x{number} = 0\n")
        dev.commit({"m.py": text}, f"Change {number}\n\n{CLAUDE}")
    dev.git("checkout", "-q", "main")
    fetch(world, dev, "feat")
    approve(world)
    if how == "rebase":
        land(world, {"m.py": (dev.clone / "m.py").read_text().replace("x25 = 25", "x25 = 1")}, "Move on")
        dev.git("rebase", "-q", "main", "feat")
        before = dev.git("rev-parse", "main")
        dev.git("checkout", "-q", "main")
    dev.git("merge", "-q", "--ff-only", "feat")
    fetch(world, dev, "main")
    both = bob.json("verify", f"{before}..origin/main")["changes"]
    assert [change["verdict"] for change in both] == ["satisfied", "satisfied"]
    assert "approved as one with 2 commits" in both[0]["why"][0]
    dev.commit({"m.py": (dev.clone / "m.py").read_text().replace("x14 = 14", "x14 = 0")}, f"More\n\n{CLAUDE}")
    fetch(world, dev, "main")
    all_ = bob.json("verify", f"{before}..origin/main", code=1)["changes"]
    assert [change["verdict"] for change in all_] == ["satisfied", "satisfied", "violated"]


def test_an_introduction_that_is_no_longer_in_the_history_is_undecidable(tmp_path: Path) -> None:
    world = build(tmp_path)
    dev = world["dev"]
    dev.git("checkout", "-q", "--orphan", "other")
    away = dev.commit({"x.py": "x = 1\n"}, "Elsewhere")
    dev.git("checkout", "-q", "main")
    assert "is not in the history" in dev.run("verify", "main", "--introduction", away, code=2)
    assert subprocess.run(["git", "-C", str(dev.clone), "cat-file", "-e", away], check=False).returncode == 0
