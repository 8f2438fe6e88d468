"""The verdict over several signals: class, flags, tools, operators; and that nothing raises."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewconsole.change import Change, Commit, Evidence, Oid, Person
from reviewconsole.evidence import ProvenanceClass as Is
from reviewconsole.provenance import NOTES_REFS, SIGNALS, Patterns, assess, classes, commit_signals

CLAUDE = "Co-Authored-By: Claude <noreply@anthropic.com>"
DEPENDABOT = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>"
GITHUB = "GitHub <noreply@github.com>"


def test_strongest_class_decides_and_tools_are_sorted(make, evidence, patterns: Patterns) -> None:
    commits = (make(f"One\n\n{CLAUDE}\n"), make("Two\n\nAmp-Thread-ID: T-0a1b\n"), make(author=DEPENDABOT))
    found = assess(evidence(*commits, ref="refs/heads/codex/x"), patterns)
    assert found.provenance is Is.DECLARED
    assert found.tools == ("amp", "claude", "codex", "dependabot")


def test_heuristics_do_not_add_up(make, evidence, patterns: Patterns) -> None:
    commits = (make("aider: One\n"), make("Two\n\nCo-authored-by: Amp <amp@example.com>\n"))
    found = assess(evidence(*commits, ref="refs/heads/codex/x", paths=("CLAUDE.md",)), patterns)
    assert (found.provenance, len(found.signals)) == (Is.HEURISTIC, 4)


def test_automation_alone_is_automation(make, evidence, patterns: Patterns) -> None:
    found = assess(evidence(make("Bump x\n", author=DEPENDABOT, committer=GITHUB)), patterns)
    assert (found.provenance, found.tools, found.operators) == (Is.AUTOMATION, ("dependabot",), ())


def test_edits_that_aider_committed_for_a_person_are_no_ai(make, evidence, patterns: Patterns) -> None:
    found = assess(evidence(make(committer="Ann Lee (aider) <ann@example.com>")), patterns)
    assert (found.provenance, found.tools) == (Is.NONE, ())
    assert [hit.signal for hit in found.signals] == ["aider-committer"]


@pytest.mark.parametrize(
    ("line", "flags"),
    [
        ("Co-authored-by: Copilot <copilot@github.com>", ("contested",)),
        ("Assisted-by: GitHub Copilot (model: Claude Opus 4.8, autonomous)", ("autonomous",)),
        ("Assisted-by: GitHub Copilot (model: Claude Opus 4.8, supervised)", ("supervised",)),
        ("Assisted-by: GitHub Copilot (model: unsupervised)", ()),
        (f"{CLAUDE}\nCo-authored-by: Bob <bob@example.com>", ("mixed",)),
        (f"{CLAUDE}\nCo-authored-by: Ann <ANN@example.com>", ()),
        (f"* First\n\nWhy.\n\n* Second\n\n---------\n\n{CLAUDE}", ("mixed",)),
        (f"* First\r\n\r\n* Second\r\n\r\n{CLAUDE}", ("mixed",)),
        (f"* a list\n* of points\n\n{CLAUDE}", ()),
        ("* First\n\n* Second\n\nno statement", ()),
    ],
)
def test_flags(line: str, flags: tuple[str, ...], make, evidence, patterns: Patterns) -> None:
    assert assess(evidence(make(f"Fix it (#3)\n\n{line}\n")), patterns).flags == flags


def test_flags_are_sorted_over_the_change(make, evidence, patterns: Patterns) -> None:
    touched = make(committer="Copilot <198982749+Copilot@users.noreply.github.com>")
    contested = make("Two\n\nCo-authored-by: Copilot <copilot@github.com>\n")
    found = assess(evidence(touched, contested), patterns)
    assert found.flags == ("contested", "touched")
    assert found.operators == ("ann@example.com",)


def test_operators_are_the_people_around_an_agent(make, evidence, patterns: Patterns) -> None:
    agent = make(
        "One\n\nCo-authored-by: Bob <Bob@Example.com>\n",
        author="copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>",
        committer=GITHUB,
    )
    assisted = make(f"Two\n\n{CLAUDE}\n", author="Cy <CY@example.com>", committer="Di <di@example.com>")
    plain = make("Three\n", author="Eve <eve@example.com>")
    found = assess(evidence(agent, assisted, plain), patterns)
    assert found.operators == ("bob@example.com", "cy@example.com", "di@example.com")


def test_a_commit_an_agent_only_touched_has_no_operator(make, evidence, patterns: Patterns) -> None:
    commit = make(committer="Copilot <198982749+Copilot@users.noreply.github.com>")
    found = assess(evidence(commit), patterns)
    assert (found.provenance, found.flags, found.operators) == (Is.STRONG, ("touched",), ())


def test_equal_lines_are_one_hit_and_long_ones_are_cut(make, patterns: Patterns) -> None:
    assert len(commit_signals(make(f"One\n\n{CLAUDE}\n{CLAUDE}\n"), patterns)) == 1
    (hit,) = commit_signals(make(f"One\n\nAI-Tools: {'x' * 5000}\n"), patterns)
    assert len(hit.evidence) == 200


def test_empty_change(evidence, patterns: Patterns) -> None:
    assert assess(evidence(), patterns).provenance is Is.NONE


@pytest.mark.parametrize(
    "message", ["\n" * 300_000, "-" * 300_000 + "x", "co-authored-by:" + "<" * 300_000, "a-" * 150_000, "🤖" * 100_000]
)
def test_hostile_messages_take_linear_time(message: str, make, patterns: Patterns) -> None:
    begun = time.monotonic()
    assert commit_signals(make(message), patterns) == ()
    assert time.monotonic() - begun < 5


ANY = st.text(st.characters(exclude_categories=()), max_size=60)
KEYS = st.sampled_from(
    [
        "Co-authored-by: ",
        "Assisted-by: ",
        "Generated-by: ",
        "AI-Tool: ",
        "🤖 Generated with ",
        "Claude <",
        "Merge branch '",
    ]
)
LINES = st.lists(st.tuples(KEYS, ANY).map("".join) | ANY, max_size=6).map("\n".join)
PEOPLE = st.builds(Person, name=ANY, email=ANY)
COMMIT = st.builds(
    Commit,
    oid=st.sampled_from([Oid("1" * 40), Oid("2" * 40)]),
    tree=st.just(Oid("4" * 40)),
    parents=st.just(()),
    author=PEOPLE,
    author_time=st.integers(),
    committer=PEOPLE,
    committer_time=st.integers(),
    message=LINES,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["files", "path", "conversations", "contributor", "type", "ranges", "start_line", "f", "v"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def _bytes(value: object) -> bytes:
    return json.dumps(value).encode()


NOTE = st.binary(max_size=80) | JSON.map(_bytes) | ANY.map(lambda text: text.encode("utf-8", "replace") + b"\n---\n{}")


@settings(max_examples=150, deadline=None)
@given(
    commits=st.lists(COMMIT, max_size=3),
    ref=ANY,
    paths=st.lists(ANY, max_size=3),
    note=NOTE,
)
def test_nothing_raises(commits: list[Commit], ref: str, paths: list[str], note: bytes, patterns: Patterns) -> None:
    change = Change(
        ref=ref,
        target="",
        base=None,
        head=Oid("1" * 40),
        base_tree=Oid("4" * 40),
        head_tree=Oid("4" * 40),
        merge_bases=(),
        commits=tuple(commits),
    )
    notes = {name: {Oid("1" * 40): note} for name in NOTES_REFS}
    found = assess(Evidence(change=change, paths=tuple(paths), notes=notes), patterns)
    assert found.provenance is max((hit.provenance for hit in found.signals), key=lambda c: c.rank, default=Is.NONE)
    assert list(found.tools) == sorted(set(found.tools))
    assert list(found.operators) == sorted(set(found.operators))


def test_many_changes_at_once_have_the_classes_of_each_alone(make, evidence, patterns: Patterns) -> None:
    shared = make("Shared\n\nAssisted-by: Claude Code\n")
    plain = make("Plain\n")
    ref, note = next(iter(NOTES_REFS)), b"{broken"
    found = [
        evidence(plain),
        evidence(plain, shared),
        evidence(make("Other\n"), shared),
        evidence(make("x\n"), ref="refs/heads/codex/x"),
        evidence(make("y\n"), paths=("a/CLAUDE.md",)),
        evidence(make("Bump\n", author=DEPENDABOT)),
        evidence(make("Merge branch 'claude/y'\n"), plain),
    ]
    notes = {ref: {plain.oid: note}}
    alone = [assess(Evidence(change=each.change, paths=each.paths, notes=notes), patterns).provenance for each in found]
    assert classes(found, notes, patterns) == alone
    assert len(set(alone)) == 4
    assert classes([], notes, patterns) == []


def test_only_wider_signals_see_more_than_commits(make, evidence, patterns: Patterns) -> None:
    nowhere = Evidence(change=evidence(make()).change, paths=("CLAUDE.md", ".cursor/rules/x"))
    codex = evidence(make(), ref="refs/heads/codex/x")
    seen = {each.name for each in SIGNALS for e in (nowhere, codex) for hit in each.assess(e, patterns)}
    assert seen == {each.name for each in SIGNALS if each.wider}
