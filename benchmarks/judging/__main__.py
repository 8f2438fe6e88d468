"""Judge findings blind: `python -m benchmarks.judging draw|show|join --help`.

The sheet holds code and place, and neither rule nor message nor severity; these are kept in a second
file, the key, which is joined with the verdicts only when all are given.
"""

import argparse
import json
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmarks.changes import SHOWN
from benchmarks.repositories import git_dir
from benchmarks.statistics import wilson
from reviewconsole.change import Oid
from reviewconsole.diff import FileDiff, Line
from reviewconsole.finding import Severity
from reviewconsole.git.repository import Repository
from reviewconsole.loading.content import load_trees

VERDICTS = ("worth", "not")
_AROUND = 22
_HEAD = 40


def draw(
    findings: Path, folder: Path, *, number: int, seed: int, least: int
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Draw findings, at most one of a rule from a commit; give the sheet and its key."""
    pool: dict[tuple[str, str, str], list[tuple[dict[str, object], dict[str, object]]]] = defaultdict(list)
    for row in findings.read_text("utf-8").splitlines():
        commit = json.loads(row)
        for finding in commit["findings"]:
            if Severity(finding["severity"]).rank >= least:
                pool[commit["repository"], commit["commit"], finding["rule"]].append((commit, finding))
    rng = random.Random(seed)
    chosen = [rng.choice(pool[key]) for key in sorted(pool)]
    rng.shuffle(chosen)
    sheet: list[dict[str, object]] = []
    key: list[dict[str, object]] = []
    for at, (commit, finding) in enumerate(chosen[:number], 1):
        place = {"repository": commit["repository"], "commit": commit["commit"], "path": finding["path"]}
        code = excerpt(folder, commit, finding)
        sheet.append({"item": at, **place, "code": code, "verdict": "", "cause": ""})
        key.append({"item": at, "rule": finding["rule"], "severity": finding["severity"]})
    return sheet, key


def excerpt(folder: Path, commit: dict[str, object], finding: dict[str, object]) -> str:
    """Give the diff around a finding; `>` marks its lines."""
    place = git_dir(folder, str(commit["repository"]))
    if place is None:
        raise SystemExit(f"{commit['repository']} is not in {folder}")
    repository = Repository.open(place, dict(os.environ))
    content = load_trees(repository, Oid(str(commit["parent_tree"])), Oid(str(commit["tree"])))
    file = next(each for each in content.files if each.path == finding["path"])
    others = [each.path for each in content.files if each.path != file.path]
    also = f"also changed: {', '.join(others[:12])}{' ...' if len(others) > 12 else ''}\n" if others else ""
    return also + excerpt_of(file, finding)


def excerpt_of(file: FileDiff, finding: dict[str, object]) -> str:
    """Give a file's diff around a finding, or its text where no hunk holds the lines."""
    first, last = int(str(finding["line"])), int(str(finding["end_line"]))
    old = finding["side"] == "old"

    def marked(line: Line) -> bool:
        at = line.old if old else line.new
        return at is not None and first <= at <= last and line.kind != ("+" if old else "-")

    rows = [(marked(line), f"{line.kind}{line.text}") for hunk in file.hunks for line in hunk.lines]
    here = [at for at, (mark, _) in enumerate(rows) if mark]
    if not here:
        text = ((file.old if old else file.new) or b"").decode("utf-8", "replace").split("\n")
        rows = [(first <= at <= last, f" {row}") for at, row in enumerate(text, 1)]
        here = [at for at, (mark, _) in enumerate(rows) if mark] or [0]
    begin, end = max(0, here[0] - _AROUND), min(len(rows), min(here[-1], here[0] + _HEAD) + _AROUND)
    return "\n".join(f"{'>' if mark else ' '}{row[:160]}" for mark, row in rows[begin:end])


def join(sheet: Sequence[dict[str, object]], key: Sequence[dict[str, object]]) -> str:
    """Give the precision and the wrong ones by rule. Raises ValueError for a sheet that is not filled in."""
    rules = {row["item"]: row for row in key}
    empty = [row["item"] for row in sheet if row["verdict"] not in VERDICTS]
    if empty or set(rules) != {row["item"] for row in sheet}:
        raise ValueError(f"not judged: items {empty}" if empty else "the key belongs to another sheet")
    worth = sum(row["verdict"] == "worth" for row in sheet)
    low, high = wilson(worth, len(sheet))
    out = [
        f"worth showing: {worth} of {len(sheet)} = {100 * worth / len(sheet):.0f} % [{100 * low:.0f}-{100 * high:.0f}]",
        "",
    ]
    per = Counter((str(rules[row["item"]]["rule"]), row["verdict"]) for row in sheet)
    rules_seen = sorted({rule for rule, _ in per})
    out += [f"{rule:<34} worth {per[rule, 'worth']:>3}   not {per[rule, 'not']:>3}" for rule in rules_seen]
    out.append("")
    out += [_wrong(row, rules[row["item"]]) for row in sheet if row["verdict"] == "not"]
    return "\n".join(out)


def _wrong(row: dict[str, object], known: dict[str, object]) -> str:
    place = f"{row['repository']} {str(row['commit'])[:10]} {row['path']}"
    return f"{row['item']}: {known['rule']} ({known['severity']}), {place}: {row['cause']}"


def main() -> int:
    """Draw, show or join."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judging", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    drawing = verbs.add_parser("draw", help="draw a sheet from the findings that benchmarks.load has written")
    drawing.add_argument("findings", type=Path)
    drawing.add_argument("folder", type=Path, help="holds the repositories")
    drawing.add_argument("sheet", type=Path, help="where to write; the key is written beside it, as NAME.key.json")
    drawing.add_argument("--number", type=int, default=60)
    drawing.add_argument("--seed", type=int, default=20)
    drawing.add_argument("--least", choices=[severity.value for severity in Severity], default="high")
    showing = verbs.add_parser("show", help="print the items of a sheet that are not judged yet")
    showing.add_argument("sheet", type=Path)
    joining = verbs.add_parser("join", help="join verdicts (`worth` or `not`, and a cause) with the rules")
    joining.add_argument("sheet", type=Path)
    options = parser.parse_args()
    key = options.sheet.with_suffix(".key.json")
    if options.verb == "draw":
        sheet, rules = draw(
            options.findings, options.folder, number=options.number, seed=options.seed, least=_least(options.least)
        )
        options.sheet.write_text(json.dumps(sheet, indent=1) + "\n", "utf-8")
        key.write_text(json.dumps(rules, indent=1) + "\n", "utf-8")
        print(f"{len(sheet)} items")
        return 0
    sheet = json.loads(options.sheet.read_text("utf-8"))
    if options.verb == "show":
        for row in sheet:
            if not row["verdict"]:
                print(f"--- {row['item']}: {row['repository']} {row['commit'][:10]} {row['path']}\n{row['code']}\n")
        return 0
    try:
        print(join(sheet, json.loads(key.read_text("utf-8"))))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _least(severity: str) -> int:
    return max(Severity(severity).rank, 1) if severity else SHOWN


if __name__ == "__main__":
    sys.exit(main())
