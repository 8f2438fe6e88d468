"""Cut the connection to the remote after a random number of bytes, and compare what is said with what is there.

python -m benchmarks.faults.connections [--cuts N] [--seed N]
"""

import argparse
import contextlib
import random
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.faults.decisions import branches, fsck, recorded
from tests.e2e.world import World, build


class Proxy:
    """A TCP relay that closes both ends, and lets no more through, once `left` bytes went through in all connections.

    None lets all through.
    """

    def __init__(self, port: int) -> None:
        self.left: int | None = None
        self.relayed = 0
        """Bytes that went through, in both directions."""
        self._behind = port
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no further connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                front, _ = self._listener.accept()
            except OSError:
                return
            back = socket.create_connection(("127.0.0.1", self._behind))
            for one, other in ((front, back), (back, front)):
                threading.Thread(target=self._relay, args=(one, other), daemon=True).start()

    def _relay(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while self.left != 0 and (data := one.recv(4096)):
                with self._lock:
                    if self.left is not None:
                        data = data[: self.left]
                        self.left -= len(data)
                other.sendall(data)
                self.relayed += len(data)
        except OSError:
            pass
        finally:
            for end in (one, other):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            one.close()


def serve(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Serve the remote with git's own daemon."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    words = ["--export-all", "--enable=receive-pack", f"--base-path={folder}", "--listen=127.0.0.1", f"--port={port}"]
    daemon = subprocess.Popen(["git", "daemon", *words], stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.05)
    return daemon, port


def run(world: World, cuts: int, seed: int) -> dict[str, object]:
    """Approve and push through the proxy, cut by cut; then once without a cut."""
    chance, alice = random.Random(seed), world["alice"]
    changes = branches(world, 20)
    daemon, port = serve(world.folder)
    proxy = Proxy(port)
    alice.git("remote", "set-url", "origin", f"git://127.0.0.1:{proxy.port}/remote.git")
    counts = {
        "said sent": 0,
        "said failed": 0,
        "failed, but the remote has it": 0,
        "said sent, but the remote lacks it": 0,
    }
    try:
        alice.run("approve", changes[0], "--reason", "the first, to see how much an exchange is")
        longest = proxy.relayed
        for number in range(cuts):
            proxy.left = chance.randrange(2 * longest)  # an exchange grows with the log
            _, _, told = alice.attempt("approve", changes[number % len(changes)], "--reason", "read")
            here, there = _tip(alice.clone), _tip(world.remote)
            sent = "on the remote" in told
            counts["said sent" if sent else "said failed"] += 1
            counts["failed, but the remote has it"] += (not sent) and here == there
            counts["said sent, but the remote lacks it"] += sent and here != there
        proxy.left = None
        alice.run("sync")
        counts["remote differs after a sync"] = int(_tip(alice.clone) != _tip(world.remote))
    finally:
        proxy.close()
        daemon.terminate()
        daemon.wait()
    return {
        "cuts": cuts,
        "bytes of a whole exchange": longest,
        **counts,
        "records": len(recorded(alice)),
        "fsck": fsck(alice.clone) + fsck(world.remote),
    }


def _tip(folder: Path) -> str:
    command = ["git", "-C", str(folder), "for-each-ref", "--format=%(objectname)", "refs/notes/reviewconsole"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.faults.connections")
    parser.add_argument("--cuts", type=int, default=80)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        result = run(build(Path(name)), options.cuts, options.seed)
    for key, value in result.items():
        print(f"{key}: {value}")
    wrong = ("said sent, but the remote lacks it", "remote differs after a sync", "fsck")
    return int(any(result[key] for key in wrong) or result["records"] != options.cuts + 1)


if __name__ == "__main__":
    raise SystemExit(main())
