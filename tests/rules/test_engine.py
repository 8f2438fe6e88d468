"""What holds for every rule: guards, stages, suppressions, settings, limits and faults of the tool."""

from dataclasses import replace

import pytest
from reviewconsole import detection
from reviewconsole.detection import RuleSettings, ast_grep, engine_digest, packs, page, scan, stages
from reviewconsole.detection.constructs import constructs, enclosing
from reviewconsole.detection.source import is_generated, is_nonproduction, kind_of
from reviewconsole.detection.yaml_nodes import compose
from reviewconsole.errors import FormatError, UsageError
from reviewconsole.finding import Severity

from tests.rules.sample import change, file_diff, scanned

_SWALLOW = "def a():\n    try:\n        b()\n    except Exception:\n        pass\n"
_CALLS = "def a():\n    b()\n"


def _rules(result):
    return [finding.rule for finding in result.findings]


def test_line_rules_and_checks_come_before_structural_rules_and_scan_holds_both():
    files = change(
        {"a.py": _CALLS.encode(), "r.sh": b"echo\n"}, {"a.py": _SWALLOW.encode(), "r.sh": b"echo\ndropdb orders\n"}
    )
    first, checks, second, packs_of_others = stages(files, RuleSettings())
    assert packs_of_others.findings == ()
    assert "destroy-command" in _rules(first) and "swallowed-error" not in _rules(first)
    assert "swallowed-error" in _rules(second)
    whole = scan(files, settings=RuleSettings())
    assert sorted(_rules(whole)) == sorted(_rules(first) + _rules(checks) + _rules(second))
    assert [finding.id for finding in whole.findings] == [f"F{at}" for at in range(1, len(whole.findings) + 1)]
    assert whole.findings[0].severity is Severity.CRITICAL


def test_a_finding_names_its_construct_and_its_fingerprint_survives_a_line_shift():
    one = scanned({"a.py": _CALLS}, {"a.py": _SWALLOW})
    other = scanned({"a.py": "\n\n\n" + _CALLS}, {"a.py": "\n\n\n" + _SWALLOW})
    found, shifted = (next(f for f in result.findings if f.rule == "swallowed-error") for result in (one, other))
    assert (found.location.line, found.location.end_line, found.location.construct) == (4, 5, "a")
    assert shifted.location.line == 7
    assert found.fingerprint == shifted.fingerprint


def test_what_a_guard_takes_away_is_counted():
    gone = scanned(
        {"a.tf": 'resource "aws_lb" "a" {\n  enable_deletion_protection = true\n}\n'}, {"a.tf": "locals {}\n"}
    )
    assert gone.dropped["host-gone"] == 1
    moved = scanned({"a.sh": "dropdb orders_old\n", "b.sh": "x\n"}, {"a.sh": "y\n", "b.sh": "x\ndropdb orders_old\n"})
    assert "destroy-command" not in _rules(moved)
    assert moved.dropped["moved"] >= 1
    comment = scanned({"a.sh": "x\n"}, {"a.sh": "x\n# dropdb orders\n"})
    assert comment.findings == () and comment.dropped["comment"] == 1


def test_a_line_that_leaves_the_tests_for_production_has_not_merely_moved():
    line = "dropdb orders_database\n"
    result = scanned({"tests/a.sh": f"x\n{line}", "ops/b.sh": "y\n"}, {"tests/a.sh": "x\n", "ops/b.sh": f"y\n{line}"})
    assert [f.location.path for f in result.findings if f.rule == "destroy-command"] == ["ops/b.sh"]


def test_a_safeguard_removed_and_its_opposite_added_are_one_finding():
    block = 'resource "aws_lb" "a" {{\n  enable_deletion_protection = {}\n}}\n'
    result = scanned({"a.tf": block.format("true")}, {"a.tf": block.format("false")})
    assert [(f.rule, f.location.side.value, f.location.line) for f in result.findings] == [
        ("destroy-guard-off", "new", 2)
    ]
    assert result.dropped["same-place"] == 2, "the line that goes, and that a switch turns"


