"""Find constraints that are checked against every row under a lock."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.hits import hit
from reviewconsole.detection.migrations import created, created_here, forward, is_postgres, migrations
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.operations import Fact, Operation, Verb
from reviewconsole.detection.pages import page_of
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "constraint-scans-table",
    title="A constraint is checked against the whole table",
    family=Family.RISK,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    what="Finds SET NOT NULL, CHECK and FOREIGN KEY without NOT VALID on an existing table, and required columns that "
    "are added without a default.",
    why="The table is read from end to end while an exclusive lock keeps everybody out, and one old row that does not "
    "fit stops the deployment. A required column without a default fails at once where rows exist.",
    example="+ ALTER TABLE orders ALTER COLUMN user_id SET NOT NULL;",
    instead="Add the constraint NOT VALID, validate it in a later step, then set NOT NULL; give a new column a default "
    "or leave it nullable until it is filled.",
    references=(
        "https://squawkhq.com/docs/constraint-missing-not-valid",
        "https://squawkhq.com/docs/adding-required-field",
        "https://www.postgresql.org/docs/current/sql-altertable.html",
    ),
    languages=("python", "sql", "ruby", "typescript", "go"),
    alias="m-05",
)


def check(context: Context) -> Iterator[Hit]:
    """Name each such step on a table that the change does not create."""
    young = created(context)
    for source in migrations(context):
        if not is_postgres(source):
            continue
        here = created_here(source)
        validated = any("VALIDATE CONSTRAINT" in row.upper() or "validate_c" in row for row in source.new)
        steps = list(forward(source))
        fresh = {(step.table, step.column) for step in steps if step.verb is Verb.ADD_COLUMN and step.column}
        for step in steps:
            if Fact.FOREIGN_KEY in step.facts and any(
                table == step.table and re.search(rf"\b{re.escape(column)}\b", step.text) for table, column in fresh
            ):
                continue  # no row has a value yet
            message = _scans(step, validated=validated)
            if message and step.table not in young | here and (step.table or not here):
                yield hit(PAGE, source, Side.NEW, (step.first, step.last), message)


def _scans(step: Operation, *, validated: bool) -> str:
    table = step.table or "the table"
    if step.verb is Verb.SET_NOT_NULL and not validated:
        return f"Every row of {table} is checked for NOT NULL under an exclusive lock"
    # Calls that name no kind of constraint: Rails and knex say it by the method.
    plain = (
        Fact.CHECK in step.facts
        or Fact.FOREIGN_KEY in step.facts
        or "_foreign_key" in step.text
        or "_check_" in step.text
    )
    if step.verb is Verb.ADD_CONSTRAINT and Fact.NOT_VALID not in step.facts and plain:
        return f"Every row of {table} is checked under a lock; NOT VALID is missing"
    if step.verb is Verb.ADD_COLUMN and Fact.NOT_NULL in step.facts and Fact.DEFAULT not in step.facts:
        return f"A required column without a default cannot be added to {table} while it has rows"
    return ""


CHECK = Check(page=PAGE, run=check)
