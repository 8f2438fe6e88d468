"""What a migration does to a schema or its data, whatever language says it."""

from dataclasses import dataclass, field
from enum import StrEnum


class Verb(StrEnum):
    """Kinds of step that a rule asks about."""

    CREATE_TABLE = "create-table"
    DROP_TABLE = "drop-table"
    DROP_COLUMN = "drop-column"
    DROP_CONSTRAINT = "drop-constraint"
    DROP_SCHEMA = "drop-schema"
    """A database, schema, type or materialised view."""
    TRUNCATE = "truncate"
    DELETE = "delete"
    UPDATE = "update"
    ADD_COLUMN = "add-column"
    CREATE_INDEX = "create-index"
    DROP_INDEX = "drop-index"
    ADD_CONSTRAINT = "add-constraint"
    SET_NOT_NULL = "set-not-null"
    ALTER_TYPE = "alter-type"
    RENAME_TABLE = "rename-table"
    RENAME_COLUMN = "rename-column"
    RENAME_VALUE = "rename-value"
    LOOP = "loop"
    """Rows are changed one by one, or through a model."""
    SETTING = "setting"
    BEGIN = "begin"
    COMMIT = "commit"
    OTHER = "other"


class Fact(StrEnum):
    """What is said with a step."""

    CONCURRENTLY = "concurrently"
    NOT_VALID = "not-valid"
    NOT_NULL = "not-null"
    DEFAULT = "default"
    WHERE = "where"
    IN_BATCHES = "in-batches"
    CHECK = "check"
    FOREIGN_KEY = "foreign-key"
    UNIQUE = "unique"
    USING_INDEX = "using-index"
    REVERSIBLE = "reversible"
    WIDENING = "widening"
    LOCK_TIMEOUT = "lock-timeout"


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One step; lines are 1-based in the file, names are lower case without quotes and schema."""

    verb: Verb
    first: int
    last: int
    text: str
    table: str = ""
    column: str = ""
    facts: frozenset[Fact] = field(default_factory=frozenset)
    back: bool = False
    """It belongs to the way back."""
    kind: str = ""
    """Type of a column, lower case; or the new name of what is renamed."""
