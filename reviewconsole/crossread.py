"""Read the hunks of a change a second time, by unidiff, before anything is signed.

Two readers that share no code have to see the same lines, kinds and numbers in the rows that git printed; what was
on screen came from ours (`diff.parse_hunks`). Pure.
"""

from collections.abc import Iterable, Iterator

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchSet

from reviewconsole.diff import FileDiff, Hunk, Line
from reviewconsole.errors import FormatError

_BARE = "\\ No newline at end of file"


def crossread(files: Iterable[FileDiff]) -> None:
    """Refuse hunks that unidiff reads in another way (FormatError)."""
    for file in files:
        for hunk in file.hunks:
            try:
                same = list(hunk.lines) == list(_read(hunk))
            except UnidiffParseError:
                same = False
            if not same:
                raise FormatError(
                    "two readers of this hunk see different lines, so nothing is signed",
                    place=f"{file.path}:{hunk.new_start}",
                    remedy="report it, with the change: it is a fault of this program",
                )


def _read(hunk: Hunk) -> Iterator[Line]:
    """The lines of one hunk as unidiff reads them.

    It sees each row's marker and number instead of its text: it splits lines where git does not.
    """
    rows = hunk.lines.text.removesuffix(b"\n").split(b"\n")
    shown = [_BARE if row.startswith(b"\\") else f"{chr(row[0])}{at}" for at, row in enumerate(rows) if row]
    header = f"@@ -{hunk.old_start},{hunk.old_lines} +{hunk.new_start},{hunk.new_lines} @@"
    read = list(PatchSet("\n".join(("--- a/f", "+++ b/f", header, *shown, "")))[0][0])
    for at, line in enumerate(read):
        if line.line_type == "\\":
            continue
        text = rows[int(line.value)][1:].decode("utf-8", "surrogateescape")
        eol = at + 1 == len(read) or read[at + 1].line_type != "\\"
        yield Line(line.line_type, text, line.source_line_no, line.target_line_no, eol)
