"""`sql.forbid`: what a migration may not do.

Keys: `paths` (patterns; default the usual folders of migrations), `statements` (of drop_table,
drop_column, truncate, delete_without_where, update_without_where, alter_type, not_null_no_default;
default all), `dialect` (a name that sqlglot knows; default its common SQL), `need_down` (every new
migration must say how to undo it). Read are SQL, Alembic, Django and Rails migrations; only statements
that the change adds count. Undecidable for SQL that cannot be parsed or is made at run time.
"""

from collections import Counter
from collections.abc import Callable

from reviewconsole.change import Entry
from reviewconsole.constraints.facts import Answer, Facts, Tally, Undetermined, entry_witness, sides, text_witness
from reviewconsole.constraints.reading.sql import CLASSES, Statement, has_down, statements
from reviewconsole.finding import Side
from reviewconsole.globs import Globs
from reviewconsole.mapping import Table

_PATHS = ("**/migrations/**", "**/migrate/**", "**/alembic/versions/**", "**/*.sql")
_DOWN = (".down.sql", "_down.sql", ".undo.sql", ".rollback.sql")
DIALECTS = (
    "",
    "mysql",
    "postgres",
    "sqlite",
    "tsql",
    "oracle",
    "snowflake",
    "bigquery",
    "redshift",
    "mariadb",
    "duckdb",
)


def _down_of(path: str) -> tuple[str, ...]:
    """Where the way back of a SQL migration would stand."""
    stem = path.removesuffix(".sql").removesuffix(".up").removesuffix("_up")
    folder, _, name = path.rpartition("/")
    return (*(stem + ending for ending in _DOWN), f"{folder}/down.sql" if name == "up.sql" else "")


def _judge(tally: Tally, entry: Entry, forbidden: frozenset[str], old: list[Statement], new: list[Statement]) -> None:
    known = Counter(statement.text for statement in old)
    for statement in new:
        if known[statement.text]:
            known[statement.text] -= 1
            continue
        witness = text_witness(entry.path, Side.NEW, statement.text, statement.line, statement.last)
        hit = sorted(statement.classes & forbidden)
        if hit:
            tally.broken(f"{entry.path}:{statement.line} does {hit[0]}", witness)
        elif statement.unknown:
            tally.unclear(f"{entry.path}:{statement.line} {statement.unknown}", witness)


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read what is forbidden, and in which dialect."""
    paths = Globs(table.texts("paths", _PATHS), place=f"{table.place}.paths")
    forbidden = frozenset(table.texts("statements", CLASSES, choices=CLASSES))
    dialect = table.text("dialect", "", choices=DIALECTS)
    need_down = table.flag("need_down", default=False)

    def undone(facts: Facts, path: str, text: str) -> bool:
        said = has_down(path, text)
        if said is not None:
            return said
        return any(facts.head_file(name) is not None for name in _down_of(path) if name)

    def evaluate(facts: Facts) -> Answer:
        tally = Tally()
        for entry, file in facts.matching(paths):
            if entry.path.endswith(_DOWN) or not entry.path.endswith((".sql", ".py", ".rb")):
                continue
            try:
                before, after = sides(entry, file)
                old = statements(entry.path, before, dialect) if before is not None else ()
                new = statements(entry.path, after, dialect) if after is not None else ()
                if new is None:
                    continue
                tally.looked = True
                _judge(tally, entry, forbidden, list(old or ()), list(new))
                if need_down and entry.status == "A" and after is not None and not undone(facts, entry.path, after):
                    tally.broken(f"{entry.path} does not say how to undo it", entry_witness(entry))
            except Undetermined as error:
                tally.looked = True
                tally.unclear(f"{entry.path} {error.message}", entry_witness(entry))
        return tally.answer("no forbidden statement is added", "no migration is changed")

    return evaluate
