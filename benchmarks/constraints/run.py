"""Evaluate one constraint of each kind on merged commits of public repositories.

    python -m benchmarks.constraints.run FOLDER [--sample N] [--seed S] [--verdicts FILE] [--only KIND ...]

Commits are drawn from first-parent lines, each against its first parent, a merge with all it brings.
The table goes to stdout; `--verdicts` keeps every answer that is not pass or n/a, one JSON line each.
"""

import argparse
import json
import os
import random
import re
import time
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

from benchmarks.repositories import git, git_dir, listed
from reviewconsole import constraints
from reviewconsole.change import Evidence, Oid
from reviewconsole.config import load_config
from reviewconsole.constraints.facts import Facts
from reviewconsole.errors import FormatError, RepositoryError
from reviewconsole.git.repository import Repository
from reviewconsole.loading.boundary import boundary_facts
from reviewconsole.loading.changes import Target, landed_commit
from reviewconsole.loading.content import load_trees
from reviewconsole.loading.policies import parse_policy_file
from reviewconsole.provenance import assess
from reviewconsole.provenance.patterns import Patterns

_POLICY = Path(__file__).with_name("policy.toml")
_LINE = 3000
"""How far back a first-parent line is drawn from."""
_PLACE = re.compile(r"^\S*?(?::\d+)?\s(?=is |has |uses |cannot |drops |holds |depends |grants |depends )")


def draw(folder: Path, sample: int, seed: int) -> list[tuple[str, Path, str]]:
    """Repositories and commits, equally many of each, in a fixed order."""
    lines = {}
    for row in listed():
        directory = git_dir(folder, row.name)
        if directory is not None:
            out = git(directory, "rev-list", "--first-parent", "-n", str(_LINE), row.commit)
            lines[row.name] = directory, out.decode().split()
    chosen: list[tuple[str, Path, str]] = []
    share = -(-sample // max(len(lines), 1))
    for name, (directory, commits) in sorted(lines.items()):
        picked = random.Random(f"{seed} {name}").sample(commits[:-1], min(share, len(commits) - 1))
        chosen += [(name, directory, commit) for commit in picked]
    return chosen


def facts_of(repository: Repository, commit: str, patterns: Patterns) -> Facts:
    """What constraints may look at, of one landed commit."""
    target = Target(ref="refs/heads/main", tip=Oid(commit), source="refs/heads/main")
    change = landed_commit(repository, target, Oid(commit))
    files = load_trees(repository, change.base_tree, change.head_tree).files
    origin = assess(Evidence(change=change, paths=tuple(file.path for file in files)), patterns)
    return boundary_facts(
        repository,
        change,
        entries=tuple(file.entry for file in files),
        files=files,
        provenance=origin,
        patterns=patterns,
    )


def run(folder: Path, sample: int, seed: int, verdicts: Path | None, only: tuple[str, ...] = ()) -> None:
    """Evaluate and print."""
    policy = parse_policy_file(_POLICY.read_bytes())
    bound = [item for item in constraints.bind(policy) if item.id != "policy.self" and (not only or item.id in only)]
    patterns = load_config(os.environ).patterns
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    spent: dict[str, list[float]] = defaultdict(list)
    kept, skipped, done = [], 0, 0
    opened: dict[Path, Repository] = {}
    for name, directory, commit in draw(folder, sample, seed):
        repository = opened.setdefault(directory, Repository.open(directory, os.environ))
        try:
            facts = facts_of(repository, commit, patterns)
        except (RepositoryError, FormatError):
            skipped += 1
            continue
        facts = replace(facts, whole=facts.entries, units=policy.units, generated=policy.generated)
        done += 1
        for item in bound:
            start = time.perf_counter()
            answer = item.evaluate(facts)
            spent[item.id].append(time.perf_counter() - start)
            counts[item.id][answer.verdict] += 1
            if answer.verdict == "undecidable":
                reasons[item.id][_PLACE.sub("", answer.why).split(" (")[0][:70]] += 1
            if answer.verdict in ("violated", "undecidable"):
                places = [[w.path, w.side.value, *w.lines] for w in answer.witnesses[:5]]
                kept.append({"repository": name, "commit": commit, "kind": item.id, "verdict": answer.verdict,
                             "why": answer.why, "places": places})  # fmt: skip
    if verdicts is not None:
        verdicts.write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")
    print(f"{done} commits of {len(opened)} repositories, {skipped} that could not be read\n")
    print("| kind | applies | violated | of those | undecidable | of those | median ms | worst ms |")
    print("|---|---|---|---|---|---|---|---|")
    for item in bound:
        found, times = counts[item.id], sorted(spent[item.id])
        applies = done - found["n/a"]
        shares = [f"{100 * found[word] / max(applies, 1):.0f} %" for word in ("violated", "undecidable")]
        middle, worst = 1000 * times[len(times) // 2], 1000 * times[-1]
        print(f"| `{item.id}` | {applies} | {found['violated']} | {shares[0]} | {found['undecidable']} | {shares[1]} "
              f"| {middle:.1f} | {worst:.0f} |")  # fmt: skip
    print("\nWhy undecidable:")
    for kind, found in sorted(reasons.items()):
        print(f"- `{kind}`: " + "; ".join(f"{why} ({count})" for why, count in found.most_common(6)))


def main() -> None:
    """Read the call."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sample", type=int, default=2400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verdicts", type=Path)
    parser.add_argument("--only", nargs="+", default=[], metavar="KIND")
    options = parser.parse_args()
    run(options.folder, options.sample, options.seed, options.verdicts, tuple(options.only))


if __name__ == "__main__":
    main()
