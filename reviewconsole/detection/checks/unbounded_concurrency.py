"""Find work that is started for everything at once."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import CODE, Block, Call, View, view
from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.moves import mostly_moved
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.removal import Guard, hit, losses, marked, replaced
from reviewconsole.detection.source import Source, is_test, stood
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "unbounded-concurrency",
    title="Concurrency without a bound",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds added tasks, threads, goroutines and promises that are started one for each item, pools and queues "
    "without a size, and semaphores and pool sizes that are taken away.",
    why="Load then decides how many threads and connections there are. Amazon's Kinesis failed in November 2020 when "
    "added capacity took its front end over the number of threads an operating system allows.",
    example="+ await asyncio.gather(*(fetch(item) for item in items))",
    instead="Bound it: a semaphore, a pool with a size, an error group with a limit, or batches; give every queue a "
    "size and say what happens when it is full.",
    references=("https://aws.amazon.com/message/11201/", "CWE-770", "CWE-400"),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "rust"),
    alias="t-09",
)
_BOUND = re.compile(
    r"(?i)semaphore|\bsem\b|limiter|\blimit\b|pLimit|p_limit|concurrency(?!\.\w)|chunk|batch|SetLimit|workers|(worker|thread|process|task|goroutine)s?_?pool|Pool(Executor)?\(|\bpool\.(submit|i?map\w*|apply\w*|go|invoke|spawn)|throttl"
    r"|buffer_unordered|bounded|islice|slots"
    r"|tokens?\s*<-|<-\s*\w*(sem|slot|token|guard)\w*"
)
_TAKEN = re.compile(
    r"\b(\w*[sS]emaphore\w*)\s*(\(|\.)|\basync with \w*sem\w*\b|\bwith \w*sem\w*\b|\bmax_(workers|concurrency"
    r"|concurrent\w*)\b\s*=|\bmaxsize\s*="
    r"|\b(p[lL]imit|pMap|CapacityLimiter|SetLimit|buffer_unordered)\(|\bconcurrency\b[\"']?\s*[:=]"
    r"|\bSetMaxOpenConns\(|\bpool_size\s*=|\bmaxConnections\b"
    r"|\bnewFixedThreadPool\(|\bmax_overflow\s*="
)
_STANDS_IN = re.compile(f"{_TAKEN.pattern}|(?i:limit|pool|concurren|worker|batch|chunk)")
_STARTS = re.compile(
    r"\b(asyncio\.)?(create_task|ensure_future)\(|\bthreading\.Thread\(|\bThread\(target|\b\w*(group|tg)\.(start_soon"
    r"|create_task)\(|\bgo\s+(func\b|[\w.]+\()"
    r"|\b(g|eg|grp|\w*[gG]roup)\.Go\("
    r"|\bnew Thread\(|\bThread\.new\b|\btokio::spawn\(|\bthread::spawn\(|\bGlobalScope\.(launch|async)\b"
    r"|\bmultiprocessing\.Process\("
)
_SCREEN = re.compile(r"\.(tsx|jsx|vue|svelte)$|(^|/)(components|ui|frontend|client|hooks|static)/")
"""What runs for one person in a browser."""
_HOOK = re.compile(r"\buse(State|Effect|Callback|Memo|Ref)\b|^[\"']use client")
_MASSES = frozenset(
    re.findall(
        r"\w+",
        "users customers accounts people contacts subscribers members rows records items entries objects "
        "orders products messages events notifications emails mails urls links ids keys files images photos "
        "pages posts articles documents repos repositories responses results surveys devices jobs tasks "
        "transactions payments invoices variants hosts targets nodes issues tickets webhooks sessions "
        "requests chunks batches lines tokens subscriptions tenants organizations organisations companies "
        "projects locations stores points samples assets media uploads queries all list array data batch "
        "queue elements values names addresses paths ",
    )
)
_LOOP = re.compile(r"(async )?for\b(?!\s*\w*\s*:?=?\s*range\(\s*\d{1,2}\s*\))|.*\.(forEach|each|map)\b.*(=>|do|\{)")
_FEW = re.compile(
    r"\.\.\.?\s*\d{1,2}\b|<\s*(\d{1,2}|\w*([wW]orkers|[cC]oncurrency|[pP]arallel\w*|Num\w+|num\w+|\bn\b|\bcount))\b|range\s+\d{1,2}\b|range\s+\[\][\w.*]+\s*\{"
)


def _find(there: View) -> Iterator[Guard]:
    return marked(there, _TAKEN)


def check(context: Context) -> Iterator[Hit]:
    """Name each bound that is gone and each start without one."""
    for loss in losses(context, _find, _TAKEN):
        if not is_test(loss.source.path) and not replaced(loss, _STANDS_IN):
            yield hit(loss, PAGE.rule, "A bound on concurrency is taken off work that stays")
    for source in context.sources:
        if source.kind in CODE and source.added and not is_test(source.path):
            yield from _calls(source, context)
            yield from _loops(source)


def _calls(source: Source, context: Context) -> Iterator[Hit]:
    there = view(source, Side.NEW)
    for call in there.calls:
        if call.first not in source.added and call.last not in source.added:
            continue
        message = _message(call.name, call.bare, call.arguments, there)
        # A pool that sets no bound is not bounded by its own name.
        sizeless = call.bare.startswith("new") or "Pool" in call.bare
        if not message or (not sizeless and _bounded(source, there, call.first, call.last)):
            continue
        text = source.text(Side.NEW, call.first, call.last)
        if stood(source, text) or mostly_moved(context, source.path, text) or _stood_there(source, call, message):
            continue
        screen = _SCREEN.search(source.path) and any(_HOOK.search(row[:300]) for row in source.new)
        few = there.kind == "typescript" and call.bare != "Queue" and not _many(call.arguments)
        severity = Severity.MEDIUM if screen or few else None
        yield exact(PAGE.rule, source, Side.NEW, (call.first, call.last), message, severity=severity)


def _stood_there(source: Source, call: Call, message: str) -> bool:
    """Tell whether the host had as many of these calls before, and only their text changed."""
    name = source.host_name(Side.NEW, call.first)
    counts = []
    for side in (Side.OLD, Side.NEW):
        there = view(source, side)
        hosts = [item for item in source.constructs(side) if item.name == name]
        calls = [each for item in hosts for each in there.calls_in(item.first, item.last)]
        counts.append(sum(_message(each.name, each.bare, each.arguments, there) == message for each in calls))
    return bool(name) and counts[0] >= counts[1]


def _many(arguments: str) -> bool:
    """Tell by its name whether a mapped list may hold any number: what one thing is made of is a few."""
    mapped = re.search(r"([\w$]+)(?:\(\))?[?!]?\s*\.(?:map|flatMap)\(", arguments)
    last = re.findall(r"[A-Z]?[a-z\d]+|[A-Z]+", mapped[1])[-1:] if mapped else []
    return bool(last) and last[0].lower() in _MASSES


def _message(name: str, bare: str, arguments: str, there: View) -> str:
    flat = " ".join(arguments.split())
    if bare == "gather" and re.match(r"\*(?!\[\s*\w+\(\)\s*\])", flat):
        return "One task is started for every item at once"
    if (
        re.search(r"\bPromise\.(all|allSettled)$", name)
        and re.search(r"\.(map|flatMap)\(", flat)
        and not re.match(r"\[", flat)
    ):
        return "One promise is started for every item at once"
    if bare in ("ThreadPoolExecutor", "ProcessPoolExecutor") and there.kind == "python" and not flat:
        return "A pool has no size of its own"
    if (
        name.split(".", maxsplit=1)[0] in ("asyncio", "queue", "multiprocessing", "Queue")
        and bare in ("Queue", "LifoQueue")
        and not flat
    ):
        return "A queue grows as long as it is fed"
    if bare in ("newCachedThreadPool", "newVirtualThreadPerTaskExecutor"):
        return "A pool makes a thread for every task"
    if bare == "unbounded_channel":
        return "A queue grows as long as it is fed"
    return ""


def _loops(source: Source) -> Iterator[Hit]:
    if not any(_STARTS.search(source.new[at - 1][:2000]) for at in source.added):
        return
    there = view(source, Side.NEW)
    gone = {" ".join(source.old[at - 1].split()) for at in source.removed}
    loops = [block for block in there.blocks if _LOOP.match(block.header) and not _FEW.search(block.header)]
    for row in there.statements:
        found = _STARTS.search(row.text)
        if not found or not source.touched(Side.NEW, row.first, row.last):
            continue
        around = _around(loops, row.first)
        inline = re.search(r"\bfor \w[\w, ]* in\b", row.text) and there.kind == "python"
        if not (around or inline) or " ".join(source.new[row.first - 1].split()) in gone:
            continue
        if (around and _endless(around)) or _as_before(source, row.first):
            continue
        if not _bounded(source, there, around.first if around else row.first, row.last):
            yield exact(
                PAGE.rule, source, Side.NEW, (row.first, row.first), "One task is started for every item at once"
            )


def _as_before(source: Source, line: int) -> bool:
    """Tell whether the host starts no more than it did."""
    name = source.host_name(Side.NEW, line)
    if not name:
        return False
    counts = []
    for side in (Side.OLD, Side.NEW):
        hosts = [item for item in source.constructs(side) if item.name == name]
        text = "\n".join("\n".join(source.lines(side)[item.first - 1 : item.last]) for item in hosts)
        counts.append(len(_STARTS.findall(text)))
    return counts[0] >= counts[1]


def _around(loops: list[Block], line: int) -> Block | None:
    found = [block for block in loops if block.first <= line <= block.last and block.head < block.last]
    return max(found, key=lambda block: block.first, default=None)


def _endless(block: Block) -> bool:
    """Tell whether a loop accepts what comes (a server, a ticker) and holds no collection."""
    return bool(
        re.match(r"for\s*\{?$|for\s*\(\s*;;\s*\)|while\b|for\s+range\s+[\w.]*(tick|C\b)", block.header.rstrip("{ "))
    )


def _bounded(source: Source, there: View, first: int, last: int) -> bool:
    host = source.host(Side.NEW, first)
    begin, end = (host.first, host.last) if host and host.last - host.first < 200 else (max(1, first - 15), last + 15)
    return bool(_BOUND.search("\n".join(there.masked[begin - 1 : end])))


CHECK = Check(page=PAGE, run=check)
