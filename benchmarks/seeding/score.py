"""Scan seeded changes and judge what was found, by rules that are fixed before any scan."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from benchmarks.changes import SHOWN, Sides, file_diff, file_diffs, tree_after
from benchmarks.seeding.draw import Seeded
from benchmarks.seeding.model import OPERATORS, Operator
from reviewconsole.detection import RuleSettings, pages, scan
from reviewconsole.finding import Finding, Side

Place = Mapping[tuple[str, Side], Sequence[tuple[int, int]]]
_EVERYWHERE = (0, 10**9)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a scan made of one case."""

    hit: bool
    """A finding in the mutated hunk, of the expected severity or above."""
    named: bool
    """The same, and its rule carries a letter that the operator accepts."""
    seen: bool
    """A finding in the mutated hunk, of any severity."""
    rules: tuple[str, ...]
    """What is in the hunk, as `rule (severity)`."""
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """What a scan made of one twin."""

    kind: str
    false: bool
    """High or critical, by a rule with an accepted letter: the claim is made where it does not hold."""
    other: bool
    """High or critical, by another rule."""
    rules: tuple[str, ...]


def judge(seeded: Seeded, tree: frozenset[str]) -> tuple[Verdict, tuple[Alarm, ...]]:
    """Scan a case and its twins."""
    operator = OPERATORS[seeded.operator]
    case = seeded.case
    begin = time.perf_counter()
    found = _new(case.change, case.baseline, tree)
    seconds = time.perf_counter() - begin
    place = places(case.mutated or case.change, anywhere=case.anywhere)
    here = [finding for finding in found if within(finding, place)]
    enough = [finding for finding in here if finding.severity.rank >= operator.severity.rank]
    verdict = Verdict(
        hit=bool(enough),
        named=any(_accepted(finding, operator) for finding in enough),
        seen=bool(here),
        rules=_said(here),
        seconds=seconds,
    )
    return verdict, tuple(_alarm(operator, twin.kind, _new(twin.change, twin.baseline, tree)) for twin in seeded.twins)


def _alarm(operator: Operator, kind: str, found: Sequence[Finding]) -> Alarm:
    shown = [finding for finding in found if finding.severity.rank >= SHOWN]
    false = [finding for finding in shown if _accepted(finding, operator)]
    return Alarm(kind=kind, false=bool(false), other=len(shown) > len(false), rules=_said(shown))


def _new(change: Sequence[Sides], baseline: Sequence[Sides], tree: frozenset[str]) -> list[Finding]:
    """What is found in a change, unsuppressed, and not in its baseline as well."""
    known = {finding.fingerprint for finding in _scan(baseline, tree)} if baseline else set()
    return [finding for finding in _scan(change, tree) if finding.fingerprint not in known]


def _scan(change: Sequence[Sides], tree: frozenset[str]) -> list[Finding]:
    result = scan(file_diffs(change), settings=RuleSettings(), tree_has=tree_after(tree, change))
    return [finding for finding in result.findings if not finding.suppressed]


def places(change: Sequence[Sides], *, anywhere: bool) -> Place:
    """The hunks of a change on both sides, with the three lines of context that a reviewer sees."""
    found: dict[tuple[str, Side], list[tuple[int, int]]] = {}
    for sides in change:
        for hunk in file_diff(sides).hunks:
            spans = {
                Side.OLD: (hunk.old_start, hunk.old_start + max(1, hunk.old_lines) - 1),
                Side.NEW: (hunk.new_start, hunk.new_start + max(1, hunk.new_lines) - 1),
            }
            for side, span in spans.items():
                found.setdefault((sides.path, side), []).append(_EVERYWHERE if anywhere else span)
    return found


def within(finding: Finding, place: Place) -> bool:
    """Tell whether a finding overlaps one of the places."""
    at = finding.location
    spans = place.get((at.path, at.side), ())
    return any(first <= at.end_line and at.line <= last for first, last in spans)


@cache
def _letters(rule: str) -> frozenset[str]:
    page = pages().get(rule)
    return frozenset(page.aliases) if page else frozenset()


def _accepted(finding: Finding, operator: Operator) -> bool:
    return not _letters(finding.rule).isdisjoint(operator.letters)


def _said(found: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(sorted({f"{finding.rule} ({finding.severity})" for finding in found}))
