"""Tables of what the seeding found, and the misses for who writes rules."""

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.seeding.draw import Seeded
from benchmarks.seeding.model import OPERATORS
from benchmarks.seeding.score import Alarm, Verdict
from benchmarks.statistics import percentile, wilson

_SNIPPET = 26
_SNIPPETS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One case and what came of it."""

    seeded: Seeded
    verdict: Verdict
    alarms: tuple[Alarm, ...]

    @property
    def half(self) -> str:
        """`open` or `held-out`."""
        return self.seeded.material.half


def rate(hits: int, total: int) -> str:
    """Write a proportion with its interval, as `83 % [61-94] of 18`."""
    low, high = wilson(hits, total)
    return f"{100 * hits / total:3.0f} % [{100 * low:.0f}-{100 * high:.0f}] of {total}" if total else "-"


def document(rows: Sequence[Row]) -> dict[str, object]:
    """Build the JSON document; misses of the held-out half are counted and not shown."""
    operators = []
    for name, group in sorted(_by_operator(rows).items()):
        operator = OPERATORS[name]
        alarms = [alarm for row in group for alarm in row.alarms]
        operators.append(
            {
                "operator": name,
                "letters": list(operator.letters),
                "severity": operator.severity.value,
                "core": operator.core,
                "cases": len(group),
                "planted": sum(row.seeded.case.planted for row in group),
                "hits": sum(row.verdict.hit for row in group),
                "named": sum(row.verdict.named for row in group),
                "seen": sum(row.verdict.seen for row in group),
                "interval": wilson(sum(row.verdict.hit for row in group), len(group)),
                "halves": {half: _half(group, half) for half in ("open", "held-out")},
                "twins": len(alarms),
                "false_alarms": sum(alarm.false for alarm in alarms),
                "other_alarms": sum(alarm.other for alarm in alarms),
                "misses": [_miss(row) for row in group if not row.verdict.hit and row.half == "open"],
            }
        )
    return {"totals": totals(rows), "operators": operators}


def _half(group: Sequence[Row], half: str) -> dict[str, int]:
    own = [row for row in group if row.half == half]
    return {"cases": len(own), "hits": sum(row.verdict.hit for row in own)}


def totals(rows: Sequence[Row]) -> dict[str, object]:
    """Sum up: recall on both halves and on the core, false alarms by kind of twin."""
    core = [row for row in rows if OPERATORS[row.seeded.operator].core]
    alarms = [alarm for row in rows for alarm in row.alarms]
    kinds: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in alarms:
        kinds[alarm.kind].append(alarm)
    return {
        "operators": len(_by_operator(rows)),
        "all": _share(rows),
        "core": _share(core),
        "core open": _share([row for row in core if row.half == "open"]),
        "core held-out": _share([row for row in core if row.half == "held-out"]),
        "mean over core operators": _mean(core),
        "false alarms on twins": rate(sum(a.false for a in alarms), len(alarms)),
        "other alarms on twins": rate(sum(a.other for a in alarms), len(alarms)),
        "twins": {kind: rate(sum(a.false for a in of), len(of)) for kind, of in sorted(kinds.items())},
        "scan seconds": {
            "median": round(percentile([row.verdict.seconds for row in rows], 0.5), 3),
            "p99": round(percentile([row.verdict.seconds for row in rows], 0.99), 3),
        },
    }


def _share(rows: Sequence[Row]) -> dict[str, str]:
    return {
        "hit": rate(sum(row.verdict.hit for row in rows), len(rows)),
        "hit by the expected rule": rate(sum(row.verdict.named for row in rows), len(rows)),
        "found at any severity": rate(sum(row.verdict.seen for row in rows), len(rows)),
    }


def _mean(rows: Sequence[Row]) -> str:
    shares = [sum(r.verdict.hit for r in of) / len(of) for of in _by_operator(rows).values()]
    return f"{100 * sum(shares) / len(shares):.0f} %" if shares else "-"


def table(rows: Sequence[Row]) -> str:
    """Write the table of operators."""
    head = ("operator", "row", "sev", "hit", "named", "seen", "open", "held", "false alarms")
    out = ["{:<44} {:<5} {:<5} {:<22} {:>5} {:>5} {:>7} {:>7} {:>13}".format(*head)]
    for name, group in sorted(_by_operator(rows).items(), key=lambda item: (_first(item[0]), item[0])):
        operator = OPERATORS[name]
        alarms = [alarm for row in group for alarm in row.alarms]
        halves = [f"{_half(group, half)['hits']}/{_half(group, half)['cases']}" for half in ("open", "held-out")]
        out.append(
            f"{name + ('' if operator.core else ' (2nd)'):<44} {_first(name):<5} {operator.severity.value[:4]:<5} "
            f"{rate(sum(r.verdict.hit for r in group), len(group)):<22} {sum(r.verdict.named for r in group):>5} "
            f"{sum(r.verdict.seen for r in group):>5} {halves[0]:>7} {halves[1]:>7} "
            f"{f'{sum(a.false for a in alarms)}/{len(alarms)}':>13}"
        )
    return "\n".join(out)


def _first(name: str) -> str:
    return OPERATORS[name].letters[0]


def summary(rows: Sequence[Row]) -> str:
    """Write the totals as text."""
    out = []
    for key, value in totals(rows).items():
        if isinstance(value, dict):
            out += [f"{key}:", *(f"  {name}: {of}" for name, of in value.items())]
        else:
            out.append(f"{key}: {value}")
    return "\n".join(out)


def misses(rows: Sequence[Row]) -> str:
    """Write the misses and false alarms of the open half as Markdown."""
    out = ["# Misses and false alarms (open half only)", ""]
    for name, group in sorted(_by_operator([row for row in rows if row.half == "open"]).items()):
        missed = [row for row in group if not row.verdict.hit]
        wrong = [(row, at) for row in group for at, alarm in enumerate(row.alarms) if alarm.false]
        if not missed and not wrong:
            continue
        operator = OPERATORS[name]
        shapes = Counter(row.seeded.case.shape for row in missed)
        out += [f"## {name} ({', '.join(operator.letters)}; at least {operator.severity})", ""]
        out += [f"{(operator.run.__doc__ or '').strip()}", ""]
        out += [
            f"hit {len(group) - len(missed)} of {len(group)}; missed shapes: "
            + ", ".join(f"{s} x{n}" for s, n in shapes.most_common()),
            "",
        ]
        shown: set[str] = set()
        for row in missed:
            if row.seeded.case.shape not in shown and len(shown) < _SNIPPETS:
                shown.add(row.seeded.case.shape)
                miss = _miss(row)
                out += [
                    f"miss, {miss['shape']}: {miss['why']} ({miss['place']})",
                    "```diff",
                    str(miss["diff"]),
                    "```",
                    "",
                ]
        for row, at in wrong[:_SNIPPETS]:
            twin = row.seeded.twins[at]
            change = ((s.path, s.old, s.new) for s in twin.change)
            out += [f"false alarm, {twin.kind}: {', '.join(row.alarms[at].rules)}", "```diff", _diff(change), "```", ""]
    return "\n".join(out)


def _miss(row: Row) -> dict[str, object]:
    material, case = row.seeded.material, row.seeded.case
    change = case.mutated or case.change
    why = f"only {', '.join(row.verdict.rules)}" if row.verdict.rules else "nothing found in the hunk"
    return {
        "shape": case.shape,
        "place": f"{material.repository} {material.path}",
        "planted": case.planted,
        "why": why,
        "diff": _diff((s.path, s.old, s.new) for s in change),
    }


def _diff(change: Iterable[tuple[str, str | None, str | None]]) -> str:
    out: list[str] = []
    for path, old, new in change:
        out.append(f"# {path}" + (" (new)" if old is None else " (deleted)" if new is None else ""))
        rows = list(difflib.unified_diff((old or "").split("\n"), (new or "").split("\n"), n=3, lineterm=""))[2:]
        out += rows[:_SNIPPET] + ([f"... {len(rows) - _SNIPPET} more rows"] if len(rows) > _SNIPPET else [])
    return "\n".join(out)


def _by_operator(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.seeded.operator].append(row)
    return found
