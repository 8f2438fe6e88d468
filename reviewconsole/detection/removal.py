"""Decide whether a safeguard was removed while what it guarded is still there.

A safeguard is lost when its host survives with fewer of its kind, what it guarded is still named in
the host, and none was put in its place: moved elsewhere in the change, or one level up, around or
above a caller of the host.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import CODE, View, names, view
from reviewconsole.detection.constructs import Construct
from reviewconsole.detection.guards import plain
from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Context, Hit
from reviewconsole.detection.quick import any_row, search
from reviewconsole.detection.source import Source, is_test
from reviewconsole.finding import Severity, Side

KEPT = 0.75
"""A host that keeps a smaller part of its lines was rewritten; losses in it weigh less."""
_MOVED = 12
"""Shorter texts are too common to recognise a move by them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Guard:
    """A safeguard on one side of a file."""

    first: int
    last: int
    key: tuple[int, int]
    """The lines that make it one; one of them must have changed."""
    family: str = ""
    """Guards of one family stand in for each other."""
    uses: frozenset[str] = frozenset()
    """Names of which one must survive; empty where the host is enough."""
    text: str = ""
    """Recognises a move; empty where it is too common."""
    target: int = 0
    """The line of what a decorator decorates; 0 for none."""
    detail: str = ""
    offset: int = 0
    governs: bool = False
    """Whether it is the header of a block."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Loss:
    """A safeguard that is gone from a host that stays."""

    source: Source
    guard: Guard
    host: Construct
    """On the new side; the whole file for what stands at top level."""
    kept: float
    """Part of the host's other lines that survives, 0 to 1."""

    @property
    def severity(self) -> Severity:
        """High in a host that stays, medium in one that was rewritten."""
        return Severity.HIGH if self.kept >= KEPT else Severity.MEDIUM

    @property
    def view(self) -> View:
        """The new side."""
        return view(self.source, Side.NEW)


Find = Callable[[View], Iterator[Guard]]


def losses(context: Context, find: Find, sign: re.Pattern[str], kinds: frozenset[str] = CODE) -> Iterator[Loss]:
    """Give the lost safeguards. `sign` must match one changed line of each, so that most files cost nothing."""
    concerned = [source for source in context.sources if source.kind in kinds and _shows(source, Side.OLD, sign)]
    if not any(source.has_new for source in concerned):
        return
    fresh = _Fresh(context, find, sign, kinds)
    moved = Counter(plain(source.new[at - 1]) for source in context.sources for at in source.added)
    for source in concerned:
        if source.has_new and source.has_old:
            yield from _file(source, find, fresh, moved)


def _shows(source: Source, side: Side, sign: re.Pattern[str]) -> bool:
    lines = source.lines(side)
    return any_row(sign, (lines[at - 1][:2000] for at in source.changed(side)))


def _touched(source: Source, side: Side, guard: Guard) -> bool:
    return source.touched(side, *guard.key)


def _host(source: Source, side: Side, guard: Guard) -> str:
    return source.host_name(side, guard.target or guard.first)


class _Fresh:
    """The safeguards on added lines: looked for once something seems lost, since often nothing is."""

    def __init__(self, context: Context, find: Find, sign: re.Pattern[str], kinds: frozenset[str]) -> None:
        self._asked = (context, find, sign, kinds)
        self._found: dict[str, tuple[Guard, ...]] = {}

    def of(self, source: Source) -> tuple[Guard, ...]:
        """The safeguards of the new side of one file."""
        if source.path not in self._found:
            self._found[source.path] = tuple(self._asked[1](view(source, Side.NEW)))
        return self._found[source.path]

    @cached_property
    def all(self) -> tuple[tuple[Source, Guard], ...]:
        """Those that the change touches, in the whole change."""
        context, _, sign, kinds = self._asked
        return tuple(
            (source, guard)
            for source in context.sources
            if source.kind in kinds and _shows(source, Side.NEW, sign)
            for guard in self.of(source)
            if _touched(source, Side.NEW, guard)
        )

    def took_over(self, source: Source, host: Construct, guard: Guard) -> bool:
        """Tell whether the change puts the safeguard into what the host now calls, or reads its setting elsewhere."""
        rows = "\n".join(source.new[at - 1][:2000] for at in source.added if host.first <= at <= host.last)
        own = host.name.rsplit(".", 1)[-1]
        called = set(_CALLED.findall(rows)) - {own}
        if called and any(
            theirs.family == guard.family and _host(other, Side.NEW, theirs).rsplit(".", 1)[-1] in called
            for other, theirs in self.all
        ):
            return True
        sign = self._asked[2]
        read = {
            name
            for name in _SETTING.findall("\n".join(source.old[guard.first - 1 : guard.last])[:2000])
            if search(sign, f"{re.sub(r'[.-]', '_', name)} = 1")
        }
        return bool(read & self.settings) if read else False

    @cached_property
    def settings(self) -> frozenset[str]:
        """Names in quotes on added lines of what is no test."""
        context = self._asked[0]
        rows = (source.new[at - 1][:2000] for source in context.sources for at in _spoken(source))
        return frozenset(name for row in rows for name in _SETTING.findall(row))


