"""How far an approval reaches: rebases, squashes and merges with real git, and what must not pass for one."""

from pathlib import Path

import pytest

from tests.e2e.world import CLAUDE, Person, World, build, offer

LINES = [f"x{i} = {i}\n" for i in range(60)]
BASE = "".join(LINES)
REPLAY = 'carry_over = "replay"'


def edited(**lines: str) -> str:
    """The module with some lines replaced, e.g. x3="x3 = 4"."""
    return "".join(f"{lines.get(f'x{i}', row.rstrip())}\n" for i, row in enumerate(LINES))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return prepared(tmp_path)


def prepared(folder: Path, more: str = REPLAY) -> World:
    world = build(folder, more=more)
    land(world, {"m.py": BASE, "other.py": "o = 1\n"}, "Add modules")
    offer(world, "feat", {"m.py": edited(x3="x3 = 33")})
    return world


def land(world: World, files: dict[str, str], message: str) -> None:
    """Somebody else's plain work reaches main."""
    dev = world["dev"]
    dev.commit(files, message)
    fetch(world, dev)


def fetch(world: World, dev: Person, *refs: str) -> None:
    dev.git("push", "-q", "-f", "origin", *(refs or ("main",)))
    for other in list(world.people.values())[1:]:
        other.git("fetch", "-q", "origin")


def approve(world: World, name: str = "alice") -> None:
    world[name].run("approve", "origin/feat", "--reason", "read")
    for other in world.people.values():
        other.run("sync")


def rebase(world: World, who: str = "dev") -> None:
    person = world[who]
    person.git("fetch", "-q", "origin")
    if who != "dev":
        person.git("branch", "-q", "-f", "feat", "origin/feat")
        person.git("checkout", "-q", "-B", "main", "origin/main")
    person.git("rebase", "-q", "main", "feat")
    person.git("checkout", "-q", "main", "--force")
    fetch(world, person, "feat")
    for other in world.people.values():
        other.git("fetch", "-q", "origin")


def only(verdict: dict) -> dict:
    [change] = verdict["changes"]
    return change


def move_main(world: World) -> None:
    land(world, {"m.py": edited(x50="x50 = 0")}, "Move on in the same file")


def test_a_clean_rebase_over_the_same_file_is_a_replay(world: World) -> None:
    approve(world)
    move_main(world)
    rebase(world)
    bob = world["bob"]
    change = only(bob.json("verify", "origin/feat"))
    assert change["records"][0]["carried"] == "replay"
    assert "carried from" in change["requirements"][0]["why"]
    assert "carried as replay" in bob.run("verify", "origin/feat")
    assert "carried: replay" in bob.run("log", "origin/feat")
    assert "carried from" in bob.run("inspect", "origin/feat")


@pytest.mark.parametrize(
    "tampered",
    [
        pytest.param(edited(x3="x3 = 34", x50="x50 = 0"), id="one-byte"),
        pytest.param(edited(x3="x3 =  33", x50="x50 = 0"), id="white-space"),
        pytest.param(edited(x3="x3 = 33", x50="x50 = 0") + "evil = 1\n", id="one-more-line"),
        pytest.param(edited(x4="x4 = 33", x50="x50 = 0"), id="relocated"),
        pytest.param(edited(x3="x3 = 33"), id="base-fix-dropped"),
    ],
)
def test_a_rebase_with_anything_more_is_stale_and_says_where(world: World, tampered: str) -> None:
    approve(world)
    move_main(world)
    rebase(world)
    dev = world["dev"]
    dev.git("checkout", "-q", "feat")
    (dev.clone / "m.py").write_text(tampered)
    dev.git("commit", "-q", "-a", "--amend", "--no-edit")
    dev.git("checkout", "-q", "main")
    fetch(world, dev, "feat")
    change = only(world["bob"].json("verify", "origin/feat", code=1))
    assert "beyond a mechanical rebase, in m.py" in change["records"][0]["why"]


def test_the_strictest_rule_that_applies_decides(tmp_path: Path) -> None:
    world = prepared(tmp_path, REPLAY + '\n[[rule]]\nid = "strict"\napprovals = 1\nfrom = ["seniors"]\n')
    approve(world)
    move_main(world)
    rebase(world)
    change = only(world["bob"].json("verify", "origin/feat", code=1))
    assert "allows no more than same-content" in change["records"][0]["why"]


def test_a_reject_carries_by_replay_whatever_the_rule_says(tmp_path: Path) -> None:
    world = prepared(tmp_path, 'carry_over = "exact"')
    world["bob"].run("reject", "origin/feat", "--reason", "no")
    world["alice"].run("sync")
    move_main(world)
    rebase(world)
    approve(world)
    assert "rejected by bob" in only(world["alice"].json("verify", "origin/feat", code=1))["why"]


