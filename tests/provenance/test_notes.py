"""Line-level notes: what they attest, to whom, and what becomes of bad ones."""

import json

import pytest

from reviewconsole.evidence import ProvenanceClass as Is
from reviewconsole.provenance import Patterns, assess, commit_signals

AI = "refs/notes/ai"
TRACE = "refs/notes/agent-trace"
SESSION = "s_0123456789abcd"
ABOUT = {"agent_id": {"tool": "Claude", "id": "x", "model": "opus"}, "human_author": "Bob Hu <Bob@Example.com>"}


def _note(body: str, **tables: object) -> bytes:
    meta = {"schema_version": "authorship/3.0.0", "base_commit_sha": "x", "prompts": {}, **tables}
    return f"{body}---\n{json.dumps(meta)}".encode()


@pytest.fixture
def judge(make, evidence, patterns: Patterns):
    """Judge one commit with one note."""

    def run(ref: str, raw: bytes):
        commit = make()
        return assess(evidence(commit, notes={ref: {commit.oid: raw}}), patterns)

    return run


@pytest.mark.parametrize(
    ("body", "tables", "tool", "lines"),
    [
        (f"src/a.py\n  {SESSION}::t_0123456789abcd 1-4,9,12\n", {"sessions": {SESSION: ABOUT}}, "claude", 6),
        ("src/a.py\n  0123456789abcdef 1-4\n", {"prompts": {"0123456789abcdef": ABOUT}}, "claude", 4),
        ("src/a.py\n  0123456 7\n", {"prompts": {"0123456": ABOUT}}, "claude", 1),
        ('"with space.py"\n  0123456 1-2\n', {"prompts": {"0123456": ABOUT}}, "claude", 2),
        ("a\n  0123456 1-5\nb\n  0123456 1-5\n", {"prompts": {"0123456": ABOUT}}, "claude", 10),
        ("a\n  0123456 1-5\n  0123456 3-7,2\n", {"prompts": {"0123456": ABOUT}}, "claude", 7),
        ("a\r\n  0123456 1-5\r\n", {"prompts": {"0123456": ABOUT}}, "claude", 5),
        ("a\n  h_0123456789abcd 6\n  0123456 1-5\n", {"prompts": {"0123456": ABOUT}}, "claude", 5),
        ("a\n  ai_agent 3\n", {}, "", 1),
    ],
)
def test_git_ai_lines(judge, body: str, tables: dict[str, object], tool: str, lines: int) -> None:
    found = judge(AI, _note(body, **tables))
    assert found.provenance is Is.DECLARED
    assert [(hit.signal, hit.tool) for hit in found.signals] == [("git-ai-note", tool)]
    assert found.ai_lines == lines
    assert found.operators == (("ann@example.com", "bob@example.com") if tool else ("ann@example.com",))


@pytest.mark.parametrize("body", ["", "a\n  h_0123456789abcd 1-4\n", "a\n  human 1-4\n", "a\n"])
def test_git_ai_note_without_ai_lines(judge, body: str) -> None:
    found = judge(AI, _note(body, prompts={"0123456": ABOUT}))
    assert (found.provenance, found.signals, found.ai_lines, found.operators) == (Is.NONE, (), 0, ())


def test_a_bare_human_author_is_resolved_by_a_commit(make, evidence, patterns: Patterns) -> None:
    about = {**ABOUT, "human_author": "bob hu"}
    commit = make(author="Claude <noreply@anthropic.com>")
    other = make("Two\n", author="Bob Hu <b@example.com>")
    notes = {AI: {commit.oid: _note("a\n  0123456 1\n", prompts={"0123456": about})}}
    assert assess(evidence(commit, other, notes=notes), patterns).operators == ("ann@example.com", "b@example.com")[1:]
    assert assess(evidence(commit, notes=notes), patterns).operators == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"a\n  0123456 1\n",
        b"---\n",
        b"---\n[]",
        b"---\nnull",
        b"---\n" + b"[" * 200_000,
        b"---\n" + b"9" * 10_000,
        b'---\n{"schema_version": "authorship/9.0.0"}',
        b'---\n{"schema_version": 3}',
        _note("  0123456 1\n"),
        _note("a\n  0123456\n"),
        _note("a\n  0123456 4-1\n"),
        _note("a\n  0123456 0\n"),
        _note("a\n  0123456 1,\n"),
        _note("a\n  0123456 99999999999999\n"),
        _note("a\n 0123456 1\n"),
    ],
)
def test_bad_git_ai_note_is_reported_and_decides_nothing(judge, raw: bytes) -> None:
    found = judge(AI, raw)
    assert (found.provenance, found.ai_lines, found.tools) == (Is.NONE, None, ())
    (hit,) = found.signals
    assert (hit.signal, hit.provenance) == ("git-ai-note", Is.NONE)
    assert hit.evidence.startswith("unreadable note at refs/notes/ai: ")


