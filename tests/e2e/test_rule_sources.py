"""Rules and findings from elsewhere, with real repositories: policy packs, own packs, SARIF, other scanners."""

import json

import pytest

from tests.e2e.world import World, build, offer

PACK = "id: no-print\nlanguage: python\nseverity: error\nmessage: print in a service\nrule: {kind: call, regex: '^print'}\n"
MORE = '[rules]\npacks = [".reviewconsole/rules"]\n'
SARIF = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {"driver": {"name": "scan"}},
            "results": [
                {
                    "ruleId": "X9",
                    "level": "error",
                    "message": {"text": "odd"},
                    "locations": [
                        {"physicalLocation": {"artifactLocation": {"uri": "app.py"}, "region": {"startLine": 2}}}
                    ],
                }
            ],
        }
    ],
}
CHANGE = {"app.py": "def pay():\n    print(2)\n    return 2\n"}


def land(world: World, files: dict[str, str]) -> None:
    dev = world["dev"]
    dev.git("checkout", "-q", "main")
    dev.commit(files, "Rules")
    dev.git("push", "-q", "origin", "main")
    for other in ("alice", "bob"):
        world[other].git("fetch", "-q", "origin")


def findings(who, *options):
    return {f["rule"]: f for f in who.json("inspect", "origin/feat", *options)["findings"]}


@pytest.fixture
def world(tmp_path):
    return build(tmp_path, more=MORE)


def test_a_pack_of_the_policy_finds_counts_and_is_signed(world):
    land(world, {".reviewconsole/rules/no-print.yml": PACK})
    offer(world, "feat", CHANGE)
    alice = world["alice"]
    found = findings(alice)["no-print"]
    assert (found["severity"], found["external"], found["line"]) == ("high", None, 2)
    alice.run("approve", "origin/feat", "--reason", "fine")
    assert alice.json("verify", "origin/feat")["verdict"] == "satisfied"


def test_a_pack_that_the_change_brings_along_does_not_judge_it(world):
    land(world, {".reviewconsole/rules/other.yml": PACK.replace("print", "none")})
    offer(world, "feat", {**CHANGE, ".reviewconsole/rules/no-print.yml": PACK})
    assert "no-print" not in findings(world["alice"])


def test_a_broken_pack_is_named_with_its_line_blocks_and_leaves_the_others_at_work(world):
    land(
        world,
        {".reviewconsole/rules/no-print.yml": PACK, ".reviewconsole/rules/bad.yml": "id: a\nregex: x\n---\nid: b\n"},
    )
    offer(world, "feat", CHANGE)
    alice = world["alice"]
    assert "no-print" in findings(alice)
    alice.run("approve", "origin/feat", "--reason", "fine")
    verdict = alice.json("verify", "origin/feat", code=65)
    assert verdict["verdict"] == "undecidable"
    assert ".reviewconsole/rules/bad.yml:4: exactly one of rule and regex" in json.dumps(verdict)
    world["dev"].git("checkout", "-q", "main")
    assert "line 4: exactly one of rule and regex" in world["dev"].run("policy", "check", code=None)


def test_a_missing_folder_and_a_change_that_would_break_a_pack_are_undecidable(world):
    offer(world, "feat", CHANGE)
    assert "is no folder" in json.dumps(world["alice"].json("verify", "origin/feat", code=65))
    land(world, {".reviewconsole/rules/no-print.yml": PACK})
    offer(world, "feat", {".reviewconsole/rules/no-print.yml": "id: [\n"})
    assert "would break a rule pack" in json.dumps(world["alice"].json("verify", "origin/feat", code=65))


def test_a_persons_own_pack_is_shown_and_does_not_count(world):
    land(world, {".reviewconsole/rules/other.yml": PACK.replace("print", "none")})
    offer(world, "feat", CHANGE)
    alice = world["alice"]
    rules = alice.home / ".config" / "reviewconsole" / "rules"
    rules.mkdir(parents=True)
    (rules / "mine.yml").write_text(PACK)
    (rules / "broken.yml").write_text("id: [\n")
    shown = alice.json("inspect", "origin/feat")
    mine = next(f for f in shown["findings"] if f["rule"] == "mine")
    assert mine["external"] == "own rules" and mine["severity"] == "high"
    assert shown["change"]["risk"]["level"] == "none"
    assert any("broken.yml:2" in note for note in shown["change"]["notes"])
    alice.run("approve", "origin/feat", "--reason", "fine")
    assert world["bob"].run("sync") is not None
    assert world["bob"].json("verify", "origin/feat")["verdict"] == "satisfied"


def test_findings_of_another_scanner_are_shown_beside_ours(world, tmp_path):
    land(world, {".reviewconsole/rules/other.yml": PACK.replace("print", "none")})
    offer(world, "feat", CHANGE)
    report = tmp_path / "scan.sarif"
    report.write_text(json.dumps(SARIF))
    found = findings(world["alice"], "--sarif-in", str(report))["X9"]
    assert (found["external"], found["message"]) == ("scan", "scan: odd")
    assert "scan: odd" in world["alice"].run("inspect", "origin/feat", "--sarif-in", str(report))
    report.write_text("{}")
    assert "no SARIF" in world["alice"].run("inspect", "origin/feat", "--sarif-in", str(report), code=65)
    assert "cannot be read" in world["alice"].run("inspect", "origin/feat", "--sarif-in", "/nowhere", code=65)


def test_a_scanner_of_the_policy_runs_only_when_the_persons_settings_name_its_command_too(tmp_path):
    tool = tmp_path / "tool"
    tool.write_text(f"#!/bin/sh\ngrep -q 'print(2)' app.py && cat <<'EOF'\n{json.dumps(SARIF)}\nEOF\n")
    tool.chmod(0o755)
    more = f'[rules]\n[[rules.sarif]]\ncommand = ["{tool}"]\n[[rules.sarif]]\nfile = "out.sarif"\n'
    world = build(tmp_path, more=more)
    offer(world, "feat", CHANGE)
    alice = world["alice"]
    shown = alice.json("inspect", "origin/feat")
    assert "X9" not in {f["rule"] for f in shown["findings"]}
    assert any("your own settings do not name this command" in note for note in shown["change"]["notes"])
    config = alice.home / ".config" / "reviewconsole"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(f'[[scanner]]\ncommand = ["{tool}"]\n')
    assert findings(alice)["X9"]["external"] == "scan"
    (config / "config.toml").unlink()
    (alice.clone / "out.sarif").write_text(json.dumps(SARIF))
    assert findings(alice)["X9"]["external"] == "scan"
    (alice.clone / "out.sarif").unlink()
    (alice.clone / "out.sarif").symlink_to(tmp_path / "outside")
    (tmp_path / "outside").write_text(json.dumps(SARIF))
    assert "X9" not in findings(alice)
    alice.run("approve", "origin/feat", "--reason", "fine")
    assert alice.json("verify", "origin/feat")["verdict"] == "satisfied"
