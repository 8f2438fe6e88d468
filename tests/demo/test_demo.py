"""The demo is the same every time and tells what it promises."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import tomli

from reviewconsole.config import builtin_patterns
from reviewconsole.demo import Demo, build
from reviewconsole.demo.commits import read_story
from reviewconsole.errors import StorageError
from reviewconsole.policy import parse_policy
from reviewconsole.provenance import Patterns

ENVIRON = {"PATH": os.environ["PATH"]}


def git(folder: Path, *args: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *args], capture_output=True, text=True, check=True).stdout.strip()


def refs(folder: Path) -> dict[str, str]:
    lines = git(folder, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return dict(line.split(" ") for line in lines)


def listed(demo: Demo, *options: str) -> dict[str, dict[str, object]]:
    command = [sys.executable, "-m", "reviewconsole", "-C", str(demo.repository), "queue", "--json", *options]
    done = subprocess.run(command, env={**ENVIRON, **demo.environ}, capture_output=True, text=True, check=True)
    return {change["ref"].removeprefix("refs/remotes/origin/"): change for change in json.loads(done.stdout)["changes"]}


@pytest.fixture(scope="module")
def queue(demo: Demo) -> dict[str, dict[str, object]]:
    """Every change, by branch."""
    return listed(demo, "--all")


def test_two_builds_have_the_same_ids_but_for_the_key(demo: Demo, tmp_path: Path) -> None:
    other = build(tmp_path / "other", environ=ENVIRON)
    first, second = refs(demo.remote), refs(other.remote)
    differing = {name for name in first if first[name] != second.get(name)}
    assert differing == {"refs/heads/main"}
    assert first.keys() == second.keys()
    assert git(demo.remote, "rev-parse", "main^") == git(other.remote, "rev-parse", "main^")
    changed = git(other.remote, "diff", "--name-only", "main^", "main")
    assert changed == ".reviewconsole/allowed_signers"


def test_everything_is_pushed_and_tracked(demo: Demo) -> None:
    branches = {commit.branch for commit in read_story()}
    assert len(branches) >= 9
    here, there = refs(demo.repository), refs(demo.remote)
    assert {f"refs/remotes/origin/{name}" for name in branches} <= here.keys()
    assert here["refs/heads/main"] == here["refs/remotes/origin/main"] == there["refs/heads/main"]
    assert here["refs/notes/ai"] == there["refs/notes/ai"]
    assert git(demo.repository, "status", "--porcelain") == ""
    assert git(demo.repository, "fsck", "--strict") == ""


def test_the_key_is_new_private_and_named_by_the_demos_own_settings(demo: Demo) -> None:
    assert demo.key.stat().st_mode & 0o077 == 0
    config = demo.home / ".gitconfig"
    assert git(demo.repository, "config", "--file", str(config), "user.signingkey") == str(demo.key)
    public = demo.key.with_suffix(".pub").read_text().split()[1]
    assert public in git(demo.repository, "show", "main:.reviewconsole/allowed_signers")


def test_nothing_outside_of_the_folder_is_written(tmp_path: Path, home: Path) -> None:
    before = sorted(home.rglob("*"))
    build(tmp_path / "d", environ={**ENVIRON, "HOME": str(home)})
    assert sorted(home.rglob("*")) == before
    assert sorted(item.name for item in tmp_path.iterdir()) == ["d"]


def test_a_second_terminal_becomes_the_reviewer(demo: Demo) -> None:
    script = f". '{demo.home.parent / 'env.sh'}'; reviewconsole --version; git config --global user.email"
    done = subprocess.run(["sh", "-c", script], env=ENVIRON, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("reviewconsole 0.")
    assert done.stdout.endswith("\nyou@shop.example\n")


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(StorageError, match="not empty"):
        build(tmp_path, environ=ENVIRON)
    assert (tmp_path / "mine").read_text() == "x"


def test_the_policies_of_the_story_are_valid(demo: Demo) -> None:
    strict, loose = (
        parse_policy(tomli.loads(git(demo.remote, "show", f"{ref}:.reviewconsole/policy.toml")))
        for ref in ("main", "simplify-review-policy")
    )
    assert [rule.approvals for rule in strict.rules] == [1, 1, 2]
    assert [rule.approvals for rule in loose.rules] == [1, 1, 1]
    assert {"you", "alice", "bob"} <= strict.people.keys()


def test_every_author_is_known_to_the_policy_or_to_the_patterns(demo: Demo) -> None:
    patterns: Patterns = builtin_patterns()
    authors = set(git(demo.remote, "log", "--branches", "--format=%ae").splitlines())
    assert {email for email in authors if not email.endswith("@shop.example")} == {
        email for email in authors if patterns.agent(email.lower()) is not None
    }


SHAPES = {
    "claude/rebuild-environment": ("+terraform destroy -auto-approve", "-    prevent_destroy = true"),
    "codex/split-customer-name": ("+def downgrade() -> None:\n+    pass", "+DELETE FROM orders;"),
    "copilot/payments-failover-runbook": ("+## Steps", "delete pvc"),
    "keep-selling": ("+    except Exception:\n+        pass", "-        stock.release(order)"),
    "price-format": ("+  const rest = String(cents % 100).padStart",),
    "fix-refund-tests": ('+	t.Skip("flaky")', "continue-on-error: true"),
    "simplify-review-policy": ('+counts_as_ai = "declared"', '-require = ["read-all"'),
    "devin/bump-dependencies": ("+stripe>=11", '"vite": "latest"'),
    "fraud-score": ("+		response, err := http.Post(", "timeout=None"),
    "quiet-alarms": ('-resource "aws_cloudwatch_metric_alarm" "orders_storage"', "-          livenessProbe:"),
    "belgian-postcodes": ("+  BE: /",),
}


@pytest.mark.parametrize("branch", sorted(SHAPES))
def test_a_branch_contains_what_it_promises(demo: Demo, branch: str) -> None:
    patch = git(demo.remote, "diff", f"main...{branch}")
    for shape in SHAPES[branch]:
        assert shape in patch


def test_every_branch_is_promised_something() -> None:
    assert {commit.branch for commit in read_story()} == {"main", *SHAPES}


@pytest.mark.parametrize(
    ("branch", "provenance", "tool", "operator"),
    [
        ("claude/rebuild-environment", "declared", "claude", "carol"),
        ("codex/split-customer-name", "heuristic", "codex", None),
        ("copilot/payments-failover-runbook", "strong", "copilot", "dave"),
        ("keep-selling", "declared", "claude", "carol"),
        ("price-format", "declared", "cursor", "carol"),
        ("fix-refund-tests", "declared", "aider", "bob"),
        ("simplify-review-policy", "declared", "claude", "dave"),
        ("devin/bump-dependencies", "strong", "devin", "alice"),
        ("fraud-score", "declared", "cursor", "dave"),
        ("quiet-alarms", "declared", "claude", "dave"),
        ("belgian-postcodes", "none", None, None),
    ],
)
def test_the_evidence_is_found(
    queue: dict[str, dict[str, dict[str, object]]], branch: str, provenance: str, tool: str | None, operator: str | None
) -> None:
    found = queue[branch]["provenance"]
    assert found["class"] == provenance
    assert tool is None or tool in found["tools"]
    assert operator is None or f"{operator}@shop.example" in found["operators"]


@pytest.mark.parametrize(
    "branch",
    [
        "claude/rebuild-environment",
        "codex/split-customer-name",
        "copilot/payments-failover-runbook",
        "keep-selling",
        "fix-refund-tests",
        "fraud-score",
        "quiet-alarms",
    ],
)
def test_what_a_senior_must_see_is_high_or_critical(
    queue: dict[str, dict[str, dict[str, object]]], branch: str
) -> None:
    assert queue[branch]["risk"]["level"] in {"high", "critical"}


def test_the_refactor_is_quiet(queue: dict[str, dict[str, dict[str, object]]]) -> None:
    assert queue["price-format"]["risk"]["level"] in {"none", "low"}


def test_what_a_person_wrote_alone_does_not_wait(demo: Demo, queue: dict[str, dict[str, object]]) -> None:
    assert queue.keys() - listed(demo).keys() == {"belgian-postcodes"}
