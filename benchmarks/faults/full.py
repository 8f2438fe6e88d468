"""Decide while the disk that holds the state, or the repository, is full. Needs root, for a small file system in memory.

unshare -m python -m benchmarks.faults.full
"""

import subprocess
import tempfile
from pathlib import Path

from benchmarks.faults.decisions import branches, fsck, recorded
from tests.e2e.world import Person, build

_FULL = 73


def mount(place: Path, size: str) -> None:
    """Put a file system of a size over a folder."""
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(place)], check=True)


def fill(place: Path) -> Path:
    """Write until nothing more fits; gives the file."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return ballast


def state_is_full(alice: Person) -> dict[str, object]:
    """The state folder has no room: refused, and good again once there is."""
    place = alice.home / ".local/state"
    mount(place, "400k")
    ballast = fill(place)
    code, out, err = alice.attempt("approve", "origin/b0", "--reason", "read", "--no-push")
    first = recorded(alice)
    ballast.unlink()
    again, _, _ = alice.attempt("approve", "origin/b0", "--reason", "read", "--no-push")
    return {"code": code, "said": err.split("\n")[0], "called recorded": "recorded sha256" in out, "records": len(first),
            "code with room": again, "records with room": len(recorded(alice)), "fsck": fsck(alice.clone)}  # fmt: skip


def repository_is_full(alice: Person) -> dict[str, object]:
    """The repository's objects have no room: kept in the journal, said, and in the notes once there is."""
    place = alice.clone / ".git/objects"
    kept = subprocess.run(["tar", "-C", str(place), "-c", "."], capture_output=True, check=True).stdout
    mount(place, "1200k")
    subprocess.run(["tar", "-C", str(place), "-x"], input=kept, check=True)
    ballast = fill(place)
    before = len(recorded(alice))
    code, out, err = alice.attempt("approve", "origin/b1", "--reason", "read", "--no-push")
    ballast.unlink()
    alice.run("sync")
    return {"code": code, "said": err.split("\n")[0], "called recorded": "recorded sha256" in out,
            "records": len(recorded(alice)) - before, "fsck": fsck(alice.clone)}  # fmt: skip


def main() -> int:
    """Run and print."""
    with tempfile.TemporaryDirectory() as name:
        world = build(Path(name), names=("dev", "alice"))
        branches(world, 2)
        alice = world["alice"]
        results = {"state": state_is_full(alice), "repository": repository_is_full(alice)}
        for place in (alice.home / ".local/state", alice.clone / ".git/objects"):
            subprocess.run(["umount", str(place)], check=True)
    for what, result in results.items():
        print(f"{what} full: {result}")
    wrong = any(result["code"] != _FULL or result["called recorded"] or result["fsck"] for result in results.values())
    return int(wrong or results["state"]["records"] != 0 or results["state"]["records with room"] != 1)


if __name__ == "__main__":
    raise SystemExit(main())
