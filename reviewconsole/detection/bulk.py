"""Find statements and calls that delete or change every row, in SQL and in program text."""

import ast
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewconsole import lazy_re as re
from reviewconsole.detection import sql
from reviewconsole.detection.code import groups
from reviewconsole.detection.migration_python import last_name, literal, parse
from reviewconsole.detection.operations import Fact, Verb
from reviewconsole.detection.quick import may_match, rows_matching
from reviewconsole.detection.source import Source
from reviewconsole.finding import Side

_VERBS = {Verb.DELETE: "deleted", Verb.UPDATE: "changed", Verb.TRUNCATE: "deleted"}
_SQL = re.compile(
    r"\s*(?:--[^\n]*\n\s*)*(DELETE\s+FROM|UPDATE\s+\S+\s+SET|WITH\s"
    r"|TRUNCATE\s+(?:(?:TABLE|ONLY)\s+)*[\w.\"`{}$%\[\]]+\s*(?:[;,]|$|CASCADE|RESTART|CONTINUE))",
    re.IGNORECASE,
)
_STRING = re.compile(
    r"`([^`]*)`|\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|<<[~-]?['\"]?(\w+)['\"]?[^\n]*\n([\s\S]{0,4000}?)^\s*\4\b",
    re.MULTILINE,
)
_JOINED = re.compile(r"[\"']\s*\+?\s*\n\s*\+?\s*[\"']")
_SCRIPT_CALLS = (
    re.compile(r"\.deleteMany\(\s*(\{\s*(where:\s*\{\s*\})?\s*\})?\s*\)"),
    re.compile(r"\.updateMany\(\s*\{\s*\}\s*,"),
    re.compile(r"\.destroy\(\s*\{\s*(where:\s*\{\s*\}|truncate:\s*true)"),
    re.compile(r"\b[A-Z]\w*(\.all)?\.(delete_all|destroy_all)\b(?!\(\s*\w)"),
    re.compile(r"\b[A-Z]\w*(\.all)?\.update_all\b"),
    re.compile(r"\b(knex|db|trx)\(\s*[\"'`]\w+[\"'`]\s*\)\s*\.(del|delete|truncate|update)\("),
    re.compile(r"\.remove\(\s*\{\s*\}\s*\)|\bdb\.\w+\.drop\(\)|\.dropDatabase\(|\.drop_collection\(|\.drop_database\("),
    re.compile(r"\.delete_many\(\s*\{\s*\}\s*\)|\.update_many\(\s*\{\s*\}\s*,"),
    re.compile(r"\.Where\(\s*\"1\s*=\s*1\"\s*\)\.(Delete|Update)|AllowGlobalUpdate:\s*true"),
)
_WORDS = re.compile(r"\bdelete|\bupdate|truncate|remove\(|\.drop|destroy|\bdel\(", re.IGNORECASE)
_TOLD = re.compile(r"delete|update|\.truncate\(|\.remove\(|\.drop|destroy|\.del\(", re.IGNORECASE)
"""A part of each of the calls."""
_COMMENT = re.compile(r"^\s*(#|//|\*|/\*)")
_KINDS = frozenset({"sql", "python", "typescript", "go", "ruby", "java", "kotlin", "shell", "makefile", "workflow"})
_REACH = 60
"""Rows a statement or a chain of calls may have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bulk:
    """One such place."""

    table: str
    effect: str
    """`deleted` or `changed`."""
    first: int
    last: int
    text: str


def bulk(source: Source, side: Side) -> tuple[Bulk, ...]:
    """Every place of one side, by line; none where the change touches nothing near one."""
    if source.kind in _KINDS and source.once("bulk-near", Side.NEW, lambda: _near(source)):
        return source.once("bulk", side, lambda: _bulk(source, side))
    return ()


def _near(source: Source) -> bool:
    """Tell whether a word of interest stands within reach of a changed row, on either side."""
    for side in Side:
        changed = sorted(source.changed(side))
        for at in rows_matching(_WORDS, source.lines(side)) if changed else ():
            near = bisect_left(changed, at + 1 - _REACH)
            if near < len(changed) and changed[near] <= at + 1 + _REACH:
                return True
    return False


def _spots(source: Source, side: Side) -> list[int]:
    """The rows of a side at which anything came, went or was put in between."""
    found: set[int] = set()
    for olds, news in groups(source):
        here = olds if side is Side.OLD else news
        found.update(here, (here.start - 1, here.stop))
    return sorted(found)


def _bulk(source: Source, side: Side) -> tuple[Bulk, ...]:
    kind, lines = source.kind, source.lines(side)
    text = "\n".join(lines) + "\n"
    if not may_match(_WORDS, text) or not _WORDS.search(text):
        return ()
    if kind == "sql":
        found = list(_statements(text, 1))
    elif kind == "python":
        tree = parse(text) if re.search(r"\b(delete|update|truncate|drop|remove)", text, re.IGNORECASE) else None
        found = list(_python(tree, lines, _spots(source, side))) + list(_calls(lines)) if tree else list(_strings(text))
    else:
        found = list(_strings(text)) + list(_calls(lines))
    return tuple(sorted(set(found), key=lambda each: (each.first, each.last)))


def _statements(text: str, line: int) -> Iterator[Bulk]:
    for step in sql.operations(text, line):
        if (
            step.verb in _VERBS
            and Fact.WHERE not in step.facts
            and not re.search(r"\bJOIN\b|\bUSING\b|\bLIMIT\b", step.text, re.IGNORECASE)
        ):
            yield Bulk(table=step.table, effect=_VERBS[step.verb], first=step.first, last=step.last, text=step.text)


def _strings(text: str) -> Iterator[Bulk]:
    joined = _JOINED.sub(lambda match: " " * (len(match[0]) - match[0].count("\n")) + "\n" * match[0].count("\n"), text)
    for match in _STRING.finditer(joined):
        body = next((group for group in (match[1], match[2], match[3], match[5]) if group), "")
        # A text that goes on after the literal may still say which rows.
        rest = joined[match.end() : match.end() + 40].lstrip()
        if _SQL.match(body) and not rest.startswith(("+", "%", ".", "<<", "||")):
            yield from _statements(body, joined.count("\n", 0, match.start() + match[0].find(body)) + 1)


def _calls(lines: tuple[str, ...]) -> Iterator[Bulk]:
    for at in sorted(rows_matching(_TOLD, lines)):
        row = lines[at][:1000]
        if not _COMMENT.match(row) and any(pattern.search(row) for pattern in _SCRIPT_CALLS):
            effect = "changed" if re.search(r"update", row, re.IGNORECASE) else "deleted"
            yield Bulk(table="", effect=effect, first=at + 1, last=at + 1, text=" ".join(row.split())[:300])


def _python(tree: ast.Module, lines: tuple[str, ...], spots: Sequence[int]) -> Iterator[Bulk]:
    hot = sorted(at + 1 for at in rows_matching(_WORDS, lines))
    for part in _parts(tree.body):
        # A statement that nothing touches is on both sides, and says nothing.
        last = part.end_lineno or part.lineno
        if all(_within(rows, part.lineno, last) for rows in (hot, spots)):
            yield from _part(part)


def _within(rows: Sequence[int], first: int, last: int) -> bool:
    at = bisect_left(rows, first)
    return at < len(rows) and rows[at] <= last


def _parts(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, and of its classes one by one: most of a long file holds no word of interest."""
    for each in body:
        if isinstance(each, ast.ClassDef):
            yield from _parts(each.body)
        else:
            yield each


