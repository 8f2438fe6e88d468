"""The kinds that need no parser: paths, lines, attributes, evidence, commits."""

from dataclasses import replace
from typing import Any

import pytest

from reviewconsole.change import ABSENT_MODE
from reviewconsole.constraints import attrs_forbid, paths_deny
from reviewconsole.constraints.facts import CommitSignature, Facts, Step, Undetermined
from reviewconsole.diff import FileDiff
from reviewconsole.errors import FormatError
from reviewconsole.evidence import Provenance, ProvenanceClass, SignalHit
from tests.constraints.made import answer, commit, facts, file, oid

PY = "import os\n\n\ndef f():\n    return 1\n"


@pytest.mark.parametrize(
    ("files", "verdict"),
    [
        ({"services/a/src/x.py": ("1\n", "2\n")}, "violated"),
        ({"services/a/src/x.py": ("1\n", "2\n"), "services/b/tests/t.py": (None, "t\n")}, "violated"),
        ({"services/a/src/x.py": ("1\n", "2\n"), "services/a/tests/t.py": (None, "t\n")}, "pass"),
        ({"services/a/src/x.py": ("1\n", "2\n"), "services/a/tests/t.py": ("t\n", None)}, "violated"),
        ({"docs/x.md": ("1\n", "2\n")}, "n/a"),
    ],
)
def test_paths_require_carries_the_name_over(files: Any, verdict: str) -> None:
    options = {"if_changed": ["services/{svc}/src/**"], "then_changed": ["services/{svc}/tests/**"]}
    found = answer("paths.require", options, facts(files))
    assert found.verdict == verdict
    assert [w.path for w in found.witnesses] == (["services/a/src/x.py"] if verdict == "violated" else [])


@pytest.mark.parametrize(
    ("options", "changed", "verdict"),
    [
        ({"files": 1}, {}, "violated"),
        ({"files": 2}, {}, "pass"),
        ({"files": 1}, {"generated": ["*.lock"]}, "pass"),
        ({"lines_added": 3}, {}, "pass"),
        ({"lines_added": 2}, {}, "violated"),
        ({"lines_total": 3}, {}, "violated"),
        ({"lines_deleted": 0}, {}, "violated"),
        ({"deleted_ratio": 24}, {}, "violated"),
        ({"deleted_ratio": 25}, {}, "pass"),
        ({"units": 1}, {"units": ["{top}/**", "(x)"]}, "pass"),
        ({"units": 0}, {"units": ["(a)\\.py", "([^/]+).lock"]}, "violated"),
        ({"commits": 0}, {}, "violated"),
        ({"deleted_files": 0}, {}, "pass"),
    ],
)
def test_limit(options: Any, changed: Any, verdict: str) -> None:
    about = facts({"a.py": ("1\n", "2\n3\n"), "b.lock": (None, "1\n")}, **changed)
    assert answer("limit", options, about).verdict == verdict


def test_limit_counts_no_lines_of_binaries() -> None:
    about = facts({"a.bin": (None, b"\0\1\2\3" * 9)})
    assert answer("limit", {"lines_total": 5}, about).verdict == "undecidable"
    assert answer("limit", {"binary_bytes": 35}, about).verdict == "violated"
    assert answer("limit", {"binary_bytes": 36}, about).verdict == "pass"


@pytest.mark.parametrize(
    ("options", "old", "new", "verdict", "line"),
    [
        ({"patterns": [r"\beval\("]}, "a\n", "a\nx = eval(y)\n", "violated", 2),
        ({"patterns": [r"\beval\("]}, "eval(1)\n", "eval(1)\nb\n", "pass", 0),
        ({"patterns": [r"\beval\("], "paths": ["*.js"]}, None, "eval(1)\n", "n/a", 0),
        ({"patterns": ["assert"], "side": "removed"}, "assert a\n", "b\n", "violated", 1),
        ({"patterns": ["assert"], "side": "removed", "net": True}, "assert a\n", "assert b\n", "pass", 0),
        ({"patterns": ["assert"], "side": "removed", "net": True}, "assert a\nassert b\n", "assert c\n", "violated", 1),
        ({"patterns": ["x"]}, None, b"\0\1\2\3" * 9, "undecidable", 0),
        ({"patterns": ["x"]}, None, b"\xff x\n", "violated", 1),
    ],
)
def test_lines_forbid(options: Any, old: Any, new: Any, verdict: str, line: int) -> None:
    found = answer("lines.forbid", options, facts({"a.py": (old, new)}))
    assert found.verdict == verdict
    assert [w.lines[0] for w in found.witnesses][:1] == ([line] if verdict in ("violated", "undecidable") else [])


