"""Read alembic revisions and Django migrations with Python's own parser.

Nothing of the file is run or imported. A file that does not parse has no operations.
"""

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from reviewconsole import lazy_re as re
from reviewconsole.detection import sql
from reviewconsole.detection.operations import Fact, Operation, Verb

_MAX = 200_000
_BACK = re.compile(r"(^|_)(downgrade|backwards?|reverse\w*|down|rollback|undo|revert)(_|$)", re.IGNORECASE)
_SQL = re.compile(
    r"\s*(--[^\n]*\n\s*)*(ALTER|CREATE|DROP|UPDATE|DELETE|TRUNCATE|RENAME|SET\s+\w+\s*(=|TO)|DO\s+\$|WITH|BEGIN|COMMIT)\b",
    re.IGNORECASE,
)
_CALLS = {
    "create_table": Verb.CREATE_TABLE, "drop_table": Verb.DROP_TABLE, "rename_table": Verb.RENAME_TABLE,
    "add_column": Verb.ADD_COLUMN, "drop_column": Verb.DROP_COLUMN, "drop_constraint": Verb.DROP_CONSTRAINT,
    "create_index": Verb.CREATE_INDEX, "drop_index": Verb.DROP_INDEX, "create_check_constraint": Verb.ADD_CONSTRAINT,
    "create_foreign_key": Verb.ADD_CONSTRAINT, "create_unique_constraint": Verb.ADD_CONSTRAINT,
    "create_primary_key": Verb.ADD_CONSTRAINT, "create_exclude_constraint": Verb.ADD_CONSTRAINT,
    "CreateModel": Verb.CREATE_TABLE, "DeleteModel": Verb.DROP_TABLE, "RemoveField": Verb.DROP_COLUMN,
    "RenameModel": Verb.RENAME_TABLE, "RenameField": Verb.RENAME_COLUMN, "AlterModelTable": Verb.RENAME_TABLE,
    "AddIndex": Verb.CREATE_INDEX, "AddIndexConcurrently": Verb.CREATE_INDEX, "AddConstraint": Verb.ADD_CONSTRAINT,
    "RemoveConstraint": Verb.DROP_CONSTRAINT, "AddField": Verb.ADD_COLUMN, "AlterField": Verb.ALTER_TYPE,
    "AddConstraintNotValid": Verb.ADD_CONSTRAINT,
}  # fmt: skip
_ALEMBIC = frozenset(name for name in _CALLS if name.islower())
_SETS = frozenset({"update", "delete", "bulk_update", "bulk_create"})


@lru_cache(maxsize=128)
def operations(lines: tuple[str, ...]) -> tuple[Operation, ...]:
    """The steps of a migration, by line."""
    text = "\n".join(lines) + "\n"
    tree = parse(text)
    if tree is None:
        return ()
    return tuple(sorted(_Reader(tree).read(), key=lambda each: (each.first, each.last)))


def parse(text: str) -> ast.Module | None:
    """The syntax tree of a text; None where it is no Python of this version, or too long."""
    if len(text) > _MAX:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def literal(node: ast.AST | None) -> str:
    """The text of a string literal, of an f-string with `{}` for its values, or of joined ones; else empty."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(literal(part) or "{}" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return literal(node.left) + (literal(node.right) if isinstance(node.op, ast.Add) else "")
    return ""


def last_name(node: ast.AST) -> str:
    """The last name of a reference, `c` of `a.b.c`; empty for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


