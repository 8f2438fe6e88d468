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


def test_where_keys_are_logged_no_passphrase_is_asked(world: World) -> None:
    alice, log = world["alice"], world.folder / "textual.log"
    terminal = Terminal(alice.clone, {**alice.env, "TEXTUAL_LOG": str(log)})
    try:
        terminal.until(b"feat")
        terminal.press("\r", until=b"hunks read")
        terminal.press("A", until=b"enter to sign")
        for keys in ("read and tried", "\t", alice.git("rev-parse", "origin/feat")[:7], "\r"):
            terminal.press(keys)
        terminal.until(b"keys are being logged", limit=60, since=0)
        terminal.press(SENTINEL + "\r")
    finally:
        terminal.close()
    assert SENTINEL.encode() not in terminal.stream
    assert alice.json("log")["records"] == []


def test_the_command_asks_on_the_terminal_and_keeps_it_nowhere(world: World) -> None:
    """Also while it runs: what /proc tells of it, and of all it started, is read again and again."""
    import pty
    import select
    import sys

    alice = world["alice"]
    process, master = pty.fork()
    if process == 0:
        words = [
            sys.executable,
            "-m",
            "reviewconsole",
            "-C",
            str(alice.clone),
            "approve",
            "origin/feat",
            "--reason",
            "read",
        ]
        os.execve(sys.executable, words, alice.env)
    stream, told, seen, typed, end = b"", b"", 0, False, time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([master], [], [], 0.01)[0]:
            try:
                stream += os.read(master, 65536)
            except OSError:
                break
        if b"assphrase" in stream and not typed:
            os.write(master, SENTINEL.encode() + b"\n")
            typed = True
        for place in Path("/proc").glob("[0-9]*"):
            try:
                if os.getsid(int(place.name)) == process or int(place.name) == process:
                    told += place.joinpath("cmdline").read_bytes() + place.joinpath("environ").read_bytes()
                    seen += 1
            except OSError:
                continue
    os.waitpid(process, 0)
    os.close(master)
    assert typed and seen > 3
    assert SENTINEL.encode() not in told
    assert SENTINEL.encode() not in stream
    assert [path for path in files(world) if SENTINEL.encode() in path.read_bytes()] == []
    assert len(alice.json("log")["records"]) == 1