def test_lines_forbid_sees_what_a_later_commit_took_away_again() -> None:
    secret = "key = 'AKIA0000'\n"
    step = Step(commit=commit(name="first"), files=(file("a.py", "a\n", "a\n" + secret),))
    about = facts({"a.py": ("a\n", "b\n")}, steps=lambda: (step,))
    options = {"patterns": ["AKIA[0-9]+"]}
    assert answer("lines.forbid", options, about).verdict == "pass"
    found = answer("lines.forbid", {**options, "each_commit": True}, about)
    assert found.verdict == "violated"
    assert f"in commit {oid('first')[:12]}" in found.why


@pytest.mark.parametrize(
    ("options", "old", "new", "verdict"),
    [
        ({"patterns": [r"\A# Copyright"]}, "# Copyright x\na\n", "a\n", "violated"),
        ({"patterns": [r"\A# Copyright"]}, "# Copyright x\na\n", "# Copyright y\n", "pass"),
        ({"patterns": ["prevent_destroy"]}, "prevent_destroy\nprevent_destroy\n", "prevent_destroy\n", "pass"),
        ({"patterns": ["prevent_destroy"], "every": True}, "prevent_destroy\nprevent_destroy\n", "prevent_destroy\n", "violated"),
        ({"patterns": ["x"]}, "x\n", None, "n/a"),
        ({"patterns": ["x"], "deleted": True}, "x\n", None, "violated"),
        ({"patterns": ["x"]}, "x\n", b"\xff\xfe", "undecidable"),
        ({"patterns": ["x"]}, None, "y\n", "n/a"),
    ],
)  # fmt: skip
def test_content_keep(options: Any, old: Any, new: Any, verdict: str) -> None:
    assert answer("content.keep", options, facts({"a.tf": (old, new)})).verdict == verdict


@pytest.mark.parametrize(
    ("made", "options", "words"),
    [
        (file("run.sh", "a\n", "a\n", modes=("100644", "100755")), {}, "executable"),
        (file("run.sh", "a\n", "b\n", modes=("100755", "100755")), {}, ""),
        (file("a/l", "x", "../../etc/passwd", modes=("100644", "120000")), {}, "out of the tree"),
        (file("a/l", "x", "../b", modes=("100644", "120000")), {}, ""),
        (file("a/l", "x", "/etc/passwd", modes=("100644", "120000")), {}, "out of the tree"),
        (file("x.bin", None, b"\0\1\2\3" * 9), {}, "binary"),
        (file("x.bin", b"\0\1\2\3" * 9, b"\0\1\2\3" * 8), {}, ""),
        (file("x.txt", None, "123456"), {"size": 5}, "6 bytes"),
        (file("x.txt", None, "ab\nc\u202ed\n"), {}, "U+202E on line 2"),
        (file("x.txt", None, "a\u200bb\n"), {}, "U+200B"),
        (file("x.txt", None, "\ufeffa\n"), {}, ""),
        (file("x.txt", None, "a\u200bb\n"), {"forbid": ["exec"]}, ""),
    ],
)
def test_attrs_forbid(made: Any, options: Any, words: str) -> None:
    found = answer("attrs.forbid", options, facts(extra=[made]))
    assert found.verdict == ("violated" if words else "pass")
    assert words in found.why


RUNBOOK = b"# Service\n\n## Rollback ##\ntext\n\nVerification\n------------\n"


@pytest.mark.parametrize(
    ("any_of", "message", "verdict"),
    [
        ([{"file": "docs/{unit}.md", "headings": ["Rollback", "Verification"]}], "x", "pass"),
        ([{"file": "docs/{unit}.md", "headings": ["Who to page"]}], "x", "violated"),
        ([{"file": "docs/{other}.md"}], "x", "violated"),
        ([{"trailer": "Rollback-Plan"}], "x\n\nRollback-Plan: revert\n", "pass"),
        ([{"trailer": "Rollback-Plan"}], "x\n\nRollback-Plan:\n", "violated"),
        ([{"reference": "PAY-[0-9]+"}], "PAY-17: x", "pass"),
        ([{"note": "refs/notes/plans"}], "x", "undecidable"),
        ([{"note": "refs/notes/plans"}, {"reference": "x"}], "x", "pass"),
    ],
)
def test_evidence_require(any_of: Any, message: str, verdict: str) -> None:
    def note(ref: str, _commit: str) -> bytes:
        raise Undetermined(f"{ref} is not here")

    about = facts(
        {"services/pay/src/a.py": ("1\n", "2\n"), "README": ("1\n", "2\n")},
        units=["services/([^/]+)/**"], commits=(commit(message),), note=note,
        head_file=lambda path: RUNBOOK if path == "docs/pay.md" else None,
    )  # fmt: skip
    found = answer("evidence.require", {"if_changed": ["services/*/src/**"], "any_of": any_of}, about)
    assert found.verdict == verdict
    assert answer("evidence.require", {"if_changed": ["infra/**"], "any_of": any_of}, about).verdict == "n/a"


