"""Make decisions in a process that can be killed at any moment, and count what was acknowledged."""

import importlib
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.world import Person, World

_ACKNOWLEDGED = re.compile(r"recorded (sha256:[0-9a-f]{64})")


@dataclass
class Tally:
    """What a writer saw."""

    tried: int = 0
    killed: int = 0
    acknowledged: list[str] = field(default_factory=list)
    """Record ids that the command said are recorded."""


class Writer:
    """A process with everything imported, which forks a child for each decision: kills then hit the work itself."""

    def __init__(self, who: Person) -> None:
        self.who = who

    def decide(
        self, change: str, *, after: float | None, words: tuple[str, ...] = ("--no-push",)
    ) -> tuple[bool, list[str]]:
        """Approve a change, and kill the process `after` seconds, if given.

        Gives whether it was killed, and the records that it acknowledged.
        """
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.setsid()
            os.dup2(writing, 1)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            code = 70
            try:
                from reviewconsole.cli.run import run

                sys.stdout = os.fdopen(1, "w")
                code = run(["-C", str(self.who.clone), "approve", change, "--reason", "read", *words], self.who.env)
                sys.stdout.flush()
            finally:
                os._exit(code)
        os.close(writing)
        killed = after is not None and self._kill(child, after)
        if after is None:
            os.waitpid(child, 0)
        with os.fdopen(reading, "r") as told:
            said = told.read() if not killed else self._rest(told.fileno())
        return killed, _ACKNOWLEDGED.findall(said)

    def _kill(self, child: int, after: float) -> bool:
        end = time.monotonic() + after
        while time.monotonic() < end:
            if os.waitpid(child, os.WNOHANG)[0]:
                return False
            time.sleep(0.002)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return True

    def _rest(self, handle: int) -> str:
        os.set_blocking(handle, False)
        try:
            return os.read(handle, 65536).decode()
        except BlockingIOError:
            return ""


def preload() -> None:
    """Import what a decision needs, so that a fork has it."""
    for name in ("reviewconsole.cli.verbs", "reviewconsole.review.workspace"):
        importlib.import_module(name)


def recorded(who: Person) -> list[str]:
    """Ids of all records that verify, as `log` lists them."""
    return [row["id"] for row in who.json("log")["records"]]


def fsck(folder: Path) -> list[str]:
    """What `git fsck` complains about, dangling objects apart."""
    done = subprocess.run(["git", "-C", str(folder), "fsck", "--full"], capture_output=True, text=True, check=False)
    return [
        row
        for row in (done.stdout + done.stderr).splitlines()
        if not row.startswith(("dangling", "Checking", "notice"))
    ]


def branches(world: World, count: int) -> list[str]:
    """Push branches of one commit each, all at once; gives names that a clone knows them by."""
    dev, others = next(iter(world.people.values())), list(world.people.values())[1:]
    feed = []
    tip = dev.git("rev-parse", "main")
    for number in range(count):
        message = f"Change {number}\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n"
        feed.append(
            f"commit refs/heads/b{number}\nauthor D <dev@example.com> 1760000000 +0000\n"
            f"committer D <dev@example.com> 1760000000 +0000\ndata {len(message)}\n{message}\nfrom {tip}\n"
            f"M 100644 inline b{number}.txt\ndata 2\nx\n\n"
        )
    command = ["git", "-C", str(dev.clone), "fast-import", "--quiet"]
    subprocess.run(command, input="".join(feed), text=True, env=dev.env, check=True)
    dev.git("push", "-q", "origin", "refs/heads/b*:refs/heads/b*")
    for other in others:
        other.git("fetch", "-q", "origin")
    return [f"origin/b{number}" for number in range(count)]