class _Reader:
    """Walks one module; what belongs to the way back is known before."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._back = _way_back(tree)
        self._aliases = {
            name.asname: name.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for name in node.names
            if name.asname
        }

        self._tables = {
            target.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and last_name(node.value.func) in ("table", "Table")
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def read(self) -> Iterator[Operation]:
        """Every step, in no order."""
        yield from self._walk(self._tree, back=False, table="")

    def _walk(self, node: ast.AST, *, back: bool, table: str) -> Iterator[Operation]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            back = node.name in self._back
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            back = back or node.targets[0].id in self._back
        elif isinstance(node, ast.With):
            table = _batch_table(node) or table
        elif isinstance(node, ast.For | ast.AsyncFor) and _changes_rows(node):
            facts = frozenset({Fact.IN_BATCHES} if _batched(node) else ())
            yield Operation(
                verb=Verb.LOOP,
                first=node.lineno,
                last=node.lineno,
                text=ast.unparse(node.iter)[:200],
                facts=facts,
                back=back,
            )
        elif isinstance(node, ast.Call):
            yield from self._call(node, back=back, table=table)
            if last_name(node.func) in ("RunSQL", "RunPython"):
                yield from self._run(node, back=back)
                return
        if isinstance(node, ast.keyword) and node.arg == "state_operations":
            return
        text = literal(node)
        if text and _SQL.match(text) and isinstance(node, ast.expr):
            yield from self._sql(node, text, back=back)
            return
        for child in ast.iter_child_nodes(node):
            if not _is_docstring(node, child):
                yield from self._walk(child, back=back, table=table)

    def _run(self, node: ast.Call, *, back: bool) -> Iterator[Operation]:
        reverse = [keyword.value for keyword in node.keywords if (keyword.arg or "").startswith("reverse")] + node.args[
            1:2
        ]
        ahead = [keyword.value for keyword in node.keywords if keyword.arg in ("sql", "code")] + node.args[:1]
        for part in ahead:
            yield from self._walk(part, back=back, table="")
        for part in reverse:
            yield from self._walk(part, back=True, table="")

    def _sql(self, node: ast.expr, text: str, *, back: bool) -> Iterator[Operation]:
        last = node.end_lineno or node.lineno
        exact = text.count("\n") == last - node.lineno
        for found in sql.operations(text, node.lineno):
            if found.verb is not Verb.OTHER:
                first = found.first if exact else node.lineno
                yield replace(found, back=back, first=first, last=found.last if exact else last)

    def _call(self, node: ast.Call, *, back: bool, table: str) -> Iterator[Operation]:
        name = self._aliases.get(last_name(node.func), last_name(node.func))
        if name == "alter_column":
            yield from _alter(node, back=back, table=table)
        elif name in _CALLS:
            yield _step(_CALLS[name], node, name, back=back, table=table)
        elif name in ("update", "delete") and (_over_rows(node) or _name_of_base(node) in self._tables):
            facts = frozenset({Fact.WHERE} if _narrowed(node.func) else ())
            verb = Verb.UPDATE if name == "update" else Verb.DELETE
            yield Operation(
                verb=verb, first=node.lineno, last=node.end_lineno or node.lineno, text=ast.unparse(node)[:300],
                table=_table(node), facts=facts, back=back,
            )  # fmt: skip


def _batch_table(node: ast.With) -> str:
    for item in node.items:
        call = item.context_expr
        if isinstance(call, ast.Call) and last_name(call.func) == "batch_alter_table":
            return literal(_argument(call, 0, "table_name"))
    return ""


def _is_docstring(parent: ast.AST, child: ast.AST) -> bool:
    return (
        isinstance(parent, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and bool(parent.body)
        and child is parent.body[0]
        and isinstance(child, ast.Expr)
        and isinstance(child.value, ast.Constant)
    )


def _way_back(tree: ast.Module) -> frozenset[str]:
    """Names of functions and constants that only the way back uses, or that are named for it."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    users: dict[str, set[str]] = {}
    for name, node in functions.items():
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and inner.id != name:
                users.setdefault(inner.id, set()).add(name)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and last_name(call.func) in ("RunPython", "RunSQL"):
            ahead = [*call.args[:1], *(k.value for k in call.keywords if k.arg in ("code", "sql"))]
            back = [*call.args[1:2], *(k.value for k in call.keywords if (k.arg or "").startswith("reverse"))]
            for part in ahead:
                users.setdefault(last_name(part), set()).add("upgrade")
            for part in back:
                users.setdefault(last_name(part), set()).add("downgrade")
    found = {name for name in {*functions, *users} if _BACK.search(name) and "upgrade" not in users.get(name, ())}
    found.add("downgrade")
    for _ in range(4):
        found |= {name for name, by in users.items() if by and by <= found and name not in ("op", "sa")}
    return frozenset(found)


def _argument(node: ast.AST, index: int, *names: str) -> ast.AST | None:
    if not isinstance(node, ast.Call):
        return None
    for keyword in node.keywords:
        if keyword.arg in names:
            return keyword.value
    return node.args[index] if index < len(node.args) else None