def _spoken(source: Source) -> Iterator[int]:
    if source.kind != "markdown" and not is_test(source.path):
        yield from (at for at in source.added if not source.is_comment(Side.NEW, at))


def _file(source: Source, find: Find, fresh: _Fresh, moved: Counter[str]) -> Iterator[Loss]:
    olds, news = list(find(view(source, Side.OLD))), fresh.of(source)
    balance = Counter((_host(source, Side.OLD, guard), guard.family) for guard in olds)
    balance.subtract((_host(source, Side.NEW, guard), guard.family) for guard in news)
    for guard in olds:
        name = _host(source, Side.OLD, guard)
        if not _touched(source, Side.OLD, guard) or balance[name, guard.family] <= 0:
            continue
        host = survivor(source, name)
        text = plain(guard.text)
        if host is None:
            continue
        if len(text) >= _MOVED and moved[text] > 0:
            moved[text] -= 1
            continue
        begun = host.first + (host.last > host.first and bool(name))
        there = view(source, Side.NEW).names_in(begun, host.last)
        if (guard.uses and not _left(source, guard) & there) or _retired(source, guard):
            continue
        if fresh.took_over(source, host, guard) or any(
            _above(name, source, other, guard, theirs) for other, theirs in fresh.all
        ):
            continue
        balance[name, guard.family] -= 1
        yield Loss(source=source, guard=guard, host=host, kept=kept(source, name, host, guard))


def _left(source: Source, guard: Guard) -> frozenset[str]:
    """The names a safeguard looks at, without the variables whose declaration went in the same run of lines."""
    first = last = guard.first
    while first - 1 in source.removed:
        first -= 1
    while last + 1 in source.removed:
        last += 1
    declared = {name for row in source.old[first - 1 : last] for name in _declared(row)} & guard.uses
    if not declared:
        return guard.uses
    again = {word for at in source.added for word in _WORD_ANY.findall(source.new[at - 1][:2000])}
    return guard.uses - (declared - again)


def _declared(row: str) -> Iterator[str]:
    found = _DECLARES.match(row[:2000])
    if found:
        yield from _WORD_ANY.findall(found[1] or found[2])


def _retired(source: Source, guard: Guard) -> bool:
    """Tell whether the condition around a safeguard went with it and asks about what the new side does not know."""
    for block in view(source, Side.OLD).blocks:
        if block.first < guard.first <= block.last and block.first in source.removed and block.word in _TESTS:
            asked = set(_WORD.findall("\n".join(source.old[block.first - 1 : block.head])[:2000]))
            if asked - source.once("words", Side.NEW, lambda: set(_WORD.findall("\n".join(source.new)))):
                return True
    return False


def survivor(source: Source, name: str) -> Construct | None:
    """The construct of that name on the new side; the whole file for the empty name."""
    if not name:
        return Construct(name="", first=1, last=max(1, len(source.new)))
    return next((item for item in source.constructs(Side.NEW) if item.name == name), None)


def kept(source: Source, name: str, host: Construct, guard: Guard) -> float:
    """The part of a host's old lines, the guard's own left out, that its new side still has."""
    everything = Construct(name="", first=1, last=len(source.old))
    before = next((item for item in source.constructs(Side.OLD) if item.name == name), everything)
    after = {plain(line) for line in source.new[host.first - 1 : host.last]}
    rows = [
        plain(source.old[at - 1])
        for at in range(before.first, before.last + 1)
        if not guard.first <= at <= guard.last and len(source.old[at - 1].strip()) > 3
    ]
    return sum(row in after for row in rows) / len(rows) if rows else 1.0


