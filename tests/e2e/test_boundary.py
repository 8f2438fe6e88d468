"""The boundary as people and agents meet it: guard, hook, waivers, task boundaries, the policy explained."""

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest

from reviewconsole.errors import FormatError
from reviewconsole.statement import parse_record
from tests.conftest import ROOT
from tests.e2e.world import CLAUDE, World, build, offer, policy_files

CONSTRAINTS = """
[[constraint]]
id = "protected"
kind = "paths.deny"
paths = ["infra/prod/**"]
waivable = true
why = "production is changed by the platform group"
[[constraint]]
id = "no-eval"
kind = "lines.forbid"
patterns = ["eval\\\\("]
paths = ["**/*.py", "*.py"]
[[constraint]]
id = "small"
kind = "limit"
level = "acknowledge"
files = 3
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    return build(tmp_path, more=CONSTRAINTS)


def valid(document: object, name: str) -> None:
    jsonschema.validate(document, json.loads((ROOT / "docs" / "schemas" / f"{name}.json").read_text()))


def test_guard_judges_what_is_staged_and_what_is_committed(world: World) -> None:
    dev = world["dev"]
    dev.git("checkout", "-q", "-b", "agent/x")
    (dev.clone / "app.py").write_text("def pay():\n    return eval('1')\n")
    assert "nothing is staged, and 1 file changed, app.py first" in dev.run("guard", "--staged", code=2)
    dev.git("add", "app.py")
    said = dev.run("guard", "--staged", code=1)
    assert "no-eval (lines.forbid, block): app.py:2 adds what a pattern forbids" in said
    assert "do: write these lines otherwise" in said
    found = dev.json("guard", "--staged", code=1)
    valid(found, "guard-v1")
    [broken] = [c for c in found["constraints"] if c["fails"]]
    assert (broken["id"], broken["witnesses"][0]["path"], broken["witnesses"][0]["lines"]) == (
        "no-eval",
        "app.py",
        [2, 2],
    )
    dev.git("commit", "-q", "-m", "x")
    assert "no-eval" in dev.run("guard", code=1)
    assert "no-eval" in dev.run("guard", "main..agent/x", code=1)
    assert "satisfied" in dev.run("guard", "main")
    dev.git("rm", "-q", "app.py")
    assert "satisfied" in dev.run("guard", "--staged")


def test_guard_looks_at_the_work_tree_as_it_lies_there(world: World) -> None:
    dev = world["dev"]
    dev.git("checkout", "-q", "-b", "agent/x")
    ran = dev.home / "ran"
    dev.git("config", "filter.evil.clean", f"touch {ran}; cat")
    (dev.clone / ".gitattributes").write_text("*.py filter=evil\n")
    dev.git("add", ".gitattributes")
    dev.git("commit", "-q", "-m", "attributes")
    ran.unlink(missing_ok=True)
    (dev.clone / "app.py").write_text("def pay():\n    return eval('1')\n")
    found = dev.json("guard", code=1)
    valid(found, "guard-v1")
    assert found["work_tree"]
    assert [c["witnesses"][0]["path"] for c in found["constraints"] if c["fails"]] == ["app.py"]
    (dev.clone / "app.py").unlink()
    (dev.clone / "new.py").write_text("eval('2')\n")
    (dev.clone / "note.txt").write_text("n\n")
    assert not ran.exists()
    dev.git("add", "note.txt")
    ran.unlink(missing_ok=True)
    assert "new.py:1 adds" in dev.run("guard", code=1)
    assert dev.json("guard", "--staged")["unstaged"] == ["app.py", "new.py"]
    assert "not looked at, since not staged: app.py, new.py" in dev.run("guard", "--staged")
    (dev.clone / ".gitignore").write_text("new.py\n")
    assert "satisfied: the work tree into refs/heads/main" in dev.run("guard", "--level", "block")
    assert not ran.exists()
    assert dev.git("status", "--short") == "D app.py\nA  note.txt\n?? .gitignore"


def test_guard_levels(world: World) -> None:
    dev = world["dev"]
    dev.branch("many", {f"f{i}.txt": "x\n" for i in range(4)})
    assert "small (limit, acknowledge): files is 4, more than 3" in dev.run("guard", "many", code=1)
    assert "satisfied" in dev.run("guard", "many", "--level", "block")
    dev.run("guard", "--staged", "many", code=64)


def test_a_commit_that_breaks_the_boundary_is_stopped_by_the_hook(world: World) -> None:
    dev = world["dev"]
    dev.run("init", "--hook", "pre-commit")
    dev.git("checkout", "-q", "-b", "agent/x")
    (dev.clone / "app.py").write_text("eval(1)\n")
    stopped = subprocess.run(
        ["git", "-C", str(dev.clone), "commit", "-q", "-a", "-m", "x"], env=dev.env, capture_output=True, text=True
    )
    assert stopped.returncode == 1
    assert "no-eval" in stopped.stdout + stopped.stderr
    (dev.clone / "app.py").write_text("pay = 1\n")
    dev.git("commit", "-q", "-a", "-m", "x")
    assert dev.git("log", "-1", "--format=%s") == "x"
    (dev.clone / "app.py").write_text("eval(2)\n")
    (dev.clone / "other.txt").write_text("fine\n")
    dev.git("add", "other.txt")
    dev.git("commit", "-q", "-m", "y", "other.txt")


def test_guard_without_a_policy_decides_nothing(world: World) -> None:
    dev = world["dev"]
    dev.git("rm", "-q", "-r", ".reviewconsole")
    dev.git("commit", "-q", "-m", "No policy")
    dev.git("push", "-q", "origin", "main")
    assert "there is no .reviewconsole/policy.toml" in dev.run("guard", "--staged", code=2)


def test_a_waiver_lets_one_violation_pass_until_its_ground_changes(world: World) -> None:
    alice, bob = world["alice"], world["bob"]
    offer(world, "agent/db", {"infra/prod/db.tf": "size = 1\n"})
    bob.run("approve", "origin/agent/db", "--reason", "read it")
    assert "protected: infra/prod/db.tf may not be changed" in bob.run("verify", "origin/agent/db", code=1)
    refused = bob.run("waive", "no-eval", "--change", "origin/agent/db", "--reason", "r", code=1)
    assert "is not broken here" in refused
    said = alice.run(
        "waive", "protected", "--change", "origin/agent/db", "--reason", "platform agreed", "--expires", "30d"
    )
    assert said.startswith("waiver  alice  constraint protected  witnesses 1")
    bob.run("sync")
    assert "waiver     protected by alice" in bob.run("verify", "origin/agent/db", "--all")
    for name in ("inspect", "verify"):
        shown = bob.json(name, "origin/agent/db")
        valid(shown, f"{name}-v1")
    assert [s["about"] for s in bob.json("inspect", "origin/agent/db")["statements"]] == ["protected"]
    listed = bob.json("log", "origin/agent/db")
    valid(listed, "log-v1")
    assert {row["decision"] for row in listed["records"]} == {"approve", "waiver"}
    assert "+ waiver protected: alice: in force" in bob.run("policy", "explain", "origin/agent/db")
    back = ("waive", "protected", "--change", "origin/agent/db", "--withdraw", "--reason", "too soon")
    assert "no waiver of bob" in bob.run(*back, code=1)
    assert alice.run(*back).startswith("withdraw  alice")
    bob.run("sync")
    assert "withdrawn by a later record" in bob.run("verify", "origin/agent/db", code=1)
    alice.run("waive", "protected", "--change", "origin/agent/db", "--reason", "platform agreed after all")
    bob.run("sync")
    bob.run("verify", "origin/agent/db")
    offer(world, "agent/db", {"infra/prod/db.tf": "size = 2\n"})
    bob.run("approve", "origin/agent/db", "--reason", "read it again")
    again = bob.run("verify", "origin/agent/db", code=1)
    assert "void: what it rests on has changed" in again


def test_a_waiver_is_told_of_the_commits_alone_that_it_has_to_do_with(world: World) -> None:
    alice, bob, dev = world["alice"], world["bob"], world["dev"]
    offer(world, "agent/db", {"infra/prod/db.tf": "size = 1\n"})
    alice.run("waive", "protected", "--change", "origin/agent/db", "--reason", "platform agreed")
    bob.run("approve", "origin/agent/db", "--reason", "read it")
    start = dev.git("rev-parse", "main")
    dev.commit({"infra/prod/other.tf": "size = 2\n"}, f"Somebody else's\n\n{CLAUDE}\n")
    dev.git("merge", "-q", "--squash", "agent/db")
    dev.git("commit", "-q", "-m", f"Squashed, and its branch is gone\n\n{CLAUDE}\n")
    dev.git("push", "-q", "origin", "main", ":agent/db")
    bob.git("fetch", "-q", "--prune", "origin")
    bob.run("sync")
    other, squashed = bob.json("verify", f"{start}..origin/main", "--all", code=None)["changes"]
    assert other["verdict"] == "violated" and other["statements"] == []
    assert [(s["about"], s["in_force"]) for s in squashed["statements"]] == [("protected", True)]
    assert squashed["verdict"] == "satisfied"


def test_an_author_cannot_waive_and_a_waiver_needs_leave(world: World) -> None:
    alice, dev = world["alice"], world["dev"]
    offer(world, "own", {"infra/prod/db.tf": "size = 1\n"}, author="alice <alice@example.com>")
    assert "took part in this change" in alice.run(
        "waive", "protected", "--change", "origin/own", "--reason", "r", code=1
    )
    assert "is not in" in dev.run("waive", "protected", "--change", "own", "--reason", "r", code=77)
    offer(world, "evil", {"x.py": "eval(1)\n"})
    assert "cannot be waived" in alice.run("waive", "no-eval", "--change", "origin/evil", "--reason", "r", code=1)


def test_a_task_boundary_narrows_what_a_branch_may_change(world: World) -> None:
    alice, bob, dev = world["alice"], world["bob"], world["dev"]
    said = alice.run(
        "boundary", "add", "PAY-17", "--refs", "agent/pay-17*", "--allow", "services/pay/**", "--forbid", "**/secrets/**",
        "--reason", "only payments", "--expires", "2030-01-01",
    )  # fmt: skip
    assert said.startswith("boundary  alice  task PAY-17  refs 1  allow 1  forbid 1")
    dev.run("sync", "--no-push")
    bob.run("sync")
    listed = dev.json("boundary", "list")
    valid(listed, "boundaries-v1")
    assert [(b["task"], b["expires"]) for b in listed["boundaries"]] == [("PAY-17", "2030-01-01T00:00:00Z")]
    offer(world, "agent/pay-17-a", {"services/pay/a.py": "x = 1\n", "app.py": "x = 2\n"})
    assert "app.py is outside of task PAY-17" in dev.run("guard", "agent/pay-17-a", code=1)
    bob.run("approve", "origin/agent/pay-17-a", "--reason", "read")
    assert "app.py is outside of task PAY-17" in bob.run("verify", "origin/agent/pay-17-a", code=1)
    assert "boundary   PAY-17 by alice" in bob.run("inspect", "origin/agent/pay-17-a")
    offer(world, "agent/other", {"app.py": "x = 2\n"})
    bob.run("approve", "origin/agent/other", "--reason", "read")
    bob.run("verify", "origin/agent/other")
    assert "no boundary of bob" in bob.run("boundary", "lift", "PAY-17", "--reason", "r", code=64)
    alice.run("boundary", "lift", "PAY-17", "--reason", "done")
    bob.run("sync")
    bob.run("verify", "origin/agent/pay-17-a")
    assert "is not in" in dev.run("boundary", "add", "T", "--refs", "x", "--allow", "y", "--reason", "r", code=77)
    bob.run("boundary", "add", "T", "--refs", "x", "--reason", "r", code=64)


def test_the_policy_is_checked_before_it_is_pushed(world: World) -> None:
    alice = world["alice"]
    assert "3 constraints" in alice.run("policy", "check")
    folder = alice.clone / ".reviewconsole"
    good = (folder / "policy.toml").read_text()
    (folder / "policy.toml").write_text(good + '[[constraint]]\nid = "x"\nkind = "paths.deny"\npath = ["a"]\n')
    assert "constraint[3].paths: is missing" in alice.run("policy", "check", code=65)
    (folder / "policy.toml").write_text(
        good.replace("approvals = 1", "approvals = 2") + '[people.carol]\nemails = ["c@x"]\n'
    )
    (folder / "revoked_keys").write_text("nonsense\n")
    said = alice.run("policy", "check", str(folder / "policy.toml"), code=65)
    assert "revoked_keys" in said
    assert "Traceback" not in said
    assert "there is no such file" in alice.run("policy", "check", str(folder / "none.toml"), code=65)


def test_the_policy_explains_what_applies_and_the_file_that_made_it(world: World) -> None:
    dev, alice = world["dev"], world["alice"]
    more = CONSTRAINTS + (
        '[[rule]]\nid = "infra"\npaths = ["infra/**"]\nfrom = ["seniors"]\n'
        '[[rule]]\nid = "docs"\npaths = ["docs/**"]\nfrom = ["seniors"]\n'
    )
    dev.commit(policy_files([alice, world["bob"]], more=more), "More rules")
    dev.git("push", "-q", "origin", "main")
    offer(world, "agent/db", {"infra/prod/db.tf": "size = 1\n"})
    said = alice.run("policy", "explain", "origin/agent/db")
    assert "+ rule infra: because of infra/prod/db.tf: asks for 1 of alice, bob" in said
    assert "- rule docs: no changed path matches docs/**" in said
    assert "+ constraint protected: paths.deny, block: violated" in said
    assert "[infra/prod/db.tf] (production is changed by the platform group)" in said
    assert "+ scope: asks for a sign-off: provenance declared" in said


def test_an_unknown_predicate_is_refused_as_such() -> None:
    with pytest.raises(FormatError, match="unknown version"):
        parse_record(b'{"_type":"https://in-toto.io/Statement/v1","predicateType":"urn:reviewconsole:other:v1"}')
