"""Ask whether a migration can be undone."""

import re
from collections.abc import Iterator

from reviewconsole.detection.migrations import has_marks, is_migration
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "no-way-back",
    title="A migration without a way back",
    family=Family.GAP,
    severity=Severity.HIGH,
    what="Finds new migrations without a downgrade: alembic revisions with none or an empty one, Django RunPython and "
    "RunSQL without a reverse, SQL files that go up and have no part down.",
    why="A rollback of the code then meets a schema it does not know, and the way back is invented during the outage.",
    example="+ def downgrade():\n+     pass",
    instead="Write the downgrade and run it once on a copy; where none is possible, say so in the file with the steps "
    "of a restore.",
    references=("alembic documentation: downgrade", "Django documentation: RunPython reverse_code", "CWE-755"),
    languages=("python", "sql"),
    alias="m-07",
)
_EMPTY = re.compile(r"pass|\.\.\.|raise\b.*|return|return None")
_RUN = re.compile(r"\bmigrations\.(RunPython|RunSQL)\(|(?<![\w.])(RunPython|RunSQL)\(")
_REASON = re.compile(r"irreversib|forward[- ]only|no way back|cannot be undone|restore from", re.IGNORECASE)


def check(context: Context) -> Iterator[Hit]:
    """Name new migrations that cannot be undone, at the line that goes up."""
    paths = {source.path for source in context.sources if source.has_new}
    for source in context.sources:
        if source.has_old or not source.added or not is_migration(source):
            continue
        if source.kind == "python":
            yield from _alembic(source)
            yield from _django(source)
        else:
            yield from _sql(source, paths, context)


def _body(source: Source, name: str) -> list[str] | None:
    """The statements of a top-level function without comments and docstring; None without it."""
    found = next((item for item in source.constructs(Side.NEW) if item.name == name), None)
    if found is None:
        return None
    rows = [row.strip() for row in source.new[found.first : found.last]]
    text = re.sub(r"\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''", "", "\n".join(rows))
    return [row for row in text.split("\n") if row and not row.startswith("#")]


def _alembic(source: Source) -> Iterator[Hit]:
    up, down = _body(source, "upgrade"), _body(source, "downgrade")
    if up is None or not any("op." in row or "execute" in row for row in up):
        return
    if down is not None and not all(_EMPTY.fullmatch(row) for row in down):
        return
    if any(_REASON.search(row) for row in source.new):
        return
    line = next(item.first for item in source.constructs(Side.NEW) if item.name == "upgrade")
    yield _hit(source, line, "This revision has no downgrade" if down is None else "The downgrade does nothing")


def _django(source: Source) -> Iterator[Hit]:
    for at, row in enumerate(source.new, 1):
        match = _RUN.search(row[:2000])
        if not match or source.is_comment(Side.NEW, at):
            continue
        call = _arguments("\n".join([row[match.end() :], *source.new[at : at + 200]]))
        if "reverse_" not in call and _commas(call) == 0:
            yield _hit(source, at, f"{match[1] or match[2]} has no reverse")


def _arguments(text: str) -> str:
    depth = 1
    for index, char in enumerate(text[:20_000]):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0:
            return text[:index]
    return text[:20_000]


def _commas(call: str) -> int:
    """Commas between arguments: outside of brackets and strings, and not the trailing one."""
    bare = re.sub(r"\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|\"[^\"\n]*\"|'[^'\n]*'", "", call).rstrip().rstrip(",")
    depth = found = 0
    for char in bare:
        depth += (char in "([{") - (char in ")]}")
        found += char == "," and depth == 0
    return found


def _sql(source: Source, paths: set[str], context: Context) -> Iterator[Hit]:
    marked_up, marked_down = has_marks(source)
    if any(_REASON.search(row) for row in source.new):
        return
    if source.path.endswith(".up.sql"):
        partner = source.path.removesuffix(".up.sql") + ".down.sql"
        here = partner in paths or (context.tree_has is not None and context.tree_has(partner))
        if not here:
            yield _hit(source, 1, "There is no .down.sql beside this migration")
    elif marked_up and not marked_down:
        yield _hit(source, 1, "This migration has a part up and none down")


def _hit(source: Source, line: int, message: str) -> Hit:
    text = source.new[line - 1].strip()
    return Hit(rule=PAGE.rule, source=source, side=Side.NEW, line=line, end_line=line, text=text, message=message)


CHECK = Check(page=PAGE, run=check)