def test_a_non_production_path_weighs_medium_at_most_but_tests_of_tests_do_not():
    files = {"ops/a.sh": "dropdb orders\n", "examples/a.sh": "dropdb order\n"}
    by_path = {f.location.path: f.severity for f in scanned({}, files).findings if f.rule == "destroy-command"}
    assert by_path == {"ops/a.sh": Severity.CRITICAL, "examples/a.sh": Severity.MEDIUM}
    skip = scanned({"tests/test_a.py": "x = 1\n"}, {"tests/test_a.py": "x = 1\n@pytest.mark.skip\n"})
    assert [f.severity for f in skip.findings if f.rule == "skip-added"] == [Severity.HIGH]


MARK = "reviewconsole:ignore[destroy-command] the scratch database of this job"


@pytest.mark.parametrize("place", ["dropdb orders  # {}\n", "# {}\ndropdb orders\n"])
def test_a_mark_that_the_change_adds_does_not_silence_its_reviewer_and_is_a_finding(place):
    result = scanned({"a.sh": "x\n"}, {"a.sh": "x\n" + place.format(MARK)})
    found = {finding.rule: finding for finding in result.findings}
    assert found["destroy-command"].suppressed == ""
    assert "suppression-added" in found


def test_a_mark_that_stood_before_suppresses_and_the_finding_is_kept():
    result = scanned({"a.sh": f"# {MARK}\necho\n"}, {"a.sh": f"# {MARK}\ndropdb orders\n"})
    [finding] = [finding for finding in result.findings if finding.rule == "destroy-command"]
    assert finding.suppressed == "the scratch database of this job"


@pytest.mark.parametrize("mark", ["reviewconsole:ignore[destroy-command]", "reviewconsole:ignore[other] because"])
def test_a_suppression_without_a_reason_or_of_another_rule_does_nothing(mark):
    result = scanned({"a.sh": "x\n"}, {"a.sh": f"x\ndropdb orders  # {mark}\n"})
    assert next(f for f in result.findings if f.rule == "destroy-command").suppressed == ""


def test_a_suppression_cannot_suppress_its_own_finding():
    mark = "# reviewconsole:ignore[suppression-added] quiet"
    result = scanned({"a.sh": "x\n"}, {"a.sh": f"x\n{mark}\n"})
    assert [f.suppressed for f in result.findings if f.rule == "suppression-added"] == [""]


def test_settings_disable_a_rule_and_replace_a_severity():
    text = {"a.sh": "dropdb orders\n"}
    assert "destroy-command" not in _rules(scanned({}, text, disable=frozenset({"destroy-command"})))
    changed = scanned({}, text, severity={"destroy-command": Severity.LOW})
    assert [f.severity for f in changed.findings if f.rule == "destroy-command"] == [Severity.LOW]


def test_the_engine_digest_is_stable_and_tells_settings_apart():
    plain = engine_digest(RuleSettings())
    assert plain == engine_digest(RuleSettings()) and plain.startswith("sha256:") and len(plain) == 71
    others = {
        engine_digest(RuleSettings(disable=frozenset({"no-limits"}))),
        engine_digest(RuleSettings(severity={"no-limits": Severity.HIGH})),
    }
    assert len(others | {plain}) == 3


def test_broken_syntax_is_still_scanned_and_said():
    broken = _SWALLOW + "def c(:\n    ][\n"
    result = scanned({"a.py": _CALLS}, {"a.py": broken, "b.tf": "resource {{{\n", "c.yaml": "kind: {{ x }}\n  - :\n"})
    assert "swallowed-error" in _rules(result)
    assert any("a.py" in note and "parse" in note for note in result.notes)
    assert any("c.yaml" in note for note in result.notes)


