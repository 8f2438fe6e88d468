"""What the benchmarks may claim: places, severities, twins, halves and blind sheets."""

import ast
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchmarks.seeding.operators
from benchmarks.changes import Sides, file_diff, file_diffs, tree_after
from benchmarks.judging.__main__ import excerpt_of, join
from benchmarks.repositories import listed
from benchmarks.seeding import report, score
from benchmarks.seeding.draw import Library, Seeded, seeded
from benchmarks.seeding.edits import Py, brace_end, documents, functions, hcl_blocks, steps, yaml_keys
from benchmarks.seeding.model import OPERATORS, Case, Material, Twin, edited, is_test_path
from benchmarks.statistics import percentile, wilson
from reviewconsole.detection import RuleSettings, pages, scan
from reviewconsole.finding import Side

OPERATOR_FILES = sorted(Path(benchmarks.seeding.operators.__path__[0]).glob("*.py"))
CALL = "import requests\n\n\ndef rate(url):\n    body = requests.get(url, timeout=5)\n    return body.json()\n"
WITHOUT = CALL.replace(", timeout=5", "")
LIBRARY = Library(
    materials=tuple(
        Material(f"acme/{half}{at}", half, f"app/rates{at}.py", CALL)
        for half in ("open", "held-out")
        for at in range(3)
    ),
    trees={},
)


def a_case(
    before: str, after: str, *, operator: str = "timeout-removed/python", half: str = "open", **more: object
) -> Seeded:
    case = edited("one line", "app/rates.py", before, after, **more)
    return Seeded(
        operator=operator, material=Material("acme/shop", half, "app/rates.py", before), case=case, twins=case.twins
    )


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"), [(0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (60, 60, 0.940, 1.0)]
)
def test_wilson_gives_the_published_interval(hits: int, total: int, low: float, high: float) -> None:
    assert wilson(hits, total) == pytest.approx((low, high), abs=0.001)


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([1.0] * 98 + [9.0, 9.0], 0.99) == 9.0
    assert percentile([], 0.5) == 0.0


ROWS = st.lists(st.sampled_from(["a", "b", "", "def f():", "  x"]), max_size=12)


@given(ROWS, ROWS, st.booleans(), st.booleans())
def test_hunks_lead_from_the_old_text_to_the_new_one(
    old: list[str], new: list[str], cut_old: bool, cut_new: bool
) -> None:
    before, after = ("\n".join(rows) + ("" if cut else "\n") for rows, cut in ((old, cut_old), (new, cut_new)))
    file = file_diff(Sides("a.py", before, after))  # checks itself: check_rebuild
    assert bool(file.hunks) == (before != after)
    for hunk in file.hunks:
        for line in hunk.lines:
            if line.kind != "+":
                assert before.split("\n")[line.old - 1] == line.text
            if line.kind != "-":
                assert after.split("\n")[line.new - 1] == line.text


def test_the_tree_after_a_change_has_what_it_adds_and_not_what_it_deletes() -> None:
    has = tree_after(frozenset({"a", "b"}), [Sides("a", "x", None), Sides("c", None, "x")])
    assert [has(path) for path in "abc"] == [False, True, True]


def test_a_finding_counts_only_in_the_mutated_hunk() -> None:
    far = "\n" * 30 + "def other(url):\n    return requests.get(url)\n"
    place = score.places([Sides("app/rates.py", CALL, WITHOUT)], anywhere=False)
    found = scan(file_diffs([Sides("app/rates.py", CALL, WITHOUT + far)]), settings=RuleSettings()).findings
    inside = {f.location.line for f in found if score.within(f, place)}
    assert inside
    assert max(inside) < 10
    assert any(f.location.line > 30 and not score.within(f, place) for f in found)


def test_a_hit_needs_the_severity_that_the_operator_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict, _ = score.judge(a_case(CALL, WITHOUT), frozenset())
    assert (verdict.hit, verdict.named, verdict.seen) == (True, True, True)
    worse = dict(OPERATORS)
    monkeypatch.setattr(score, "OPERATORS", worse)
    strict = OPERATORS["destroy-command/shell"]
    verdict, _ = score.judge(a_case(CALL, WITHOUT, operator=strict.name), frozenset())
    assert (verdict.hit, verdict.named, verdict.seen) == (False, False, True)


def test_what_the_change_has_anyway_is_no_hit() -> None:
    case = Case(
        shape="new file",
        change=(Sides("app/rates.py", None, WITHOUT + "# end\n"),),
        baseline=(Sides("app/rates.py", None, WITHOUT),),
        mutated=(Sides("app/rates.py", WITHOUT, WITHOUT + "# end\n"),),
        anywhere=True,
    )
    material = Material("acme/shop", "open", "app/rates.py", WITHOUT)
    verdict, _ = score.judge(
        Seeded(operator="call-without-timeout/python", material=material, case=case, twins=()), frozenset()
    )
    assert not verdict.seen


def test_a_twin_alarms_when_its_claim_is_made_and_not_for_another_rule() -> None:
    claimed = Twin("same edit", (Sides("app/rates.py", CALL, WITHOUT),))
    harmless = Twin("comment", (Sides("app/rates.py", CALL, CALL + "# slow at night\n"),))
    one = a_case(CALL, WITHOUT, twins=(claimed, harmless))
    _, alarms = score.judge(one, frozenset())
    assert [(a.kind, a.false) for a in alarms] == [("same edit", True), ("comment", False)]
    _, alarms = score.judge(a_case(CALL, WITHOUT, operator="secret-added/code", twins=(claimed,)), frozenset())
    assert [(a.false, a.other) for a in alarms] == [(False, True)]


