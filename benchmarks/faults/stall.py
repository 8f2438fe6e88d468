"""How long a key takes in the console while the remote has taken a connection and says nothing.

python -m benchmarks.faults.stall [--changes N]
"""

import argparse
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.console.terminal import Terminal
from benchmarks.faults.decisions import branches
from benchmarks.statistics import percentile
from tests.e2e.world import build

_STALL = 32.0
"""Seconds: a little more than the console waits."""


def silent_port() -> int:
    """A port of this machine where every connection is taken and nothing is ever said."""
    server, taken = socket.create_server(("127.0.0.1", 0)), []

    def take() -> None:
        while True:
            taken.append(server.accept())

    threading.Thread(target=take, daemon=True).start()
    return int(server.getsockname()[1])


def run(folder: Path, changes: int) -> dict[str, list[float]]:
    """Milliseconds of each key: in the queue and in a review, before and during a stall, which it outlasts."""
    world = build(folder, names=("dev", "alice"))
    branches(world, changes)
    alice = world["alice"]
    alice.run("approve", "origin/b0", "--reason", "read", "--no-push")
    alice.git("remote", "set-url", "origin", f"git://127.0.0.1:{silent_port()}/remote.git")
    environ = {**alice.env, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    command = [sys.executable, "-m", "reviewconsole"]
    terminal = Terminal(command, folder=alice.clone, environ=environ, size=(120, 40))

    def keys(name: str, seconds: float) -> None:
        end, number = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            terminal.press(b"jk"[number % 2 :][:1], name, settle=0.1)
            number += 1

    terminal.wait(f"{changes - 1} of {changes - 1} changes", 300)
    terminal.quiet(2)
    keys("queue", 8)
    terminal.press(b"P", "P", settle=0.1)
    keys("queue, stalled", _STALL)
    terminal.press(b"\r", "enter", settle=0.1)
    terminal.wait("Accept")
    terminal.quiet(2)
    keys("review", 8)
    terminal.press(b"P", "P", settle=0.1)
    keys("review, stalled", _STALL)
    return terminal.close(b"q").keys


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.faults.stall")
    parser.add_argument("--changes", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = run(Path(name), options.changes)
    for what, times in found.items():
        if what in ("P", "enter"):
            continue
        few = ", ".join(f"{percentile(times, part):.0f}" for part in (0.5, 0.95, 1.0))
        print(f"{what}: {len(times)} keys; median, p95, longest {few} ms")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
