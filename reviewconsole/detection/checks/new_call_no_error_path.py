"""Ask what a new call to the outside does when it fails."""

import json
from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import Block, View, view
from reviewconsole.detection.constructs import Construct
from reviewconsole.detection.failures import covered
from reviewconsole.detection.hits import exact
from reviewconsole.detection.migrations import is_migration
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.moves import mostly_moved
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source, is_nonproduction, stood
from reviewconsole.detection.unhandled import Unhandled, of_answer, of_function, of_go
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "new-call-no-error-path",
    title="A new call without an error path",
    family=Family.GAP,
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    what="Finds new functions in Python and TypeScript that call a remote service, a database or the file system with "
    "no handler, no status check and no caller that catches; handlers of Express and loops of consumers that one "
    "failure stops; errors that Go code throws away; and answers whose status Go, Java and Rust code never look at.",
    why="Generated code is thorough where all goes well. What happens when the call fails was nobody's question, so it "
    "is answered in production.",
    example="+ def fetch(url):\n+     return requests.get(url, timeout=5).json()",
    instead="Say what the caller gets when the call fails; check the status, wrap or pass on the error, and test that "
    "path.",
    references=("CWE-252", "CWE-703", "CWE-755", "https://expressjs.com/en/guide/error-handling.html"),
    languages=("python", "typescript", "go", "java", "rust"),
    alias="e-06",
)
_SEED = re.compile(r"(^|/)(seeds?|seeders?)/|(^|/)setup\.py$")
_KINDS = frozenset({"python", "typescript", "go", "java", "rust"})
_ROUTE = re.compile(r"^\w*([rR]outer|[aA]pp)\.(get|post|put|patch|delete)$")
_ASYNC = re.compile(r"\basync\s*(\([^)]*\)|\w+)\s*(:\s*[\w<>]+\s*)?=>|\basync\s+function\b")
_AWAITS = re.compile(r"\bawait\s+([\w.]+)")
_CATCHES = re.compile(r"\btry\b|\.catch\(|asyncHandler|wrapAsync|catchAsync|express-async")
_CONSUMES = re.compile(
    r"^(async )?for\s+\w+\s+in\s+(self\.)?_?\w*([cC]onsumer|subscriber|subscription)\w*(\.\w+\([^)]*\))?\s*:"
)
_TASK = re.compile(r"@(shared_task|[\w.]*\.task|celery\.task)\b")
_KEPT = re.compile(r"autoretry_for|max_retries|retry_backoff|time_limit|acks_late|ignore_result")
_ASKS = re.compile(r"^(requests|httpx|session|client)\.(get|post|put|patch|delete|request)$|^(\w+\.)?urlopen$")
_HANDLES = re.compile(r"\w\(")


def check(context: Context) -> Iterator[Hit]:
    """Name each such call that the change brings."""
    caught: set[str] | None = None
    for source in context.sources:
        aside = is_nonproduction(source.path) or _SEED.search(source.path) or is_migration(source)
        if source.kind not in _KINDS or not source.added or aside:
            continue
        there = view(source, Side.NEW)
        for found in _found(source, there, context):
            host = source.host(Side.NEW, found.first)
            text = source.text(Side.NEW, found.first, found.last)
            if stood(source, text) or (host and _moved(context, source, host)):
                continue
            if caught is None:
                caught = _caught(context)
            if host is None or host.name.rpartition(".")[2] not in caught:
                yield exact(PAGE.rule, source, Side.NEW, (found.first, found.last), found.message)


def _found(source: Source, there: View, context: Context) -> Iterator[Unhandled]:
    if source.kind in ("python", "typescript"):
        for host in _new_functions(source):
            found = of_function(there, host.first, host.last)
            if found and source.touched(Side.NEW, found.first, found.last):
                yield found
        yield from _tasks(source, there) if source.kind == "python" else ()
        yield from _consumers(source, there) if source.kind == "python" else _routes(source, there, context)
        return
    find = of_go if source.kind == "go" else of_answer
    for host in _innermost(source):
        for found in find(there, host.first, host.last):
            if source.touched(Side.NEW, found.first, found.last):
                yield found


