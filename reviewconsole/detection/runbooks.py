"""Recognise runbooks, their steps and their headings."""

from collections.abc import Callable, Iterator, Sequence

from reviewconsole import lazy_re as re
from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Context, Hit
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.source import Source
from reviewconsole.finding import Side

_NAME = re.compile(r"(^|[/_.-])(runbooks?|playbooks?|on-?call|incidents?)([/_.-]|$)", re.IGNORECASE)
_REFERENCE = re.compile(r"(^|[/_.-])(api|reference|sdk|schemas?)([/_.-]|$)", re.IGNORECASE)
_TYPE = re.compile(r"type:\s*[\"']?(runbook|playbook)\b", re.IGNORECASE)
_TITLE = re.compile(r"#\s+.*\b(runbook|playbook|operating procedure)\b|(runbook|playbook)s?\b.*$", re.IGNORECASE)
_STEP = re.compile(r"\s*(\d+[.)]\s+\S|```|~~~|\$ \S|(kubectl|aws|gcloud|az|terraform|helm|psql|ssh|systemctl|curl)\s)")
_ACTION = re.compile(r"mitigat|remed|resol|procedure|steps|\bfix|actions?\b|recover|what to do", re.IGNORECASE)
_INDEX = re.compile(
    r"(^|/)(readme|_?index|template|_?toc|summary|changelog|changes|contributing)(\.tpl)?\.\w+$", re.IGNORECASE
)
_BOLD = re.compile(r"\s*\*\*[^*]+\*\*:?\s*$")
_UNDERLINE = re.compile(r"[=~^\"-]{3,}\s*$")


def is_runbook(source: Source) -> bool:
    """Tell by name, front matter or title whether a document is a runbook; indexes and templates are none."""
    if source.kind != "markdown" or _INDEX.search(source.path):
        return False
    rows = source.new or source.old
    title = next((row for row in rows[:30] if row.startswith(("#", "="))), rows[0] if rows else "")
    named = _NAME.search(source.path) and not _REFERENCE.search(source.path)
    if named or any(_TYPE.match(row) for row in rows[:20]):
        return True
    return bool(_TITLE.match(title.lstrip("#= ")) or _TITLE.match(title))


def steps(rows: Sequence[str]) -> list[int]:
    """The 1-based rows that are steps or commands."""
    return [at for at, row in enumerate(rows, 1) if _STEP.match(row)]


def acts(rows: Sequence[str]) -> bool:
    """Tell whether a runbook says what to do, be it in steps or in words below a heading of that sort."""
    return bool(steps(rows)) or any(_ACTION.search(heading) for heading in headings(rows))


def says(rows: Sequence[str], heading: re.Pattern[str], stated: re.Pattern[str]) -> bool:
    """Tell whether a heading below the title matches, or any row what may be stated instead."""
    return any(heading.search(each) for each in list(headings(rows))[1:]) or any(stated.search(row) for row in rows)


def lacking(
    context: Context,
    rule: str,
    message: str,
    answered: Callable[[Sequence[str]], bool],
    *,
    concerned: Callable[[Sequence[str]], bool] = lambda rows: bool(steps(rows)),
) -> Iterator[Hit]:
    """Name each runbook that is `concerned` and for which `answered` says no.

    A new one is named at its first line; an edited one where a step was added, or where the answer
    stood that is removed.
    """
    for source in context.sources:
        if not source.has_new or not (source.added or source.removed) or not is_runbook(source):
            continue
        found = steps(source.new)
        if not concerned(source.new) or answered(source.new):
            continue
        if source.has_old and answered(source.old):
            yield from _removed(source, rule, message, answered)
            continue
        if not source.has_old:
            line = next((at for at in range(1, len(source.new) + 1) if source.new[at - 1].startswith("#")), 1)
        else:
            line = next((at for at in found if at in source.added), 0)
        if line:
            yield exact(rule, source, Side.NEW, (line, line), message, lowered=False)


def _removed(source: Source, rule: str, message: str, answered: Callable[[Sequence[str]], bool]) -> Iterator[Hit]:
    """The removed rows without which the old side would not have answered either, else all of them."""
    run: list[list[int]] = []
    for at in sorted(source.removed):
        if run and at == run[-1][-1] + 1:
            run[-1].append(at)
        else:
            run.append([at])
    for rows in run:
        without = [row for at, row in enumerate(source.old, 1) if at not in rows]
        if not answered(without):
            yield from changed_at(
                rule, source, Side.OLD, (rows[0], rows[-1]), f"{message}: it is removed here", lowered=False
            )
            return
    for rows in run[:1]:
        yield from changed_at(
            rule, source, Side.OLD, (rows[0], rows[-1]), f"{message}: it is removed here", lowered=False
        )


def section_removed(
    context: Context, rule: str, message: str, section: re.Pattern[str], told: frozenset[str]
) -> Iterator[Hit]:
    """Name removed headings of a sort of which the runbook now has fewer. `told` are paths that are named already."""
    moved = " ".join(
        source.new[at - 1] for source in context.sources if source.kind == "markdown" for at in source.added
    )
    for source in context.sources:
        if source.path in told or not source.has_new or not source.removed or not is_runbook(source):
            continue
        before = [h for h in headings(source.old) if section.search(h)]
        after = [h for h in headings(source.new) if section.search(h)]
        if len(after) >= len(before) or section.search(moved) or not steps(source.old):
            continue
        for at in sorted(source.removed):
            row = source.old[at - 1]
            if row.strip("#=* :") in before and row.strip("#=* :") not in after:
                last = at
                while last + 1 in source.removed and not source.old[last].startswith(("#", "=")):
                    last += 1
                yield from changed_at(rule, source, Side.OLD, (at, last), message, lowered=False)
                break


def headings(rows: Sequence[str]) -> Iterator[str]:
    """The headings that have something below them, bold lines that stand for one included."""
    for at, row in enumerate(rows):
        under = at + 1 < len(rows) and bool(_UNDERLINE.match(rows[at + 1])) and bool(row.strip())
        if row.startswith(("#", "=")) or _BOLD.match(row) or under:
            below = [each for each in rows[at + 1 + under : at + 4 + under] if each.strip()]
            deeper = row.startswith("#") and below and below[0].startswith("#" * (_depth(row) + 1))
            if below and (deeper or not (below[0].startswith("#") or _BOLD.match(below[0]))):
                yield row.strip("#=* :")


def _depth(row: str) -> int:
    return len(row) - len(row.lstrip("#"))
