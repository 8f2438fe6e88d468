"""A whogitit note at `refs/notes/whogitit` with lines whose source is AI, or AI and then edited.

Lines of the sources Human, Original and Unknown do not count. The note holds prompts and line text;
nothing of them is shown or copied.
"""

from reviewconsole.change import Commit
from reviewconsole.errors import FormatError
from reviewconsole.provenance.patterns import (
    Claim,
    Range,
    as_list,
    as_map,
    line_range,
    note_signal,
    read_json,
    tool_name,
)

_AI_SOURCES = ("ai", "aimodified")


def _line(item: dict[str, object]) -> Range | None:
    source = item.get("source")
    kind = as_map(source).get("type", source)
    if not isinstance(kind, str) or kind.lower().replace("_", "") not in _AI_SOURCES:
        return None
    return line_range(item.get("line_number"), item.get("line_number"))


def read(_commit: Commit, raw: bytes) -> tuple[Claim, ...]:
    """Read a note: one claim for the session it tells of."""
    note = as_map(read_json(raw))
    if not isinstance(note.get("files"), list):
        raise FormatError("must be an object with a list `files`")
    ranges = {}
    for file in map(as_map, as_list(note["files"])):
        lines = [found for item in map(as_map, as_list(file.get("lines"))) if (found := _line(item)) is not None]
        if lines:
            ranges[str(file.get("path", ""))] = tuple(lines)
    model = str(as_map(as_map(note.get("session")).get("model")).get("id") or "")
    tool = "claude" if model.startswith("claude") else tool_name(model)
    return (Claim(tool=tool, ranges=ranges, detail=f"({model})" if model else ""),)


SIGNAL = note_signal(id="P1", name="whogitit", ref="refs/notes/whogitit", read=read, docs=__doc__)
