"""Find the error handlers of a file: try and except, catch, rescue."""

from collections.abc import Iterator
from dataclasses import dataclass

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import INDENTED, Block, View

_CLAUSE = re.compile(r"(except|catch|rescue)\b")
_OPENS = re.compile(r"(try|begin|def)\b|.*\bdo( \|.*\|)?$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Handler:
    """A guarded body and its clauses; lines are 1-based."""

    first: int
    body: tuple[int, int]
    clauses: tuple[Block, ...]

    @property
    def last(self) -> int:
        """The last line of the last clause."""
        return self.clauses[-1].last


def handlers(there: View) -> Iterator[Handler]:
    """List the handlers that have a clause; `finally` alone is none."""
    clauses = [block for block in there.blocks if _CLAUSE.match(block.header)]
    if not clauses:
        return
    openers = [block for block in there.blocks if _OPENS.match(block.header)]
    taken: dict[int, list[Block]] = {}
    by_first = {block.first: block for block in openers}
    for clause in clauses:
        found = _opener(clause, openers, there.kind in INDENTED)
        if found:
            taken.setdefault(found.first, []).append(clause)
    for first, mine in sorted(taken.items()):
        head = by_first[first].head
        yield Handler(
            first=first, body=(min(head + 1, mine[0].first), max(head, mine[0].first - 1)), clauses=tuple(mine)
        )


def _opener(clause: Block, openers: list[Block], indented: bool) -> Block | None:  # noqa: FBT001
    best = None
    for block in openers:
        if block.first > clause.first:
            break
        ends = block.last < clause.first if indented else block.last <= clause.first
        near = block.indent == clause.indent or (not indented and block.last == clause.first)
        if ends and near and (indented or block.header.startswith("try")):
            best = block
    return best


def covered(there: View, first: int, last: int) -> set[str]:
    """The names that stand inside a guarded body between two lines."""
    found: set[str] = set()
    for handler in handlers(there):
        if handler.first <= last and handler.last >= first:
            found |= there.names_in(*handler.body)
    return found
