"""Hold a verifier against the cases.

A verifier is a command that takes `-C REPOSITORY verify ARGS --json`, answers with exit code 0
(satisfied), 1 (violated) or 2 or 65 (undecidable), prints `{"verdict": ...}` or nothing on stdout, and
says why on stdout or stderr.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
VERDICTS = {0: "satisfied", 1: "violated", 2: "undecidable", 65: "undecidable"}
Runner = Callable[[list[str]], tuple[int, str, str]]


def names() -> list[str]:
    """All cases."""
    return sorted(place.name for place in HERE.glob("case_*"))


def _git(*args: str) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": tempfile.gettempdir(), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    subprocess.run(["git", *args], check=True, capture_output=True, env=env)


def clone(bundle: Path, how: str, folder: Path) -> Path:
    """Make a repository from a bundle: `mirror` (all refs), `branches` (a plain clone), `shallow`."""
    with bundle.open("rb") as file:
        sha256 = b"object-format=sha256" in file.read(200)
    mirror = folder / "repository.git"
    _git(
        "init",
        "-q",
        "--bare",
        "-b",
        "main",
        f"--object-format={'sha256' if sha256 else 'sha1'}",
        "--template=",
        str(mirror),
    )
    _git("--git-dir", str(mirror), "fetch", "-q", str(bundle), "+refs/*:refs/*")
    if how == "mirror":
        return mirror
    other = folder / "clone"
    depth = ["--depth=1", "--no-single-branch"] if how == "shallow" else []
    _git("clone", "-q", "--no-checkout", "--template=", *depth, mirror.as_uri(), str(other))
    if how == "shallow":
        _git("-C", str(other), "fetch", "-q", "origin", "refs/notes/*:refs/notes/*")
    return other


def check(name: str, run: Runner) -> Iterator[str]:
    """Run one case; yields what is wrong."""
    expected = json.loads((HERE / name / "expected.json").read_text())
    with tempfile.TemporaryDirectory() as folder:
        place = clone(HERE / name / "repository.bundle", expected["clone"], Path(folder))
        code, out, err = run(["-C", str(place), "verify", *expected["args"], "--json"])
    verdict = VERDICTS.get(code, f"exit code {code}")
    if verdict != expected["verdict"]:
        yield f"{name}: {expected['verdict']} expected, {verdict} given\n{out}{err}"
    if out and json.loads(out)["verdict"] != verdict:
        yield f"{name}: the document and the exit code disagree"
    said = out + err
    for word in expected["words"]:
        if word not in said:
            yield f"{name}: {word!r} is not said\n{out}{err}"


def command(words: list[str]) -> Runner:
    """Run a verifier as a process, with a home of its own."""

    def run(args: list[str]) -> tuple[int, str, str]:
        with tempfile.TemporaryDirectory() as home:
            env = {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
            done = subprocess.run([*words, *args], capture_output=True, text=True, env=env, check=False)
        return done.returncode, done.stdout, done.stderr

    return run


def main(argv: list[str]) -> int:
    """Run all cases with the verifier named on the command line."""
    words = [part for word in argv for part in shlex.split(word)] or ["reviewconsole"]
    runner = command(words)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = [fault for faults in pool.map(lambda name: list(check(name, runner)), names()) for fault in faults]
    for fault in found:
        sys.stdout.write(fault + "\n")
    sys.stdout.write(f"{len(names())} cases, {len(found)} faults\n")
    return 1 if found else 0