def _part(tree: ast.stmt) -> Iterator[Bulk]:
    inner: set[int] = set()
    nodes = list(ast.walk(tree))
    narrowed = {id(base) for node in nodes for base in _narrowed(node)}
    for node in nodes:
        if isinstance(node, ast.Call):
            yield from _orm(node)
            if last_name(node.func) == "execute":
                yield from _core(node, narrowed)
        if isinstance(node, ast.BinOp | ast.JoinedStr | ast.Constant) and id(node) not in inner:
            text = literal(node)
            if text and isinstance(node, ast.BinOp | ast.JoinedStr):
                inner.update(id(each) for each in ast.walk(node))
            if text and _SQL.match(text) and not (isinstance(node, ast.BinOp) and _is_open(node)):
                last = node.end_lineno or node.lineno
                exact = text.count("\n") == last - node.lineno
                for each in _statements(text, node.lineno):
                    first = each.first if exact else node.lineno
                    yield Bulk(
                        table=each.table,
                        effect=each.effect,
                        first=first,
                        last=each.last if exact else last,
                        text=each.text,
                    )


def _narrowed(node: ast.AST) -> Iterator[ast.AST]:
    """The calls under a `.where(...)` or `.filter(...)` of a chain."""
    if isinstance(node, ast.Attribute) and node.attr in ("where", "filter", "filter_by"):
        base: ast.AST = node.value
        while isinstance(base, ast.Call | ast.Attribute):
            yield base
            base = base.func if isinstance(base, ast.Call) else base.value


def _core(node: ast.Call, narrowed: set[int]) -> Iterator[Bulk]:
    """SQLAlchemy's `delete(Table)` and `update(Table)` that are executed as they are."""
    for call in (each for argument in node.args for each in ast.walk(argument)):
        if isinstance(call, ast.Call) and last_name(call.func) in ("delete", "update") and id(call) not in narrowed:
            whole = call.args and isinstance(call.args[0], ast.Name | ast.Attribute) and len(call.args) == 1
            if whole and not call.keywords:
                effect = "deleted" if last_name(call.func) == "delete" else "changed"
                last = call.end_lineno or call.lineno
                table = ast.unparse(call.args[0]).rsplit(".", 1)[-1].lower()
                yield Bulk(table=table, effect=effect, first=call.lineno, last=last, text=ast.unparse(node)[:300])


def _is_open(node: ast.BinOp) -> bool:
    """Tell whether something unknown is put at the end of a text."""
    return isinstance(node.op, ast.Add) and not literal(node.right)


def _orm(node: ast.Call) -> Iterator[Bulk]:
    function = node.func
    if not isinstance(function, ast.Attribute) or function.attr not in (
        "delete",
        "update",
        "truncate",
        "execute_update",
    ):
        return
    chain = ast.unparse(function.value)
    whole = re.fullmatch(r"[\w.]+\.(objects|all_objects|_default_manager)(\.all\(\)|\.using\([^()]*\))*", chain)
    whole = (
        whole
        or re.fullmatch(r"(?:[\w.]+\.)?query(\(\s*[\w.]+\s*\)|\.all\(\))?", chain)
        or re.fullmatch(r"[\w.]+\.select\(\)", chain)
    )
    if function.attr == "delete" and whole:
        if node.args and "query" not in chain:
            return
    elif not (function.attr == "update" and whole and (node.keywords or node.args)):
        return
    effect = "deleted" if function.attr == "delete" else "changed"
    table = re.match(r"(?:.*\()?([\w.]+?)(\.objects|\.query|\)|$)", chain)
    yield Bulk(
        table=(table[1] if table else "").rsplit(".", 1)[-1].lower(), effect=effect,
        first=node.lineno, last=node.end_lineno or node.lineno, text=ast.unparse(node)[:300],
    )  # fmt: skip
