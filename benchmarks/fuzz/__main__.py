"""Fuzz every reader of untrusted bytes.

python -m benchmarks.fuzz [--target NAME ...] [--seconds N] [--engine atheris|plain] [--corpus FOLDER]

With atheris (`pip install 'reviewconsole[fuzz]'`; libFuzzer, guided by coverage, Linux) one process a target; without
it, mutations of seeds. An input that crashes, runs for 10 s or takes 1 GB is kept in FOLDER/NAME-crash-*, and the exit
code is 1. To try one again: python -m benchmarks.fuzz --target NAME --again FILE
"""

import argparse
import importlib.util
import json
import random
import re
import subprocess
import sys
import time
import traceback
from pathlib import Path

from benchmarks.fuzz.targets import TARGETS, Target, attempt, mutations

_DONE = re.compile(r"number_of_executed_units: (\d+)")
_SLOW_SECONDS = 10.0


def guided(name: str, seconds: int, corpus: Path) -> tuple[int, list[str]]:
    """Run one target under atheris in a process of its own: executions, and what was found."""
    folder = corpus / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(TARGETS[name].seeds()):
        (folder / f"seed-{number}").write_bytes(seed)
    words = corpus / f"{name}.dict"
    escaped = ("".join(f"\\x{byte:02x}" for byte in word) for word in TARGETS[name].words)
    words.write_text("".join(f'"{row}"\n' for row in escaped))
    options = [f"-max_total_time={seconds}", "-max_len=65536", f"-timeout={_SLOW_SECONDS:g}", "-rss_limit_mb=1024"]
    options += ["-print_final_stats=1", f"-artifact_prefix={corpus}/{name}-", "-len_control=0"]
    options += [f"-dict={words}"] if TARGETS[name].words else []
    command = [sys.executable, "-m", "benchmarks.fuzz", "--inside", name, *options, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, errors="replace")
    count = _DONE.search(done.stderr)
    found: list[str] = []
    if done.returncode:
        rows = [row for row in done.stderr.splitlines() if row.strip()]
        found = [row for row in rows if "Error" in row or "ERROR" in row or "Test unit written" in row][:6] or rows[-6:]
    return int(count[1]) if count else 0, found


def inside(name: str, options: list[str]) -> None:
    """Be the process of one target; does not return."""
    import atheris

    with atheris.instrument_imports(include=["reviewconsole"]):
        for module in [m for m in sys.modules if m.startswith("reviewconsole")]:
            del sys.modules[module]
        del sys.modules["benchmarks.fuzz.targets"]
        from benchmarks.fuzz import targets
    target = targets.TARGETS[name]
    atheris.Setup([sys.argv[0], *options], lambda data: targets.attempt(target, bytes(data)) and None)
    atheris.Fuzz()


def plain(name: str, target: Target, seconds: int, corpus: Path) -> tuple[int, list[str]]:
    """Run one target here on mutations of its seeds: executions, and what was found."""
    inputs = mutations(random.Random(name), target.seeds(), target.words)
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        data, count, start = next(inputs), count + 1, time.monotonic()
        try:
            attempt(target, data)
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            found = "".join(traceback.format_exception(error)[-3:])
        else:
            found = "slow" if time.monotonic() - start > _SLOW_SECONDS else ""
        if found:
            corpus.mkdir(parents=True, exist_ok=True)
            place = corpus / f"{name}-crash-{count}"
            place.write_bytes(data)
            return count, [found, str(place)]
    return count, []


def main() -> int:
    """Run and print."""
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2], sys.argv[3:])
    parser = argparse.ArgumentParser(prog="benchmarks.fuzz")
    parser.add_argument("--target", action="append", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    engine = "atheris" if importlib.util.find_spec("atheris") else "plain"
    parser.add_argument("--engine", choices=("atheris", "plain"), default=engine)
    parser.add_argument("--corpus", type=Path, default=Path("build/fuzz"))
    parser.add_argument("--again", type=Path, help="run one kept input")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    names = options.target or list(TARGETS)
    if options.again:
        print(attempt(TARGETS[names[0]], options.again.read_bytes()) or "read")
        return 0
    counts, bad = {}, False
    for name in names:
        if options.engine == "atheris":
            counts[name], found = guided(name, options.seconds, options.corpus)
        else:
            counts[name], found = plain(name, TARGETS[name], options.seconds, options.corpus)
        bad = bad or bool(found)
        print(f"{name:<14} {counts[name]:>9,} executions  {'FOUND' if found else 'nothing found'}", flush=True)
        for row in found:
            print(f"    {row}", flush=True)
    print(f"{'all':<14} {sum(counts.values()):>9,} executions of {len(names)} targets, by {options.engine}")
    if options.json:
        options.json.write_text(json.dumps(counts))
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
