"""A branch on a branch: listed, read and signed against the one below; its record counts once that has landed."""

from pathlib import Path

from tests.e2e.test_documents import check
from tests.e2e.world import build, offer


def test_the_own_part_is_signed_and_counts_when_the_lower_branch_has_landed(tmp_path: Path) -> None:
    world = build(tmp_path)
    alice, bob, dev = world["alice"], world["bob"], world["dev"]
    lower = offer(world, "lower", {"one.py": "one = 1\n"})
    upper = offer(world, "upper", {"two.py": "two = 2\n"}, start="lower")

    def row(*options: str):
        found = alice.json("queue", *options)
        check(found, "queue")
        return next((each for each in found["changes"] if each["head"] == upper), None)

    whole, part = row(), row("--stacked")
    main = alice.git("rev-parse", "origin/main")
    assert (whole["base"], whole["stats"]["files"], whole["below"]) == (main, 2, "refs/remotes/origin/lower")
    assert (part["base"], part["stats"]["files"], part["below"]) == (lower, 1, "refs/remotes/origin/lower")
    assert "↳ its own part alone, on origin/lower" in alice.run("queue", "--stacked")

    _, _, err = alice.attempt("approve", "origin/lower..origin/upper", "--reason", "Read what it adds.")
    assert "it counts once origin/lower has landed" in err
    assert alice.json("verify", "origin/upper", code=1)["verdict"] == "violated"
    assert row("--stacked") is None
    assert row()["state"] != "approved"

    alice.run("approve", "origin/lower", "--reason", "Read it.")
    dev.git("fetch", "-q", "origin", "refs/notes/*:refs/notes/*")
    dev.git("merge", "-q", "--no-ff", "-m", "Merge lower", "lower")
    dev.git("push", "-q", "origin", "main")
    for who in (alice, bob):
        who.git("fetch", "-q", "origin")
    bob.run("sync")
    assert bob.json("verify", "origin/upper")["verdict"] == "satisfied"
    assert row() is None
