"""Statements of migrations by what they do: SQL by sqlglot, Alembic, Django and Rails by syntax tree."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewconsole import lazy_re as re
from reviewconsole.constraints.facts import Undetermined
from reviewconsole.constraints.reading.syntax import field, line, parse, source, walk

if TYPE_CHECKING:
    from sqlglot import exp
    from tree_sitter import Node

CLASSES = (
    "drop_table", "drop_column", "truncate", "delete_without_where", "update_without_where", "alter_type",
    "not_null_no_default",
)  # fmt: skip
_DYNAMIC = re.compile(r"\s*(?:execute\s+(?:immediate\s+)?|do\s+\$|prepare\s|call\s|exec\s)", re.IGNORECASE)
_CALLS = {
    "drop_table": "drop_table", "drop_column": "drop_column", "remove_column": "drop_column",
    "remove_columns": "drop_column", "DeleteModel": "drop_table", "RemoveField": "drop_column",
}  # fmt: skip
_HARMLESS = frozenset(("INSERT", "SELECT", "CREATE", "COMMENT", "GRANT", "REVOKE", "SET", "BEGIN", "START", "COMMIT"))
"""First words of statements that are of no class, whatever follows; their text is not parsed."""
_LONGEST = 1_000_000
_RUNS = ("execute", "RunSQL", "execute_batch")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its classes, `unknown` where only a run could tell, and its text."""

    classes: frozenset[str]
    unknown: str
    text: str
    line: int
    last: int


def statements(path: str, text: str, dialect: str) -> tuple[Statement, ...] | None:
    """The statements that a migration applies forward; None where the file is no migration that is read."""
    if path.endswith(".sql"):
        if len(text) > _LONGEST:
            raise Undetermined(f"has more than {_LONGEST} characters of SQL")
        return tuple(_sql(_forward(text), dialect))
    if path.endswith(".py") and ("migrations." in text or "op." in text):
        return tuple(_calls(parse("python", text), dialect, skip="downgrade"))
    if path.endswith(".rb") and "Migration" in text:
        return tuple(_calls(parse("ruby", text), dialect, skip="down"))
    return None


def _forward(text: str) -> str:
    """The part of a SQL file before its down marker, with the lines after it left blank (goose, dbmate)."""
    found = re.search(r"^--\s*(?:\+goose\s+down|migrate:down|//@undo|rollback)\b", text, re.IGNORECASE | re.MULTILINE)
    return text[: found.start()] if found else text


def has_down(path: str, text: str) -> bool | None:
    """Whether a migration says how to undo itself; None where another file would say it."""
    if path.endswith(".sql"):
        return True if _forward(text) != text else None
    root = parse("python" if path.endswith(".py") else "ruby", text)
    for node in walk(root):
        if node.type in ("function_definition", "method") and source(field(node, "name")) in ("downgrade", "down"):
            body = field(node, "body") or node
            rows = [child for child in body.named_children if not _empty(child)]
            return bool(rows)
        if node.type == "method" and source(field(node, "name")) == "change":
            return True
        if node.type == "call" and source(field(node, "function")).endswith(("RunSQL", "RunPython")):
            arguments = (field(node, "arguments") or node).named_children
            if sum(child.type != "comment" for child in arguments) < 2:
                return False
    return "migrations.Migration" in text


def _empty(node: "Node") -> bool:
    text = source(node)
    return node.type in ("pass_statement", "comment", "raise_statement") or text.startswith(('"', "'", "raise"))


def _sql(text: str, dialect: str, first: int = 1) -> Iterator[Statement]:
    for body, start in _split(text, dialect):
        at = first + text.count("\n", 0, start)
        yield _classified(body, dialect, at)


def _split(text: str, dialect: str) -> Iterator[tuple[str, int]]:
    """Each statement with its offset: a fault in one leaves the others readable."""
    from sqlglot import Dialect
    from sqlglot.errors import SqlglotError

    try:
        tokens = Dialect.get_or_raise(dialect or None).tokenize(text)
    except (SqlglotError, RecursionError) as error:
        raise Undetermined("cannot be read as SQL") from error
    start: int | None = None
    for token in tokens:
        if token.token_type.name == "SEMICOLON":
            if start is not None:
                yield text[start : token.start], start
            start = None
        elif start is None:
            start = token.start
    if start is not None:
        yield text[start:].rstrip(), start


