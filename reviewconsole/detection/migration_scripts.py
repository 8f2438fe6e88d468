"""Read migrations in Ruby, TypeScript, JavaScript, Go, Java and Kotlin by their calls and SQL strings.

By pattern, one logical line at a time: which part is the way back follows from the last line
that opens an `up`, `down` or `change`.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from reviewconsole import lazy_re as re
from reviewconsole.detection import sql
from reviewconsole.detection.operations import Fact, Operation, Verb

_DOWN = re.compile(
    r"\bdef\s+(self\.)?down\b|\bdown\s*[:=]|\bdown\s*\(|exports\.down\b|dir\.down\b|func\s+\w*[Dd]own\w*\("
    r"|\bRollback(Session)?\s*:|func\s+\w*[Rr]ollback\w*\(",
    re.ASCII,
)
_UP = re.compile(
    r"\bdef\s+(self\.)?(up|change)\b|\bup\s*[:=]|\bup\s*\(|exports\.up\b|dir\.up\b|func\s+\w*[Uu]p\w*\("
    r"|\bMigrate(Session)?\s*:|\bvoid\s+migrate\(|\bfun\s+migrate\(",
    re.ASCII,
)
_STRING = re.compile(
    r"\"{3}([\s\S]{0,4000}?)\"{3}|`([^`]*)`|<<[~-]?['\"]?(\w+)['\"]?[^\n]*\n([\s\S]{0,4000}?)^\s*\3\b|\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'",
    re.MULTILINE,
)
_SQL = re.compile(
    r"\s*(--[^\n]*\n\s*)*(ALTER|CREATE|DROP|UPDATE|DELETE|TRUNCATE|RENAME|SET\s+\w*_timeout|DO\s+\$|WITH)\b[\s\S]*\s\S",
    re.IGNORECASE,
)
_ARGUMENT = r"\s*\(?\s*:?[\"'`]?([\w.]+)[\"'`]?"
_MODEL = r"\s*\(\s*(?:&|new\()?[\"`]?([\w.]+)[\"`]?(?:\{\}|\))?"
_SECOND = r"\s*,\s*:?[\"'`]?([\w.]+)[\"'`]?"
_CALLS: tuple[tuple[re.Pattern[str], Verb], ...] = tuple(
    (re.compile(pattern), verb)
    for pattern, verb in (
        (r"\b(?:create_table|createTable|create_join_table|createTableIfNotExists)" + _ARGUMENT, Verb.CREATE_TABLE),
        (r"\b(?:drop_table|dropTable|dropTableIfExists|drop_join_table)" + _ARGUMENT, Verb.DROP_TABLE),
        (r"\b(?:remove_columns?|removeColumn)" + _ARGUMENT + _SECOND, Verb.DROP_COLUMN),
        (r"\bqueryRunner\.dropColumn" + _ARGUMENT + _SECOND, Verb.DROP_COLUMN),
        (r"\b(?:remove_reference|remove_belongs_to|remove_time\w+)" + f"{_ARGUMENT}(?:{_SECOND})?", Verb.DROP_COLUMN),
        (r"\bt(?:able)?\.(?:dropColumns?|remove|remove_references|dropTimestamps)()" + _ARGUMENT, Verb.DROP_COLUMN),
        (
            r"\b(?:remove_foreign_key|remove_check_\w+|removeConstraint|dropForeign\w*)" + _ARGUMENT,
            Verb.DROP_CONSTRAINT,
        ),
        (r"\b(?:rename_table|renameTable)" + _ARGUMENT + _SECOND, Verb.RENAME_TABLE),
        (r"\b(?:rename_column|renameColumn)" + _ARGUMENT + _SECOND, Verb.RENAME_COLUMN),
        (r"\bt(?:able)?\.(?:rename|renameColumn)()" + _ARGUMENT, Verb.RENAME_COLUMN),
        (r"\b(?:change_column_null)" + _ARGUMENT + _SECOND + r"\s*,\s*false", Verb.SET_NOT_NULL),
        (r"\b(?:change_column|changeColumn)" + _ARGUMENT + _SECOND, Verb.ALTER_TYPE),
        (r"\bt(?:able)?\.change()" + _ARGUMENT, Verb.ALTER_TYPE),
        (r"[\"'`](\w+)[\"'`][^;\n]*\)(?:[^;\n]*)\.alter\(()", Verb.ALTER_TYPE),
        (r"\b(?:add_index|addIndex|createIndex)" + _ARGUMENT, Verb.CREATE_INDEX),
        (r"\b(?:add_foreign_key|add_check_constraint|addConstraint|createForeignKey)" + _ARGUMENT, Verb.ADD_CONSTRAINT),
        (r"\b(?:add_column|addColumn)" + _ARGUMENT + _SECOND, Verb.ADD_COLUMN),
        (r"\b(?:add_reference|add_belongs_to)" + _ARGUMENT + _SECOND, Verb.CREATE_INDEX),
        (r"\.Migrator\(\)\.DropTable" + _MODEL, Verb.DROP_TABLE),
        (r"\.Migrator\(\)\.DropColumn" + _MODEL + _SECOND, Verb.DROP_COLUMN),
        (r"\.Migrator\(\)\.RenameColumn" + _MODEL + _SECOND, Verb.RENAME_COLUMN),
        (r"\.Migrator\(\)\.RenameTable" + _MODEL, Verb.RENAME_TABLE),
        (r"\.Migrator\(\)\.AlterColumn" + _MODEL + _SECOND, Verb.ALTER_TYPE),
        (r"\.Migrator\(\)\.AddColumn" + _MODEL + _SECOND, Verb.ADD_COLUMN),
        (r"\.Migrator\(\)\.CreateIndex" + _MODEL, Verb.CREATE_INDEX),
        (r"\.Migrator\(\)\.CreateTable" + _MODEL, Verb.CREATE_TABLE),
        (r"\bsess\w*\.DropTables?" + _MODEL, Verb.DROP_TABLE),
        (r"\bdropTableColumns\(\s*\w+\s*,\s*\"(\w+)\"" + _SECOND, Verb.DROP_COLUMN),
        (r"\b([A-Z]\w*)(?:\.\w+(?:\([^()]*\))?)*?\.(?:update_all|delete_all|destroy_all)\b()", Verb.UPDATE),
        (r"\b([A-Z]\w*)(?:\.\w+(?:\([^()]*\))?)*?\.(?:each|find_each)\b()", Verb.LOOP),
    )
)  # fmt: skip
_FACTS = (
    (re.compile(r"algorithm:\s*:concurrently|concurrently:\s*true|\bCONCURRENTLY\b"), Fact.CONCURRENTLY),
    (re.compile(r"validate:\s*false|NOT VALID"), Fact.NOT_VALID),
    (re.compile(r"null:\s*false|notNullable\(|allowNull:\s*false|isNullable:\s*false"), Fact.NOT_NULL),
    (re.compile(r"\bdefault:|defaultTo\(|defaultValue:|index:\s*false"), Fact.DEFAULT),
    (re.compile(r"in_batches|find_in_batches|batch_size|\.limit\("), Fact.IN_BATCHES),
    (re.compile(r"\bdo\s*\|"), Fact.REVERSIBLE),
)


def marked(found: Operation, *, back: bool) -> Operation:
    """The same step as part of the way back, or of the way up."""
    return replace(found, back=back)


@lru_cache(maxsize=128)
def operations(kind: str, lines: tuple[str, ...]) -> tuple[Operation, ...]:
    """The steps of a migration, by line."""
    found = [*_calls(kind, lines), *_strings(lines)]
    return tuple(sorted(found, key=lambda each: (each.first, each.verb.value)))


def _backs(lines: tuple[str, ...]) -> list[bool]:
    back = False
    result = []
    for line in lines:
        row = line[:500]
        down, up = _DOWN.search(row), _UP.search(row)
        if down and not up:
            back = True
        elif up and not down:
            back = False
        result.append(back)
    return result


def _calls(kind: str, lines: tuple[str, ...]) -> Iterator[Operation]:
    backs = _backs(lines)
    table = ""
    at = 0
    mark = "#" if kind == "ruby" else "//"
    while at < len(lines):
        first = at
        text = lines[at][:2000]
        at += 1
        if text.lstrip().startswith(mark):
            continue
        while (
            at < len(lines)
            and at - first < 20
            and ((text.rstrip().endswith((",", "(", "{")) and kind != "ruby") or text.rstrip().endswith(","))
        ):
            if kind != "ruby" and re.search(r"(=>|\))\s*\{\s*$", text):
                break
            text += " " + lines[at][:2000].strip()
            at += 1
        inside = re.search(
            r"\b(?:change_table|alterTable|schema\.table|createTable|create_table)\s*\(?\s*:?[\"'`]?([\w.]+)", text
        )
        if inside:
            table = inside[1]
        text = text[:2000]
        for pattern, verb in _CALLS:
            match = pattern.search(text)
            if match:
                yield _operation(match, verb, text, first, at, table=table, back=backs[first])
                break


def _operation(
    match: re.Match[str], verb: Verb, text: str, first: int, last: int, *, table: str, back: bool
) -> Operation:
    groups = [group or "" for group in match.groups()]
    column = groups[1] if len(groups) > 1 else ""
    kind = ""
    if verb in (Verb.RENAME_TABLE, Verb.RENAME_COLUMN):
        kind = column
    elif verb in (Verb.ALTER_TYPE, Verb.ADD_COLUMN):
        rest = re.match(r"\s*,\s*:?[\"'`]?(\w+)", text[match.end() :])
        kind = rest[1] if rest else ""
    facts = frozenset(fact for pattern, fact in _FACTS if pattern.search(text))
    if verb is Verb.DROP_COLUMN and kind == "" and re.match(r"\s*,\s*:\w+", text[match.end() :]):
        facts |= {Fact.REVERSIBLE}
    return Operation(
        verb=verb, first=first + 1, last=last, text=" ".join(text.split())[:400], table=sql.name_of(groups[0] or table),
        column=sql.name_of(column), facts=facts, back=back, kind=kind.lower(),
    )  # fmt: skip


def _strings(lines: tuple[str, ...]) -> Iterator[Operation]:
    backs = _backs(lines)
    text = "\n".join(lines) + "\n"
    for match in _STRING.finditer(text):
        body = next((group for group in (match[1], match[2], match[4], match[5], match[6]) if group), "")
        if not _SQL.match(body):
            continue
        start = text.count("\n", 0, match.start() + match[0].find(body))
        for found in sql.operations(body, start + 1):
            if found.verb is not Verb.OTHER:
                yield marked(found, back=backs[min(found.first, len(backs)) - 1])
