"""Ask whether several writes of a new function belong together."""

from collections.abc import Iterator
from itertools import pairwise

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import view
from reviewconsole.detection.constructs import Construct
from reviewconsole.detection.hits import exact
from reviewconsole.detection.migrations import is_migration
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.moves import mostly_moved
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source, is_nonproduction
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "writes-without-transaction",
    title="Several writes and no transaction",
    family=Family.GAP,
    severity=Severity.MEDIUM,
    confidence=Confidence.LOW,
    what="Finds new functions that write to a database more than once outside of any transaction that the function "
    "or its file speaks of: SQL through a connection in Python, Go, TypeScript and Rust, Prisma calls, repositories "
    "of Spring.",
    why="A crash, a timeout or a deployment between two writes leaves the first without the second, and nobody knows "
    "which rows. It is found by a customer, weeks later.",
    example='+ conn.execute("UPDATE accounts SET balance = balance - 10 WHERE id = 1")\n'
    '+ conn.execute("UPDATE accounts SET balance = balance + 10 WHERE id = 2")',
    instead="Put what belongs together into one transaction, and say what a retry does when the commit's answer is "
    "lost.",
    references=("CWE-362", "https://www.postgresql.org/docs/current/tutorial-transactions.html"),
    languages=("python", "typescript", "go", "java", "rust"),
    alias="e-13",
)
_SQL = r"[frbu]*[\"'`]{1,3}\s*(?:INSERT\s+INTO|UPDATE\s+\w|DELETE\s+FROM)"
_WRITES = {
    "python": re.compile(rf"\b(?:execute|executemany)\(\s*(?:sa\.|sqlalchemy\.)?(?:text\()?\s*{_SQL}", re.IGNORECASE),
    "go": re.compile(rf"\.(?:Exec|ExecContext|MustExec|NamedExec\w*)\(\s*(?:ctx\s*,\s*)?{_SQL}", re.IGNORECASE),
    "typescript": re.compile(
        rf"\bprisma\.\w+\.(?:create|update|upsert|delete)\w*\(|\b(?:pool|client|db|connection)\.query\(\s*{_SQL}",
        re.IGNORECASE,
    ),
    "java": re.compile(
        r"\b\w*(?:[rR]epo|[rR]epository|[dD]ao|[mM]apper)\.(?:save\w*|update\w*|delete\w*|insert\w*)\(|\bjdbcTemplate\.update\("
    ),
    "rust": re.compile(r"\.execute\(\s*&?(?:self\.)?(?:\w+\.)?(?:pool|db)\b"),
}
_TOGETHER = re.compile(
    r"(?i)transaction|\batomic|\bbegin\b|\bcommit\b|\btx\b|\btrx\b|unit_?of_?work|\bsavepoint|rollback|in_tx|\bBeginTx|withTx"
)
_BRANCHES = re.compile(r"^\s*(?:\}?\s*else\b|elif\b|case\b|switch\b|match\b|return\b(?!.*\berr\b))")


def check(context: Context) -> Iterator[Hit]:
    """Name each such function that is new, at its second write."""
    for source in context.sources:
        pattern = _WRITES.get(source.kind)
        if pattern is None or not source.added or is_nonproduction(source.path) or is_migration(source):
            continue
        if source.kind == "java" and any("@Transactional" in row for row in source.new):
            continue
        known = {item.name for item in source.constructs(Side.OLD)}
        for item in source.constructs(Side.NEW):
            if item.header not in source.added or item.name in known or _holds(source, item):
                continue
            second = _second(source, item, pattern)
            if second and not mostly_moved(context, source.path, source.text(Side.NEW, item.header, item.last)):
                message = "This write and the one before it share no transaction: a crash between them keeps half"
                yield exact(PAGE.rule, source, Side.NEW, (second, second), message)


def _holds(source: Source, item: Construct) -> bool:
    """Tell a class or a module from a function."""
    return any(
        item.first < other.first and other.last <= item.last and other.name != item.name
        for other in source.constructs(Side.NEW)
    )


def _second(source: Source, item: Construct, pattern: re.Pattern[str]) -> int:
    """The line of the second write that follows the first without a branch or a return between; 0 without."""
    text = source.text(Side.NEW, item.first, item.last)
    if _TOGETHER.search("\n".join(view(source, Side.NEW).masked[item.first - 1 : item.last])) or "BEGIN" in text:
        return 0
    lines = [item.first + text.count("\n", 0, found.start()) for found in pattern.finditer(text)]
    for before, after in pairwise(lines):
        between = source.new[before : after - 1]
        if after > before and not any(_BRANCHES.match(row[:200]) for row in between):
            return after
    return 0


CHECK = Check(page=PAGE, run=check)
