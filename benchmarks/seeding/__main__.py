"""Seed dangerous edits and report how many are found: `python -m benchmarks.seeding --help`."""

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import benchmarks.seeding.operators  # noqa: F401 -- registers them
from benchmarks.repositories import listed
from benchmarks.seeding.draw import Seeded, read_library, seeded
from benchmarks.seeding.model import OPERATORS
from benchmarks.seeding.report import Row, document, misses, summary, table
from benchmarks.seeding.score import judge

_trees: dict[str, frozenset[str]] = {}


def _work(each: Seeded) -> Row:
    verdict, alarms = judge(each, _trees[each.material.repository])
    return Row(seeded=each, verdict=verdict, alarms=alarms)


def _begin(trees: dict[str, frozenset[str]]) -> None:
    _trees.update(trees)


def main() -> int:
    """Run the benchmark; exit code 1 when no repository is there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seeding", description=__doc__)
    parser.add_argument("folder", type=Path, help="holds the repositories of benchmarks/repositories.toml")
    parser.add_argument("--only", default="", help="operators whose name contains this")
    parser.add_argument("--cases", type=int, default=8, help="cases of an operator from each half")
    parser.add_argument("--twins", type=int, default=3, help="twins of a case")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the whole result here")
    parser.add_argument("--misses", type=Path, help="write the misses of the open half here, as Markdown")
    options = parser.parse_args()
    begin = time.monotonic()
    library = read_library(options.folder, listed(), options.seed)
    if not library.materials:
        print("no repository of the manifest is in this folder", file=sys.stderr)
        return 1
    print(f"{len(library.materials):,} files of {len(library.trees)} repositories", file=sys.stderr)

    def cases() -> Iterator[Seeded]:
        for name, operator in sorted(OPERATORS.items()):
            if options.only in name:
                yield from seeded(operator, library, seed=options.seed, cases=options.cases, twins=options.twins)

    everything = list(cases())
    print(f"{len(everything):,} cases, {time.monotonic() - begin:.0f} s", file=sys.stderr)
    trees = dict(library.trees)
    with multiprocessing.get_context("fork").Pool(options.jobs, _begin, (trees,)) as pool:
        rows = list(pool.imap(_work, everything, chunksize=8))
    print(table(rows))
    print()
    print(summary(rows))
    print(f"{time.monotonic() - begin:.0f} s", file=sys.stderr)
    if options.json:
        options.json.write_text(json.dumps(document(rows), indent=1) + "\n", "utf-8")
    if options.misses:
        options.misses.write_text(misses(rows), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
