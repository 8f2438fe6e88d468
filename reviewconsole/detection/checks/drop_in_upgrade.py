"""Find migrations that drop data on the way up."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.hits import hit
from reviewconsole.detection.migrations import forward, made_before, migrations, operations, rebuilt
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.operations import Operation, Verb
from reviewconsole.detection.pages import page_of
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "drop-in-upgrade",
    title="A migration drops data on the way up",
    family=Family.RISK,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    what="Finds tables, columns and schemas that are dropped or truncated by the upgrading part of a migration "
    "(alembic, Django, Rails, knex, Sequelize, TypeORM, goose, xormigrate, gormigrate, Flyway in Java, plain SQL), and "
    "constraints that go without a "
    "successor, which count as high.",
    why="Instances of the old version still read the column while the new one rolls out, and no downgrade brings "
    "back what was in it.",
    example='+ def upgrade():\n+     op.drop_column("users", "email")',
    instead="Expand, migrate, contract: stop reading in one release, drop in a later one, and keep a copy until then.",
    references=(
        "https://squawkhq.com/docs/ban-drop-column",
        "https://squawkhq.com/docs/ban-drop-table",
        "strong_migrations",
    ),
    languages=("python", "sql", "ruby", "typescript", "go", "java", "kotlin"),
    alias="m-01",
)
_TEMPORARY = re.compile(r"(^|_)(tmp|temp|temporary)(_|$)")
_DATA = {
    Verb.DROP_TABLE: "Table {table} is dropped on the way up",
    Verb.DROP_COLUMN: "Column {column} of {table} is dropped on the way up",
    Verb.DROP_SCHEMA: "{table} is dropped on the way up",
    Verb.TRUNCATE: "Table {table} is emptied on the way up",
}


def check(context: Context) -> Iterator[Hit]:
    """Name each dropping step outside of the way back, unless the file made the thing itself."""
    for source in migrations(context):
        steps = operations(source)
        for step in forward(source):
            if step.verb is Verb.DROP_TABLE and rebuilt(source, step):
                continue
            if step.verb in _DATA and not _made_before(step, steps) and not made_before(context, source, step):
                message = _DATA[step.verb].format(table=step.table or "?", column=step.column or "?")
                yield hit(PAGE, source, Side.NEW, (step.first, step.last), message)
            elif step.verb is Verb.DROP_CONSTRAINT and not _succeeded(step, steps):
                message = "A constraint is dropped on the way up, nothing takes its place"
                yield hit(PAGE, source, Side.NEW, (step.first, step.last), message, severity=Severity.HIGH)


def _made_before(step: Operation, steps: tuple[Operation, ...]) -> bool:
    """Tell whether the table came from the same file: a helper table goes without loss."""
    if step.verb in (Verb.DROP_TABLE, Verb.TRUNCATE) and _TEMPORARY.search(step.table):
        return True
    for other in steps:
        if other.back or other.first >= step.first or not step.table or other.table != step.table:
            continue
        if other.verb is Verb.CREATE_TABLE:
            return True
        if step.verb is Verb.DROP_COLUMN and other.verb is Verb.ADD_COLUMN and other.column == step.column:
            return True
    return False


def _succeeded(step: Operation, steps: tuple[Operation, ...]) -> bool:
    """Tell whether a constraint is made anew, or its table goes as well."""
    after = {Verb.ADD_CONSTRAINT, Verb.CREATE_INDEX, Verb.DROP_TABLE, Verb.DROP_COLUMN, Verb.SET_NOT_NULL}
    return any(
        other.verb in after and not other.back and (not step.table or other.table in ("", step.table))
        for other in steps
    )


CHECK = Check(page=PAGE, run=check)
