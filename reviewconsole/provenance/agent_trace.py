"""An Agent Trace record at `refs/notes/agent-trace` that names lines of an `ai` or `mixed` contributor.

A record counts as declared for a commit when its revision is that commit or its first parent (tools write
the head at the time of the edit) and the path lies inside the tree. A record with content hashes, another
revision or an outside path stays a heuristic, since the hashes cannot be checked here.
Format: Agent Trace 0.1.0; the version field of real records is not what the format asks for and is not read.
"""

from reviewconsole import lazy_re as re
from reviewconsole.change import Commit
from reviewconsole.errors import FormatError
from reviewconsole.evidence import ProvenanceClass
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

_OUTSIDE = re.compile(r"/|[A-Za-z]:|(?:.*/)?\.\.(?:/|\Z)")


def _records(raw: bytes) -> list[object]:
    """A note holds one record, a list of them, or one a line."""
    try:
        whole = read_json(raw)
    except FormatError:
        lines = [line for line in raw.split(b"\n") if line.strip()]
        if len(lines) < 2:
            raise
        return [read_json(line) for line in lines]
    return whole if isinstance(whole, list) else [whole]


def _claim(commit: Commit, record: dict[str, object]) -> Claim:
    ranges: dict[str, list[Range]] = {}
    kinds: set[str] = set()
    doubts: set[str] = set()
    model = ""
    for file in map(as_map, as_list(record.get("files"))):
        path = str(file.get("path", "")).replace("\\", "/").removeprefix("./")
        for talk in map(as_map, as_list(file.get("conversations"))):
            contributor = as_map(talk.get("contributor"))
            kind = contributor.get("type")
            if kind not in ("ai", "mixed"):
                continue
            for item in map(as_map, as_list(talk.get("ranges"))):
                found = line_range(item.get("start_line"), item.get("end_line"))
                if found is None:
                    continue
                ranges.setdefault(path, []).append(found)
                kinds.add(str(kind))
                model = str(contributor.get("model_id") or model)
                if not path or _OUTSIDE.match(path):
                    doubts.add("path outside the tree")
                if item.get("content_hash"):
                    doubts.add("content hash not checked")
    revision = as_map(record.get("vcs")).get("revision")
    if revision not in (commit.oid, *commit.parents[:1]):
        doubts.add("record of another revision")
    tool = record.get("tool")
    return Claim(
        tool=tool_name(as_map(tool).get("name") or tool),
        ranges={path: tuple(found) for path, found in ranges.items()},
        detail=" ".join(filter(None, (f"({model})" if model else "", ", ".join(sorted(doubts))))),
        provenance=ProvenanceClass.HEURISTIC if doubts else ProvenanceClass.DECLARED,
        flags=frozenset({"mixed"}) if "mixed" in kinds else frozenset(),
    )


def read(commit: Commit, raw: bytes) -> tuple[Claim, ...]:
    """Read a note: one claim for each record."""
    claims = []
    for record in _records(raw):
        if not isinstance(record, dict) or not isinstance(record.get("files"), list):
            raise FormatError("a record must be an object with a list `files`")
        claims.append(_claim(commit, record))
    return tuple(claims)


SIGNAL = note_signal(id="D9", name="agent-trace", ref="refs/notes/agent-trace", read=read, docs=__doc__)