def _above(name: str, source: Source, other: Source, guard: Guard, theirs: Guard) -> bool:
    """Tell whether a fresh guard of the same family stands around a caller of the host, or encloses it."""
    if theirs.family != guard.family or not name:
        return False
    where = _host(other, Side.NEW, theirs)
    bare = name.rsplit(".", 1)[-1]
    if where.rsplit(".", 1)[-1] == bare:
        return other is not source or where != name
    if other is source and where and name.startswith(f"{where}."):
        return True
    host = survivor(other, where) if where else None
    first, last = (host.first, host.last) if host else (theirs.first, theirs.last + 3)
    names_there = other.once(f"names {first}-{last}", Side.NEW, lambda: view(other, Side.NEW).names_in(first, last))
    return bare in names_there


_SKIPPED = re.compile(
    r"(import|from|use|package|require|using|include|export \*|def|async def|class|func|function|fn|pub fn|interface"
    r"|type|struct|logger|logging|log|print|console|#)\b"
)


_WORD = re.compile(r"[A-Za-z_]\w{4,}")
_WORD_ANY = re.compile(r"[A-Za-z_]\w*")
_DECLARES = re.compile(r"\s*(?:(?:const|let|var|val)\s+(\{[^}]*\}|\w+)|([\w, ]+?)\s*:=)")
"""A variable of the block it stands in: the same name elsewhere is another one."""
_CALLED = re.compile(r"\b([A-Za-z_]\w{3,})\s*\(")
_SETTING = re.compile(r"[\"']([A-Za-z][\w.-]{7,})[\"']")
_HOLDS = re.compile(r"(if|while) let\b")
_TESTS = frozenset({"if", "elif", "else", "unless", "while"})


def marked(there: View, sign: re.Pattern[str], *, skip: re.Pattern[str] | None = None) -> Iterator[Guard]:
    """Each place of a statement that matches `sign` as a safeguard of what the statement names or governs.

    A decorator guards what it decorates, a block's header the body, anything else the other names beside it.
    """
    targets = {row.first: target for row, target in there.decorators}
    bodies = {block.first: block for block in there.blocks}
    for row in there.statements:
        begun = there.starts[row.first - 1]
        if _SKIPPED.match(row.text) or not search(sign, row.text) or (skip and skip.search(row.text)):
            continue
        text = "\n".join(there.masked[row.first - 1 : row.last])
        target = targets.get(row.first)
        block = bodies.get(row.first)
        uses = names(sign.sub(" ", text)) if target is None else set()
        uses = {name for name in uses if not sign.search(name)}
        if block and block.last > block.head:
            body = there.names_in(block.head + 1, block.last)
            # A test that leaves guards the rest of its host, not its own body.
            # But for `if let`, which holds what it takes for its body alone.
            uses = set() if block.word in _TESTS and not _HOLDS.match(row.text) else body or uses
        for found in sign.finditer(text):
            at = row.first + text.count("\n", 0, found.start())
            yield Guard(
                first=at,
                last=at,
                key=(at, at),
                uses=frozenset(uses),
                text=there.lines[at - 1],
                target=target or 0,
                detail=found[0],
                offset=begun + found.start(),
                governs=bool(block),
            )


def once_a_host(found: Iterable[Loss], stands_in: re.Pattern[str]) -> Iterator[Loss]:
    """The first loss of each host that no added line there stands in for."""
    seen = set()
    for loss in found:
        place = (loss.source.path, loss.host.name)
        if place not in seen and not replaced(loss, stands_in):
            seen.add(place)
            yield loss


def replaced(loss: Loss, sign: re.Pattern[str]) -> bool:
    """Tell whether an added line of the surviving host matches `sign`."""
    source, host = loss.source, loss.host
    return any(sign.search(source.new[at - 1][:2000]) for at in source.added if host.first <= at <= host.last)


def hit(loss: Loss, rule: str, message: str, severity: Severity | None = None) -> Hit:
    """Name the lost safeguard on the old side."""
    return exact(rule, loss.source, Side.OLD, loss.guard.key, message, severity=severity or loss.severity)
