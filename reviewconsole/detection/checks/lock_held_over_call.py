"""Find locks that are held while the outside is asked."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import Call, View, view
from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.moves import mostly_moved
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source, is_nonproduction, stood
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "lock-held-over-call",
    title="A lock is held over a remote call",
    family=Family.RISK,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    what="Finds added remote calls and waits between taking a mutex and giving it back, in Go, Python and Java.",
    why="Whoever wants the lock now waits for the other side's slowest answer. One peer that hangs stops every thread "
    "that passes here, the health check among them.",
    example="+ mu.Lock()\n+ defer mu.Unlock()\n+ resp, err := client.Do(req)",
    instead="Ask first and take the lock only to keep the answer, or let one caller ask while the others wait with a "
    "time limit (singleflight).",
    references=("CWE-667", "CWE-833", "https://pkg.go.dev/golang.org/x/sync/singleflight"),
    languages=("go", "python", "java"),
    alias="t-15",
)
_LOCK = re.compile(r"^(defer\s+)?([\w.]*?)\.(R?Lock)\(\)$")
_FREED = re.compile(r"^(defer\s+)?([\w.]*?)\.(R?Unlock)\(\)$")
_REMOTE = {
    "go": re.compile(
        r"^(http\.(Get|Post|PostForm|Head)|[\w.]*[cC]lient(\(\))?\.(Do|Get|Post|Send|Call|Invoke\w*)|net\.Dial\w*|time\.Sleep)$"
    ),
    "python": re.compile(
        r"^((requests|httpx|session|client)\.(get|post|put|patch|delete|request)|((urllib\.)?request\.)?urlopen"
        r"|subprocess\.(run|check_\w+|call)|time\.sleep)$"
    ),
    "java": re.compile(
        r"^(\w*[cC]lient\.(send|execute|newCall)|\w*[rR]est(Template)?\.(getFor\w+|postFor\w+|exchange)|Thread\.sleep)$"
    ),
}
_CLIENT = re.compile(r"[cC]lient(\(\))?\.[A-Z]\w*$")
_HELD = {
    "python": re.compile(r"^(async\s+)?with\s+[\w.]*(lock|mutex)\w*\s*:", re.IGNORECASE),
    "java": re.compile(r"\bsynchronized\b"),
}


def check(context: Context) -> Iterator[Hit]:
    """Name each such call that the change brings."""
    for source in context.sources:
        remote = _REMOTE.get(source.kind)
        if remote is None or not source.added or is_nonproduction(source.path):
            continue
        there = view(source, Side.NEW)
        for first, last in _spans(source, there):
            for call in there.calls_in(first, last):
                text = source.text(Side.NEW, call.first, call.last)
                both = source.touched(Side.NEW, first, first) or source.touched(Side.NEW, call.first, call.last)
                asks = remote.match(call.name) or (source.kind == "go" and _asks(call))
                if not asks or not both or (stood(source, text) and first not in source.added):
                    continue
                if not mostly_moved(context, source.path, source.text(Side.NEW, first, last)):
                    message = (
                        f"{call.name} is waited for with the lock of line {first} held: one slow answer stops everybody"
                    )
                    yield exact(PAGE.rule, source, Side.NEW, (call.first, call.last), message)
                break


def _asks(call: Call) -> bool:
    """Tell a call of a client that takes a context, as generated clients do."""
    return bool(_CLIENT.search(call.name)) and call.arguments.lstrip().startswith("ctx")


def _spans(source: Source, there: View) -> Iterator[tuple[int, int]]:
    """The lines between which a lock is held."""
    held = _HELD.get(source.kind)
    if held is not None:
        yield from ((block.first, block.last) for block in there.blocks if held.search(block.header))
        return
    for item in source.constructs(Side.NEW):
        if not source.touched(Side.NEW, item.first, item.last):
            continue
        if item.name.endswith("Locked"):  # by convention the caller holds it
            yield item.header, item.last
            continue
        rows = there.rows_in(item.first, item.last)
        for at, row in enumerate(rows):
            taken = _LOCK.match(row.text)
            if taken is None or taken[1]:
                continue
            last = item.last
            for other in rows[at + 1 :]:
                freed = _FREED.match(other.text)
                if freed and freed[2] == taken[2] and not freed[1]:
                    last = other.first
                    break
            yield row.first, last


CHECK = Check(page=PAGE, run=check)
