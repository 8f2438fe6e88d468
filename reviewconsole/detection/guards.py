"""Decide which raw matches count: host survival, moved lines, comments, safeguards elsewhere.

Pure. A removed safeguard counts only while the thing it guarded is still there; what moved
counts on neither side. Every match that is taken away is counted under the guard's name.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import re2

from reviewconsole.detection.model import Document, Hit, Match
from reviewconsole.detection.source import Source, is_nonproduction
from reviewconsole.finding import Severity, Side

_MOVED = 16
"""Shorter texts are too common to recognise a move to another file by them."""


def plain(text: str) -> str:
    """The text with runs of white space as one blank."""
    return " ".join(text.split())


def lower(severity: Severity) -> Severity:
    """One step down, not below low."""
    order = list(Severity)
    return order[min(order.index(severity) + 1, len(order) - 1)]


def touches(match: Match) -> bool:
    """Tell whether a match lies on a changed line of its side."""
    changed = match.source.changed(match.side)
    return any(number in changed for number in range(match.line, match.end_line + 1))


def judge(matches: Sequence[Match], sources: Sequence[Source], dropped: Counter[str]) -> Iterator[Hit]:
    """Give the hits that remain of the matches of both sides, and count what the guards take."""
    by_document: dict[str, list[Match]] = {}
    for match in matches:
        by_document.setdefault(match.document.id, []).append(match)
    for found in by_document.values():
        document = found[0].document
        news = [match for match in found if match.side is Side.NEW]
        olds = [match for match in found if match.side is Side.OLD]
        if document.fires in ("added", "changed"):
            yield from _added(document, news, olds, dropped)
        if document.fires in ("removed", "changed"):
            yield from _removed(document, news, olds, dropped)
        if document.fires == "absent-in-new-host":
            yield from _absent(news, sources, dropped)


def _passes_by(match: Match, dropped: Counter[str]) -> bool:
    document = match.document
    if not document.comments and match.source.is_comment(match.side, match.line):
        dropped["comment"] += 1
        return False
    if "nonproduction-path" in document.unless and is_nonproduction(match.source.path):
        dropped["nonproduction-path"] += 1
        return False
    return True


def _added(document: Document, news: list[Match], olds: list[Match], dropped: Counter[str]) -> Iterator[Hit]:
    gone = [match for match in olds if touches(match)]
    near = Counter((match.source.path, plain(match.text)) for match in gone)
    # Out of a test or sample into production is no move: the line begins to count there.
    far = Counter((plain(m.text), is_nonproduction(m.source.path)) for m in gone if len(m.text) >= _MOVED)
    hosts = Counter((match.source.path, match.source.host_name(Side.OLD, match.line)) for match in gone)
    for match in filter(touches, news):
        text = plain(match.text)
        away = (text, is_nonproduction(match.source.path))
        host = (match.source.path, match.source.host_name(Side.NEW, match.line))
        if near[match.source.path, text] > 0 or far[away] > 0:
            near[match.source.path, text] -= 1
            far[away] -= 1
            hosts[host] -= 1
            dropped["moved"] += 1
        elif "already-there" in document.unless and hosts[host] > 0:
            hosts[host] -= 1
            dropped["already-there"] += 1
        elif _passes_by(match, dropped):
            yield _hit(match)


def _removed(document: Document, news: list[Match], olds: list[Match], dropped: Counter[str]) -> Iterator[Hit]:
    moved = Counter(plain(match.text) for match in news if touches(match))
    here: Counter[tuple[str, str]] = Counter()
    for match in news:
        here[match.source.path, match.source.host_name(Side.NEW, match.line)] += 1
    for match in olds:
        if not touches(match):
            here[match.source.path, match.source.host_name(Side.OLD, match.line)] -= 1
    for match in filter(touches, olds):
        key = (match.source.path, match.source.host_name(Side.OLD, match.line))
        if here[key] > 0:
            here[key] -= 1
            dropped["still-there"] += 1
            continue
        guard = _survival(document, match, moved)
        if guard:
            dropped[guard] += 1
        elif _passes_by(match, dropped):
            yield _hit(match)


def _survival(document: Document, match: Match, moved: Counter[str]) -> str:
    """Name the guard that takes a removed match away; empty when none does."""
    source = match.source
    text = plain(match.text)
    if moved[text] > 0 and len(text) >= _MOVED:
        moved[text] -= 1
        return "moved"
    name = source.host_name(Side.OLD, match.line)
    survivors = [item for item in source.constructs(Side.NEW) if item.name == name]
    if not source.has_new or (name and not survivors):
        return "host-gone"
    first, last = (survivors[0].first, survivors[-1].last) if survivors else (1, len(source.new))
    if "call-gone" in document.unless:
        callee = match.text.split("(", 1)[0].strip()
        if not any(callee in line for line in source.new[first - 1 : last]):
            return "call-gone"
    if document.replaced:
        pattern = re2.compile(document.replaced)
        if any(pattern.search(source.new[at - 1]) for at in source.added if first <= at <= last):
            return "replaced"
    return ""


def _absent(news: list[Match], sources: Sequence[Source], dropped: Counter[str]) -> Iterator[Hit]:
    for match in news:
        source = match.source
        if match.line not in source.added:
            continue
        name = source.host_name(Side.NEW, match.line)
        if name and any(item.name == name for item in source.constructs(Side.OLD)):
            dropped["host-not-new"] += 1
        elif name and _came_from(name, source, sources):
            dropped["moved"] += 1
        elif _passes_by(match, dropped):
            first = source.lines(Side.NEW)[match.line - 1].strip()
            yield _hit(match, end=match.line, text=first)


def _came_from(name: str, here: Source, sources: Iterable[Source]) -> bool:
    last = name.rsplit(".", 1)[-1]
    return any(
        item.first in source.removed and item.name.rsplit(".", 1)[-1] == last
        for source in sources
        if source.removed and source is not here and source.kind == here.kind
        for item in source.constructs(Side.OLD)
    )


def _hit(match: Match, *, end: int | None = None, text: str | None = None) -> Hit:
    document, line = match.document, match.line
    last = end or match.end_line
    if document.focus:
        pattern = re2.compile(document.focus)
        for number in range(match.line, match.end_line + 1):
            if pattern.search(match.source.lines(match.side)[number - 1]):
                line = last = number
                break
    return Hit(
        rule=document.rule,
        source=match.source,
        side=match.side,
        line=line,
        end_line=last,
        text=text or match.text,
        message=document.message,
        severity=document.severity,
        lowered=document.lowered,
    )
