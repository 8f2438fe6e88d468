"""Measure every goal of docs/performance.md and print the table.

    python -m benchmarks.goals [--only N …] [--repositories PATH …] [--rounds N] [--records N …] [--json FILE]
                               [--growth FOLDER] [--table FILE]

Ratios are taken round by round against a floor or a peer that runs in the same round; the median decides. Needs
Linux for the console's times. Repositories are only read. Exit code 0, also where a goal is not reached.
"""

import argparse
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks.goals import growth, growth_more
from benchmarks.goals.core import Row, Setting, machine

GOALS = ("01", "02", "03", "04", "05", "06", "07", "09", "10")
"""Modules; that of goal 7 measures goal 8 too."""
_HEAD = ("goal", "what", "on", "asked", "measured", "our time", "")


def measured(setting: Setting, only: list[int]) -> Iterator[Row]:
    """The rows of every goal that is asked for; one that cannot be measured says so on stderr."""
    for name in GOALS:
        if only and int(name) not in only:
            continue
        try:
            for row in importlib.import_module(f"benchmarks.goals.goal_{name}").rows(setting):
                print("  ".join(row.cells()), file=sys.stderr, flush=True)
                yield row
        except (OSError, SystemExit, AssertionError) as error:
            print(f"goal {name} could not be measured: {error}", file=sys.stderr)


def table(rows: list[Row], on: dict[str, object]) -> str:
    """Markdown."""
    about = ", ".join(f"{key} {value}" for key, value in on.items())
    lines = [_HEAD, tuple("---" for _ in _HEAD), *(row.cells() for row in rows)]
    return about + "\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def curves(setting: Setting, folder: Path) -> list[dict[str, object]]:
    """Draw the curves into a folder; gives their points and exponents."""
    folder.mkdir(parents=True, exist_ok=True)
    found: list[dict[str, object]] = []
    work = {
        "gate": growth.gate,
        "queue": growth.queue,
        "gate ": growth_more.reviewers,
        "detection": growth_more.detection,
    }
    for name, measure in work.items():
        each = measure(setting)
        for of in dict.fromkeys(curve.of for curve in each):
            some = [curve for curve in each if curve.of == of]
            title = f"CPU seconds over {of}"
            (folder / f"growth-{name.strip()}-{of}.svg").write_text(growth.svg(some, title), "utf-8")
            found += [{**asdict(curve), "exponent": round(curve.exponent, 2)} for curve in some]
            for curve in some:
                print(f"{curve.name} over {of}: {curve.exponent:.2f} {curve.points}", file=sys.stderr, flush=True)
    for name, of, points in growth_more.memory(setting):
        curve = growth.Curve(name=f"{name}, MB", of=of, points=points)
        found.append({**asdict(curve), "exponent": round(curve.exponent, 2)})
        print(f"{curve.name} over {of}: {curve.exponent:.2f} {points}", file=sys.stderr, flush=True)
    return found


def main() -> int:
    """Run and print."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installation has its byte code
    parser = argparse.ArgumentParser(prog="benchmarks.goals")
    parser.add_argument("--only", nargs="*", type=int, default=[], help="numbers of goals; 7 measures 8 too")
    parser.add_argument("--repositories", nargs="*", type=Path, default=[], help="git directories, only read")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--records", nargs="*", type=int, default=[1_000, 10_000], help="sizes of synthetic stores")
    parser.add_argument("--json", type=Path, help="write the results here")
    parser.add_argument("--table", type=Path, help="write the table here")
    parser.add_argument("--growth", type=Path, help="draw how cost grows into this folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        setting = Setting(
            folder=Path(name),
            repositories=tuple(options.repositories),
            rounds=options.rounds,
            records=tuple(options.records),
        )
        rows = list(measured(setting, options.only)) if options.only != [0] else []
        grown = curves(setting, options.growth) if options.growth else []
    on = machine()
    text = table(rows, on)
    print(text)
    for curve in grown:
        print(f"{curve['name']}: exponent {curve['exponent']}, {curve['points']}")
    if options.table:
        options.table.write_text(text, "utf-8")
    if options.json:
        document = {"machine": on, "goals": [{**asdict(r), "median": r.middle, "reached": r.reached} for r in rows],
                    "growth": grown}  # fmt: skip
        options.json.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
