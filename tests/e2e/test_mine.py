"""`queue --mine`: what an author, or the author's agent, has to act on."""

from pathlib import Path

from tests.e2e.test_documents import check
from tests.e2e.world import build, offer

SWALLOW = "def pay():\n    try:\n        return charge()\n    except Exception:\n        pass\n"


def test_an_author_learns_what_was_rejected_and_why(tmp_path: Path) -> None:
    world = build(tmp_path)
    author, *reviewers = world.people.values()
    reviewer = next(person for person in reviewers if person.name != author.name)
    offer(world, "feat", {"app.py": SWALLOW})
    offer(world, "other", {"app.py": "x = 1\n"}, author="Zoe <zoe@example.com>")
    found = author.json("queue", "--mine")
    check(found, "mine")
    refs = {change["ref"] for change in found["changes"]}
    assert any(ref.endswith("/feat") for ref in refs)
    feat = next(change for change in found["changes"] if change["ref"].endswith("/feat"))
    assert (feat["state"], feat["rejections"]) == ("pending", [])
    assert [item["verdict"] for item in feat["unmet"]] == ["violated"] * len(feat["unmet"])
    assert any(each["rule"] == "swallowed-error" and each["line"] == 4 for each in feat["findings"])

    reason = "not like this\nrefused app.py:3: let it pass\napp.py:4-5: log it\nno/such.py:1: nothing\napp.py: a remark"
    reviewer.run("reject", "origin/feat", "--reason", reason)
    reviewer.run("sync")
    author.run("sync")
    found = author.json("queue", "--mine")
    check(found, "mine")
    first = found["changes"][0]
    assert first["ref"].endswith("/feat")
    assert first["state"] == "rejected"
    [rejection] = first["rejections"]
    assert (rejection["by"], rejection["reason"]) == (reviewer.name, reason)
    assert [(r["path"], r["line"], r["end_line"], r["text"]) for r in rejection["remarks"]] == [
        ("app.py", 3, 3, "let it pass"), ("app.py", 4, 5, "log it"), ("app.py", None, None, "a remark"),
    ]  # fmt: skip
    said = author.run("queue", "--mine")
    assert f"rejected by {reviewer.name}: not like this" in said
    assert "app.py:4" in said


def test_who_is_nobody_here_is_asked_to_say_who_they_are(tmp_path: Path) -> None:
    world = build(tmp_path)
    author, reviewer, *_ = world.people.values()
    offer(world, "feat", {"app.py": SWALLOW})
    assert reviewer.json("queue", "--mine")["changes"] == []
    assert "nothing of yours" in reviewer.run("queue", "--mine")
    assert "not a range" in author.run("queue", "--mine", "--range", "main..main", code=64)
    (author.home / ".gitconfig").write_text("")
    assert "git does not know your e-mail" in author.run("queue", "--mine", code=64)
