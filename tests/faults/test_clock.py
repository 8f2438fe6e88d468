"""A clock that is a year off, either way: records are ordered by their chain, and only windows of time ask the clock."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.world import Person, World, build, offer

YEAR = 365 * 86400
CODE = (
    "import sys, time\nreal, off = time.time, int(sys.argv[1])\ntime.time = lambda: real() + off\n"
    "from reviewconsole.cli import main\nsys.exit(main(sys.argv[2:]))"
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("world"))


def at(offset: int, who: Person, *words: str) -> tuple[int, str]:
    """Run the command with a clock that is off by some seconds."""
    command = [sys.executable, "-c", CODE, str(offset), "-C", str(who.clone), *words]
    done = subprocess.run(command, env=who.env, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("first", [YEAR, -YEAR])
def test_the_later_record_counts_whatever_the_clocks_said(world: World, first: int) -> None:
    alice, bob, name = world["alice"], world["bob"], f"feat{first}"
    offer(world, name, {"app.py": f"def pay():\n    return {first}\n"})
    assert at(first, alice, "reject", f"origin/{name}", "--reason", "no")[0] == 0
    assert at(-first, alice, "approve", f"origin/{name}", "--reason", "yes, now")[0] == 0
    bob.run("sync")
    for offset in (0, YEAR, -YEAR):
        code, said = at(offset, bob, "verify", f"origin/{name}")
        assert (code, "satisfied" in said) == (0, True), said
    assert at(-first, alice, "withdraw", f"origin/{name}", "--reason", "wait")[0] == 0
    bob.run("sync")
    assert at(first, bob, "verify", f"origin/{name}")[0] == 1
    assert "problems" not in bob.run("log")


def test_a_window_of_a_key_is_judged_by_the_clock_of_the_gate(tmp_path: Path) -> None:
    world = build(tmp_path)
    dev, alice, bob = (world[name] for name in ("dev", "alice", "bob"))
    signers = dev.clone / ".reviewconsole/allowed_signers"
    until = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + YEAR // 2))
    held = signers.read_text().replace(
        'alice namespaces="decision@reviewconsole"', f'alice namespaces="decision@reviewconsole",valid-before="{until}"'
    )
    dev.commit({".reviewconsole/allowed_signers": held}, "Until summer")
    dev.git("push", "-q", "origin", "main")
    offer(world, "feat", {"app.py": "def pay():\n    return 7\n"})
    assert at(-YEAR, alice, "approve", "origin/feat", "--reason", "dated back a year")[0] == 0
    bob.run("sync")
    assert at(0, bob, "verify", "origin/feat")[0] == 0
    code, said = at(YEAR, bob, "verify", "origin/feat")
    assert code == 1 and "no longer valid" in said, said