def test_a_bad_note_hides_no_other_signal(make, evidence, patterns: Patterns) -> None:
    commit = make("One\n\nCo-authored-by: Claude <noreply@anthropic.com>\n")
    assert assess(evidence(commit, notes={AI: {commit.oid: b"bad"}}), patterns).provenance is Is.DECLARED


def test_notes_of_other_commits_do_not_count(make, evidence, patterns: Patterns) -> None:
    other = make("Two\n").oid
    raw = _note("a\n  0123456 1\n")
    assert assess(evidence(make(), notes={AI: {other: raw}}), patterns).signals == ()


def test_commit_signals_reads_notes(make, patterns: Patterns) -> None:
    commit = make()
    hits = commit_signals(commit, patterns, {AI: {commit.oid: _note("a\n  0123456 1\n")}})
    assert [hit.signal for hit in hits] == ["git-ai-note"]


def _trace(revision: str, path: str = "src/a.py", kind: str = "ai", **extra: object) -> dict[str, object]:
    talk = {
        "contributor": {"type": kind, "model_id": "anthropic/claude"},
        "ranges": [{"start_line": 2, "end_line": 4, **extra}],
    }
    return {
        "version": "1.0",
        "vcs": {"type": "git", "revision": revision},
        "tool": {"name": "Cursor", "version": "2.4"},
        "files": [{"path": path, "conversations": [talk]}],
    }


PARENT = "a" * 40


@pytest.mark.parametrize(
    ("record", "expected", "lines"),
    [
        (_trace(PARENT), Is.DECLARED, 3),
        (_trace(PARENT, kind="mixed"), Is.DECLARED, 3),
        (_trace(PARENT, path="src\\a.py"), Is.DECLARED, 3),
        (_trace("c" * 40), Is.HEURISTIC, 0),
        (_trace(PARENT, path="/etc/passwd"), Is.HEURISTIC, 0),
        (_trace(PARENT, path="C:\\x\\a.py"), Is.HEURISTIC, 0),
        (_trace(PARENT, path="src/../../a.py"), Is.HEURISTIC, 0),
        (_trace(PARENT, content_hash="sha256:00"), Is.HEURISTIC, 0),
        (_trace(PARENT, kind="human"), Is.NONE, 0),
        (_trace(PARENT, kind="unknown"), Is.NONE, 0),
        (_trace(PARENT, end_line=1), Is.NONE, 0),
    ],
)
def test_agent_trace(judge, record: dict[str, object], expected: Is, lines: int) -> None:
    found = judge(TRACE, json.dumps(record).encode())
    assert (found.provenance, found.ai_lines) == (expected, lines)
    assert found.tools == (() if expected is Is.NONE else ("cursor",))


def test_agent_trace_flags_mixed_and_reads_several_records(judge) -> None:
    lines = "\n".join(json.dumps(_trace(PARENT, path=path, kind="mixed")) for path in ("a", "b"))
    found = judge(TRACE, lines.encode())
    assert (found.flags, found.ai_lines) == (("mixed",), 6)
    found = judge(TRACE, json.dumps([_trace(PARENT), _trace("c" * 40, path="b")]).encode())
    assert (found.provenance, found.ai_lines) == (Is.DECLARED, 3)


SRCTRACE = {"v": 1, "f": {"a": [{"s": "agent|cursor(gpt)", "l": [1, "5-9"]}, {"s": "human|ann", "l": [2]}]}}
WHOGITIT = {
    "version": 3,
    "session": {"model": {"id": "claude-opus-4-5"}},
    "files": [
        {
            "path": "a",
            "lines": [
                {"line_number": number, "source": {"type": kind}, "content": "secret"}
                for number, kind in enumerate(["AI", "Human", "AIModified", "Original", "Unknown"], 1)
            ],
        }
    ],
}


@pytest.mark.parametrize(
    ("ref", "note", "tool", "lines"),
    [
        ("refs/notes/srctrace/attribution", SRCTRACE, "cursor", 6),
        ("refs/notes/whogitit", WHOGITIT, "claude", 2),
    ],
)
def test_notes_of_other_tools(judge, ref: str, note: object, tool: str, lines: int) -> None:
    found = judge(ref, json.dumps(note).encode())
    assert (found.provenance, found.tools, found.ai_lines) == (Is.DECLARED, (tool,), lines)
    assert "secret" not in repr(found)
    for other in (b"[]", b"{}", b"x", b'{"files": {}, "v": 1, "f": []}'):
        bad = judge(ref, other)
        assert (bad.provenance, bad.signals[0].provenance) == (Is.NONE, Is.NONE)


def test_note_signals_without_their_kind_of_line_see_nothing(judge) -> None:
    human = {"v": 1, "f": {"a": [{"s": "human|ann", "l": [1]}]}}
    assert judge("refs/notes/srctrace/attribution", json.dumps(human).encode()).signals == ()
    assert judge("refs/notes/whogitit", b'{"files": [{"path": "a", "lines": []}]}').signals == ()
