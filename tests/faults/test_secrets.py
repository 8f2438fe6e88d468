"""A passphrase is nowhere but in memory: searched in files, arguments, environment, output and a core dump."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.world import World, build, offer
from tests.hostile.terminal import Terminal

SENTINEL = "correct-horse-5e7f1c93"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = build(tmp_path, names=("dev", "alice"))
    key = made["alice"].home / ".ssh" / "id_ed25519"
    subprocess.run(
        ["ssh-keygen", "-q", "-p", "-P", "", "-N", SENTINEL, "-f", str(key)], check=True, stdout=subprocess.DEVNULL
    )
    offer(made, "feat", {"app.py": "def pay():\n    return 2\n"})
    return made


def files(world: World) -> Iterator[Path]:
    yield from (path for path in world.folder.rglob("*") if path.is_file() and not path.is_symlink())


def test_the_console_asks_and_keeps_it_nowhere(world: World) -> None:
    alice = world["alice"]
    environ = {**alice.env, "TEXTUAL_LOG": ""}
    terminal = Terminal(alice.clone, {k: v for k, v in environ.items() if v})
    terminal.until(b"feat")
    terminal.press("\r", until=b"hunks read")
    terminal.press("A", until=b"enter to sign")
    head = alice.git("rev-parse", "origin/feat")
    for keys in ("read and tried", "\t", head[:7], "\r"):
        terminal.press(keys)
    terminal.until(b"assphrase", limit=60)
    process = Path(f"/proc/{terminal._process}")
    before = process.joinpath("cmdline").read_bytes()
    for keys in (SENTINEL, "\r"):
        terminal.press(keys)
    time.sleep(2)
    terminal.quiet()
    assert SENTINEL.encode() not in before
    assert SENTINEL.encode() not in terminal.stream, "the prompt shows dots"
    os.kill(terminal._process, signal.SIGABRT)
    os.waitpid(terminal._process, 0)
    found = [path for path in files(world) if SENTINEL.encode() in path.read_bytes()]
    assert found == []
    assert len(alice.json("log")["records"]) == 1, "the decision was made with it"
