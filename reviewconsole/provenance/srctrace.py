"""A srctrace note at `refs/notes/srctrace/attribution` with lines of an agent.

The note is JSON: `{"v": 1, "f": {path: [{"s": "agent|tool(model)", "l": [1, "5-9"]}]}}`. Entries of any other
kind than `agent` do not count.
"""

from reviewconsole import lazy_re as re
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

_SPAN = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?\Z")


def _range(item: object) -> Range | None:
    if isinstance(item, str) and (span := _SPAN.match(item)):
        return line_range(int(span[1]), int(span[2] or span[1]))
    return line_range(item, item)


def read(_commit: Commit, raw: bytes) -> tuple[Claim, ...]:
    """Read a note: one claim for each agent it names."""
    note = as_map(read_json(raw))
    if note.get("v") != 1 or not isinstance(note.get("f"), dict):
        raise FormatError("must be an object with `v` 1 and a table `f`")
    found: dict[str, dict[str, list[Range]]] = {}
    for path, entries in as_map(note["f"]).items():
        for entry in map(as_map, as_list(entries)):
            kind, _, who = str(entry.get("s", "")).partition("|")
            spans = [span for item in as_list(entry.get("l")) if (span := _range(item)) is not None]
            if kind == "agent" and spans:
                found.setdefault(who, {}).setdefault(path, []).extend(spans)
    return tuple(
        Claim(
            tool=tool_name(who.partition("(")[0]),
            ranges={path: tuple(spans) for path, spans in by_path.items()},
            detail=who,
        )
        for who, by_path in found.items()
    )


SIGNAL = note_signal(id="P2", name="srctrace", ref="refs/notes/srctrace/attribution", read=read, docs=__doc__)
