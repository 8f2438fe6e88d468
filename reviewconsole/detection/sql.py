"""Split SQL into statements and name what each does.

An own splitter, not a parser of a dialect: migrations mix PostgreSQL, MySQL, SQLite and tool
marks, and a statement that no grammar knows must not hide the ones beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from reviewconsole import lazy_re as re
from reviewconsole.detection.operations import Fact, Operation, Verb

_TOKEN = re.compile(
    r"--[^\n]*|/\*[\s\S]*?\*/|(?P<dollar>\$\w*\$)|'(?:[^'\\]|''|\\.)*'|\"[^\"]*\"|`[^`]*`|(?P<end>;)|[^-/$'\"`;]+|."
)
_NAME = r"(?:ONLY\s+)?(?:IF\s+(?:NOT\s+)?EXISTS\s+)?([\w.\"`\[\]{}%$:-]+)"
_ALTER = re.compile(rf"^ALTER\s+TABLE\s+{_NAME}\s+(?:ON\s+CLUSTER\s+\S+\s+)?", re.IGNORECASE)
_BLOCK = re.compile(r"\b(BEGIN|THEN|ELSE|LOOP|END)\b", re.IGNORECASE)
_MAX = 400_000
"""Longer texts are dumps; nothing is read from them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One statement with comments and literals blanked, so that offsets still hold."""

    text: str
    raw: str
    first: int
    last: int


def name_of(text: str) -> str:
    """An identifier as it is compared: no quotes, no schema, lower case; empty where a program fills it in."""
    if "{" in text or "%" in text or "$" in text:
        return ""
    return re.sub(r"[\"`\[\]]", "", text).rsplit(".", 1)[-1].lower()


@lru_cache(maxsize=256)
def statements(text: str) -> tuple[Statement, ...]:
    """The statements of a text, by line; empty ones are left out."""
    return tuple(_statements(text, 1)) if len(text) <= _MAX else ()


def _statements(text: str, line: int) -> Iterator[Statement]:
    kept: list[str] = []
    raw: list[str] = []
    first = line
    inside: list[Statement] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match:
            break
        piece = match[0]
        at = match.end()
        if match["dollar"]:
            end = text.find(piece, at)
            end = len(text) if end < 0 else end
            body = text[at:end]
            if re.match(r"\s*DO\b", "".join(kept), re.IGNORECASE):
                inner = _BLOCK.sub(lambda word: ";".ljust(len(word[0])), body)
                inside = list(_statements(inner, line))
            piece = piece + body + piece if end < len(text) else piece + body
            at = min(len(text), end + len(match[0]))
        if match["end"]:
            yield from _finish(kept, raw, first)
            yield from inside
            kept, raw, inside = [], [], []
            first = line
            continue
        blank = (piece[0] in "'$" and len(piece) > 1) or piece.startswith(("--", "/*"))
        if not "".join(kept).strip() and ((blank and piece[0] in "-/") or not piece.strip()):
            line += piece.count("\n")
            first = line
            continue
        if not "".join(kept).strip():
            lead = len(piece) - len(piece.lstrip())
            first = line + piece[:lead].count("\n")
            kept.append(re.sub(r"[^\n]", "_", piece) if blank else piece[lead:])
            raw.append(piece[lead:])
        else:
            kept.append(re.sub(r"[^\n]", " " if piece[0] in "-/" else "_", piece) if blank else piece)
            raw.append(piece)
        line += piece.count("\n")
    yield from _finish(kept, raw, first)
    yield from inside


def _finish(kept: list[str], raw: list[str], first: int) -> Iterator[Statement]:
    text = "".join(kept).rstrip()
    if text:
        yield Statement(text=text, raw="".join(raw)[: len(text)], first=first, last=first + text.count("\n"))


def _split(text: str) -> Iterator[tuple[int, str]]:
    """Offset and text of the parts between commas at the top level."""
    depth = start = 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            yield start, text[start:at]
            start = at + 1
    yield start, text[start:]


def operations(text: str, line: int = 1) -> Iterator[Operation]:
    """What the statements of a text do; `line` is where the text begins."""
    for statement in statements(text):
        for found in _read(statement):
            yield Operation(
                verb=found.verb, first=found.first + line - 1, last=found.last + line - 1, text=found.text,
                table=found.table, column=found.column, facts=found.facts, kind=found.kind,
            )  # fmt: skip


def _make(
    statement: Statement, verb: Verb, *facts: Fact, table: str = "", column: str = "", kind: str = ""
) -> Operation:
    return Operation(
        verb=verb, first=statement.first, last=statement.last, text=" ".join(statement.raw.split())[:400],
        table=name_of(table), column=name_of(column), facts=frozenset(facts), kind=kind.lower(),
    )  # fmt: skip


_TABLE_WORDS = r"(?:GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED|FOREIGN|EXTERNAL|OR\s+REPLACE)\s+"
_TARGET = r"([\w.\"`\[\]{}%$:-]+)"
_HEADS: tuple[tuple[re.Pattern[str], Verb], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), verb)
    for pattern, verb in (
        (rf"^CREATE\s+(?:{_TABLE_WORDS})*TABLE\s+{_NAME}", Verb.CREATE_TABLE),
        (rf"^DROP\s+(?:TEMPORARY\s+|FOREIGN\s+)?TABLE\s+{_NAME}", Verb.DROP_TABLE),
        (rf"^DROP\s+(?:DATABASE|SCHEMA|KEYSPACE|MATERIALIZED\s+VIEW|TYPE)\s+{_NAME}", Verb.DROP_SCHEMA),
        (rf"^DROP\s+INDEX\s+(?:CONCURRENTLY\s+)?{_NAME}", Verb.DROP_INDEX),
        (rf"^TRUNCATE\s+(?:TABLE\s+)?{_NAME}", Verb.TRUNCATE),
        (rf"^RENAME\s+TABLE\s+{_NAME}", Verb.RENAME_TABLE),
        (rf"^(?:WITH\b[\s\S]*?\)\s*)?DELETE\s+(?:\w+\s+)??FROM\s+(?:ONLY\s+)?{_TARGET}", Verb.DELETE),
        (
            rf"^(?:WITH\b[\s\S]*?\)\s*)?UPDATE\s+(?:ONLY\s+|LOW_PRIORITY\s+|IGNORE\s+)?{_TARGET}(?=[\s\S]*?\bSET\b)",
            Verb.UPDATE,
        ),
        (r"^(?:BEGIN|START\s+TRANSACTION)()\b", Verb.BEGIN),
        (r"^(?:COMMIT|END)()\b", Verb.COMMIT),
        (r"^SET\s+(?:LOCAL\s+|SESSION\s+)?()[\w.]+\s*(?:=|TO)", Verb.SETTING),
    )
)  # fmt: skip
_INDEX = re.compile(
    r"^CREATE\s+(?:UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+)?INDEX\s+(?:CONCURRENTLY\s+)?[\s\S]*?\bON\s+(?:ONLY\s+)?([\w.\"`\[\]{}%$:-]+)",
    re.IGNORECASE,
)


def _read(statement: Statement) -> Iterator[Operation]:
    text = statement.text
    alter = _ALTER.match(text)
    if alter:
        for offset, action in _split(text[alter.end() :]):
            yield from _action(_part(statement, alter[0].strip(), alter.end() + offset, action), alter[1])
        return
    index = _INDEX.match(text)
    if index:
        facts = [Fact.CONCURRENTLY] if re.search(r"\bCONCURRENTLY\b", text, re.IGNORECASE) else []
        yield _make(statement, Verb.CREATE_INDEX, *facts, table=index[1])
        return
    if re.match(r"ALTER\s+TYPE\s+\S+\s+RENAME\s+VALUE\b", text, re.IGNORECASE):
        yield _make(statement, Verb.RENAME_VALUE)
        return
    for pattern, verb in _HEADS:
        match = pattern.match(text)
        if match:
            yield _make(statement, verb, *_facts(verb, text), table=match[1])
            return
    yield _make(statement, Verb.OTHER)


def _facts(verb: Verb, text: str) -> Iterator[Fact]:
    if verb in (Verb.DELETE, Verb.UPDATE):
        if re.search(r"\bWHERE\b", text, re.IGNORECASE) and not re.search(
            r"\bWHERE\s+(1\s*=\s*1|TRUE|_*\s*=\s*_*)\s*$", text, re.IGNORECASE
        ):
            yield Fact.WHERE
        if re.search(r"\bLIMIT\s+[\w:$%{]|\bBETWEEN\b|\bbatch", text, re.IGNORECASE):
            yield Fact.IN_BATCHES
    if verb is Verb.DROP_INDEX and re.search(r"\bCONCURRENTLY\b", text, re.IGNORECASE):
        yield Fact.CONCURRENTLY
    if verb is Verb.SETTING and re.search(r"\block_timeout\b|\block_wait_timeout\b", text, re.IGNORECASE):
        yield Fact.LOCK_TIMEOUT


def _part(statement: Statement, head: str, offset: int, action: str) -> Statement:
    lead = len(action) - len(action.lstrip())
    first = statement.first + statement.text[: offset + lead].count("\n")
    body = action.strip()
    raw = statement.raw[offset + lead : offset + lead + len(body)]
    return Statement(text=body, raw=f"{head} {raw}", first=first, last=first + body.count("\n"))


_IDENT = r"(?:IF\s+(?:NOT\s+)?EXISTS\s+)?([\w\"`\[\]{}%$]+)"
_BOUNDS = r"NOT\s+NULL|CHECK|FOREIGN\s+KEY|UNIQUE|PRIMARY\s+KEY|EXCLUDE"
_TYPE = r"(?P<kind>(?:(?!USING\b)[\w]+\s*)+(?:\([\d, ]+\))?)"
_ACTIONS: tuple[tuple[re.Pattern[str], Verb], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), verb)
    for pattern, verb in (
        (rf"^DROP\s+(?:CONSTRAINT|FOREIGN\s+KEY|CHECK|PRIMARY\s+KEY)\b\s*{_IDENT}?", Verb.DROP_CONSTRAINT),
        (rf"^DROP\s+(?:INDEX|KEY)\s+{_IDENT}", Verb.DROP_INDEX),
        (rf"^DROP\s+PARTITION\s+{_IDENT}", Verb.DROP_TABLE),
        (rf"^DROP\s+(?:COLUMN\s+)?{_IDENT}", Verb.DROP_COLUMN),
        (rf"^ALTER\s+(?:COLUMN\s+)?{_IDENT}\s+SET\s+NOT\s+NULL", Verb.SET_NOT_NULL),
        (rf"^ALTER\s+(?:COLUMN\s+)?{_IDENT}\s+(?:SET\s+DATA\s+)?TYPE\s+{_TYPE}", Verb.ALTER_TYPE),
        (rf"^MODIFY\s+(?:COLUMN\s+)?{_IDENT}\s+(?P<kind>\w+(?:\([\d, ]+\))?)", Verb.ALTER_TYPE),
        (rf"^CHANGE\s+(?:COLUMN\s+)?{_IDENT}\s+(?P<kind>[\w\"`]+)", Verb.RENAME_COLUMN),
        (r"^RENAME\s+(?:TO|AS)\s+()(?P<kind>[\w.\"`]+)", Verb.RENAME_TABLE),
        (r"^RENAME\s+(?:CONSTRAINT|INDEX|KEY)\b()", Verb.OTHER),
        (rf"^RENAME\s+(?:COLUMN\s+)?{_IDENT}\s+TO\s+(?P<kind>[\w\"`]+)", Verb.RENAME_COLUMN),
        (r"^ADD\s+(?:UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+)?(?:INDEX|KEY)\b()", Verb.CREATE_INDEX),
        (rf"^ADD\s+(?:CONSTRAINT\s+\S+\s+)?(?:{_BOUNDS})\b()", Verb.ADD_CONSTRAINT),
        (rf"^ADD\s+(?:COLUMN\s+)?{_IDENT}\s+(?P<kind>\w+)", Verb.ADD_COLUMN),
    )
)  # fmt: skip


def _action(statement: Statement, table: str) -> Iterator[Operation]:
    for pattern, verb in _ACTIONS:
        match = pattern.match(statement.text)
        if match:
            kind = match.groupdict().get("kind") or ""
            # MySQL's CHANGE with the same name changes the type.
            same = verb is Verb.RENAME_COLUMN and name_of(kind) == name_of(match[1])
            yield _make(
                statement, Verb.ALTER_TYPE if same else verb, *_action_facts(statement.text),
                table=table, column=match[1] or "", kind="" if same else " ".join(kind.split()),
            )  # fmt: skip
            return
    yield _make(statement, Verb.OTHER, table=table)


def _action_facts(text: str) -> Iterator[Fact]:
    for pattern, fact in (
        (r"\bNOT\s+VALID\b", Fact.NOT_VALID),
        (r"\bNOT\s+NULL\b", Fact.NOT_NULL),
        (r"\bDEFAULT\b|\bGENERATED\b|\bserial\b|\bbigserial\b|\bAUTO_INCREMENT\b", Fact.DEFAULT),
        (r"\bCHECK\b", Fact.CHECK),
        (r"\bFOREIGN\s+KEY\b|\bREFERENCES\b", Fact.FOREIGN_KEY),
        (r"\bUNIQUE\b|\bPRIMARY\s+KEY\b", Fact.UNIQUE),
        (r"\bUSING\s+INDEX\b", Fact.USING_INDEX),
    ):
        if re.search(pattern, text, re.IGNORECASE):
            yield fact
