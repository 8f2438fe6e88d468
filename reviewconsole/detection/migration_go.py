"""Tell which migrations written in Go have no way back, and what the tags of a model's fields ask of its table.

Read by pattern and brackets: xormigrate and gormigrate declare a migration as a literal with an optional
`Rollback`, goose registers two functions, xorm and gorm build indexes from struct tags.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import view
from reviewconsole.detection.source import Source
from reviewconsole.finding import Side

_LIBRARY = re.compile(r"\b(xormigrate|gormigrate)\.")
_INNER = re.compile(r"\{[^{}]*\}")
_FORWARD = re.compile(r"\b(Migrate|MigrateSession|Long)\s*:")
_BACK = re.compile(r"\b(Rollback|RollbackSession)\s*:")
_DELETES = re.compile(r"\b(DELETE\s+FROM|DROP\s+(TABLE|COLUMN)|TRUNCATE|DropColumn|DropTable|dropTableColumns)\b")
_GOOSE = re.compile(r"\bgoose\.AddMigration\w*\(\s*[\w.]+\s*,\s*(\w+)\s*\)")
_STRUCT = re.compile(r"^\s*(?:type\s+)?(\w+)\s+struct\s*\{")
_FIELD = re.compile(r"^\s*(\w+)\s+[\w.*\[\]{}]+\s+`([^`]*)`")
_XORM = re.compile(r"\bxorm:\"([^\"]*)\"")
_GORM = re.compile(r"\bgorm:\"([^\"]*)\"")


@dataclass(frozen=True, kw_only=True, slots=True)
class OneWay:
    """A migration that cannot be undone."""

    line: int
    message: str


def one_way(source: Source) -> Iterator[OneWay]:
    """The added migrations of a Go file that say nothing of the way back."""
    there = view(source, Side.NEW)
    for opened, closed in sorted(there.pairs.items()) if _LIBRARY.search(there.text) else ():
        if there.text[opened] != "{" or not _FORWARD.search(there.text, opened, closed):
            continue
        first, last = there.line_at(opened), there.line_at(closed)
        body = _own(there.text[opened + 1 : closed])
        if first in source.added and _FORWARD.search(body) and not _BACK.search(body):
            loses = bool(_DELETES.search("\n".join(source.new[first - 1 : last])))
            what = "deletes data and has no Rollback" if loses else "has no Rollback"
            yield OneWay(line=first, message=f"This migration {what}: nothing brings the old state back")
    for at, row in enumerate(source.new, 1):
        match = _GOOSE.search(row[:500])
        if not match or at not in source.added:
            continue
        down = match[1]
        if down == "nil":
            yield OneWay(line=at, message="This migration registers no function that goes back")
        elif _idle(source, down):
            yield OneWay(line=at, message=f"The way back {down} does nothing")


def _own(text: str) -> str:
    """A literal without what its inner brackets hold."""
    before = ""
    while before != text:
        before, text = text, _INNER.sub("", text)
    return text


def _idle(source: Source, name: str) -> bool:
    there = view(source, Side.NEW)
    for block in there.blocks:
        if re.match(rf"func\s+{re.escape(name)}\b", block.header):
            rows = there.rows_in(block.head + 1, block.last - 1)
            return all(re.match(r"(return nil|return|\})?$", row.text.strip()) for row in rows)
    return False


def goes_both_ways(rows: tuple[str, ...]) -> bool:
    """Tell whether any migration of a file has a way back."""
    return any(_BACK.search(row[:500]) for row in rows)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tag:
    """What the tag of a field asks of its column."""

    line: int
    unique: bool = False
    indexed: bool = False
    required: bool = False
    """NOT NULL without a default."""


def tags(source: Source, side: Side) -> Mapping[tuple[str, str], Tag]:
    """The tags of xorm and gorm, by name of struct and field."""
    found: dict[tuple[str, str], Tag] = {}
    struct = ""
    for at, row in enumerate(source.lines(side), 1):
        opened = _STRUCT.match(row[:300])
        if opened:
            struct = opened[1]
        field = _FIELD.match(row[:600]) if struct else None
        if field and (tag := _tag(field[2], at)):
            found[struct, field[1]] = tag
        elif row.startswith("}"):
            struct = ""
    return found


def _tag(text: str, line: int) -> Tag | None:
    xorm, gorm = _XORM.search(text), _GORM.search(text)
    if xorm:
        words = re.sub(r"'[^']*'", "", xorm[1]).upper()
        return Tag(
            line=line,
            unique=bool(re.search(r"\bUNIQUE\b", words)),
            indexed=bool(re.search(r"\bINDEX\b", words)),
            required="NOT NULL" in words and "DEFAULT" not in words,
        )
    if gorm:
        parts = [part.strip().lower() for part in gorm[1].split(";")]
        return Tag(
            line=line,
            unique=any(re.match(r"(uniqueindex\b|unique$|index:.*\bunique\b)", part) for part in parts),
            indexed=any(re.match(r"index\b", part) for part in parts),
            required="not null" in parts and not any(part.startswith("default:") for part in parts),
        )
    return None
