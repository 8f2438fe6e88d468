"""A git-ai note at `refs/notes/ai` that attests lines to an agent (format `authorship/3`).

The one signal that knows lines. Entries of known humans (`h_...`, in old notes `human`) are not AI, and a
note without any other entry says nothing. `human_author` is the operator. The notes are unsigned.
Format: git-ai `specs/git_ai_standard_v3.0.0.md`.
"""

from reviewconsole import lazy_re as re
from reviewconsole.change import Commit, decode
from reviewconsole.errors import FormatError
from reviewconsole.provenance.patterns import Claim, Range, as_map, line_range, note_signal, read_json, tool_name

_ENTRY = re.compile(r" {2}(\S+) ([0-9]{1,9}(?:-[0-9]{1,9})?(?:,[0-9]{1,9}(?:-[0-9]{1,9})?)*)\Z")
_SCHEMA = re.compile(r"authorship/3\.\d+\.\d+\Z")


def _ranges(text: str, place: str) -> list[Range]:
    out = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found = line_range(int(first), int(last or first))
        if found is None:
            raise FormatError(f"{part} is no range of lines", place=place)
        out.append(found)
    return out


def _attestations(lines: list[str]) -> dict[str, dict[str, list[Range]]]:
    """Read the section above `---`: key of the agent -> path -> ranges, known humans left out."""
    found: dict[str, dict[str, list[Range]]] = {}
    path: str | None = None
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip("\r")
        if not line:
            continue
        if not line.startswith(" "):
            path = line[1:-1] if len(line) > 1 and line[0] == line[-1] == '"' else line
            continue
        entry = _ENTRY.match(line)
        if entry is None or path is None:
            raise FormatError("is no entry of a path", place=f"line {number}")
        if not entry[1].startswith("h_") and entry[1] != "human":
            key = entry[1].split("::", 1)[0]
            found.setdefault(key, {}).setdefault(path, []).extend(_ranges(entry[2], f"line {number}"))
    return found


def read(_commit: Commit, raw: bytes) -> tuple[Claim, ...]:
    """Read a note: one claim for each session or prompt that has lines."""
    lines = decode(raw).split("\n")
    rule = next((index for index, line in enumerate(lines) if line.rstrip("\r") == "---"), None)
    if rule is None:
        raise FormatError("has no line `---`")
    meta = read_json("\n".join(lines[rule + 1 :]))
    schema = meta.get("schema_version") if isinstance(meta, dict) else None
    if not isinstance(schema, str) or not _SCHEMA.match(schema):
        raise FormatError("schema_version is not authorship/3")
    table = as_map(meta)
    known = {**as_map(table.get("prompts")), **as_map(table.get("sessions"))}
    claims = []
    for key, by_path in _attestations(lines[:rule]).items():
        about = as_map(known.get(key))
        agent = as_map(about.get("agent_id"))
        model, human = agent.get("model"), about.get("human_author")
        claims.append(
            Claim(
                tool=tool_name(agent.get("tool")),
                ranges={path: tuple(ranges) for path, ranges in by_path.items()},
                detail=f"({model})" if isinstance(model, str) else "",
                people=(human,) if isinstance(human, str) else (),
            )
        )
    return tuple(claims)


SIGNAL = note_signal(id="D8", name="git-ai-note", ref="refs/notes/ai", read=read, docs=__doc__)
