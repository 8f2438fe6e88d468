"""What a line of a diff looks like: safe, with tabs as spaces, and bounded; and the lines around hunks."""

from collections.abc import Sequence

from rich.cells import cell_len

from reviewconsole.change import ABSENT_MODE, SYMLINK_MODE, decode
from reviewconsole.diff import FileDiff
from reviewconsole.display import flagged, look_alike, safe_text

LIMIT = 20_000
"""Characters of a line that are shown; a longer line says so and is never counted as read."""

TAB = 4
_KEPT = 8


def shown(text: str) -> str:
    """A line as the console shows it: safe, tabs as spaces, cut at LIMIT with a word about it."""
    more = len(text) - LIMIT
    if more > 0:
        text = text[:LIMIT]
    if "\t" in text:
        spaced = text.expandtabs(TAB)
        text = spaced if spaced.isascii() and spaced.isprintable() else _tabbed(text)
    else:
        text = safe_text(text)
    return f"{text}… {more:,} more characters are not shown" if more > 0 else text


def _tabbed(text: str) -> str:
    """Fill to the next stop in cells, which wide and combining characters do not count as one."""
    out, column = [], 0
    first, *others = (safe_text(part) for part in text.split("\t"))
    out.append(first)
    column = cell_len(first)
    for part in others:
        fill = TAB - column % TAB
        out.append(" " * fill + part)
        column += fill + cell_len(part)
    return "".join(out)


class Around:
    """The unchanged lines of the new side, by their number there; split when first asked for."""

    def __init__(self, files: Sequence[FileDiff]) -> None:
        self._files = files
        self._lines: dict[int, list[bytes]] = {}

    def _of(self, file: int) -> list[bytes]:
        lines = self._lines.get(file)
        if lines is None:
            if len(self._lines) >= _KEPT:
                self._lines.clear()
            lines = (self._files[file].new or b"").split(b"\n")
            if lines[-1] == b"":
                lines.pop()
            self._lines[file] = lines
        return lines

    def count(self, file: int) -> int:
        """How many lines the new side has."""
        return len(self._of(file))

    def text(self, file: int, number: int) -> str:
        """Line `number`, 1-based; empty beyond the end."""
        lines = self._of(file)
        return decode(lines[number - 1]) if 0 < number <= len(lines) else ""


_TYPES = {"100644": "file", "100755": "executable file", SYMLINK_MODE: "symbolic link", "160000": "submodule"}


def notes_of(file: FileDiff) -> tuple[str, ...]:
    """What lines do not show of an entry: modes, links, submodules, binary content, renames; safe text."""
    entry = file.entry
    out = []
    if entry.old_mode == ABSENT_MODE:
        out.append(f"new {_TYPES.get(entry.new_mode, 'entry')}, mode {entry.new_mode}")
    elif entry.new_mode == ABSENT_MODE:
        out.append(f"deleted {_TYPES.get(entry.old_mode, 'entry')}, mode {entry.old_mode}")
    elif entry.old_mode != entry.new_mode:
        kinds = (_TYPES.get(mode, "entry") for mode in (entry.old_mode, entry.new_mode))
        out.append(f"mode {entry.old_mode} → {entry.new_mode}: {' → '.join(kinds)}")
    if entry.submodule:
        out.append(f"submodule {entry.old_oid or 'absent'} → {entry.new_oid or 'absent'}; its content is not here")
    elif file.binary:
        sizes = (f"{len(side):,} bytes" if side is not None else "absent" for side in (file.old, file.new))
        out.append(f"binary content, not shown as text: {' → '.join(sizes)}")
    elif SYMLINK_MODE in (entry.old_mode, entry.new_mode):
        out.append("the lines are where the symbolic link points to")
    if file.similar_to is not None:
        out.append(f"has the content of the deleted {safe_text(file.similar_to)}; looks like its rename")
    if flagged(file.path):
        out.append("the path holds hidden, control or undecodable characters")
    if word := look_alike(file.path):
        out.append(f"the path mixes letters of alphabets that look alike: {safe_text(word)}")
    if not file.hunks and not file.binary and not entry.submodule:
        out.append("empty" if not (file.new or file.old) else "no line differs")
    return tuple(out)
