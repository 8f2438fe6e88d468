"""`attrs.forbid`: what a file may not become, whatever its content says.

Keys: `forbid` (default all): `exec` (gains the execute bit), `symlink-out` (a symlink that leaves the
tree), `submodule` (added, moved or removed), `binary` (a new binary file), `bidi` (bidirectional
controls on an added line), `zero-width` (invisible characters on an added line); `size` (bytes, the
most a file may have); `paths` (patterns; default all); `each_commit` (look at every commit by itself
too). Never undecidable where content can be read.
"""

import posixpath
from collections.abc import Callable, Iterator

from reviewconsole.boundary import Witness
from reviewconsole.change import SYMLINK_MODE, Entry, decode
from reviewconsole.constraints.facts import Answer, Facts, Tally, entry_witness, side_rows, text_witness
from reviewconsole.diff import FileDiff, looks_binary
from reviewconsole.finding import Side
from reviewconsole.globs import Globs
from reviewconsole.mapping import Table

_EXECUTABLE = "100755"
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ZERO_WIDTH = frozenset("\u00ad\u180e\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff")
FORBIDDEN = ("exec", "symlink-out", "submodule", "binary", "bidi", "zero-width")


def _leaves(path: str, target: str) -> bool:
    return target.startswith("/") or posixpath.normpath(
        posixpath.join(posixpath.dirname(path), target)
    ).split("/", 1)[0] == ".."  # fmt: skip


def _whole(entry: Entry, file: FileDiff | None, size: int | None) -> Iterator[tuple[str, str]]:
    """What an entry as a whole is guilty of: key and words."""
    if entry.new_mode == _EXECUTABLE and entry.old_mode != _EXECUTABLE:
        yield "exec", "becomes executable"
    if entry.submodule:
        yield "submodule", "is a submodule that changes"
    if file is None or file.new is None:
        return
    if entry.new_mode == SYMLINK_MODE:
        if _leaves(entry.path, decode(file.new)):
            yield "symlink-out", "is a symlink out of the tree"
        return
    if looks_binary(file.new) and not (file.old and looks_binary(file.old)):
        yield "binary", "is a new binary file"
    if size is not None and len(file.new) > size:
        yield "size", f"has {len(file.new)} bytes, more than {size}"


def _hidden(entry: Entry, file: FileDiff) -> Iterator[tuple[str, str, Witness]]:
    """Lines that hold characters nobody sees."""
    for number, text in side_rows(file, Side.NEW):
        shown = text.removeprefix("\ufeff") if number == 1 else text
        for key, characters in (("bidi", _BIDI), ("zero-width", _ZERO_WIDTH)):
            odd = sorted(characters.intersection(shown))
            if odd:
                witness = text_witness(entry.path, Side.NEW, text, number)
                yield key, f"holds U+{ord(odd[0]):04X} on line {number}", witness


def parse(table: Table) -> Callable[[Facts], Answer]:
    """Read what is forbidden, and where."""
    forbidden = set(table.texts("forbid", FORBIDDEN, choices=FORBIDDEN))
    size = table.integer("size") if table.has("size") else None
    paths = Globs(table.texts("paths", ("**",)), place=f"{table.place}.paths")
    each = table.flag("each_commit", default=False)
    if size is not None:
        forbidden.add("size")
    needs_content = bool(forbidden - {"exec", "submodule"})

    def look(tally: Tally, entry: Entry, file: FileDiff | None, where: str) -> None:
        for key, words in _whole(entry, file, size):
            if key in forbidden:
                tally.broken(f"{entry.path} {words}{where}", entry_witness(entry))
        if file is not None:
            for key, words, witness in _hidden(entry, file):
                if key in forbidden:
                    tally.broken(f"{entry.path} {words}{where}", witness)
        elif needs_content and not entry.submodule:
            tally.unclear(f"{entry.path} cannot be read{where}", entry_witness(entry))

    def evaluate(facts: Facts) -> Answer:
        tally = Tally()
        for entry, file in facts.matching(paths):
            tally.looked = True
            look(tally, entry, file, "")
        for step in facts.steps() if each else ():
            for file in step.files:
                if paths.matches(file.path):
                    look(tally, file.entry, file, f" in commit {step.commit.oid[:12]}")
        return tally.answer("nothing of it is there", "no such path is changed")

    return evaluate
