"""`add` and `queue --everywhere`: several repositories in one queue."""

from pathlib import Path

import tomli

from tests.e2e.test_documents import check
from tests.e2e.world import build, offer


def test_several_repositories_are_one_queue(tmp_path: Path) -> None:
    world = build(tmp_path)
    alice = world["alice"]
    offer(world, "feat", {"ops/clean.sh": "dropdb orders\n"})
    assert "name no repositories" in alice.run("queue", "--everywhere", code=64)
    file = Path(alice.env.get("XDG_CONFIG_HOME", alice.home / ".config")) / "reviewconsole" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('# mine\ntheme = "dark"  # at night\n\n[keys]\n"decide.accept" = "a"\n')
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    alice.run("add", str(nothing), code=None)
    assert "repositories" not in file.read_text()
    assert "added to" in alice.run("add", ".")
    assert "is already in" in alice.run("add", str(alice.clone))
    plain = tmp_path / "plain"
    alice.git("clone", "-q", "--bare", str(world["bob"].clone), str(plain))
    alice.run("add", str(plain))
    settings = tomli.loads(file.read_text())
    assert settings["repositories"] == [str(alice.clone.resolve()), str(plain.resolve())]
    assert (settings["theme"], settings["keys"]) == ("dark", {"decide.accept": "a"})
    assert "# mine\n" in file.read_text()
    assert "# at night" in file.read_text()

    plain.rename(tmp_path / "gone")
    found = alice.json("queue", "--everywhere")
    check(found, "queues")
    here, gone = found["repositories"]
    assert here["queue"]["changes"] == alice.json("queue")["changes"]
    assert (here["name"], here["fault"], gone["queue"]) == ("example/shop", None, None)
    assert gone["fault"]
    said = alice.run("queue", "--everywhere")
    assert "example/shop" in said
    assert f"! {plain}: " in said
    assert "alone" in alice.run("queue", "--everywhere", "--target", "main", code=64)
