"""Find queries that read as much as there is."""

from collections.abc import Iterator
from dataclasses import replace

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import View, view
from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.removal import Guard, hit, losses, marked, replaced
from reviewconsole.detection.source import Source, is_test
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "unbounded-query",
    title="A query without a limit",
    family=Family.RISK,
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    what="Finds limits, pages and batches taken off queries that stay, and whole tables read in added code of request "
    "handlers.",
    why="The table has twelve rows in the test and twelve million in production. The request then holds a connection, "
    "fills the memory of the process and is repeated by the caller that timed out.",
    example="- orders = Order.objects.filter(user=user)[:100]\n+ orders = Order.objects.filter(user=user)",
    instead="Ask for a page, stream in batches, or say what bounds the table.",
    references=("CWE-770", "CWE-1049", "https://use-the-index-luke.com/no-offset"),
    languages=("python", "go", "typescript", "java", "kotlin", "ruby", "sql"),
    alias="t-08",
)
_SIGN = re.compile(
    r"\.(limit|Limit|take|paginate\w*|find_each|find_in_batches|in_batches|fetchmany|setMaxResults|iterator|yield_per"
    r"|slice_when|batch\w*|top)\("
    r"|\b\w*([pP]aginat\w+)\(|\[\s*:\s*[\w.]+\s*\]|\b(limit|page_size|per_page|batch_size|chunk_?[sS]ize|max_results"
    r"|pageSize|maxResults|MaxResults|PageSize|page_limit|take"
    r"|max_count|max_items)\b[\"']?\s*(=(?!=)(?!\s*None)|:(?!=)(?!:))"
)
_SQL = re.compile(r"\b(LIMIT\s+[\d:?$%{@(]|FETCH (FIRST|NEXT)\s+\d|TOP\s*\(?\d)|\blimit \d+\b")
_WHOLE = re.compile(
    r"\.objects\.all\(\)|\.query\.all\(\)|\.scalars\(.*\)\.all\(\)|\.fetchall\(\)|\.query\(.*\)\.all\(\)"
    r"|\.find\(\{\s*\}\)|\.findMany\(\s*\)|\.findAll\(\s*\)"
    r"|\.find\(&\w+\)"
)
_HANDLER = re.compile(
    r"\b(request|req|ctx: Context|http\.ResponseWriter|HttpServletRequest)\b|@\w*\.?(route|get|post|put|patch|delete"
    r"|api_view|GetMapping|PostMapping"
    r"|RequestMapping|require_\w+|view_config)\b|\bAPIView\b"
)
_KINDS = frozenset({"python", "go", "typescript", "java", "kotlin", "ruby", "sql"})


def _find(there: View) -> Iterator[Guard]:
    if there.kind != "sql":
        for guard in marked(there, _SIGN):
            called = {call.bare for call in there.calls if call.first <= guard.first <= call.last} - {guard.detail}
            called |= {call.bare for call in there.calls_in(guard.first, guard.first)}
            yield replace(guard, uses=frozenset(name for name in called if not _SIGN.search(f".{name}(")) or guard.uses)
    for at, line in enumerate(there.lines, 1):
        if _SQL.search(line[:2000]) and not line.lstrip().startswith(("#", "//", "--", "*")):
            yield Guard(first=at, last=at, key=(at, at), text=line, family="sql")


def check(context: Context) -> Iterator[Hit]:
    """Name each limit that is gone and each whole table that a new handler reads."""
    stands_in = re.compile(f"{_SIGN.pattern}|{_SQL.pattern}|(?i:limit|paginat|batch|first\\()")
    for loss in losses(context, _find, re.compile(f"{_SIGN.pattern}|{_SQL.pattern}"), _KINDS):
        if not is_test(loss.source.path) and not replaced(loss, stands_in):
            yield hit(loss, PAGE.rule, "A query that stays loses its limit", Severity.MEDIUM)
    for source in context.sources:
        if source.kind in _KINDS - {"sql"} and source.added and not is_test(source.path):
            yield from _handlers(source)


def _handlers(source: Source) -> Iterator[Hit]:
    there = view(source, Side.NEW)
    if not any(_WHOLE.search(source.new[at - 1][:2000]) for at in source.added):
        return
    before = {row.text for row in view(source, Side.OLD).statements} if source.has_old else set()
    for row in there.statements:
        host = source.host(Side.NEW, row.first)
        if row.first not in source.added or host is None or row.text in before or not _WHOLE.search(row.text):
            continue
        head = "\n".join(source.new[max(0, host.first - 4) : host.first + 1])
        body = "\n".join(there.masked[host.first - 1 : host.last])
        if _HANDLER.search(head) and not re.search(r"(?i)limit|paginat|page|\[\s*:", body):
            yield exact(PAGE.rule, source, Side.NEW, (row.first, row.last), "A request reads a whole table")


CHECK = Check(page=PAGE, run=check)