def _says(node: ast.Call, name: str, value: object) -> bool:
    return any(
        keyword.arg == name and isinstance(keyword.value, ast.Constant) and keyword.value.value is value
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call)
        for keyword in inner.keywords
    )


def _has(node: ast.Call, *names: str) -> bool:
    return any(k.arg in names for inner in ast.walk(node) if isinstance(inner, ast.Call) for k in inner.keywords)


def _step(verb: Verb, node: ast.Call, name: str, *, back: bool, table: str) -> Operation:
    facts = set(_facts(node, name))
    first, second = (
        literal(_argument(node, 0, "table_name", "model_name", "source_table", "old_table_name", "name", "old_name")),
        "",
    )
    if name in _ALEMBIC:
        if name in ("create_index", "drop_index", "drop_constraint") or (
            name.startswith("create_") and name != "create_table"
        ):
            first = literal(_argument(node, 1, "table_name", "source_table", "source")) or table
        elif table:
            first, second = table, first
        if verb is Verb.DROP_COLUMN:
            second = second or literal(_argument(node, 1, "column_name"))
        elif verb is Verb.ADD_COLUMN:
            column = next(
                (each for each in ast.walk(node) if isinstance(each, ast.Call) and last_name(each.func) == "Column"),
                None,
            )
            second = literal(_argument(column, 0, "name")) if column else ""
    elif name in ("CreateModel", "DeleteModel", "RenameModel", "AlterModelTable"):
        second = literal(_argument(node, 1, "new_name", "table"))
    else:
        second = literal(_argument(node, 1, "old_name", "name"))
    kind = (
        literal(_argument(node, 2, "new_name"))
        if verb is Verb.RENAME_COLUMN
        else second
        if verb is Verb.RENAME_TABLE
        else _field(node)
    )
    return Operation(
        verb=verb, first=node.lineno, last=node.end_lineno or node.lineno, text=ast.unparse(node)[:400],
        table=sql.name_of(first), column=sql.name_of(second), facts=frozenset(facts), back=back, kind=kind.lower(),
    )  # fmt: skip


def _field(node: ast.Call) -> str:
    """Constructor of the field, or type of the column, of an adding or altering call."""
    field = _argument(node, 2, "field")
    return last_name(field.func) if isinstance(field, ast.Call) else ""


def _facts(node: ast.Call, name: str) -> Iterator[Fact]:
    if name == "AddIndexConcurrently" or _says(node, "postgresql_concurrently", True):
        yield Fact.CONCURRENTLY
    if name == "AddConstraintNotValid" or _says(node, "postgresql_not_valid", True):
        yield Fact.NOT_VALID
    if _says(node, "nullable", False):
        yield Fact.NOT_NULL
    if _has(node, "server_default", "default", "db_default") or name == "AddField":
        yield Fact.DEFAULT
    if name == "create_check_constraint" or any(
        last_name(n.func) == "CheckConstraint" for n in ast.walk(node) if isinstance(n, ast.Call)
    ):
        yield Fact.CHECK
    if name == "create_foreign_key" or any(
        last_name(n.func) == "ForeignKey" for n in ast.walk(node) if isinstance(n, ast.Call)
    ):
        yield Fact.FOREIGN_KEY
    if name == "create_unique_constraint" or any(
        last_name(n.func) == "UniqueConstraint" for n in ast.walk(node) if isinstance(n, ast.Call)
    ):
        yield Fact.UNIQUE


def _alter(node: ast.Call, *, back: bool, table: str) -> Iterator[Operation]:
    names = (table, literal(_argument(node, 0, "column_name"))) if table else (
        literal(_argument(node, 0, "table_name")), literal(_argument(node, 1, "column_name")))  # fmt: skip
    said = {keyword.arg: keyword.value for keyword in node.keywords}
    for verb, present in (
        (Verb.RENAME_COLUMN, "new_column_name" in said),
        (Verb.ALTER_TYPE, "type_" in said and _differs(said.get("existing_type"), said["type_"])),
        (Verb.SET_NOT_NULL, ast.unparse(said.get("nullable") or ast.Constant(True)) == "False"),
    ):  # fmt: skip
        if present:
            widening = (
                {Fact.WIDENING}
                if verb is Verb.ALTER_TYPE and _wider(said.get("existing_type"), said["type_"])
                else set()
            )
            yield Operation(
                verb=verb, first=node.lineno, last=node.end_lineno or node.lineno, text=ast.unparse(node)[:400],
                table=sql.name_of(names[0]), column=sql.name_of(names[1]), back=back, facts=frozenset(widening),
                kind=_new_kind(said),
            )  # fmt: skip


