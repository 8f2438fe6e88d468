"""Apply the line rules: google-re2 patterns on the lines of a file, whatever its syntax.

re2 runs in linear time, so no pattern of a pack can hang the console.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from reviewconsole import lazy_re as re
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
    concerned = [source for source in sources if source.added or source.removed]
    changed = {source.path: {side: _forms(source, side, source.changed(side)) for side in Side} for source in concerned}
    fitting = {source.path: [document for document in documents if _fits(document, source)] for source in concerned}
    # Where no changed line matches, what else the sides hold says nothing.
    live = {
        document.id
        for source in concerned
        for document in fitting[source.path]
        if any(_anywhere(document, form) for side in Side for form in changed[source.path][side])
    }
    for source in concerned:
        part = [document for document in fitting[source.path] if document.id in live]
        for whole in (False, True):
            these = [document for document in part if (document.fires in ("removed", "changed")) == whole]
            for side in (Side.OLD, Side.NEW) if these else ():
                everywhere = range(1, len(source.lines(side)) + 1)
                forms = _forms(source, side, everywhere) if whole else changed[source.path][side]
                for document in these:
                    yield from _matches(document, source, side, forms)


def _fits(document: Document, source: Source) -> bool:
    return (not document.kinds or source.kind in document.kinds) and document.reads(source.path)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Form:
    """Rows in one way of reading them, and all of them at once, as the engine takes them."""

    rows: list[tuple[int, str]]
    text: bytes


def _forms(source: Source, side: Side, numbers: Collection[int]) -> tuple[_Form, ...]:
    lines = source.lines(side)
    rows = [(at, lines[at - 1]) for at in sorted(numbers) if len(lines[at - 1]) <= MAX_LINE]
    readings = [rows, [(at, _spoken(row)) for at, row in rows]] if source.kind in _CODE else [rows]
    return tuple(_Form(rows=each, text="\n".join(row for _, row in each).encode()) for each in readings if each)


def _anywhere(document: Document, form: _Form) -> bool:
    # One search over all lines settles most rules; with `m` it finds at least what single lines hold.
    return compiled("(?m)" + document.regex).search(form.text) is not None


def _matches(document: Document, source: Source, side: Side, forms: tuple[_Form, ...]) -> Iterator[Match]:
    pattern = compiled(document.regex)
    exempt = compiled(document.exempt) if document.exempt else None
    found: set[int] = set()
    for form in forms:
        if _anywhere(document, form):
            found |= {at for at, row in form.rows if pattern.search(row)}
    for at in sorted(found):
        line = source.lines(side)[at - 1]
        if exempt is None or not exempt.search(line):
            yield Match(document=document, source=source, side=side, line=at, end_line=at, text=line.strip())
