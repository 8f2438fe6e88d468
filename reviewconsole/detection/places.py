"""Name the changed lines of a place, and find lines that a change adds or loses."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from reviewconsole import lazy_re as re
from reviewconsole.detection.guards import plain
from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Context, Hit
from reviewconsole.detection.source import MAX_LINE, Source, is_nonproduction
from reviewconsole.finding import Severity, Side

_LONGEST = 600
"""Characters of a row that patterns read: the rows come from strangers, and not every pattern is linear."""
_ROWS = 12
"""A place longer than this is named by its first rows."""


def changed_at(
    rule: str,
    source: Source,
    side: Side,
    span: tuple[int, int],
    message: str,
    *,
    severity: Severity | None = None,
    lowered: bool = True,
) -> Iterator[Hit]:
    """A hit on the changed rows within the span; none where none of them changed."""
    rows = [at for at in range(max(1, span[0]), span[1] + 1) if at in source.changed(side)]
    if not rows:
        return
    last = first = rows[0]
    while last + 1 in rows and last - first < _ROWS:
        last += 1
    found = exact(rule, source, side, (first, last), message, severity=severity, lowered=lowered)
    yield replace(found, text=found.text[:MAX_LINE] or "(empty line)")


def fresh(
    context: Context, kinds: Iterable[str], pattern: re.Pattern[str], *, comments: bool = False
) -> Iterator[tuple[Source, int, re.Match[str]]]:
    """Added lines that match and did not merely move; a way out of tests into production is no move."""
    kinds = frozenset(kinds)
    sources = [source for source in context.sources if not kinds or source.kind in kinds]
    gone: Counter[tuple[str, bool]] = Counter()
    for source in sources:
        aside = is_nonproduction(source.path)
        gone.update((plain(source.old[at - 1]), aside) for at in source.removed)
    for source in sources:
        aside = is_nonproduction(source.path)
        for at in sorted(source.added):
            row = source.new[at - 1]
            match = pattern.search(row[:_LONGEST]) if row.strip() else None
            if match is None or (not comments and source.is_comment(Side.NEW, at)):
                continue
            key = (plain(row), aside)
            if gone[key] > 0:
                gone[key] -= 1
                continue
            yield source, at, match


def lost(
    context: Context, kinds: Iterable[str], pattern: re.Pattern[str]
) -> Iterator[tuple[Source, int, re.Match[str]]]:
    """Removed lines that match, whose host is still there and has fewer matches than before."""
    kinds = frozenset(kinds)
    sources = [source for source in context.sources if source.kind in kinds and source.removed]
    arrived = Counter(
        plain(source.new[at - 1]) for source in context.sources for at in source.added if source.kind in kinds
    )
    for source in sources:
        if not source.has_new:
            continue
        balance: Counter[str] | None = None
        names: set[str] = set()
        for at in sorted(source.removed):
            row = source.old[at - 1]
            match = pattern.search(row[:_LONGEST]) if row.strip() else None
            if match is None or source.is_comment(Side.OLD, at):
                continue
            if balance is None:
                balance = _balance(source, pattern)
                names = {item.name for item in source.constructs(Side.NEW)}
            host = source.host_name(Side.OLD, at)
            if (host and host not in names) or balance[host] <= 0:
                continue
            if arrived[plain(row)] > 0:
                arrived[plain(row)] -= 1
                continue
            balance[host] -= 1
            yield source, at, match


def _balance(source: Source, pattern: re.Pattern[str]) -> Counter[str]:
    """How many matching lines each host lost, all in all."""
    found: Counter[str] = Counter()
    for side, step in ((Side.OLD, 1), (Side.NEW, -1)):
        for at, row in enumerate(source.lines(side), 1):
            if row.strip() and pattern.search(row[:_LONGEST]) and not source.is_comment(side, at):
                found[source.host_name(side, at)] += step
    return found
