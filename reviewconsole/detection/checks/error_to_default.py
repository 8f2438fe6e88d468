"""Find errors that become a default value."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import CODE, Statement, groups, names, view
from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.removal import KEPT, Guard, kept, survivor
from reviewconsole.detection.source import Source, is_test
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "error-to-default",
    title="An error becomes a default value",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds a raised, thrown or returned error that gives way to `None`, an empty collection, zero, a fallback "
    "value or silence in the same function. Where it gives way to a log line alone it counts as medium.",
    why="An outage then looks like an empty answer: the customer has no orders, the limit is zero, the flag is off. "
    "Callers act on it, and no alarm can tell it from the truth.",
    example="  if row is None:\n-     raise AccountMissing(account)\n+     return {}",
    instead="Let the error rise to a caller who can decide, or return a value that says `unknown` and cannot be "
    "mistaken "
    "for data.",
    references=("CWE-392", "CWE-394", "CWE-755"),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "rust"),
    alias="e-04",
)
_EXIT = {
    "python": re.compile(r"raise\b|.*\bsys\.exit\("),
    "go": re.compile(r"return\b.*(\b\w*[eE]rr(or)?\w*\b|\b[eE]rr)|panic\(|.*\bFatalf?\("),
    "typescript": re.compile(r"(.*\)\s*)?throw\b|.*Promise\.reject\("),
    "ruby": re.compile(r"(raise|fail)\b"),
    "rust": re.compile(r"return Err\(|Err\(|.*\?;?$|.*\b(bail|panic|ensure)!\(|.*\.(unwrap|expect)\("),
}
_EXIT["java"] = _EXIT["kotlin"] = _EXIT["typescript"]
_VALUE = (
    r"(None|null|nil|undefined|[fF]alse|[tT]rue|\[\]|\{\}|\(\)|\"\s*\"|'\s*'|-?\d+(\.\d+)?|dict\(\)|list\(\)|set\(\)"
    r"|new \w+(<.*>)?\(\)"
    r"|Optional\.empty\(\)|(Collections\.)?empty\w+\(\)|(List|Map|Set)\.of\(\)|\w*([dD]efault|DEFAULT|[fF]allback"
    r"|FALLBACK)[\w.]*(\(\))?"
    r"|Ok\(.*\)|vec!\[\]|\w+\{\})"
)
_DEFAULT = re.compile(
    rf"(.*\)\s*)?return(\s+{_VALUE}(\s*,\s*(nil|{_VALUE}))*)?\s*;?$|(pass|continue|next|nil);?$"
    rf"|[\w.\[\]:]+\s*:?=\s*{_VALUE}\s*;?$|.*(\bor|\?\?|\|\||\?:)\s*{_VALUE}|.*\.unwrap_or(_default"
    rf"|_else)?\(|.*\.ok\(\)|.*orElse\(|{_VALUE};?$"
)
_BRANCHES = frozenset(
    {"if", "elif", "else", "except", "catch", "rescue", "unless", "case", "default", "when", "switch", "match"}
)
_LOG = re.compile(r"\w*[lL]og(ger|ging)?\b.*\.\w+\(|console\.\w+\(|(print|warn|puts)\w*\(?")


_COLLECTED = re.compile(
    r"(?i)\b\w*(errs?|errors?|failures?|failed|exceptions?)\b\s*(:?=\s*(append|errors\.Join|multierr\w*\.\w+)\(|\.(append|push|add|extend|put)\()"
    r"|\b\w*(errCh\w*|errors?|errs)\s*<-"
)
"""The error is kept for later, with others."""
_EXIT_CODE = re.compile(r"return -?\d+$")
_NAMED_RESULT = re.compile(r"\)\s*\([^()]*\berr\w*\s+error\s*\)\s*\{")


def check(context: Context) -> Iterator[Hit]:
    """Name the default that took the place of an error, once a run of changed lines."""
    for source in context.sources:
        exits = _EXIT.get(source.kind)
        if exits is None or source.kind not in CODE or is_test(source.path) or not (source.has_old and source.has_new):
            continue
        if any(exits.match(source.old[at - 1].strip()[:2000]) for at in source.removed):
            yield from _file(source, exits)


def _file(source: Source, exits: re.Pattern[str]) -> Iterator[Hit]:
    for before, after in groups(source):
        if not before or not after:
            continue
        old = _rows(source, Side.OLD, before)
        new = _rows(source, Side.NEW, after)
        lost = [row for row in old if exits.match(row.text)]
        if len(lost) <= sum(bool(exits.match(row.text)) for row in new):
            continue
        was = {row.text for row in old}
        fresh = [row for row in new if row.text not in was and not exits.match(row.text)]
        if any(_COLLECTED.search(row.text) for row in fresh):
            continue
        value = next((row for row in fresh if _DEFAULT.match(row.text) and not _passes_on(source, row)), None)
        if value is not None and _EXIT_CODE.match(value.text) and "sys.exit" in lost[0].text:
            continue
        told = value or next((row for row in fresh if _LOG.match(row.text)), None)
        if told is None or not _same_host(source, lost[0], told, exits):
            continue
        severity = Severity.HIGH if value and _stays(source, lost[0]) else Severity.MEDIUM
        message = (
            "An error becomes a value that looks like data" if value else "An error is logged and no longer raised"
        )
        yield _hit(source, told, message, severity)


def _passes_on(source: Source, row: Statement) -> bool:
    """Tell whether a bare return of Go carries the error that is a named result."""
    host = source.host(Side.NEW, row.first) if source.kind == "go" and row.text == "return" else None
    return host is not None and bool(_NAMED_RESULT.search(" ".join(source.new[host.header - 1 : host.header + 6])))


def _stays(source: Source, lost: Statement) -> bool:
    """Tell whether most of the host is as it was: else it was rewritten, and nobody can tell from here."""
    name = source.host_name(Side.OLD, lost.first)
    host = survivor(source, name)
    guard = Guard(first=lost.first, last=lost.last, key=(lost.first, lost.last))
    return host is not None and kept(source, name, host, guard) >= KEPT


def _rows(source: Source, side: Side, lines: range) -> list[Statement]:
    return [row for row in view(source, side).statements if row.first in lines]


def _same_host(source: Source, lost: Statement, told: Statement, exits: re.Pattern[str]) -> bool:
    """Tell whether both stand in one host, which raises less often than before."""
    name = source.host_name(Side.OLD, lost.first)
    host = survivor(source, name)
    old = source.host(Side.OLD, lost.first)
    if host is None or source.host_name(Side.NEW, told.first) != name or not _same_branch(source, lost, told):
        return False
    first, last = (old.first, old.last) if old else (1, len(source.old))
    count = sum(bool(exits.match(row.text)) for row in view(source, Side.OLD).rows_in(first, last))
    return count > sum(bool(exits.match(row.text)) for row in view(source, Side.NEW).rows_in(host.first, host.last))


def _same_branch(source: Source, lost: Statement, told: Statement) -> bool:
    """Tell whether the default stands where the error stood: in a like block, or in a statement of the same names."""
    before, after = _word(source, Side.OLD, lost), _word(source, Side.NEW, told)
    if before == after and before in _BRANCHES:
        return True
    mine = names(lost.text)
    return len(mine & names(told.text)) * 2 >= len(mine) > 0


def _word(source: Source, side: Side, row: Statement) -> str:
    around = [
        block
        for block in view(source, side).blocks
        if block.first <= row.first <= block.last and block.head < block.last
    ]
    found = max(
        (block for block in around if block.head < row.first or block.first == row.first),
        key=lambda b: b.head,
        default=None,
    )
    return found.word if found else ""


def _hit(source: Source, row: Statement, message: str, severity: Severity) -> Hit:
    return exact(PAGE.rule, source, Side.NEW, (row.first, row.last), message, severity=severity)


CHECK = Check(page=PAGE, run=check)
