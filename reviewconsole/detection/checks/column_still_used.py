"""Find dropped columns and tables that code of the same tree still names."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.hits import hit
from reviewconsole.detection.migrations import forward, is_migration, made_before, migrations
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.operations import Operation, Verb
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import MAX_LINE, Source, is_generated, is_nonproduction, kind_of, unchanged
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "column-still-used",
    title="What a migration drops is still used",
    family=Family.RISK,
    severity=Severity.CRITICAL,
    what="Finds columns and tables that a migration drops while a model, query or serializer of the resulting tree "
    "still names them. Common names count only as `table.column`.",
    why="The code that names the column fails from the moment the migration is through: on every request, in the old "
    "version and in the new one.",
    example='+ op.drop_column("users", "nickname")     # app/views.py: user.nickname',
    instead="Remove every use first and release that, then drop the column in a later change.",
    references=("strong_migrations: removing a column", "https://squawkhq.com/docs/ban-drop-column"),
    languages=("python", "sql", "ruby", "typescript", "go"),
    alias="m-02",
)
_CODE = frozenset({"python", "ruby", "typescript", "go", "sql", "java"})
_COMMON = frozenset({
    "id", "name", "type", "status", "state", "value", "key", "code", "date", "time", "title", "text", "data",
    "user", "order", "group", "email", "url", "path", "file", "size", "count", "index", "label", "note", "notes",
    "description", "created", "updated", "created_at", "updated_at", "deleted", "active", "enabled", "version",
    "kind", "body", "content", "position", "message", "comment", "address", "city", "country", "parent", "owner",
    "amount", "price", "token", "hash", "slug", "start", "end", "source", "target", "result", "level", "role",
    "tags", "meta", "metadata", "config", "settings", "options",
})  # fmt: skip
_VERBS = {Verb.DROP_COLUMN: "column", Verb.DROP_TABLE: "table"}


def check(context: Context) -> Iterator[Hit]:
    """Name each dropping step whose name still occurs in code outside of migrations and tests."""
    for source in migrations(context):
        for step in forward(source):
            if step.verb not in _VERBS or made_before(context, source, step):
                continue
            name = step.column if step.verb is Verb.DROP_COLUMN else step.table
            if len(name) < 3 or not re.fullmatch(r"\w+", name):
                continue
            used = _used(context, step, name)
            if used:
                message = f"The dropped {_VERBS[step.verb]} {name} is still named in {used}"
                yield hit(PAGE, source, Side.NEW, (step.first, step.last), message)


def _used(context: Context, step: Operation, name: str) -> str:
    """The path of a file that uses what is dropped; empty for none."""
    pattern = _pattern(step, name)
    texts = [(path, text) for path, text in _texts(context, name) if pattern.search(text)]
    if step.verb is not Verb.DROP_COLUMN or name in _COMMON or len(name) < 5:
        return texts[0][0] if texts else ""
    rows = [(path, text.split("\n")) for path, text in texts]
    uses = [(path, lines, at) for path, lines in rows for at, row in enumerate(lines) if pattern.search(row[:MAX_LINE])]
    # A name of one word, or one that another model has too, says nothing where its own model is not near.
    alone = (
        len(_HUMPS.findall(name)) > 1
        and len(name) >= _LONG
        and not any(_declares(lines, at, name) for _, lines, at in uses)
    )
    held = re.compile(
        rf"[.\"'\[`]{re.escape(name)}\b|\b(SELECT|WHERE|SET|INSERT)\b.*\b{re.escape(name)}\b", re.IGNORECASE
    )
    return next(
        (
            path
            for path, lines, at in uses
            if _about(step.table, name, lines, at) or (alone and held.search(lines[at][:MAX_LINE]))
        ),
        "",
    )


_HUMPS = re.compile(r"[A-Z]?[a-z\d]+|[A-Z]+")
_TYPE = re.compile(r"\s*(?:export\s+|pub\s+)*(?:class|struct|type|interface|model|create_table|table)\b")
_NEAR = 1
_LONG = 12
_STATES = re.compile(r"\bSELECT\b.*\bFROM\b|\b(UPDATE|INSERT INTO|DELETE FROM)\b", re.DOTALL)
_ASKS = re.compile(
    r"\bobjects\b|\bquery\b|\.(filter|where|select|values|order_by|only|exclude|update|get)\w*\(|\b(SELECT|WHERE|SET|INSERT)\b"
)


def _flat(text: str) -> str:
    return text.replace("_", "").lower()


def _about(table: str, name: str, lines: list[str], at: int) -> bool:
    """Tell whether a use is of the table's own: on what is named like it, in its class, or in a query of it."""
    own = _flat(table).rstrip("s")
    row = lines[at][:MAX_LINE]
    if own in _flat(_type_around(lines, at)):
        return True
    owners = re.findall(rf"(\w+)(?:\(\))?[?!]?\.{re.escape(name)}\b", row)
    if any(_flat(each).rstrip("s").endswith(own) for each in owners):
        return True
    near = "\n".join(each[:MAX_LINE] for each in lines[max(0, at - _NEAR) : at + 1])
    if own in _flat(near) and _STATES.search(near):
        return True
    return own in _flat(near) and bool(
        re.search(rf"[\"'`]{re.escape(name)}[\"'`]|\b{re.escape(name)}(__\w+)?\s*=(?!=)", row) and _ASKS.search(near)
    )