def signed(message: str, kind: ProvenanceClass = ProvenanceClass.DECLARED, signal: str = "co-author-email") -> Facts:
    one = commit(message)
    hit = SignalHit(signal=signal, provenance=kind, tool="claude", commit=one.oid, evidence="e")
    return facts(
        {"a": ("1\n", "2\n")},
        commits=(one,),
        provenance=Provenance(provenance=kind, signals=(hit,)),
        is_agent=lambda email: email.endswith("@anthropic.com"),
    )


@pytest.mark.parametrize(
    ("about", "require", "verdict"),
    [
        (signed("x"), ["trailer"], "pass"),
        (signed("x", ProvenanceClass.HEURISTIC), ["trailer"], "violated"),
        (signed("x\n\nCo-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>\n"), ["model"], "pass"),
        (signed("x\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n"), ["model"], "violated"),
        (signed("x\n\nSigned-off-by: Claude <noreply@anthropic.com>\n"), ["human"], "violated"),
        (signed("x\n\nReviewed-by: Ann <ann@example.com>\n"), ["human"], "pass"),
        (signed("x"), ["git-ai-note", "human"], "violated"),
        (signed("x", signal="git-ai-note"), ["git-ai-note"], "pass"),
        (signed("x", ProvenanceClass.SUGGESTION), ["human"], "n/a"),
        (replace(signed("x"), shallow=True), ["trailer"], "undecidable"),
    ],
)
def test_provenance_require(about: Facts, require: list[str], verdict: str) -> None:
    assert answer("provenance.require", {"require": require}, about).verdict == verdict


KEY = "SHA256:" + "A" * 43


@pytest.mark.parametrize(
    ("options", "one", "state", "verdict"),
    [
        ({"authors": ["*@example.com"]}, commit(), "none", "pass"),
        ({"authors": ["*@Example.com"]}, commit(email="eve@other.com"), "none", "violated"),
        ({"signed_by": [KEY]}, commit(), "good", "pass"),
        ({"signed_by": ["SHA256:" + "B" * 43]}, commit(), "good", "violated"),
        ({"signed_by": [KEY]}, commit(), "none", "violated"),
        ({"signed_by": [KEY]}, commit(), "bad", "violated"),
        ({"signed_by": [KEY]}, commit(), "unknown", "undecidable"),
        ({"trailers": ["Ticket"]}, commit("x\n\nticket: 4\n"), "none", "pass"),
        ({"trailers": ["Ticket"]}, commit("x\n\nticket 4\n"), "none", "violated"),
        ({"message": ["^[A-Z]"]}, commit("lower\n"), "none", "violated"),
        ({"no_agent_signoff": True}, commit("x\n\nSigned-off-by: C <noreply@anthropic.com>\n"), "none", "violated"),
        ({"no_agent_signoff": True}, commit("x\n\nSigned-off-by: C <c@example.com>\n"), "none", "pass"),
        ({"no_merges": True}, commit(parents=2), "none", "violated"),
        ({"most": 0}, commit(), "none", "violated"),
        ({"most": 1}, commit(), "none", "pass"),
    ],
)
def test_commits_require(options: Any, one: Any, state: str, verdict: str) -> None:
    about = facts(
        {"a": ("1\n", "2\n")}, commits=(one,), signature=lambda _: CommitSignature(state=state, fingerprint=KEY),
        is_agent=lambda email: email.endswith("@anthropic.com"),
    )  # fmt: skip
    assert answer("commits.require", options, about).verdict == verdict


