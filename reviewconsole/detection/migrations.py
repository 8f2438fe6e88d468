"""Recognise schema migrations, and which part of one is the way back."""

import re

from reviewconsole.detection.source import Source
from reviewconsole.finding import Side

_FOLDER = re.compile(r"(^|/)(migrations?|alembic|versions|migrate|schema|flyway|goose|liquibase)/", re.IGNORECASE)
_NUMBERED = re.compile(r"(^|/)(V\d+[\d_.]*__|\d{3,}[_-]).*\.(sql|py)$|\.(up|down)\.sql$")
_BACK = re.compile(r"\b(downgrade|backwards?|reverse\w*|down|rollback|undo)\b", re.IGNORECASE)
_BACK_FILE = re.compile(r"[._](down|rollback|undo|revert)\.sql$|(^|/)U\d+[\d_.]*__", re.IGNORECASE)
_DOWN = re.compile(r"--\s*(\+goose\s+down|migrate:down|\+migrate\s+down|//@undo|rollback|down\b)", re.IGNORECASE)
_UP = re.compile(r"--\s*(\+goose\s+up|migrate:up|\+migrate\s+up|up\b)", re.IGNORECASE)


def is_migration(source: Source) -> bool:
    """Tell by path whether a Python or SQL file is a schema migration."""
    if source.kind not in ("python", "sql"):
        return False
    return bool(_FOLDER.search(source.path) or _NUMBERED.search(source.path))


def has_marks(source: Source) -> tuple[bool, bool]:
    """Whether an SQL file marks its part up, and its part down."""
    return any(_UP.match(row) for row in source.new), any(_DOWN.match(row) for row in source.new)


def goes_back(source: Source, line: int) -> bool:
    """Tell whether a line of the new side belongs to the way back."""
    if source.kind == "python":
        return bool(_BACK.search(source.host_name(Side.NEW, line).replace("_", " ")))
    if _BACK_FILE.search(source.path):
        return True
    for at in range(line - 1, 0, -1):
        row = source.new[at - 1]
        if _DOWN.match(row):
            return True
        if _UP.match(row):
            return False
    return False