def _declares(lines: list[str], at: int, name: str) -> bool:
    """Tell whether a row declares the name as a field of a type."""
    return bool(re.match(rf"\s+[\"']?{re.escape(name)}[\"']?\??\s*(:|=(?!=))", lines[at][:MAX_LINE])) and bool(
        _type_around(lines, at)
    )


def _type_around(lines: list[str], at: int) -> str:
    """The header of the class or type around a row; empty outside of one."""
    indent = len(lines[at]) - len(lines[at].lstrip())
    for row in reversed(lines[max(0, at - 400) : at]):
        depth = len(row) - len(row.lstrip())
        if row.strip() and depth < indent:
            if _TYPE.match(row[:MAX_LINE]):
                return row[:MAX_LINE]
            indent = depth
    return ""


def _pattern(step: Operation, name: str) -> re.Pattern[str]:
    if step.text.startswith(("migrations.DeleteModel", "DeleteModel")):
        model = re.search(r"[\"'](\w+)[\"']", step.text)
        return re.compile(rf"\b{model[1] if model else name}\.objects\b|\bimport\b.*\b{model[1] if model else name}\b")
    if step.verb is Verb.DROP_COLUMN and (name in _COMMON or len(name) < 5):
        singular = step.table.removesuffix("s")
        return re.compile(rf"\b{re.escape(singular)}s?\w?\.{re.escape(name)}\b", re.IGNORECASE)
    if step.verb is Verb.DROP_TABLE:
        quoted = rf"[\"'`]{re.escape(name)}[\"'`]"
        table = rf"[\"`]?{re.escape(name)}\b[\"`]?"
        # In prose and markup `update` and `from` are words like others: only a whole clause is SQL.
        query = (
            rf"\b(SELECT|DELETE)\b[^;]{{0,400}}\bFROM\s+{table}|\bJOIN\s+{table}\s+(\w+\s+|AS\s+\w+\s+)?(ON|USING)\b"
            rf"|\bINSERT\s+(IGNORE\s+)?INTO\s+{table}|\bUPDATE\s+{table}\s+(\w+\s+)?SET\b|\b(ALTER|TRUNCATE)\s+(TABLE\s+)?{table}"
        )
        return re.compile(f"{quoted}|{query}", re.IGNORECASE)
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")


def _texts(context: Context, name: str) -> Iterator[tuple[str, str]]:
    """Path and text without comments of the files that may use a name, changed ones first."""
    seen = set()
    for source in context.sources:
        seen.add(source.path)
        if source.has_new and _counts(source.path, source.kind) and not is_migration(source):
            yield source.path, _code(source)
    if context.whole:
        away = [path for path in context.files_naming(name) if path not in seen and _counts(path, kind_of(path))]
        for path, data in context.read_many_new(away).items():
            source = unchanged(path, data)
            if not is_migration(source):
                yield path, _code(source)


def _code(source: Source) -> str:
    return "\n".join(row for at, row in enumerate(source.new, 1) if not source.is_comment(Side.NEW, at))


def _counts(path: str, kind: str) -> bool:
    return kind in _CODE and not is_nonproduction(path) and not is_generated(path)


CHECK = Check(page=PAGE, run=check)