def _new_functions(source: Source) -> Iterator[Construct]:
    known = {item.name for item in source.constructs(Side.OLD)}
    for item in _innermost(source):
        if item.header in source.added and item.name not in known:
            yield item


def _innermost(source: Source) -> Iterator[Construct]:
    """The constructs with added lines that hold no other one: functions, not the classes around them."""
    items = source.constructs(Side.NEW)
    for at, item in enumerate(items):
        inner = at + 1 < len(items) and items[at + 1].first <= item.last and items[at + 1].last <= item.last
        if not inner and source.touched(Side.NEW, item.first, item.last):
            yield item


def _moved(context: Context, source: Source, host: Construct) -> bool:
    if mostly_moved(context, source.path, source.text(Side.NEW, host.header, host.last)):
        return True
    last = host.name.rpartition(".")[2]
    return any(
        item.header in other.removed and item.name.rpartition(".")[2] == last
        for other in context.sources
        if other.removed and other is not source and other.kind == source.kind
        for item in other.constructs(Side.OLD)
    )


def _caught(context: Context) -> set[str]:
    """Names that the change's own code uses inside of a handler's body."""
    found: set[str] = set()
    for source in context.sources:
        if source.kind in ("python", "typescript", "java") and source.added:
            there = view(source, Side.NEW)
            found |= covered(there, 1, len(there.lines))
    return found


def _tasks(source: Source, there: View) -> Iterator[Unhandled]:
    """Tasks of Celery that are new, ask somebody else, and are neither tried again nor stopped."""
    for row, target in there.decorators:
        host = source.host(Side.NEW, target)
        if not host or row.first not in source.added or not _TASK.match(row.text) or _KEPT.search(row.text):
            continue
        body = "\n".join(there.masked[host.first - 1 : host.last])
        asked = next((call for call in there.calls_in(host.first, host.last) if _ASKS.match(call.name)), None)
        if asked and not re.search(r"\btry\s*:|\.retry\(", body):
            message = f"When {asked.name} fails this task is lost: it is not tried again, and no time limit ends it"
            yield Unhandled(first=row.first, last=row.last, message=message)


def _consumers(source: Source, there: View) -> Iterator[Unhandled]:
    for block in there.blocks:
        if block.first in source.added and _CONSUMES.match(block.header) and _works(there, block):
            message = "A message that cannot be handled stops this consumer, and comes back after every restart"
            yield Unhandled(first=block.first, last=block.head, message=message)


def _works(there: View, block: Block) -> bool:
    body = "\n".join(there.masked[block.head : block.last])
    return bool(_HANDLES.search(body)) and not re.search(r"\btry\s*:|\bsuppress\(", body)


def _routes(source: Source, there: View, context: Context) -> Iterator[Unhandled]:
    if not any("express" in row for row in source.new[:60]):
        return
    for call in there.calls:
        if not _ROUTE.match(call.name) or call.first not in source.added or not _ASYNC.search(call.arguments):
            continue
        awaited = _AWAITS.search(call.arguments)
        if awaited and not _CATCHES.search(call.arguments) and _rejects(source, context):
            message = (
                f"When {awaited[1]} fails this request is never answered: Express 4 drops what an async handler throws"
            )
            yield Unhandled(first=call.first, last=call.first, message=message)


def _rejects(source: Source, context: Context) -> bool:
    """Tell that nothing speaks of Express 5, or of a package that catches for it."""
    folder = source.path
    while folder:
        folder = folder.rpartition("/")[0]
        data = context.read_new(f"{folder}/package.json".lstrip("/"))
        if data is None:
            continue
        try:
            held = json.loads(data)
        except ValueError:
            return True
        wanted = {**_part(held, "dependencies"), **_part(held, "devDependencies")}
        if "express-async-errors" in wanted:
            return False
        if "express" in wanted:
            return not re.match(r"\D*([5-9]|\d\d)(\.|$)", str(wanted["express"]))
    return True


def _part(held: object, name: str) -> dict[str, object]:
    part = held.get(name) if isinstance(held, dict) else None
    return part if isinstance(part, dict) else {}


CHECK = Check(page=PAGE, run=check)
