"""Find concurrent index builds that stand inside a transaction."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.hits import hit
from reviewconsole.detection.migrations import has_marks, is_migration, operations
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.operations import Fact, Operation, Verb
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "concurrently-in-transaction",
    title="CONCURRENTLY inside a transaction",
    family=Family.RISK,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    what="Finds indexes that are built or dropped CONCURRENTLY inside BEGIN and COMMIT, or by a migration that its "
    "framework wraps in a transaction (no autocommit_block, atomic = False, disable_ddl_transaction!, NO TRANSACTION).",
    why="PostgreSQL refuses the statement, so the deployment stops half-way with the migrations before it applied.",
    example="+ BEGIN;\n+ CREATE INDEX CONCURRENTLY orders_by_user ON orders (user_id);\n+ COMMIT;",
    instead="Switch the transaction off for this migration, and keep it to the one statement.",
    references=(
        "https://squawkhq.com/docs/ban-concurrent-index-creation-in-transaction",
        "https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY",
    ),
    languages=("python", "sql", "ruby", "typescript", "go"),
    alias="m-04",
)
_OUTSIDE = re.compile(
    r"autocommit_block|\batomic\s*=\s*False|disable_ddl_transaction!|NO\s+TRANSACTION|notransaction|transaction:\s*false"
    r"|transaction\s*=\s*false|AUTOCOMMIT|[\"']COMMIT|useTransaction:\s*false|NoTx|split_statements",
    re.IGNORECASE,
)


def check(context: Context) -> Iterator[Hit]:
    """Name concurrent builds that are new in a transaction, or whose way out of it was removed."""
    for source in context.sources:
        if not source.has_new or not (source.added or source.removed) or not is_migration(source):
            continue
        said = any(_OUTSIDE.search(row[:500]) and not row.lstrip().startswith("//") for row in source.new)
        lost = not said and any(_OUTSIDE.search(source.old[at - 1][:500]) for at in source.removed)
        open_at = 0
        steps = operations(source)
        for step in steps:
            if step.verb is Verb.BEGIN:
                open_at = step.first
            elif step.verb is Verb.COMMIT:
                open_at = 0
            if Fact.CONCURRENTLY not in step.facts or not (open_at or _wrapped(source, steps, said=said)):
                continue
            if open_at in source.added or lost or source.touched(Side.NEW, step.first, step.last):
                yield _hit(source, step, open_at)


def _wrapped(source: Source, steps: tuple[Operation, ...], *, said: bool) -> bool:
    """Tell whether the tool that runs the file puts a transaction around it."""
    if said:
        return False
    if source.kind != "sql":
        return True
    if any(has_marks(source)):
        return True
    # golang-migrate sends the file as one; several statements are then one implicit transaction.
    return source.path.endswith((".up.sql", ".down.sql")) and len(steps) > 1


def _hit(source: Source, step: Operation, open_at: int) -> Hit:
    first, last = step.first, step.last
    if not source.touched(Side.NEW, first, last):
        first = last = next((at for at in (open_at, *sorted(source.added)) if at in source.added), 0)
    if not first:
        line = min(source.removed)
        return hit(PAGE, source, Side.OLD, (line, line), "The migration now runs in a transaction, CONCURRENTLY cannot")
    return hit(PAGE, source, Side.NEW, (first, last), "CONCURRENTLY cannot run inside a transaction")


CHECK = Check(page=PAGE, run=check)
