"""Apply the line rules: google-re2 patterns on the lines of a file, whatever its syntax.

re2 runs in linear time, so no pattern of a pack can hang the console.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import re2

from reviewconsole.detection.model import Document, Match
from reviewconsole.detection.source import MAX_LINE, Source
from reviewconsole.finding import Side

_MEMORY = 64 << 20
"""Bytes one pattern's automaton may take before the engine goes on slower, without one."""
_CODE = frozenset({"python", "typescript", "go", "json"})
_LIST_MARKS = re.compile(r"[\"'`],?\s*")


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Any:  # noqa: ANN401  (re2 has no types)
    """Compile a pattern of a pack once; what the engine has to say about its memory is not for the terminal."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    return re2.compile(pattern, options)


def _spoken(line: str) -> str:
    """A command as one would type it: `["terraform", "destroy"]` reads `terraform destroy`."""
    return _LIST_MARKS.sub(" ", line)


def matches(documents: Sequence[Document], sources: Sequence[Source]) -> Iterator[Match]:
    """Match every line rule against the sides of the files it reads.

    Only changed lines are read, but for rules on removals: those compare both whole sides.
    """
    for source in sources:
        fitting = [
            document
            for document in documents
            if (not document.kinds or source.kind in document.kinds) and document.reads(source.path)
        ]
        for whole in (False, True):
            part = [document for document in fitting if (document.fires in ("removed", "changed")) == whole]
            if not part or not (source.added or source.removed):
                continue
            for side in (Side.OLD, Side.NEW):
                lines = source.lines(side)
                numbers = range(1, len(lines) + 1) if whole else sorted(source.changed(side))
                rows = [(at, lines[at - 1]) for at in numbers if len(lines[at - 1]) <= MAX_LINE]
                spoken = [(at, _spoken(row)) for at, row in rows] if source.kind in _CODE else []
                for document in part:
                    yield from _matches(document, source, side, (rows, spoken))


def _matches(
    document: Document, source: Source, side: Side, forms: tuple[list[tuple[int, str]], ...]
) -> Iterator[Match]:
    pattern = compiled(document.regex)
    exempt = compiled(document.exempt) if document.exempt else None
    # One search over all lines settles most rules; with `m` it finds at least what single lines hold.
    anywhere = compiled("(?m)" + document.regex)
    found: set[int] = set()
    for rows in forms:
        if anywhere.search("\n".join(row for _, row in rows)):
            found |= {at for at, row in rows if pattern.search(row)}
    for at in sorted(found):
        line = source.lines(side)[at - 1]
        if exempt is None or not exempt.search(line):
            yield Match(document=document, source=source, side=side, line=at, end_line=at, text=line.strip())
