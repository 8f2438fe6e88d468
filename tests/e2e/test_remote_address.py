"""A remote whose address is another one than before: it is said everywhere, with what to do."""

from pathlib import Path

from tests.e2e.world import build, offer


def test_a_changed_address_is_told_with_its_remedy(tmp_path: Path) -> None:
    world = build(tmp_path)
    alice = world["alice"]
    offer(world, "feat", {"app.py": "def pay():\n    return 2\n"})
    alice.run("sync")
    alice.git("remote", "set-url", "origin", str(tmp_path / "elsewhere.git"))
    said = alice.run("sync", code=69)
    assert "and is now" in said
    assert "if not, ask who did" in said
    code, _, err = alice.attempt("approve", "origin/feat", "--reason", "Read it.")
    assert code == 0
    assert "if not, ask who did" in err
    (check,) = [each for each in alice.json("doctor", code=None)["checks"] if each["id"] == "remote"]
    assert check["state"] == "fault"
    assert "and is now" in check["says"]
    assert "ask who did" in check["remedy"]