@pytest.mark.parametrize(
    ("kind", "options", "place"),
    [
        ("paths.require", {"if_changed": ["a"], "then_changed": []}, "then_changed"),
        ("paths.require", {"if_changed": ["a"], "then_changed": ["b"], "paths": []}, "paths"),
        ("lines.forbid", {"patterns": ["("]}, "patterns[0]"),
        ("lines.forbid", {"patterns": [r"(a)\1"]}, "patterns[0]"),
        ("lines.forbid", {"patterns": ["a"], "net": True}, "net"),
        ("lines.forbid", {"patterns": []}, "patterns"),
        ("content.keep", {"patterns": []}, "patterns"),
        ("attrs.forbid", {"forbid": ["exe"]}, "forbid[0]"),
        ("evidence.require", {"any_of": []}, "any_of"),
        ("evidence.require", {"any_of": [{"trailer": "A b"}]}, "any_of[0].trailer"),
        ("evidence.require", {"any_of": [{"trailer": "A", "extra": 1}]}, "any_of[0].extra"),
        ("provenance.require", {"require": []}, "require"),
        ("commits.require", {}, "authors"),
        ("commits.require", {"signed_by": ["x"]}, "signed_by[0]"),
        ("limit", {"deleted_ratio": -1}, "deleted_ratio"),
    ],
)
def test_a_key_that_says_nothing_is_refused_with_its_place(kind: str, options: Any, place: str) -> None:
    with pytest.raises(FormatError) as caught:
        answer(kind, options, facts())
    assert caught.value.place == f"constraint[0].{place}"


LINK = file("a", "x", "y", modes=("100644", "120000"))
NEW_LINK = replace(LINK, entry=replace(LINK.entry, status="A", old_mode=ABSENT_MODE, old_oid=None))
MODE = file("a", "x", "x", modes=("100644", "100755"))
MODULE = replace(LINK, entry=replace(LINK.entry, status="M", old_mode="160000", new_mode="160000"))


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        (file("a", None, "x"), {"add"}),
        (file("a", "x", None), {"delete"}),
        (file("a", "x", "y"), {"modify"}),
        (MODE, {"modify", "mode"}),
        (LINK, {"modify", "mode", "symlink"}),
        (NEW_LINK, {"add", "symlink"}),
        (MODULE, {"modify", "submodule"}),
    ],
)
def test_each_kind_of_change_can_be_forbidden_alone(changed: FileDiff, kinds: set[str]) -> None:
    about = facts(extra=[changed])
    found = {
        kind
        for kind in paths_deny.CHANGES
        if answer("paths.deny", {"paths": ["a"], "change": [kind]}, about).verdict == "violated"
    }
    assert found == kinds


def test_attributes_are_looked_for_in_each_commit_where_it_is_asked() -> None:
    passing = file("a.py", "a\n", "a\u202e\n")
    step = Step(commit=commit(name="first"), files=(passing, file("b.md", "b\n", "b\u202e\n")))
    about = facts({"a.py": ("a\n", "b\n")}, steps=lambda: (step,))
    options = {"forbid": ["bidi"], "paths": ["*.py"]}
    assert answer("attrs.forbid", options, about).verdict == "pass"
    found = answer("attrs.forbid", {**options, "each_commit": True}, about)
    assert found.verdict == "violated"
    assert f"in commit {step.commit.oid[:12]}" in found.why
    assert {witness.path for witness in found.witnesses} == {"a.py"}


@pytest.mark.parametrize(
    ("key", "changed"),
    [
        ("submodule", MODULE),
        ("binary", file("a", "text\n", b"\0\1\2")),
        ("binary", file("a", None, b"\0\1\2")),
        ("exec", MODE),
    ],
)
def test_each_attribute_can_be_forbidden_alone(key: str, changed: FileDiff) -> None:
    assert answer("attrs.forbid", {"forbid": [key]}, facts(extra=[changed])).verdict == "violated"
    others = [other for other in attrs_forbid.FORBIDDEN if other not in (key, "size")]
    assert answer("attrs.forbid", {"forbid": others}, facts(extra=[changed])).verdict == "pass"


def test_a_binary_that_only_changes_is_no_new_one() -> None:
    about = facts(extra=[file("a", b"\0\1", b"\0\2")])
    assert answer("attrs.forbid", {"forbid": ["binary"]}, about).verdict == "pass"


def test_lines_of_a_link_that_became_a_file_are_added_ones() -> None:
    changed = file("a", "elsewhere", "fine\nAKIA0000\n", modes=("120000", "100644"))
    found = answer("lines.forbid", {"patterns": ["AKIA[0-9]+"]}, facts(extra=[changed]))
    assert (found.verdict, found.witnesses[0].lines) == ("violated", (2, 2))