def _classified(body: str, dialect: str, at: int) -> Statement:
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    if body.split(None, 1)[0].upper() in _HARMLESS:
        return Statement(frozenset(), "", " ".join(body.split()), at, at + body.count("\n"))
    unknown = ""
    classes: set[str] = set()
    logger = logging.getLogger("sqlglot")
    was = logger.disabled
    logger.disabled = True  # it warns of statements it keeps as text; they are answered for here
    try:
        tree = sqlglot.parse_one(body, read=dialect or None)
        classes = set(_kinds(tree))
        if isinstance(tree, exp.Command) and not classes:
            unknown = _opaque(body)
    except (SqlglotError, RecursionError):
        unknown = "cannot be parsed as SQL"
    finally:
        logger.disabled = was
    if _DYNAMIC.match(body):
        unknown = "runs SQL that is made at run time"
    return Statement(frozenset(classes), unknown, " ".join(body.split()), at, at + body.count("\n"))


def _opaque(body: str) -> str:
    word = body.split(None, 1)[0].upper() if body.split() else ""
    return f"holds a {word} that is not read" if word in ("ALTER", "DROP", "DELETE", "UPDATE", "TRUNCATE") else ""


def _kinds(tree: "exp.Expr") -> Iterator[str]:
    from sqlglot import exp

    for node in tree.walk():
        if isinstance(node, exp.Drop):
            kind = str(node.args.get("kind") or "").upper()
            yield "drop_column" if kind == "COLUMN" else "drop_table" if kind in ("TABLE", "SCHEMA", "DATABASE") else ""
        elif isinstance(node, exp.TruncateTable):
            yield "truncate"
        elif isinstance(node, exp.Delete) and not node.args.get("where"):
            yield "delete_without_where"
        elif isinstance(node, exp.Update) and not node.args.get("where"):
            yield "update_without_where"
        elif isinstance(node, exp.AlterColumn):
            if node.args.get("dtype"):
                yield "alter_type"
            elif node.args.get("allow_null") is False:
                yield "not_null_no_default"
        elif isinstance(node, exp.ModifyColumn):
            yield "alter_type"
        elif isinstance(node, exp.ColumnDef) and isinstance(tree, exp.Alter):
            kinds = [item.args.get("kind") for item in node.args.get("constraints") or ()]
            strict = [k for k in kinds if isinstance(k, exp.NotNullColumnConstraint) and not k.args.get("allow_null")]
            if strict and not any(isinstance(kind, exp.DefaultColumnConstraint) for kind in kinds):
                yield "not_null_no_default"


def _calls(root: "Node", dialect: str, *, skip: str) -> Iterator[Statement]:
    """Operations of a migration written in a programming language, those of its way back left out."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type in ("function_definition", "method") and source(field(node, "name")) == skip:
            continue
        if node.type == "call":
            yield from _call(node, dialect)
        stack.extend(reversed(node.children))


def _call(node: "Node", dialect: str) -> Iterator[Statement]:
    name = source(field(node, "function") or field(node, "method")).rsplit(".", 1)[-1]
    text = " ".join(source(node).split())
    at, last = line(node), node.end_point.row + 1

    def plain(*classes: str, unknown: str = "") -> Statement:
        return Statement(frozenset(classes), unknown, text, at, last)

    if name in _CALLS:
        yield plain(_CALLS[name])
    elif name in _RUNS:
        literal = _literal(node)
        if literal is None:
            yield plain(unknown="runs SQL that is made at run time")
        else:
            yield from _sql(literal, dialect, at)
    elif name in ("RunPython", "AlterField"):
        yield plain(unknown=f"{name} may do anything to the data")
    elif name in ("alter_column", "change_column", "change_column_null"):
        strict = re.search(r"nullable\s*=\s*False|null:\s*false|change_column_null[ (].*,\s*false", text)
        typed = re.search(r"\btype_\s*=", text) or name == "change_column"
        if typed:
            yield plain("alter_type")
        elif strict and not re.search(r"server_default|default", text):
            yield plain("not_null_no_default")
    elif name in ("add_column", "AddField"):
        named = re.search(r"nullable\s*=\s*False|null:\s*false", text) is not None
        field_of_django = name == "AddField" and not re.search(r"null=True|ManyToManyField|blank=True", text)
        if (named or field_of_django) and "default" not in text:
            yield plain("not_null_no_default")


def _literal(node: "Node") -> str | None:
    """The SQL of a call whose first argument is a plain string; None for anything else."""
    arguments = field(node, "arguments")
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    if first is not None and first.type == "call" and source(field(first, "function")).endswith("text"):
        return _literal(first)
    if first is None or first.type != "string" or any(n.type == "interpolation" for n in walk(first)):
        return None
    parts = [source(child) for child in first.named_children if child.type in ("string_content", "escape_sequence")]
    return "".join(parts)