def clear(who: Person) -> None:
    """Let git forget what no ref reaches."""
    who.git("reflog", "expire", "--expire=now", "--all")
    who.git("gc", "-q", "--prune=now")


def test_an_old_head_that_is_not_here_is_undecidable_with_what_to_fetch(world: World) -> None:
    old = world["dev"].git("rev-parse", "feat")
    approve(world)
    move_main(world)
    rebase(world)
    bob = world["bob"]
    clear(bob)
    assert only(bob.json("verify", "origin/feat"))["records"][0]["carried"] == "replay", (
        "the log keeps what it approves"
    )
    for log in bob.git("for-each-ref", "--format=%(refname)", "refs/notes/reviewconsole/").split():
        bob.git("update-ref", log, bob.git("commit-tree", "-m", "without the head", f"{log}^{{tree}}"))
    clear(bob)
    change = only(bob.json("verify", "origin/feat", code=2))
    assert f"git fetch origin {old}" in change["why"][0]
    world["dev"].git("config", "uploadpack.allowAnySHA1InWant", "true")
    bob.git("fetch", "-q", str(world["dev"].clone), f"{old}:refs/kept/old")
    assert only(bob.json("verify", "origin/feat"))["records"][0]["carried"] == "replay"


def test_who_updates_the_branch_may_still_approve_it(world: World) -> None:
    alice = world["alice"]
    move_main(world)
    alice.git("checkout", "-q", "-B", "feat", "origin/feat")
    alice.git("merge", "-q", "--no-edit", "origin/main")
    alice.git("checkout", "-q", "main")
    fetch(world, alice, "feat")
    world["dev"].git("fetch", "-q", "origin")
    approve(world)
    assert only(world["bob"].json("verify", "origin/feat"))["verdict"] == "satisfied"


def test_who_changes_something_in_a_merge_took_part(world: World) -> None:
    alice = world["alice"]
    move_main(world)
    alice.git("checkout", "-q", "-B", "feat", "origin/feat")
    alice.git("merge", "-q", "--no-commit", "origin/main")
    alice.commit({"other.py": "o = 2\n"}, "Merge main")
    alice.git("checkout", "-q", "main")
    fetch(world, alice, "feat")
    assert "took part" in alice.run("approve", "origin/feat", "--reason", "mine", code=1)


def test_a_reviewer_who_rebases_keeps_the_approval(world: World) -> None:
    approve(world)
    move_main(world)
    rebase(world, "alice")
    assert only(world["bob"].json("verify", "origin/feat"))["records"][0]["carried"] == "replay"


@pytest.mark.parametrize("how", ["squash", "merge"])
def test_what_lands_over_a_moved_target_is_covered(world: World, how: str) -> None:
    approve(world)
    move_main(world)
    bob = world["bob"]
    before = bob.git("rev-parse", "origin/main")
    bob.git("checkout", "-q", "-B", "main", "origin/main")
    if how == "squash":
        bob.git("merge", "-q", "--squash", "origin/feat")
        bob.git("commit", "-q", "-m", f"Feat\n\n{CLAUDE}")
    else:
        bob.git("merge", "-q", "--no-ff", "-m", f"Merge feat\n\n{CLAUDE}", "origin/feat")
    fetch(world, bob, "main")
    change = only(bob.json("verify", f"{before}..origin/main"))
    assert change["records"][0]["carried"] == "replay"


def test_an_evil_merge_is_refused_and_named(world: World) -> None:
    approve(world)
    move_main(world)
    bob = world["bob"]
    before = bob.git("rev-parse", "origin/main")
    bob.git("checkout", "-q", "-B", "main", "origin/main")
    bob.git("merge", "-q", "--no-ff", "--no-commit", "origin/feat")
    bob.commit({"other.py": "o = 'evil'\n"}, f"Merge feat\n\n{CLAUDE}")
    fetch(world, bob, "main")
    change = only(bob.json("verify", f"{before}..origin/main", code=1))
    assert "the merge changes other.py beyond what git alone makes of its parents" in change["why"]


def test_a_merge_of_covered_commits_is_covered_and_one_that_is_not_stops_it(world: World) -> None:
    dev, bob = world["dev"], world["bob"]
    approve(world)
    offer(world, "second", {"other.py": "o = 2\n"})
    offer(world, "third", {"third.py": "t = 2\n"})
    bob.run("approve", "origin/second", "--reason", "fine")
    before = dev.git("rev-parse", "main")
    for name, parts in (("good", ("feat", "second")), ("bad", ("feat", "third"))):
        dev.git("checkout", "-q", "-B", name, before)
        for part in parts:
            dev.git("merge", "-q", "--no-ff", "-m", f"Merge {part}\n\n{CLAUDE}", part)
        dev.git("checkout", "-q", "-B", "main", before)
        dev.git("merge", "-q", "--no-ff", "-m", f"Merge {name}\n\n{CLAUDE}", name)
        fetch(world, dev, "main")
        dev.run("sync")
        change = only(dev.json("verify", f"{before}..origin/main", code=0 if name == "good" else 1))
        wanted = "the mechanical merge of 2 commits, each covered by itself" if name == "good" else "in it is violated"
        assert wanted in change["why"][-1]


