"""Ask whether a schema change waits for its lock for ever."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.hits import hit
from reviewconsole.detection.migrations import created, created_here, forward, is_postgres, migrations
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.operations import Verb
from reviewconsole.detection.pages import page_of
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "no-lock-timeout",
    title="A schema change waits for its lock for ever",
    family=Family.GAP,
    severity=Severity.MEDIUM,
    what="Finds PostgreSQL migrations that alter an existing table while nothing in the repository sets "
    "`lock_timeout`, in the migration, its environment or a role.",
    why="ALTER TABLE queues behind the longest running query on the table, and every later query queues behind it: a "
    "report that takes ten minutes takes the table away for ten minutes, although the change itself takes none.",
    example="+ ALTER TABLE orders ADD COLUMN status text;",
    instead="SET lock_timeout to a few seconds before the statement, and try again a few times.",
    references=(
        "https://squawkhq.com/docs/require-timeout-settings",
        "https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT",
        "GoCardless: zero-downtime Postgres migrations, the hard parts",
    ),
    languages=("python", "sql", "ruby", "typescript", "go", "java"),
    alias="m-09",
)
_EXCLUSIVE = frozenset(
    {
        Verb.ADD_COLUMN,
        Verb.ALTER_TYPE,
        Verb.DROP_COLUMN,
        Verb.ADD_CONSTRAINT,
        Verb.DROP_CONSTRAINT,
        Verb.SET_NOT_NULL,
        Verb.RENAME_COLUMN,
        Verb.RENAME_TABLE,
    }
)
_SETS = re.compile(r"lock_timeout|statement_timeout|with_lock_retries|safe_migrations|zero_downtime|lockTimeout")
_POSTGRES = ("postgresql", "psycopg", "pgx", "postgres")


def check(context: Context) -> Iterator[Hit]:
    """Name the first such step of the change, where the whole tree can be asked: one answer serves all."""
    if not context.whole:
        return
    young: frozenset[str] | None = None
    for source in migrations(context):
        if not is_postgres(source) or any(_SETS.search(row[:500]) for row in source.new):
            continue
        young = created(context) if young is None else young
        here = created_here(source) | young
        step = next((each for each in forward(source) if each.verb in _EXCLUSIVE and each.table not in here), None)
        if step is None or (not step.table and here):
            continue
        if _unset(context):
            message = (
                f"This waits for its lock on {step.table or 'the table'} without a limit, and every query behind it"
            )
            yield hit(PAGE, source, Side.NEW, (step.first, step.last), message)
        return


def _unset(context: Context) -> bool:
    if any(context.files_naming(name, word=False, cap=1) for name in ("lock_timeout", "statement_timeout")):
        return False
    return any(context.files_naming(name, word=False, cap=1) for name in _POSTGRES)


CHECK = Check(page=PAGE, run=check)