def test_a_long_line_is_left_out_with_a_note_and_the_rest_is_scanned():
    long = "x = '" + "dropdb orders " * 1500 + "'\n"
    result = scanned({"a.py": _CALLS, "a.sh": "x\n"}, {"a.py": long + _SWALLOW, "a.sh": f"{long}dropdb orders\n"})
    assert "swallowed-error" in _rules(result)
    assert [f.location.line for f in result.findings if f.rule == "destroy-command"] == [2]
    assert sum("longer than" in note for note in result.notes) == 2


def test_ten_thousand_changed_lines_are_scanned_whole():
    body = "".join(f"def f{n}():\n    g({n})\n\n\n" for n in range(2500))
    result = scanned({"a.py": ""}, {"a.py": body + _SWALLOW})
    found = next(f for f in result.findings if f.rule == "swallowed-error")
    assert found.location.line == 10_004


def test_what_cannot_be_scanned_is_named():
    files = [
        file_diff("logo.png", None, b"\0\1", binary=True),
        file_diff("package-lock.json", b"{}\n", b"{1}\n"),
        file_diff("big.py", None, b"x = 1\n" * 200_000),
    ]
    link = file_diff("link", None, b"target")
    files.append(replace(link, entry=replace(link.entry, new_mode="120000")))
    result = scan(files, settings=RuleSettings())
    assert result.findings == ()
    assert [note.split(":")[0] for note in result.notes] == ["logo.png", "package-lock.json", "big.py", "link"]
    assert result.dropped == {"generated-file": 1}


def test_bytes_that_are_no_text_and_odd_line_ends_do_not_move_lines():
    result = scanned({"a.py": _CALLS}, {"a.py": "s = '\udcff\r\x0b\x85'\r\n" + _SWALLOW})
    assert [f.location.line for f in result.findings if f.rule == "swallowed-error"] == [5]


def test_a_missing_tool_is_a_note_and_changes_the_engine_digest(monkeypatch):
    before = engine_digest(RuleSettings())
    monkeypatch.setattr(ast_grep, "binary", lambda: None)
    detection._engine.cache_clear()
    try:
        result = scanned({"a.py": _CALLS}, {"a.py": _SWALLOW})
        assert any("not installed" in note for note in result.notes)
        assert engine_digest(RuleSettings()) != before
    finally:
        monkeypatch.undo()
        detection._engine.cache_clear()


@pytest.mark.parametrize(
    ("script", "said"),
    [("exit 3", "failed (3"), ("echo '{not json'", "cannot be read"), ("exec sleep 30", "took longer")],
)
def test_a_failing_tool_is_a_note(monkeypatch, tmp_path, script, said):
    tool = tmp_path / "ast-grep"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    monkeypatch.setattr(ast_grep, "binary", lambda: str(tool))
    monkeypatch.setattr(ast_grep, "TIMEOUT", 1)
    result = scanned({"a.py": _CALLS}, {"a.py": _SWALLOW})
    assert any(said in note for note in result.notes), result.notes


def test_the_configuration_of_the_folder_one_stands_in_is_not_read(monkeypatch, tmp_path):
    (tmp_path / "sgconfig.yml").write_text("ruleDirs: [nowhere]\ncustomLanguages: {x: {libraryPath: evil.so}}\n")
    monkeypatch.chdir(tmp_path)
    result = scanned({"a.py": _CALLS}, {"a.py": _SWALLOW})
    assert "swallowed-error" in _rules(result) and result.notes == ()


