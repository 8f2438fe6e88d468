"""Packs of a policy and of a person: plain ast-grep files, faults with lines, limits of time."""

import time

import pytest
from reviewconsole.detection import OWN_RULES, RuleSettings, ast_grep, engine_digest, scan
from reviewconsole.detection.user_packs import LARGEST, read_packs
from reviewconsole.finding import Family, Severity

from tests.rules.sample import change

PLAIN = b"""id: no-print
language: python
severity: error
message: print in a service
note: use the logger
rule: {kind: call, has: {field: function, regex: '^print$'}}
files: ["services/**"]
"""
FULL = b"""id: keep-off
message: keep was taken off
regex: '^\\s*keep: true'
kinds: [yaml]
metadata:
  reviewconsole: {rule: keep-off, family: gap, severity: critical, fires: removed, host: object, unless: [host-gone], source: [X1]}
"""


def _scan(files, old, new, *, own=False):
    read = read_packs(files, taken=["destroy-command"])
    assert read.faults == ()
    settings = RuleSettings(own_packs=read.packs) if own else RuleSettings(packs=read.packs, packs_digest=read.digest)
    sides = [{path: text.encode() for path, text in side.items()} for side in (old, new)]
    result = scan(change(*sides), settings=settings)
    return [f for f in result.findings if f.rule in ("plain", "keep-off")], result


def test_a_plain_ast_grep_file_is_a_rule_named_like_the_file():
    texts = {"services/a.py": "print(1)\n", "tools/a.py": "print(1)\n"}
    [found], result = _scan({"rules/plain.yml": PLAIN}, {}, texts)
    assert (found.location.path, found.severity, found.family, found.external) == (
        "services/a.py", Severity.HIGH, Family.RISK, "",
    )  # fmt: skip
    assert found.message == "print in a service." and found.why == "use the logger"
    assert result.notes == ()


def test_our_metadata_makes_a_line_rule_fire_on_what_was_removed():
    old = {"k.yaml": "kind: A\nmetadata:\n  name: x\nspec:\n  keep: true\n  b: 1\n"}
    [found], _ = _scan({"r/keep-off.yaml": FULL}, old, {"k.yaml": old["k.yaml"].replace("  keep: true\n", "")})
    assert (found.location.line, found.severity, found.references) == (5, Severity.CRITICAL, ("X1",))
    gone, result = _scan({"r/keep-off.yaml": FULL}, old, {"k.yaml": "kind: B\n"})
    assert gone == [] and result.dropped["host-gone"] == 1


def test_the_findings_of_a_persons_own_pack_do_not_count():
    [found], _ = _scan({"plain.yml": PLAIN}, {}, {"services/a.py": "print(1)\n"}, own=True)
    assert found.external == OWN_RULES and not found.counts


def test_policy_packs_change_the_engine_and_own_packs_do_not():
    read = read_packs({"plain.yml": PLAIN}, taken=())
    plain = engine_digest(RuleSettings())
    assert engine_digest(RuleSettings(packs=read.packs, packs_digest=read.digest)) != plain
    assert engine_digest(RuleSettings(own_packs=read.packs)) == plain


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (b"", 1, "without a document"),
        (b"- 1\n", 1, "not a mapping"),
        (b"id: a\nregex: x\n---\nid: b\n", 4, "exactly one"),
        (b"id: a\nregex: '('\n", 1, "does not compile"),
        (b"id: a\nregex: '(a{1000}){1000}'\n", 1, "does not compile"),
        (b"id: a\nregex: [x]\n", 1, "not a text"),
        (b"id: a\nrule: {kind: call}\nlanguage: cobol\n", 1, "language must be"),
        (b"id: a\nrule: {kind: no_such_kind}\nlanguage: python\n", 1, "ast-grep"),
        (b"id: a\nrule: {pattern: 5}\nlanguage: python\n", 1, "ast-grep"),
        (b"id: a\nregex: x\nmetadata: {reviewconsole: {fires: never}}\n", 1, "fires must be"),
        (b"id: a\nregex: x\nmetadata: {reviewconsole: {severity: huge}}\n", 1, "huge"),
        (b"id: a\nregex: x\nmetadata: {reviewconsole: {familly: gap}}\n", 1, "familly is not known"),
        (b"id: a\nregex: x\nmetadata: {reviewconsole: {unless: [odd]}}\n", 1, "unless names"),
        (b"id: a\nregex: x\nmetadata: {reviewconsole: {unless: 5}}\n", 1, "not a list"),
        (b"id: a\nregex: x\nfiles: [5]\n", 1, "files"),
        (b"id: a\nregex: x\nkinds: 5\n", 1, "int"),
        (b"id: a\nregex: x\nmetadata: {reviewconsole: {rule: Bad Name}}\n", 1, "no rule name"),
        (b"id: a\nregex: x\nmetadata: {reviewconsole: {rule: destroy-command}}\n", 1, "already"),
        (b"id: a\nx: [\n", 3, "not YAML"),
        (b"a: &a [1]\nb: *a\n", 1, "aliases"),
        (b"id: a\n\xff\n", 2, "not UTF-8"),
        (b"id: a\nregex: x\nid2: " + b"y" * LARGEST, 1, "larger than"),
    ],
)
def test_a_broken_pack_is_a_fault_with_its_line_and_does_not_stop_the_rest(text, line, why):
    read = read_packs({"r/broken.yml": text, "r/plain.yml": PLAIN}, taken=["destroy-command"])
    [fault] = read.faults
    assert (fault.path, fault.line) == ("r/broken.yml", line) and why in fault.why, fault
    assert [pack.page.rule for pack in read.packs] == ["plain"]


def test_two_packs_of_one_name_are_one_and_a_fault():
    read = read_packs({"a/plain.yml": PLAIN, "b/plain.yml": PLAIN}, taken=())
    assert len(read.packs) == 1 and [fault.path for fault in read.faults] == ["b/plain.yml"]


def test_a_catastrophic_pattern_runs_in_linear_time():
    pack = b"id: a\nregex: '^(a+)+$|(x+x+)+y'\nkinds: [python]\n"
    started = time.perf_counter()
    text = {"services/a.py": "a" * 3000 + "!\n" + "x" * 3000 + "\n"}
    found, _ = _scan({"r/plain.yml": pack}, {}, text)
    assert found == [] and time.perf_counter() - started < 5


def test_a_structural_rule_that_does_not_end_is_stopped_and_ours_still_run(monkeypatch, tmp_path):
    read = read_packs({"plain.yml": PLAIN}, taken=())
    real = ast_grep.binary()
    tool = tmp_path / "ast-grep"
    tool.write_text(f'#!/bin/sh\nif grep -q no-print rules/rules.yml; then exec sleep 60; fi\nexec {real} "$@"\n')
    tool.chmod(0o755)
    monkeypatch.setattr(ast_grep, "binary", lambda: str(tool))
    monkeypatch.setattr(ast_grep, "USER_TIMEOUT", 0.5)
    swallow = b"def a():\n    try:\n        b()\n    except Exception:\n        pass\n"
    result = scan(change({}, {"services/a.py": swallow}), settings=RuleSettings(packs=read.packs))
    assert "swallowed-error" in [f.rule for f in result.findings]
    assert any("policy's and your own structural rules did not finish" in note for note in result.notes)
