"""Ask whether a migration can be undone."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.hits import exact, hit
from reviewconsole.detection.migration_go import goes_both_ways, one_way
from reviewconsole.detection.migration_ways import ways
from reviewconsole.detection.migrations import goes_back, has_marks, is_back_file, is_migration, operations
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.operations import Fact, Operation, Verb
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "no-way-back",
    title="A migration without a way back",
    family=Family.GAP,
    severity=Severity.HIGH,
    what="Finds migrations without a downgrade, and downgrades that were emptied or removed: alembic revisions, Django "
    "RunPython and RunSQL without a reverse, Rails changes that cannot be reversed, knex, Sequelize and TypeORM "
    "migrations with an empty down, migrations of xormigrate and gormigrate without a Rollback and of goose without a "
    "function that goes back (medium where no migration of the folder has one), SQL files that go up and have no part "
    "down.",
    why="A rollback of the code then meets a schema it does not know, and the way back is invented during the outage.",
    example="+ def downgrade():\n+     pass",
    instead="Write the downgrade and run it once on a copy; where none is possible, say so in the file with the steps "
    "of a restore.",
    references=("alembic documentation: downgrade", "Django documentation: RunPython reverse_code", "CWE-755"),
    languages=("python", "sql", "ruby", "typescript", "go"),
    alias="m-07",
)
_RUN = re.compile(r"\bmigrations\.(RunPython|RunSQL)\(|(?<![\w.])(RunPython|RunSQL)\(")
_REASON = re.compile(
    r"no way back|cannot be undone|restore (from|the)|forward[- ]only|data migration, no"
    r"|nothing to (undo|revert|downgrade)",
    re.IGNORECASE,
)
_VALIDATES = re.compile(r"\b(VALIDATE\s+CONSTRAINT|ANALYZE)\b", re.IGNORECASE)
"""What leaves nothing to undo."""
_DEF = re.compile(r"^\s*(?:def\s+(?:self\.)?(up|down|change)\b|.*\b(?:exports\.)?(up|down)\s*(?:[:=]|\())")
_IRREVERSIBLE = frozenset({Verb.DROP_CONSTRAINT, Verb.ALTER_TYPE, Verb.UPDATE, Verb.DELETE, Verb.TRUNCATE})


def check(context: Context) -> Iterator[Hit]:
    """Name migrations that cannot be undone, and ways back that the change takes away."""
    paths = {source.path for source in context.sources if source.has_new}
    for source in context.sources:
        if not is_migration(source) or not (source.added or source.removed):
            continue
        if any(_REASON.search(row) for row in source.new):
            continue
        if not source.has_new:
            yield from _deleted(source, paths, context)
        elif source.kind == "python":
            yield from _alembic(source)
            if source.added:
                yield from _django(source)
        elif source.kind == "sql":
            yield from _sql(source, paths, context)
        elif source.kind in ("ruby", "typescript"):
            yield from _script(source)
        elif source.kind == "go":
            yield from _go(source, context)


def _go(source: Source, context: Context) -> Iterator[Hit]:
    found = list(one_way(source))
    if not found:
        return
    folder = source.path.rpartition("/")[0] + "/"
    beside = [path for path in context.files_naming("Rollback", word=False) if path.startswith(folder)]
    usual = any(
        goes_both_ways(tuple(data.decode("utf-8", "replace").split("\n")))
        for path, data in context.read_many_new(beside).items()
        if path != source.path
    )
    for each in found:
        severity = None if usual or "deletes" in each.message else Severity.MEDIUM
        yield exact(PAGE.rule, source, Side.NEW, (each.line, each.line), each.message, severity=severity)


def _alembic(source: Source) -> Iterator[Hit]:
    new = ways(source.new)
    if new is None or not new.up_works or new.down_works:
        return
    old = ways(source.old) if source.has_old else None
    if source.has_old and not (old and old.down_works):
        return
    if all(_VALIDATES.search(row) for row in source.new if re.search(r"\bop\.\w+\(|\bexecute\(", row)):
        return
    says = "This revision has no downgrade" if not new.down else "The downgrade does nothing"
    first = new.down or new.up
    if source.has_old:
        at = next((at for at in sorted(source.added) if at >= first), 0)
        if at:
            yield hit(PAGE, source, Side.NEW, (at, at), "The downgrade was emptied")
        else:
            line = min(source.removed)
            yield hit(PAGE, source, Side.OLD, (line, line), "The downgrade was emptied")
        return
    yield hit(PAGE, source, Side.NEW, (new.up, new.up), says)


def _django(source: Source) -> Iterator[Hit]:
    for at, row in enumerate(source.new, 1):
        match = _RUN.search(row[:2000])
        if not match or source.is_comment(Side.NEW, at):
            continue
        call = _arguments("\n".join([row[match.end() :], *source.new[at : at + 200]]))
        last = at + call.count("\n")
        if "reverse_" in call or _commas(call) > 0:
            continue
        fresh = [line for line in range(at, last + 1) if line in source.added]
        if fresh:
            yield hit(PAGE, source, Side.NEW, (fresh[0], fresh[0]), f"{match[1] or match[2]} has no reverse")
        elif source.has_old and (gone := _reverse_gone(source)):
            yield hit(PAGE, source, Side.OLD, (gone, gone), f"The reverse of a {match[1] or match[2]} is removed")


def _reverse_gone(source: Source) -> int:
    return next((at for at in sorted(source.removed) if "reverse" in source.old[at - 1]), 0)


def _arguments(text: str) -> str:
    depth = 1
    for index, char in enumerate(text[:20_000]):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0:
            return text[:index]
    return text[:20_000]


def _commas(call: str) -> int:
    """Commas between positional arguments: outside of brackets and strings, and not the trailing one."""
    bare = re.sub(r"\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|\"[^\"\n]*\"|'[^'\n]*'", "", call).rstrip().rstrip(",")
    depth = 0
    parts = [""]
    for char in bare:
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return sum(not re.match(r"\s*\w+\s*=", part) for part in parts[1:])


def _sql(source: Source, paths: set[str], context: Context) -> Iterator[Hit]:
    marked_up, marked_down = has_marks(source)
    steps = [step for step in operations(source) if step.verb not in (Verb.BEGIN, Verb.COMMIT, Verb.SETTING)]
    back = [step for step in steps if step.back]
    if is_back_file(source.path):
        if not _real(steps) and (not source.has_old or _had(source)):
            yield _place(source, "This way back does nothing")
    elif partner := _partner(source.path):
        here = partner in paths or (context.tree_has is not None and context.tree_has(partner))
        if not here and not source.has_old and steps:
            yield hit(PAGE, source, Side.NEW, (1, 1), f"There is no {partner.rsplit('/', 1)[-1]} beside this migration")
    elif (
        marked_up and not _real(back) and any(not step.back for step in steps) and (not source.has_old or _had(source))
    ):
        yield _place(
            source, "The part down does nothing" if marked_down else "This migration has a part up and none down"
        )


def _partner(path: str) -> str:
    if path.endswith(".up.sql"):
        return path.removesuffix(".up.sql") + ".down.sql"
    return path.removesuffix("up.sql") + "down.sql" if path.endswith("/up.sql") else ""


def _real(steps: list[Operation]) -> bool:
    return any(not re.match(r"SELECT\b", step.text, re.IGNORECASE) for step in steps)


def _had(source: Source) -> bool:
    """Tell whether the change takes statements of a way back away."""
    rows = [source.old[at - 1].strip() for at in source.removed]
    whole = is_back_file(source.path)
    at_down = next((at for at in range(1, len(source.old) + 1) if goes_back(source, at, Side.OLD)), 0)
    lost = [at for at in source.removed if (whole or (at_down and at >= at_down)) and source.old[at - 1].strip()]
    return any(rows) and any(not source.old[at - 1].lstrip().startswith("--") for at in lost)


def _place(source: Source, message: str) -> Hit:
    if source.has_old:
        side = Side.NEW if source.added else Side.OLD
        line = min(source.changed(side))
        return hit(PAGE, source, side, (line, line), message)
    return hit(PAGE, source, Side.NEW, (1, 1), message)


def _deleted(source: Source, paths: set[str], context: Context) -> Iterator[Hit]:
    """A file that only goes back is deleted, and the one that goes up stays."""
    if source.kind != "sql" or not is_back_file(source.path):
        return
    ahead = re.sub(r"([./])down\.sql$", r"\1up.sql", source.path)
    if ahead != source.path and (ahead in paths or (context.tree_has is not None and context.tree_has(ahead))):
        yield hit(PAGE, source, Side.OLD, (1, 1), "The way back is deleted, the migration stays")


def _script(source: Source) -> Iterator[Hit]:
    steps = operations(source)
    ahead = [step for step in steps if not step.back and step.verb is not Verb.OTHER]
    has_down = any(_opens(row) == "down" for row in source.new)
    if not ahead:
        return
    if source.kind == "ruby" and not has_down and any(re.match(r"\s*def\s+change\b", row) for row in source.new):
        for step in ahead:
            if _one_way(step) and source.touched(Side.NEW, step.first, step.last):
                yield hit(
                    PAGE, source, Side.NEW, (step.first, step.last), "Rails cannot reverse this step of a `change`"
                )
        return
    if any(step.back for step in steps) or _down_works(source.new):
        return
    if source.has_old and not _down_works(source.old):
        return
    message = "The way back does nothing" if has_down else "This migration has no way back"
    if source.has_old:
        yield _place(source, message)
    else:
        yield hit(PAGE, source, Side.NEW, (ahead[0].first, ahead[0].first), message)


def _opens(row: str) -> str:
    match = _DEF.match(row[:500])
    return (match[1] or match[2] or "") if match else ""


def _down_works(lines: tuple[str, ...]) -> bool:
    """Tell whether any line after the opening of `down` does something."""
    inside = False
    for row in lines:
        opened = _opens(row)
        body = row.strip().rstrip(";")
        if opened:
            inside = opened == "down"
            body = body.split("{", 1)[1].strip(" }") if inside and "{" in body else ""
        idle = not body or body.startswith(("#", "//", "*", "/*", "raise", "throw", "return", "}", "pass", ")", "end"))
        idle = idle or bool(
            re.match(r"(module\.)?exports|await Promise\.resolve\(\)|Promise\.resolve|console\.|puts |say ", body)
        )
        if inside and not idle:
            return True
    return False


def _one_way(step: Operation) -> bool:
    if step.verb is Verb.DROP_TABLE:
        return Fact.REVERSIBLE not in step.facts
    if step.verb is Verb.DROP_COLUMN:
        return Fact.REVERSIBLE not in step.facts and "type:" not in step.text and "reference" not in step.text
    if step.verb is Verb.DROP_CONSTRAINT:
        return "remove_check_constraint" in step.text and "," not in step.text
    return step.verb in _IRREVERSIBLE and "from:" not in step.text


CHECK = Check(page=PAGE, run=check)