def test_every_structural_document_compiles_in_one_run():
    texts = {"a.py": "x = 1\n", "a.go": "package a\n", "a.ts": "f();\n", "a.jsx": "f();\n", "a.tf": "locals {}\n"}
    assert scanned({}, texts).notes == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "sample"),
        ("- 1\n", "sample[0]"),
        ("id: x\nregex: a\n", "sample[0]"),
        ("id: x\nregex: '('\nmetadata: {reviewconsole: {rule: sample, fires: added, severity: low}}\n", "sample[0]"),
        ("id: x\nmetadata: {reviewconsole: {rule: sample, fires: added, severity: low}}\n", "sample[0]"),
        ("id: x\nregex: a\nmetadata: {reviewconsole: {rule: sample, fires: never}}\n", "sample[0]"),
        ("id: x\nregex: a\nmetadata: {reviewconsole: {rule: sample, fires: added, unless: [odd]}}\n", "sample[0]"),
        ("id: x\nregex: a\nmetadata: {reviewconsole: {rule: sample, fires: added, severity: low}}\n", "sample"),
    ],
)
def test_a_pack_that_is_not_as_it_must_be_is_refused_by_place(text, place):
    with pytest.raises(FormatError) as caught:
        packs.parse("sample", text)
    assert caught.value.place == place


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000,
        "- " * 5000 + "a",
        "a: &a [1]\n" + "".join(f"b{n}: *a\n" for n in range(500)),
        "a: 1\n" * 200_000,
        "a: [\n",
    ],
)
def test_hostile_yaml_is_refused(text):
    with pytest.raises(FormatError):
        compose(text)


def test_a_page_is_found_by_name_and_by_letter_and_an_unknown_one_is_wrong_usage():
    assert page("swallowed-error") is page("e-01")
    with pytest.raises(UsageError):
        page("no-such-rule")
    with pytest.raises(UsageError) as caught:
        page("swalowed-eror")
    assert "did you mean swallowed-error" in caught.value.remedy


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (".github/workflows/ci.yml", "workflow"),
        ("k8s/a.yaml", "yaml"),
        ("a/Dockerfile.prod", "dockerfile"),
        ("Makefile", "makefile"),
        ("a.tsx", "typescript"),
        ("main.tf", "terraform"),
        ("x", "text"),
    ],
)
def test_kinds_by_path(path, kind):
    assert kind_of(path) == kind
    assert kind_of("run", "#!/usr/bin/env bash") == "shell"


def test_paths_that_weigh_less_and_paths_that_are_generated():
    assert is_nonproduction("a/tests/x.py") and is_nonproduction("x_test.go") and not is_nonproduction("latest/x.py")
    assert is_generated("dist/a.js") and is_generated("x.pb.go") and not is_generated("src/distance.py")


@pytest.mark.parametrize(
    ("kind", "text", "line", "name"),
    [
        ("python", "class A:\n    def b(self):\n        return 1\n\n\nx = 1\n", 3, "A.b"),
        ("python", "class A:\n    def b(self):\n        return 1\n\n\nx = 1\n", 6, ""),
        ("go", "func (s *Server) Run() {\n\tx()\n}\n\nfunc b() {\n}\n", 2, "Server.Run"),
        ("typescript", "export class A {\n  async go(x: string) {\n    f();\n  }\n}\n", 3, "A.go"),
        ("typescript", "export const load = async (u: string) => {\n  f();\n};\ng();\n", 2, "load"),
        ("typescript", "export const load = async (u: string) => {\n  f();\n};\ng();\n", 4, ""),
        ("terraform", 'resource "a" "b" {\n  lifecycle {\n    x = 1\n  }\n}\n', 3, "resource.a.b"),
        ("yaml", "kind: Pod\nmetadata:\n  name: a\nspec:\n  x: 1\n", 5, "Pod/a:spec"),
        ("workflow", "jobs:\n  build:\n    steps:\n      - run: x\n", 4, "jobs.build.steps"),
        ("markdown", "# A\n## B\ntext\n# C\n", 3, "B"),
        ("makefile", "a:\n\tx\nb:\n\ty\n", 4, "b"),
        ("shell", "up() {\n  x\n}\ny\n", 2, "up"),
    ],
)
def test_the_enclosing_construct(kind, text, line, name):
    found = enclosing(constructs(kind, text.splitlines()), line)
    assert (found.name if found else "") == name
