"""Find migrations that drop data on the way up."""

import re
from collections.abc import Iterator

from reviewconsole.detection.migrations import goes_back, is_migration
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "drop-in-upgrade",
    title="A migration drops data on the way up",
    family=Family.RISK,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    what="Finds tables, columns and schemas that are dropped, deleted or truncated by the upgrading part of a "
    "migration (alembic, Django, plain SQL).",
    why="Instances of the old version still read the column while the new one rolls out, and no downgrade brings "
    "back what was in it.",
    example='+ def upgrade():\n+     op.drop_column("users", "email")',
    instead="Expand, migrate, contract: stop reading in one release, drop in a later one, and keep a copy until then.",
    references=(
        "https://squawkhq.com/docs/ban-drop-column",
        "https://squawkhq.com/docs/ban-drop-table",
        "strong_migrations",
    ),
    languages=("python", "sql"),
    alias="m-01",
)
_CODE = re.compile(r"\bop\.drop_(table|column)\(|\bbatch_op\.drop_column\(|\bmigrations\.(DeleteModel|RemoveField)\(")
_SQL = re.compile(
    r"\bDROP\s+(TABLE|COLUMN|DATABASE|SCHEMA|MATERIALIZED\s+VIEW)\b|\bTRUNCATE\b\s+(TABLE\s+)?[\w\"`]", re.IGNORECASE
)
_NAME = re.compile(r"(?:DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?|drop_table\(\s*)[\"'`]?([\w.]+)", re.IGNORECASE)
_MADE = r"(CREATE\s+(TEMP(ORARY)?\s+)?TABLE\s+(IF\s+NOT\s+EXISTS\s+)?|create_table\(\s*)[\"'`]?"


def check(context: Context) -> Iterator[Hit]:
    """Name each dropping line outside of the way back, unless the file made the thing itself."""
    for source in context.sources:
        if not source.added or not is_migration(source):
            continue
        pattern = _SQL if source.kind == "sql" else re.compile(f"{_CODE.pattern}|{_SQL.pattern}", re.IGNORECASE)
        for at in sorted(source.added):
            text = source.new[at - 1][:2000]
            if not pattern.search(text) or source.is_comment(Side.NEW, at) or goes_back(source, at):
                continue
            if not _made_here(source, at, text):
                yield Hit(
                    rule=PAGE.rule,
                    source=source,
                    side=Side.NEW,
                    line=at,
                    end_line=at,
                    text=text.strip(),
                    message="Data is dropped on the way up",
                )


def _made_here(source: Source, line: int, text: str) -> bool:
    """Tell whether the table was created above in the same file: a helper table goes without loss."""
    name = _NAME.search(text)
    if not name:
        return False
    made = re.compile(_MADE + re.escape(name[1]) + r"\b", re.IGNORECASE)
    return any(made.search(row[:2000]) for row in source.new[: line - 1])


CHECK = Check(page=PAGE, run=check)