def test_misses_of_the_held_out_half_are_counted_and_never_shown() -> None:
    missed = score.Verdict(hit=False, named=False, seen=False, rules=(), seconds=0.1)
    rows = [
        report.Row(seeded=a_case(CALL, CALL + f"# {half} words\n", half=half), verdict=missed, alarms=())
        for half in ("open", "held-out")
    ]
    for shown in (report.misses(rows), json.dumps(report.document(rows))):
        assert "# open words" in shown
        assert "# held-out words" not in shown
    assert report.document(rows)["operators"][0]["halves"]["held-out"] == {"cases": 1, "hits": 0}


def test_operators_know_nothing_of_the_rules() -> None:
    for path in OPERATOR_FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            assert not [name for name in names if name.startswith("reviewconsole")], path


def test_every_operator_names_rows_and_a_place_of_the_catalogue() -> None:
    assert len(OPERATORS) >= 45
    for name, operator in OPERATORS.items():
        assert operator.letters, name
        assert all(re.fullmatch(r"[a-z]-\d\d", letter) for letter in operator.letters), name
        assert operator.run.__doc__, name
    known = {alias for page in pages().values() for alias in page.aliases}
    assert {letter for operator in OPERATORS.values() for letter in operator.letters} >= {
        "d-08",
        "m-07",
        "e-01",
        "t-01",
        "k-01",
    }
    assert known


def test_the_same_seed_gives_the_same_cases() -> None:
    operator = OPERATORS["timeout-removed/python"]
    runs = [list(seeded(operator, LIBRARY, seed=7, cases=2, twins=3)) for _ in range(2)]
    assert runs[0] == runs[1]
    assert len(runs[0]) == 4
    assert all(any(s.old != s.new for s in each.case.change) for each in runs[0])


def test_tests_are_seeded_by_operators_of_tests_only() -> None:
    assert is_test_path("app/tests/test_rates.py")
    assert not is_test_path("app/latest_rates.py")
    inside = Library(materials=(Material("acme/shop", "open", "tests/test_rates.py", CALL),), trees={})
    assert not list(seeded(OPERATORS["timeout-removed/python"], inside, seed=7, cases=2, twins=3))


def test_the_manifest_freezes_commits_and_has_both_halves() -> None:
    rows = listed()
    assert {row.half for row in rows} == {"open", "held-out"}
    assert all(re.fullmatch(r"[0-9a-f]{40}", row.commit) for row in rows)
    assert {row.load for row in rows} == {"", "service", "infrastructure"}


def test_the_sheet_says_nothing_of_the_rule_and_marks_the_lines() -> None:
    finding = next(
        f
        for f in scan(file_diffs([Sides("a.py", CALL, WITHOUT)]), settings=RuleSettings()).findings
        if f.location.side is Side.NEW or f.location.side is Side.OLD
    )
    place = finding.location
    shown = excerpt_of(
        file_diff(Sides("a.py", CALL, WITHOUT)),
        {"side": place.side.value, "line": place.line, "end_line": place.end_line},
    )
    assert any(row.startswith(">") and "requests.get" in row for row in shown.split("\n"))
    assert finding.rule not in shown
    assert finding.message not in shown


def test_verdicts_are_joined_only_when_all_are_given() -> None:
    sheet = [
        {"item": at, "repository": "acme/shop", "commit": "c" * 40, "path": "a.py", "verdict": "worth", "cause": ""}
        for at in (1, 2)
    ]
    key = [
        {"item": 1, "rule": "timeout-removed", "severity": "high"},
        {"item": 2, "rule": "tls-verify-off", "severity": "critical"},
    ]
    sheet[1] |= {"verdict": "not", "cause": "a prober"}
    text = join(sheet, key)
    assert "worth showing: 1 of 2 = 50 %" in text
    assert "2: tls-verify-off (critical), acme/shop cccccccccc a.py: a prober" in text
    sheet[0]["verdict"] = ""
    with pytest.raises(ValueError, match="not judged: items"):
        join(sheet, key)
    with pytest.raises(ValueError, match="another sheet"):
        join([{**row, "verdict": "worth"} for row in sheet], key[:1])


def test_edits_find_what_they_cut() -> None:
    py = Py("def f(é):\n    call(\n        é,\n        timeout=3,\n    )\n")
    call = next(py.all(ast.Call))
    assert py.without_keyword(call, call.keywords[0]) == "def f(é):\n    call(\n        é,\n    )\n"
    go = 'func (s *S) Run(c ctx) error {\n\tx := "}"\n\t// }\n\treturn nil\n}\n'
    assert [(b.name, b.first, b.last) for b in functions(go, "go")] == [("Run", 1, 5)]
    assert brace_end("{", 0) == -1
    assert [(b.kind, b.name, b.last) for b in hcl_blocks('resource "aws_vpc" "a" {\n  tags = { a = "}" }\n}\n')] == [
        ("aws_vpc", "aws_vpc.a", 3)
    ]
    flow = "jobs:\n  test:\n    steps:\n      - uses: a/b@v1\n      - name: Test\n        run: |\n          make\n\n  other:\n    x: 1\n"
    assert [(b.kind, b.name, b.first, b.last) for b in steps(flow)] == [("test", "", 4, 4), ("test", "Test", 5, 7)]
    assert [(b.first, b.last) for b in yaml_keys(flow, "test")] == [(2, 7)]
    assert [(d.kind, d.name) for d in documents("kind: A\nmetadata:\n  name: x\n---\nkind: B\n")] == [
        ("A", "x"),
        ("B", ""),
    ]
