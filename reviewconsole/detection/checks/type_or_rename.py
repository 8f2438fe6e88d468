"""Find changed types and renamed things that running code still knows by the old name."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.hits import hit
from reviewconsole.detection.migrations import created, created_here, forward, migrations, operations
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.operations import Fact, Operation, Verb
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "type-or-rename",
    title="A column changes its type, or something its name",
    family=Family.RISK,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    what="Finds type changes of columns and renames of columns, tables and enum values on the way up. A change to "
    "bigint counts as high; a longer varchar does not count.",
    why="A new type rewrites the table under an exclusive lock, and may not hold every old value. A rename breaks each "
    "running instance of the old version at once, and the new version until the migration is through.",
    example='+ op.alter_column("orders", "total", type_=sa.Integer())',
    instead="Add the new column or table beside the old, write both, move the readers, and drop the old one in a "
    "later release.",
    references=(
        "https://squawkhq.com/docs/changing-column-type",
        "https://squawkhq.com/docs/renaming-column",
        "strong_migrations",
    ),
    languages=("python", "sql", "ruby", "typescript", "go"),
    alias="m-06",
)
_MESSAGES = {
    Verb.ALTER_TYPE: "Column {column} of {table} gets another type",
    Verb.RENAME_COLUMN: "Column {column} of {table} is renamed",
    Verb.RENAME_TABLE: "Table {table} is renamed",
    Verb.RENAME_VALUE: "A value of an enum is renamed",
}
_DJANGO = {
    "BooleanField": "boolean", "NullBooleanField": "boolean", "CharField": "varchar", "SlugField": "varchar",
    "URLField": "varchar", "EmailField": "varchar", "FileField": "varchar", "ImageField": "varchar",
    "FilePathField": "varchar", "TextField": "text", "IntegerField": "integer", "PositiveIntegerField": "integer",
    "SmallIntegerField": "smallint", "PositiveSmallIntegerField": "smallint", "BigIntegerField": "bigint",
    "PositiveBigIntegerField": "bigint", "FloatField": "double", "DecimalField": "numeric", "DateField": "date",
    "DateTimeField": "timestamp", "TimeField": "time", "DurationField": "interval", "UUIDField": "uuid",
    "JSONField": "json", "BinaryField": "bytes", "GenericIPAddressField": "inet", "AutoField": "integer",
    "BigAutoField": "bigint", "ForeignKey": "key", "OneToOneField": "key", "ArrayField": "array",
}  # fmt: skip
_FREE = re.compile(r"^(text|varchar|character varying|citext|string|longtext)$")


def check(context: Context) -> Iterator[Hit]:
    """Name each such step on what the change does not create."""
    young = created(context)
    for source in migrations(context):
        here = created_here(source)
        for step in forward(source):
            if step.verb not in _MESSAGES or Fact.WIDENING in step.facts or step.table in young | here:
                continue
            if step.verb is Verb.RENAME_TABLE and step.kind in here:
                continue
            if step.text.lstrip().startswith(("migrations.AlterField", "AlterField")) and not _retyped(
                context, source, step
            ):
                continue
            if step.verb is Verb.RENAME_TABLE and _swapped(step, source):
                continue
            message = _MESSAGES[step.verb].format(table=step.table or "?", column=step.column or "?")
            yield hit(PAGE, source, Side.NEW, (step.first, step.last), message, severity=_severity(step))


def _severity(step: Operation) -> Severity | None:
    if step.verb is Verb.ALTER_TYPE and re.search(r"big_?int", step.kind):
        return Severity.HIGH
    # Without the old type in sight a move to unbounded text is most often a widening.
    return Severity.HIGH if step.verb is Verb.ALTER_TYPE and _FREE.match(step.kind) else None


def _swapped(step: Operation, source: Source) -> bool:
    """Tell whether the name is given on: old is renamed away and a new table takes its name."""
    return any(
        other.verb is Verb.RENAME_TABLE and not other.back and other is not step and other.kind in ("", step.table)
        for other in operations(source)
    )


def _retyped(context: Context, source: Source, step: Operation) -> bool:
    """Tell whether the model's field changed its class or became shorter; AlterField alone does not say it."""
    field = re.compile(rf"^\s*{re.escape(step.column)}\s*=\s*(?:\w+\.)*(\w+)\((.*)")
    for model in context.sources:
        if model.kind != "python" or model is source:
            continue
        before = [match for at in sorted(model.removed) if (match := field.match(model.old[at - 1][:500]))]
        after = [match for at in sorted(model.added) if (match := field.match(model.new[at - 1][:500]))]
        for old, new in zip(before, after, strict=False):
            if _base(old[1]) != _base(new[1]) != "" != _base(old[1]) or _size(new[2]) < _size(old[2]):
                return True
    return False


def _base(field: str) -> str:
    """The type a field of Django has in the database; empty for a field of somebody else's."""
    return _DJANGO.get(field, "")


def _size(arguments: str) -> float:
    match = re.search(r"max_length\s*=\s*(\d+)", arguments)
    return float(match[1]) if match else float("inf")


CHECK = Check(page=PAGE, run=check)
