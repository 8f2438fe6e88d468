r"""Ask google-re2 before Python's `re`: most texts hold nothing, and re2 says so in linear time.

What re2 cannot read is left out of the question (lookarounds), so that "no" is always true and "perhaps" is
for `re` to settle. Only ASCII texts are asked, since for re2 `\w` and `\b` know no other letters.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import re2

from reviewconsole import lazy_re as re
from reviewconsole.detection.line_rules import compiled

_SHORT = 300
"""Characters that `re` reads at once."""
_FEW = 20
"""Rows that `re` reads one by one."""
_PARTS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?<?[=!]|\(|\)", re.DOTALL)


def without_lookarounds(pattern: str) -> str:
    """The pattern without `(?=...)`, `(?!...)`, `(?<=...)` and `(?<!...)`; it matches at least as much."""
    kept: list[str] = []
    at = depth = 0
    for part in _PARTS.finditer(pattern):
        if not depth:
            kept.append(pattern[at : part.start()])
            at = part.start()
        opens = part[0].startswith("(")
        if depth:
            depth += opens - (part[0] == ")")
            at = part.end()
        elif opens and part[0] != "(":
            depth = 1
            # Empty rather than nothing: what follows may be a repetition.
            kept.append("(?:)")
    return "".join((*kept, pattern[at:]))


@cache
def _linear(pattern: re.Pattern[str]) -> Any:  # noqa: ANN401  (re2 has no types)
    flags = "".join(name for name, flag in (("i", re.IGNORECASE), ("s", re.DOTALL)) if pattern.flags & flag)
    try:
        return compiled(f"(?m{flags}){without_lookarounds(pattern.pattern)}")
    except re2.error:
        return None


def may_match(pattern: re.Pattern[str], text: str) -> bool:
    """Tell whether a text may hold a match; of several lines, whether one of them may."""
    if not text.isascii():
        return True
    linear = _linear(pattern)
    return linear is None or linear.search(text) is not None


def search(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """`pattern.search`, but a long text is asked of re2 first."""
    return pattern.search(text) if len(text) < _SHORT or may_match(pattern, text) else None


def rows_matching(pattern: re.Pattern[str], rows: Sequence[str]) -> frozenset[int]:
    """The indexes of the rows that hold a match. The pattern must not match across lines, nor nothing."""
    text = "\n".join(rows)
    if not may_match(pattern, text):
        return frozenset()
    linear = _linear(pattern) if text.isascii() else None
    if linear is None or len(rows) < _FEW:
        return frozenset(at for at, row in enumerate(rows) if search(pattern, row))
    found: list[int] = []
    at = end = 0
    for match in linear.finditer(text):
        if match.start() >= end:
            at += text.count("\n", end, match.start())
            end = text.find("\n", match.start())
            end = len(text) if end < 0 else end
            if search(pattern, rows[at]):
                found.append(at)
    return frozenset(found)


def any_row(pattern: re.Pattern[str], rows: Iterable[str]) -> bool:
    """Tell whether one of the rows holds a match."""
    known = list(rows)
    text = "\n".join(known)
    if len(text) >= _SHORT and not may_match(pattern, text):
        return False
    return any(search(pattern, row) for row in known)
