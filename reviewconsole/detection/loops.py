"""Find retries: loops around a handler that go round again, decorators, calls of retry libraries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import Block, Statement, View
from reviewconsole.detection.failures import Handler, handlers

_ENDLESS = re.compile(
    r"while\s*\(?\s*(True|true|1|not [\w.]*(done|success|ok|connected|ready)\w*|![\w.]*(done|success|ok"
    r"|connected)\w*)\s*\)?\s*(:|\{)?$"
    r"|for\s*\(\s*;\s*;\s*\)\s*\{?$|for\s*\{?$|loop\s*(do|\{)?$"
)
_COUNTED = re.compile(
    r"(?i)for\s*\(?\s*(\w+\s+)?_?(attempt|try|retry|tries|retries)\w*|for\s+_\s+in\s+range\(\s*\d\s*\)|for\b.*\b\w*(retries|attempts|tries|retry)\w*"
    r"|while\b.*\b\w*(retries|attempts|tries)\b"
    r"|\w*(retries|attempts|MAX_RETRY\w*)\.times"
)
_LEAVES = re.compile(r"(raise|throw|break|return|exit|panic)\b|.*\b(throw|sys\.exit|os\.Exit|process\.exit)\b")
_BOUND = re.compile(
    r"(?i)\b\w*(attempt|retries|tries|deadline|elapsed|max_|maxr|count|timeout|budget|give_?up|remaining|limit)\w*\b"
    r"|\bctx\.(Done|Err)\(|perf_counter|monotonic"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryLoop:
    """A loop that goes round again after an error."""

    block: Block
    endless: bool
    bounded: bool
    """Whether anything in it counts, or looks at a clock."""


def retry_loops(there: View) -> Iterator[RetryLoop]:
    """List the loops that try again: an error inside does not leave them, success does."""
    caught: list[Handler] | None = None
    for block in there.blocks:
        endless, counted = bool(_ENDLESS.match(block.header.rstrip("{ "))), bool(_COUNTED.match(block.header))
        if not (endless or counted):
            continue
        caught = list(handlers(there)) if caught is None else caught
        inside = there.rows_in(block.head + 1, block.last)
        mine = [handler for handler in caught if block.first < handler.first and handler.last <= block.last]
        if mine:
            again = any(not _leaves(there, clause) for handler in mine for clause in handler.clauses)
            ends = any(
                re.match(r"(return|break)\b", row.text)
                for row in inside
                if not any(clause.first <= row.first <= clause.last for handler in mine for clause in handler.clauses)
            ) or any(_sets_flag(block, row.text) for row in inside)
        elif there.kind == "go":
            again = any(_goes_on(there, each) for each in there.blocks if block.first < each.first <= block.last)
            again = again or any(re.search(r"err\w*\s*==\s*nil", row.text) for row in inside)
            again = again and (_waits(inside) or not any(_CONSUMES.search(row.text) for row in inside))
            ends = any(re.match(r"(return|break)\b", row.text) for row in inside)
        elif there.kind == "rust":
            again = any(re.search(r"\bErr\(|\.is_err\(|\bif let Ok\(|\.is_ok\(", row.text) for row in inside)
            again = again and any(re.search(r"\b(sleep|delay)\w*\(|\bcontinue\b|\bwarn!", row.text) for row in inside)
            ends = any(re.search(r"\b(return|break)\b", row.text) for row in inside)
        else:
            continue
        if again and ends:
            text = "\n".join(row.text for row in inside)
            yield RetryLoop(block=block, endless=endless, bounded=counted or bool(_BOUND.search(text)))


_CONSUMES = re.compile(r"\.(Next|Recv\w*|Receive\w*|ReadMessage|ReadString|ReadBytes|Scan|Accept|Pop|Dequeue)\(")
"""The next item is asked for, not the same one again."""


def _waits(inside: Sequence[Statement]) -> bool:
    return any(re.search(r"\btime\.(Sleep|After)\(", row.text) for row in inside)


def _goes_on(there: View, block: Block) -> bool:
    """Tell whether the loop goes round again after the error that a block asks for."""
    if not re.search(r"err\w*\s*!=\s*nil", block.header):
        return False
    rows = there.rows_in(block.head + 1, block.last)
    if any(re.match(r"continue\b", row.text) or "time.Sleep(" in row.text for row in rows):
        return True
    return not any(_LEAVES.match(row.text) or "Fatal" in row.text for row in rows)


def _leaves(there: View, clause: Block) -> bool:
    rows = there.rows_in(clause.head + (clause.last > clause.head), clause.last)
    return any(_LEAVES.match(row.text) for row in rows if row.indent <= rows[0].indent)


def _sets_flag(block: Block, text: str) -> bool:
    flag = re.search(r"(?:not |!)\s*([\w.]+)", block.header)
    return bool(flag and re.match(rf"{re.escape(flag[1])}\s*=\s*(True|true)", text))
