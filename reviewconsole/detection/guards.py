"""Decide which raw matches count: host survival, moved lines, comments, safeguards elsewhere.

Pure. A removed safeguard counts only while the thing it guarded is still there, under whatever
name and in whatever file; what moved counts on neither side. Every match that is taken away is
tallied under the guard's name.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewconsole import lazy_re as re
from reviewconsole.detection.equivalents import replaced
from reviewconsole.detection.hosts import Hosts, Survivor
from reviewconsole.detection.line_rules import compiled
from reviewconsole.detection.model import Document, Hit, Match
from reviewconsole.detection.outline import Construct
from reviewconsole.detection.source import Source, cuts, is_nonproduction
from reviewconsole.detection.tally import Tally
from reviewconsole.finding import Severity, Side

_CALLEE = re.compile(r"(?:new\s+)?(\w[\w\s.:?!]{0,80}?)\s*(?:\(|<)")
_MOVED = 16
"""Shorter texts are too common to recognise a move to another file by them."""

_Place = tuple[str, str]
"""Path and name of a host."""


def plain(text: str) -> str:
    """The text with runs of white space as one blank."""
    return " ".join(text.split())


def lower(severity: Severity) -> Severity:
    """What a severity weighs in a test, a sample or a document: medium at most, else one step less."""
    return Severity.MEDIUM if severity.rank > Severity.MEDIUM.rank else Severity.LOW


def touches(match: Match) -> bool:
    """Tell whether a match lies on a changed line of its side."""
    return match.source.touched(match.side, match.line, match.end_line)


def emptied(match: Match) -> bool:
    """Tell whether lines were only taken out between the first and the last line of a match."""
    source = match.source
    if match.side is Side.OLD or match.end_line == match.line or not source.removed:
        return False
    return any(match.line < at <= match.end_line for at in cuts(source))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Judging:
    """One document's matches, with what all of them are judged by."""

    document: Document
    news: list[Match]
    olds: list[Match]
    hosts: Hosts
    tally: Tally

    def drop(self, guard: str, match: Match) -> None:
        path = match.source.path_of(match.side)
        self.tally.add(guard, rule=match.document.rule, path=path, side=match.side, line=match.line)

    def host(self, match: Match) -> Construct | None:
        if self.document.host == "file":
            return None
        return match.source.unit(match.side, match.line, outermost=self.document.host == "outermost")

    def passes(self, match: Match) -> bool:
        if not self.document.comments and match.source.is_comment(match.side, match.line):
            self.drop("comment", match)
            return False
        if "nonproduction-path" in self.document.unless and is_nonproduction(match.source.path):
            self.drop("nonproduction-path", match)
            return False
        return True


def judge(matches: Sequence[Match], sources: Sequence[Source], tally: Tally) -> Iterator[Hit]:
    """Give the hits that remain of the matches of both sides, and tally what the guards take."""
    by_document: dict[str, list[Match]] = {}
    for match in matches:
        by_document.setdefault(match.document.id, []).append(match)
    hosts = Hosts(sources)
    for found in by_document.values():
        judging = _Judging(
            document=found[0].document,
            news=[match for match in found if match.side is Side.NEW],
            olds=[match for match in found if match.side is Side.OLD],
            hosts=hosts,
            tally=tally,
        )
        fires = judging.document.fires
        if fires in ("added", "changed"):
            yield from _added(judging)
        if fires in ("removed", "changed"):
            yield from _removed(judging)
        if fires == "absent-in-new-host":
            yield from _absent(judging)


def _away(match: Match) -> tuple[str, bool]:
    # Out of a test or sample into production, or the reverse, is no move: the line begins or ceases to count there.
    return plain(match.text), is_nonproduction(match.source.path)


