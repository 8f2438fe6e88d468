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

_CODE = frozenset({"python", "typescript", "go", "json"})
_LIST_MARKS = re.compile(r"[\"'`],?\s*")


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Any:  # noqa: ANN401  (re2 has no types)
    """Compile a pattern of a pack once."""
    return re2.compile(pattern)


def _spoken(kind: str, line: str) -> str:
    """A command as one would type it: `["terraform", "destroy"]` reads `terraform destroy`."""
    return _LIST_MARKS.sub(" ", line) if kind in _CODE else line


def matches(documents: Sequence[Document], sources: Sequence[Source]) -> Iterator[Match]:
    """Match every line rule against the sides of the files it reads.

    Only changed lines are read, but for rules on removals: those compare both whole sides.
    """
    for source in sources:
        fitting = [document for document in documents if source.kind in document.kinds]
        for document in fitting:
            for side in (Side.OLD, Side.NEW):
                yield from _matches(document, source, side)


def _matches(document: Document, source: Source, side: Side) -> Iterator[Match]:
    pattern = compiled(document.regex)
    exempt = compiled(document.exempt) if document.exempt else None
    lines = source.lines(side)
    whole = document.fires in ("removed", "changed")
    for number in range(1, len(lines) + 1) if whole else sorted(source.changed(side)):
        line = lines[number - 1]
        if len(line) > MAX_LINE:
            continue
        if not pattern.search(line) and not (source.kind in _CODE and pattern.search(_spoken(source.kind, line))):
            continue
        if exempt is None or not exempt.search(line):
            yield Match(document=document, source=source, side=side, line=number, end_line=number, text=line.strip())