def _new_kind(said: Mapping[str | None, ast.expr]) -> str:
    return (literal(said.get("new_column_name")) or ast.unparse(said.get("type_") or ast.Constant("")))[:60].lower()


def _differs(old: ast.AST | None, new: ast.AST) -> bool:
    return old is None or ast.dump(old) != ast.dump(new)


def _wider(old: ast.AST | None, new: ast.AST) -> bool:
    """Tell whether a text column only becomes longer, which rewrites nothing."""
    sizes = [_text_size(node) for node in (old, new)]
    return all(size > 0 for size in sizes) and sizes[1] >= sizes[0]


def _text_size(node: ast.AST | None) -> float:
    """Characters a text type holds; 0 for another type."""
    call = isinstance(node, ast.Call)
    name = (last_name(node.func) if isinstance(node, ast.Call) else last_name(node) if node else "").lower()
    if name in ("string", "unicode", "varchar", "autostring") and call:
        size = _argument(node, 0, "length") if node else None
        return float(size.value) if isinstance(size, ast.Constant) and isinstance(size.value, int) else float("inf")
    return float("inf") if name in ("text", "unicodetext", "string", "unicode", "varchar") else 0.0


def _over_rows(node: ast.Call) -> bool:
    """Tell a query's `.update(...)` or `.delete()` from a dictionary's or an object's."""
    text = ast.unparse(node.func)
    return bool(
        re.search(r"\bobjects\b|\.filter\(|\.exclude\(|\.all\(\)|\bquery\b|\.where\(|_default_manager", text)
    ) or (
        bool(re.search(r"\.(values|where)\($", text))
        or (isinstance(node.func, ast.Attribute) and _is_table(node.func.value))
    )


def _name_of_base(node: ast.Call) -> str:
    return last_name(node.func.value) if isinstance(node.func, ast.Attribute) else ""


def _is_table(node: ast.AST) -> bool:
    return (isinstance(node, ast.Name) and bool(re.search(r"table$|_t$", node.id))) or (
        isinstance(node, ast.Name) and node.id in ("sa", "sqlalchemy"))  # fmt: skip


def _narrowed(node: ast.AST) -> bool:
    return bool(re.search(r"\.(filter|exclude|where|get)\(", ast.unparse(node)))


def _table(node: ast.Call) -> str:
    text = ast.unparse(node.func)
    match = re.match(r"(\w+)\.(objects|query|update|delete)", text) or re.search(r"query\((\w+)\)", text)
    return match[1].lower() if match else ""


def _changes_rows(node: ast.For | ast.AsyncFor) -> bool:
    """Tell a loop over a model or query that saves, updates or deletes in its body."""
    source = ast.unparse(node.iter)
    if not re.search(r"\bobjects\b|\.all\(\)|\.iterator\(|\bquery\b|\.filter\(|fetchall|execute\(|\brows\b", source):
        return False
    return any(
        isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and _writes(inner.func)
        for statement in node.body
        for inner in ast.walk(statement)
    )


def _writes(call: ast.Attribute) -> bool:
    """Tell a method that writes rows from one that fills a set or a dictionary of the function."""
    if call.attr in ("update", "add") and isinstance(call.value, ast.Name):
        return bool(re.search(r"session|conn|bind|cursor|\bdb\b|query|qs\b|objects", call.value.id))
    return call.attr in ("save", "update", "delete", "execute", "create", "add", "bulk_update")


def _batched(node: ast.For | ast.AsyncFor) -> bool:
    text = ast.unparse(node)
    return bool(
        re.search(r"batch|chunk|\[\s*\w*\s*:\s*\w+\]|paginat|sleep\(|RangeQuerySet|limit\(", text, re.IGNORECASE)
    )
