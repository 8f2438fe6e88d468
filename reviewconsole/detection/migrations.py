"""Recognise schema migrations, read what they do, and tell which part of one is the way back."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection import migration_python, migration_scripts, sql
from reviewconsole.detection.model import Context
from reviewconsole.detection.operations import Operation, Verb
from reviewconsole.detection.source import Source, is_test
from reviewconsole.finding import Side

_FOLDER = re.compile(
    r"(^|/)(\w*migrations?|alembic|versions|migrate|schema|flyway|goose|liquibase|db/(migrate|post_migrate|changelog))/",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(^|/)(V\d+[\d_.]*__|\d{3,}[_-]).*\.(sql|py|rb|go|java|kt)$|\.(up|down)\.sql$")
_KINDS = frozenset({"python", "sql", "ruby", "typescript", "go", "java", "kotlin"})
_BACK_FILE = re.compile(r"[._](down|rollback|undo|revert)\.sql$|(^|/)(U\d+[\d_.]*__|down\.sql$)", re.IGNORECASE)
_DOWN = re.compile(r"--\s*(\+goose\s+down|migrate:down|\+migrate\s+down|//@undo|rollback|down\b)", re.IGNORECASE)
_UP = re.compile(r"--\s*(\+goose\s+up|migrate:up|\+migrate\s+up|up\b)", re.IGNORECASE)
_MYSQL = re.compile(
    r"ENGINE\s*=\s*\w+|\bAUTO_INCREMENT\b|`\w+`\s+\w+|\bUNSIGNED\b|\bMODIFY\s+COLUMN\b|\bADD\s+(UNIQUE\s+)?(INDEX|KEY)\b",
    re.IGNORECASE,
)
_OTHER_DATABASE = re.compile(
    r"(^|[/_.-])(mysql|mariadb|sqlite3?|clickhouse|mssql|oracle|snowflake|bigquery)([/_.-]|$)", re.IGNORECASE
)
_OTHER_TEXT = re.compile(
    r"\bENGINE\s*=\s*\w*MergeTree|\bON\s+CLUSTER\b|ClickhouseNode|\bPRAGMA\b|\bINPLACE\b|algorithm\s*=\s*inplace",
    re.IGNORECASE,
)
_REMARK = re.compile(r"/\*[\s\S]*?\*/|--[^\n]*")
_SQUASHED = re.compile(r"^\s+replaces\s*=\s*\[")
"""A squashed migration of Django restates what has already run."""
_REVISION = re.compile(
    r"^\s*(down_revision|revision|class \w*Migration|(async )?def (upgrade|up|forwards?|migrate|apply)\b|operations)\b"
)
_MODULES = re.compile(
    r"\b(op\.|migrations\.|ActiveRecord::Migration|queryInterface|queryRunner|knex|goose\.|xormigrate\.|gormigrate\."
    r"|BaseJavaMigration\b|org\.flywaydb\b)|\.Migrator\(\)\."
)


def is_migration(source: Source) -> bool:
    """Tell by path, and for program text by what it uses, whether a file is a schema migration."""
    if source.kind not in _KINDS or is_test(source.path):
        return False
    if not (_FOLDER.search(source.path) or _NUMBERED.search(source.path)):
        return False
    if source.kind == "sql":
        return True
    if any(_SQUASHED.match(row[:200]) for row in source.new):
        return False
    pattern = _REVISION if source.kind == "python" else _MODULES
    return any(pattern.search(row[:500]) for row in source.new or source.old)


def has_marks(source: Source) -> tuple[bool, bool]:
    """Whether an SQL file marks its part up, and its part down."""
    return any(_UP.match(row) for row in source.new), any(_DOWN.match(row) for row in source.new)


def is_back_file(path: str) -> bool:
    """Tell by path whether a whole SQL file is the way back."""
    return bool(_BACK_FILE.search(path))


def goes_back(source: Source, line: int, side: Side = Side.NEW) -> bool:
    """Tell whether a line of an SQL file belongs to the way back."""
    if is_back_file(source.path):
        return True
    for at in range(line - 1, 0, -1):
        row = source.lines(side)[at - 1]
        if _DOWN.match(row):
            return True
        if _UP.match(row):
            return False
    return False


def is_postgres(source: Source) -> bool:
    """Tell that nothing in a migration speaks of another database."""
    if _OTHER_DATABASE.search(source.path):
        return False
    if source.kind != "sql":
        return not any(_OTHER_TEXT.search(row[:500]) for row in source.new)
    # What a tool remarks about columns in a comment is written with back-ticks everywhere.
    rows = _REMARK.sub("", "\n".join(source.new)).split("\n")
    return not any(_MYSQL.search(row[:500]) or _OTHER_TEXT.search(row[:500]) for row in rows)


def operations(source: Source, side: Side = Side.NEW) -> tuple[Operation, ...]:
    """What one side of a migration does, in order, the way back included and marked."""
    if source.kind == "python":
        return migration_python.operations(source.lines(side))
    if source.kind == "sql":
        return tuple(_sql(source, side))
    return migration_scripts.operations(source.kind, source.lines(side))


def _sql(source: Source, side: Side) -> Iterator[Operation]:
    whole = bool(_BACK_FILE.search(source.path))
    marked = any(has_marks(source))
    for found in sql.operations("\n".join(source.lines(side))):
        back = whole or (marked and goes_back(source, found.first, side))
        yield migration_scripts.marked(found, back=back)


def forward(source: Source) -> Iterator[Operation]:
    """The added operations of the way up, those that only lost a part among them."""
    before = {found.text for found in operations(source, Side.OLD)} if source.removed else set()
    for found in operations(source):
        if found.back:
            continue
        touched = source.touched(Side.NEW, found.first, found.last)
        if touched or (source.removed and found.text not in before):
            yield found


def created_here(source: Source) -> frozenset[str]:
    """Tables that a migration creates on the way up, added or not."""
    return frozenset(step.table for step in operations(source) if step.verb is Verb.CREATE_TABLE and not step.back)


def created(context: Context) -> frozenset[str]:
    """Tables that the change's migrations create on the way up: nobody has data in them yet."""
    return frozenset(
        found.table
        for source in context.sources
        if source.has_new and (source.added or source.removed) and is_migration(source)
        for found in forward(source)
        if found.verb is Verb.CREATE_TABLE and found.table
    )


def made_before(context: Context, source: Source, step: Operation) -> bool:
    """Tell whether an earlier migration of the change, or an earlier step of this one, creates a step's table."""
    return bool(step.table) and any(
        found.verb is Verb.CREATE_TABLE
        and found.table == step.table
        and (each.path, found.first) < (source.path, step.first)
        for each in migrations(context)
        for found in forward(each)
    )


def rebuilt(source: Source, step: Operation) -> bool:
    """Tell whether a copy of the table takes its name in the same file, as SQLite's way of altering one."""
    return bool(step.table) and any(
        other.verb is Verb.RENAME_TABLE and other.kind.strip("\"`'") == step.table for other in forward(source)
    )


def migrations(context: Context) -> Iterator[Source]:
    """The migrations with changed lines."""
    for source in context.sources:
        if source.has_new and (source.added or source.removed) and is_migration(source):
            yield source
