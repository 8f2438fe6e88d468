"""The terminal goes away, or the process is told to end, at each step of a decision."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.faults.decisions import fsck, recorded
from tests.conftest import ROOT
from tests.e2e.world import World, build, offer
from tests.hostile.terminal import Terminal

STEPS = ("start", "queue", "review", "sheet", "typed", "passphrase", "signing")
PASSPHRASE = "a long passphrase"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = build(tmp_path_factory.mktemp("world"), names=("dev", "alice"))
    key = made["alice"].home / ".ssh/id_ed25519"
    subprocess.run(
        ["ssh-keygen", "-q", "-p", "-P", "", "-N", PASSPHRASE, "-f", str(key)], check=True, capture_output=True
    )
    offer(made, "feat", {"app.py": "x = 1\n"})
    return made


def walk(world: World, step: str) -> Iterator[Terminal]:
    """Go up to a step, and give the terminal there."""
    alice = world["alice"]
    terminal = Terminal(alice.clone, alice.env)
    try:
        if step != "start":
            terminal.until(b"feat")
            terminal.quiet(0.3)
        if step not in ("start", "queue"):
            terminal.press("\r", until=b"hunks read")
        if step in ("sheet", "typed", "passphrase", "signing"):
            terminal.press("A", until=b"enter to sign")
        if step in ("typed", "passphrase", "signing"):
            for keys in ("read", "\t", alice.git("rev-parse", "origin/feat")[:7]):
                terminal.press(keys)
        if step in ("passphrase", "signing"):
            terminal.press("\r", until=b"assphrase")
        if step == "signing":
            os.write(terminal._master, PASSPHRASE.encode() + b"\r")
        yield terminal
    finally:
        terminal.close()


def gone(terminal: Terminal) -> bool:
    end = time.monotonic() + 15
    while time.monotonic() < end:
        if not terminal.alive():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("step", STEPS)
def test_a_closed_terminal_leaves_a_decision_whole_or_absent(world: World, step: str) -> None:
    alice, before = world["alice"], recorded(world["alice"])
    for terminal in walk(world, step):
        master = terminal._master
        os.close(master)
        terminal._master = os.open(os.devnull, os.O_RDONLY)
        assert gone(terminal), "the console outlives its terminal"
    after = recorded(alice)
    assert after == before or step == "signing"
    assert len(after) - len(before) in (0, 1)
    assert alice.json("log")["problems"] == []
    assert fsck(alice.clone) == []


def test_a_reason_half_written_outlives_a_kill(world: World) -> None:
    for terminal in walk(world, "sheet"):
        terminal.press("half a thought")
        end, found = time.monotonic() + 20, []
        while not found and time.monotonic() < end:
            time.sleep(0.2)
            found = [f for f in world["alice"].home.rglob("drafts/*/*.json") if "half a thought" in f.read_text()]
        assert found
    for terminal in walk(world, "review"):
        terminal.press("A", until=b"half a thought")


def test_told_to_end_it_puts_the_terminal_back(world: World) -> None:
    for terminal in walk(world, "term"):
        os.kill(terminal._process, signal.SIGTERM)
        terminal.quiet(2.0)
        assert gone(terminal)
    stream = bytes(terminal.stream)
    assert stream.rfind(b"\x1b[?1049l") > stream.rfind(b"\x1b[?1049h") >= 0
    assert stream.rfind(b"\x1b[?25h") > stream.rfind(b"\x1b[?25l")


HELPER = """
import os, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from reviewconsole.loading.scanning import _begin
if __name__ == "__main__":
    context = get_context("spawn")
    pool = ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(context.SimpleQueue(), False))
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


def test_a_helper_ends_with_a_process_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "start.py"
    script.write_text(HELPER)
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, env=environ) as process:
        assert process.stdout is not None
        helper = int(process.stdout.readline())
        process.kill()
    end = time.monotonic() + 10
    while time.monotonic() < end:
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(helper)], capture_output=True, check=False).stdout
        if not state or state.startswith(b"Z"):
            return
        time.sleep(0.1)
    raise AssertionError("the helper outlives its program")