def _added(judging: _Judging) -> Iterator[Hit]:
    gone = [match for match in judging.olds if touches(match)]
    near = Counter((match.source.path, plain(match.text)) for match in gone)
    far = Counter(_away(match) for match in gone if len(match.text) >= _MOVED)
    # Those that the change does not touch stand for old ones: what is left of the old ones, the touched ones may be.
    hosts = Counter((match.source.path, match.source.host_name(Side.OLD, match.line)) for match in judging.olds)
    hosts.subtract(
        (match.source.path, match.source.host_name(Side.NEW, match.line))
        for match in judging.news
        if not touches(match) and not emptied(match)
    )
    for match in judging.news:
        text = plain(match.text)
        host = (match.source.path, match.source.host_name(Side.NEW, match.line))
        if not touches(match) and (hosts[host] > 0 or not emptied(match)):
            continue
        if near[match.source.path, text] > 0 or far[_away(match)] > 0:
            near[match.source.path, text] -= 1
            far[_away(match)] -= 1
            hosts[host] -= 1
            judging.drop("moved", match)
        elif "already-there" in judging.document.unless and hosts[host] > 0:
            hosts[host] -= 1
            judging.drop("already-there", match)
        elif judging.passes(match):
            yield _hit(match)


def _removed(judging: _Judging) -> Iterator[Hit]:
    # What is commented out is gone.
    news = [
        each for each in judging.news if judging.document.comments or not each.source.is_comment(each.side, each.line)
    ]
    moved = Counter(_away(match) for match in news if touches(match))
    here: Counter[_Place] = Counter()
    for match in news:
        here[_place(match.source, judging.host(match))] += 1
    survivors = [judging.hosts.survivor(match.source, judging.host(match)) for match in judging.olds]
    for match, host in zip(judging.olds, survivors, strict=True):
        if not touches(match) and host is not None:
            here[_place(host.source, host.construct)] -= 1
    for match, host in zip(judging.olds, survivors, strict=True):
        if not touches(match):
            continue
        key = _place(host.source, host.construct) if host is not None else ("", "")
        if host is not None and here[key] > 0:
            here[key] -= 1
            judging.drop("still-there", match)
            continue
        guard = _survival(judging, match, host, moved)
        if guard:
            judging.drop(guard, match)
        elif judging.passes(match):
            yield _hit(match)


def _place(source: Source, construct: Construct | None) -> _Place:
    return source.path, construct.name if construct is not None else ""


def _survival(judging: _Judging, match: Match, host: Survivor | None, moved: Counter[tuple[str, bool]]) -> str:
    """Name the guard that takes a removed match away; empty when none does."""
    text = plain(match.text)
    if moved[_away(match)] > 0 and len(text) >= _MOVED:
        moved[_away(match)] -= 1
        return "moved"
    if host is None:
        return "host-gone"
    document, item = judging.document, host.construct
    if "call-gone" in document.unless:
        callee = match.text.split("(", 1)[0].strip()
        if not any(callee in line for line in host.source.new[item.first - 1 : item.last]):
            return "call-gone"
    if document.replaced and replaced(document, host, judging.hosts.sources):
        return "replaced"
    return ""


def _absent(judging: _Judging) -> Iterator[Hit]:
    for match in judging.news:
        source = match.source
        if match.line not in source.added:
            continue
        name = source.host_name(Side.NEW, match.line)
        if name and any(item.name == name for item in source.constructs(Side.OLD)):
            judging.drop("host-not-new", match)
        elif name and _came_from(name, source, judging.hosts.sources):
            judging.drop("moved", match)
        elif judging.passes(match):
            first = source.lines(Side.NEW)[match.line - 1].strip()
            yield _hit(match, end=match.line, text=first)


def _came_from(name: str, here: Source, sources: Sequence[Source]) -> bool:
    last = name.rsplit(".", 1)[-1]
    return any(
        item.header in source.removed and item.name.rsplit(".", 1)[-1] == last
        for source in sources
        if source.removed and source is not here and source.kind == here.kind
        for item in source.constructs(Side.OLD)
    )


def _named(message: str, text: str) -> str:
    """A message with the name of the call that matched in place of `{call}`."""
    if "{call}" not in message:
        return message
    found = _CALLEE.match(text[:400])
    return message.replace("{call}", "".join(found[1].split()) if found else "This call")


def _hit(match: Match, *, end: int | None = None, text: str | None = None) -> Hit:
    document, line = match.document, match.line
    last = end or match.end_line
    if document.focus:
        pattern = compiled(document.focus)
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
        message=_named(document.message, match.text),
        severity=document.severity,
        lowered=document.lowered,
    )
