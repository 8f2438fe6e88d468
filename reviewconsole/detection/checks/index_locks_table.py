"""Find indexes that are built while writes wait, or when a service starts."""

from collections.abc import Iterator

from reviewconsole.detection.hits import exact, hit
from reviewconsole.detection.migration_go import tags
from reviewconsole.detection.migrations import created, created_here, forward, is_postgres, migrations, rebuilt
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.operations import Fact, Operation, Verb
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source, is_nonproduction
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "index-locks-table",
    title="An index is built under a lock",
    family=Family.RISK,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    what="Finds indexes and unique constraints that a PostgreSQL migration builds on an existing table without "
    "CONCURRENTLY, and fields of a Go model that become unique (or indexed, which weighs medium) by their "
    "xorm or gorm tag, so that the index is built when the service starts.",
    why="CREATE INDEX holds a lock against every write for as long as the build takes: minutes on a table that was "
    "milliseconds on the developer's machine.",
    example="+ CREATE INDEX orders_by_user ON orders (user_id);",
    instead="Build it with CONCURRENTLY outside of a transaction, then attach it with USING INDEX where a constraint "
    "is wanted.",
    references=(
        "https://squawkhq.com/docs/require-concurrent-index-creation",
        "https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY",
        "strong_migrations",
    ),
    languages=("python", "sql", "ruby", "typescript", "go"),
    alias="m-03",
)


def check(context: Context) -> Iterator[Hit]:
    """Name each such step on a table that the change does not create."""
    young = created(context)
    for source in migrations(context):
        if not is_postgres(source):
            continue
        here = created_here(source)
        for step in forward(source):
            if (
                _locks(step)
                and step.table not in young | here
                and (step.table or not here)
                and not rebuilt(source, step)
            ):
                message = f"Writes to {step.table or 'the table'} wait until the index is built"
                yield hit(PAGE, source, Side.NEW, (step.first, step.last), message)
    for source in context.sources:
        if source.kind == "go" and source.has_old and source.added and not is_nonproduction(source.path):
            yield from _tagged(source)


def _tagged(source: Source) -> Iterator[Hit]:
    """Fields of a model that is not new and whose tag now asks for an index."""
    if not any("xorm:" in source.new[at - 1] or "gorm:" in source.new[at - 1] for at in source.added):
        return
    before = tags(source, Side.OLD)
    structs = {struct for struct, _ in before}
    told: set[str] = set()
    for (struct, field), tag in tags(source, Side.NEW).items():
        if struct not in structs or tag.line not in source.added:
            continue
        was = before.get((struct, field))
        if tag.unique and not (was and was.unique):
            if struct in told:  # the fields of one index
                continue
            told.add(struct)
            message = f"{struct}.{field} becomes unique: building the index fails on the first two rows that agree"
            yield exact(PAGE.rule, source, Side.NEW, (tag.line, tag.line), message)
        elif tag.indexed and was and not was.indexed:
            message = f"{struct}.{field} gets an index: writes wait while it is built"
            yield exact(PAGE.rule, source, Side.NEW, (tag.line, tag.line), message, severity=Severity.MEDIUM)


def _locks(step: Operation) -> bool:
    if step.verb is Verb.CREATE_INDEX:
        # A reference of Rails brings an index unless it says `index: false`, which reads as a default.
        reference = step.text.lstrip().startswith(("add_reference", "add_belongs_to"))
        return Fact.CONCURRENTLY not in step.facts and not (reference and "index: false" in step.text)
    return step.verb is Verb.ADD_CONSTRAINT and Fact.UNIQUE in step.facts and Fact.USING_INDEX not in step.facts


CHECK = Check(page=PAGE, run=check)
