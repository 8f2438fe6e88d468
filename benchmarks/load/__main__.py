"""Replay merged commits and count what a reviewer would be shown: `python -m benchmarks.load --help`."""

import argparse
import itertools
import json
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.changes import SHOWN
from benchmarks.repositories import git, git_dir, listed
from benchmarks.statistics import percentile, wilson
from reviewconsole.change import Oid
from reviewconsole.detection import RuleSettings, scan
from reviewconsole.errors import ReviewConsoleError
from reviewconsole.finding import Severity
from reviewconsole.git.repository import Repository
from reviewconsole.loading.content import load_trees
from reviewconsole.loading.trees import CommitTree


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One commit against its first parent."""

    repository: str
    place: str
    commit: str
    tree: str
    parent_tree: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """What a commit gave."""

    job: Job
    files: int
    reading: float
    scanning: float
    findings: tuple[dict[str, object], ...] = ()
    unscanned: tuple[str, ...] = ()
    failed: str = ""
    """Why the commit could not be read; empty when it was."""

    def worst(self) -> int:
        """Rank of the worst finding; 0 for none."""
        return max((Severity(str(each["severity"])).rank for each in self.findings), default=0)


_open: dict[str, Repository] = {}


def jobs(name: str, place: Path, tip: str, sample: int, seed: int) -> list[Job]:
    """Draw commits of the first-parent line; a merge counts with all it brings."""
    rows = [r.split(" ") for r in git(place, "log", "--first-parent", "--format=%H %T", tip).decode().splitlines()]
    pairs = list(itertools.pairwise(rows))
    chosen = random.Random(f"{seed} {name}").sample(pairs, min(sample, len(pairs)))
    return [Job(repository=name, place=str(place), commit=a[0], tree=a[1], parent_tree=b[1]) for a, b in chosen]


def replay(job: Job) -> Replayed:
    """Read and scan one commit as the console would."""
    if job.place not in _open:
        _open[job.place] = Repository.open(Path(job.place), dict(os.environ))
    repository = _open[job.place]
    begin = time.perf_counter()
    try:
        content = load_trees(repository, Oid(job.parent_tree), Oid(job.tree))
    except ReviewConsoleError as error:
        return Replayed(job=job, files=0, reading=time.perf_counter() - begin, scanning=0.0, failed=str(error)[:200])
    read = time.perf_counter()
    result = scan(
        content.files,
        settings=RuleSettings(),
        old_tree=CommitTree(repository, Oid(job.parent_tree)),
        new_tree=CommitTree(repository, Oid(job.tree)),
    )
    findings: tuple[dict[str, object], ...] = tuple(
        {
            "rule": finding.rule,
            "severity": finding.severity.value,
            "path": finding.location.path,
            "side": finding.location.side.value,
            "line": finding.location.line,
            "end_line": finding.location.end_line,
        }
        for finding in result.findings
        if not finding.suppressed
    )
    return Replayed(
        job=job,
        files=len(content.files),
        reading=read - begin,
        scanning=time.perf_counter() - read,
        findings=findings,
        unscanned=result.notes,
    )


def summary(name: str, done: Sequence[Replayed]) -> dict[str, object]:
    """Count over replayed commits."""
    read = [each for each in done if not each.failed]
    shown = sum(each.worst() >= SHOWN for each in read)
    low, high = wilson(shown, len(read))
    per_rule = Counter(str(f["rule"]) for each in read for f in each.findings if _rank(f) >= SHOWN)
    commits_per_rule = Counter(
        rule for each in read for rule in {str(f["rule"]) for f in each.findings if _rank(f) >= SHOWN}
    )
    return {
        "repository": name,
        "commits": len(read),
        "not readable": len(done) - len(read),
        "commits with critical or high per 1,000": round(1000 * shown / max(1, len(read)), 1),
        "interval": [round(1000 * low, 1), round(1000 * high, 1)],
        "commits with critical per 1,000": _per_mille(read, Severity.CRITICAL.rank),
        "commits with medium or above per 1,000": _per_mille(read, Severity.MEDIUM.rank),
        "findings": dict(Counter(str(f["severity"]) for each in read for f in each.findings)),
        "critical or high by rule": {r: [commits_per_rule[r], n] for r, n in per_rule.most_common()},
        "all by rule": dict(Counter(str(f["rule"]) for each in read for f in each.findings).most_common()),
        "unscanned files": sum(len(each.unscanned) for each in read),
        "commits with unscanned files": sum(bool(each.unscanned) for each in read),
        "seconds": {
            "scan": _times([each.scanning for each in read]),
            "scan and reading": _times([each.scanning + each.reading for each in read]),
        },
    }


def _rank(finding: dict[str, object]) -> int:
    return Severity(str(finding["severity"])).rank


def _per_mille(read: Sequence[Replayed], rank: int) -> float:
    return round(1000 * sum(each.worst() >= rank for each in read) / max(1, len(read)), 1)


def _times(values: Iterable[float]) -> dict[str, float]:
    known = list(values)
    return {
        "median": round(percentile(known, 0.5), 3),
        "p99": round(percentile(known, 0.99), 3),
        "worst": round(max(known, default=0.0), 3),
    }


def text(rows: Sequence[dict[str, object]]) -> str:
    """Write the summaries as a table, and the rules that show most."""
    head = ("repository", "commits", "C/H per 1,000", "C", "C-M", "scan p50/p99 s", "with reading", "unread")
    out = ["{:<46} {:>7} {:>22} {:>6} {:>6} {:>16} {:>16} {:>6}".format(*head)]
    for row in rows:
        seconds = row["seconds"]
        interval = row["interval"]
        assert isinstance(seconds, dict)
        assert isinstance(interval, list)
        scanning, both = seconds["scan"], seconds["scan and reading"]
        shown = f"{row['commits with critical or high per 1,000']} [{interval[0]}-{interval[1]}]"
        out.append(
            f"{row['repository']!s:<46} {row['commits']:>7} {shown:>22} {row['commits with critical per 1,000']:>6} "
            f"{row['commits with medium or above per 1,000']:>6} {scanning['median']:>7}/{scanning['p99']:<8} "
            f"{both['median']:>7}/{both['p99']:<8} {row['not readable']:>6}"
        )
    for row in rows:
        rules = row["critical or high by rule"]
        assert isinstance(rules, dict)
        shown = ", ".join(f"{rule} {of[0]} ({of[1]})" for rule, of in list(rules.items())[:14])
        out.append(f"\n{row['repository']}: critical or high, commits (findings): {shown}")
    return "\n".join(out)


def _plain(each: Replayed) -> dict[str, object]:
    job = asdict(each.job)
    del job["place"]
    times = {"reading": round(each.reading, 3), "scanning": round(each.scanning, 3)}
    return {
        **job,
        **times,
        "files": each.files,
        "findings": each.findings,
        "unscanned": each.unscanned,
        "failed": each.failed,
    }


def main() -> int:
    """Run the benchmark; exit code 1 when no repository is there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("folder", type=Path, help="holds the repositories of benchmarks/repositories.toml")
    parser.add_argument("--only", default="", help="repositories whose name contains this, also those not marked")
    parser.add_argument("--sample", type=int, default=400, help="commits of each repository")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=1, help="more than one makes the times less certain")
    parser.add_argument("--json", type=Path, help="write the summaries here")
    parser.add_argument("--findings", type=Path, help="write each commit here, one JSON object a line, for the judging")
    options = parser.parse_args()
    summaries = []
    every: list[Replayed] = []
    for each in listed():
        place = git_dir(options.folder, each.name)
        if place is None or not (options.only in each.name if options.only else each.load):
            continue
        work = jobs(each.name, place, each.commit, options.sample, options.seed)
        with multiprocessing.get_context("fork").Pool(options.jobs) as pool:
            done = list(pool.imap(replay, work, chunksize=4))
        summaries.append({"kind": each.load, **summary(each.name, done)})
        every += done
        print(f"{each.name}: {len(done)} commits", file=sys.stderr)
    if not summaries:
        print("no repository of the manifest is in this folder", file=sys.stderr)
        return 1
    summaries.append({"kind": "", **summary("all", every)})
    print(text(summaries))
    if options.json:
        options.json.write_text(json.dumps(summaries, indent=1) + "\n", "utf-8")
    if options.findings:
        options.findings.write_text("".join(json.dumps(_plain(each)) + "\n" for each in every), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