def test_a_side_branch_brings_no_policy_of_its_own(world: World) -> None:
    dev = world["dev"]
    before = dev.git("rev-parse", "main")
    policy = (dev.clone / ".reviewconsole/policy.toml").read_text()
    dev.git("checkout", "-q", "-B", "side", before)
    dev.commit(
        {
            ".reviewconsole/policy.toml": policy
            + '[review]\nscope = "all"\n'.replace("all", "ai-assisted")
            + 'counts_as_ai = "declared"\n'
        },
        "Weaken",
    )
    dev.commit({"z.py": "z = 1\n"}, "Work\n\nclaude wrote this")
    dev.git("checkout", "-q", "main")
    dev.git("merge", "-q", "--no-ff", "-m", f"Merge side\n\n{CLAUDE}", "side")
    fetch(world, dev, "main")
    assert only(dev.json("verify", f"{before}..origin/main", code=1))["verdict"] == "violated"


def test_several_merge_bases_are_undecidable(world: World) -> None:
    dev = world["dev"]
    move_main(world)
    main, feat = dev.git("rev-parse", "main"), dev.git("rev-parse", "feat")
    dev.git("checkout", "-q", "feat")
    dev.git("merge", "-q", "-m", f"In\n\n{CLAUDE}", main)
    dev.git("checkout", "-q", "main")
    dev.git("merge", "-q", "--no-ff", "-m", "Across", feat)
    dev.git("push", "-q", "-f", "origin", "main", "feat")
    dev.git("checkout", "-q", "feat")
    dev.commit({"n.py": "n = 1\n"}, f"More\n\n{CLAUDE}")
    dev.git("checkout", "-q", "main")
    dev.commit({"k.py": "k = 1\n"}, "Main goes on")
    fetch(world, dev, "main", "feat")
    assert "several merge bases" in only(dev.json("verify", "origin/feat", code=2))["why"][0]


def test_nothing_the_repository_names_runs_while_trees_are_merged(world: World, tmp_path: Path) -> None:
    approve(world)
    move_main(world)
    rebase(world)
    bob = world["bob"]
    canary = tmp_path / "canary"
    (bob.clone / ".git/info").mkdir(exist_ok=True)
    (bob.clone / ".git/info/attributes").write_text("*.py merge=evil filter=evil diff=evil\n")
    for key in ("merge.evil.driver", "filter.evil.clean", "filter.evil.smudge", "core.fsmonitor", "diff.evil.textconv"):
        bob.git("config", key, f"touch {canary}; false")
    bob.git("config", "merge.default", "evil")
    assert only(bob.json("verify", "origin/feat"))["records"][0]["carried"] == "replay"
    assert not canary.exists()


def test_a_key_tells_who_took_part_whatever_the_commit_says(world: World) -> None:
    dev, alice, bob = world["dev"], world["alice"], world["bob"]
    alice.git("checkout", "-q", "-B", "feat", "origin/main")
    (alice.clone / "m.py").write_text(edited(x3="x3 = 33"))
    alice.git("add", "-A")
    nobody = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.com")
    alice.git(*nobody, "commit", "-q", "-S", "-m", f"Work\n\n{CLAUDE}")
    alice.git("checkout", "-q", "main")
    fetch(world, alice, "feat")
    dev.git("fetch", "-q", "origin")
    assert "took part in this change (committer)" in alice.run("approve", "origin/feat", "--reason", "x", code=1)
    bob.run("approve", "origin/feat", "--reason", "fine")
    assert only(bob.json("verify", "origin/feat"))["verdict"] == "satisfied"


def test_a_reviewer_who_updated_and_then_rebased_keeps_the_approval(world: World) -> None:
    alice, dev = world["alice"], world["dev"]
    move_main(world)
    alice.git("checkout", "-q", "-B", "feat", "origin/feat")
    alice.git("merge", "-q", "--no-edit", "origin/main")
    alice.git("checkout", "-q", "main")
    fetch(world, alice, "feat")
    dev.git("fetch", "-q", "origin")
    dev.git("branch", "-q", "-f", "feat", "origin/feat")
    approve(world)
    land(world, {"m.py": edited(x50="x50 = 0", x55="x55 = 0")}, "Move again")
    rebase(world)
    assert only(world["bob"].json("verify", "origin/feat"))["records"][0]["carried"] == "replay"
