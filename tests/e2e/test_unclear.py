"""An unreadable change, approvals that are under way, and small things that a first user stumbles on."""

from pathlib import Path

from tests.e2e.test_documents import check
from tests.e2e.world import CLAUDE, build, offer

RULE = '[[rule]]\nid = "pay"\npaths = ["pay/**"]\napprovals = 2\nfrom = ["seniors"]\n'


def test_what_cannot_be_read_is_first_and_what_waits_says_for_whom(tmp_path: Path) -> None:
    world = build(tmp_path, more=RULE)
    author, first, second, *_ = world.people.values()
    offer(world, "feat", {"pay/a.py": "def pay():\n    try:\n        charge()\n    except Exception:\n        pass\n"})
    first.git("fetch", "-q")
    first.branch("agent/lost", {"gone.py": "secret = 1\n"}, message=f"Add it\n\n{CLAUDE}\n")
    oid = first.git("rev-parse", "agent/lost:gone.py")
    (first.clone / ".git" / "objects" / oid[:2] / oid[2:]).unlink()

    found = first.json("queue")
    check(found, "queue")
    lost, feat = found["changes"]
    assert (lost["ref"], lost["risk"]["level"], lost["verdict"]) == ("refs/heads/agent/lost", "unknown", "undecidable")
    assert "git fetch --refetch" in lost["unreadable"]
    pay = next(item for item in feat["unmet"] if item["id"] == "pay")
    assert (pay["approvals"]["needed"], pay["approvals"]["given"]) == (2, [])
    assert author.name not in pay["approvals"]["may"]
    rows = first.run("queue").splitlines()
    assert rows[1].split()[:3] == ["?", "unreadable", "unclear"]

    first.run("approve", "origin/feat", "--reason", "read it all")
    pay = next(i for c in first.json("queue")["changes"] for i in c["unmet"] if i["id"] == "pay")
    assert (pay["approvals"]["given"], second.name in pay["approvals"]["may"]) == ([first.name], True)
    assert "◐ 1 of 2 approvals · you approved · " in first.run("queue")
    mine = author.run("queue", "--mine")
    assert "default: default:" not in mine
    assert f"{second.name} may give" in mine or f"{second.name}" in mine.split("may give")[0]


def test_a_verb_that_there_is_not_and_a_range_that_holds_nothing(tmp_path: Path) -> None:
    author = build(tmp_path)["alice"]
    assert "did you mean queue?" in author.run("quue", code=64)
    assert "`reviewconsole --help` lists the verbs" in author.run("xyzzy", code=64)
    assert author.json("guard", "main..main")["verdict"] == "satisfied"
