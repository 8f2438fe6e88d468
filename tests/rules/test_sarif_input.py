"""Findings of other scanners: mapped on added lines, bounded, told apart from ours."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reviewconsole.detection import RuleSettings, sarif, scan
from reviewconsole.detection.sarif import deduplicated, read_sarif
from reviewconsole.errors import FormatError
from reviewconsole.finding import Family, Severity

from tests.rules.sample import change

FILES = change(
    {"src/a.py": b"one\ntwo\nthree\n"}, {"src/a.py": b"one\nTWO\nthree\n", "src/b c.py": b"x\n", "a.py": b"y\n"}
)


def result(line=2, uri="src/a.py", **more):
    place = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}}
    return {"ruleId": "R1", "message": {"text": "bad"}, "locations": [place], **more}


def document(*results, rules=(), name="semgrep", **run):
    driver = {"name": name, "rules": list(rules)}
    return {"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": list(results), **run}]}


def read(doc):
    return read_sarif(json.dumps(doc).encode(), FILES, name="x.sarif")


def test_a_result_on_an_added_line_is_a_finding_of_that_scanner():
    rule = {
        "id": "R1",
        "fullDescription": {"text": "why  it\nis bad"},
        "help": {"text": "do that"},
        "helpUri": "https://example.com/r1",
    }
    [found] = read(document(result(), rules=[rule])).findings
    assert (found.rule, found.external, found.location.path, found.location.line) == ("R1", "semgrep", "src/a.py", 2)
    assert (found.message, found.why, found.instead) == ("semgrep: bad", "why it is bad", "do that")
    assert found.references == ("https://example.com/r1",) and found.evidence == "TWO" and not found.counts


def test_what_lies_elsewhere_is_counted_and_not_shown():
    report = read(
        document(result(line=1), result(uri="other.py"), result(line=0), {"ruleId": "R"}, 5, result(kind="pass"))
    )
    assert report.findings == ()
    assert report.notes == (
        "x.sarif: 2 results are no failures, left out",
        "x.sarif: 4 results lie outside the changed lines, left out",
    )


@pytest.mark.parametrize(
    "uri",
    ["src/a.py", "./src/a.py", "file:///home/ci/work/src/a.py", "src%2Fa.py", "/x/y/src/a.py", "C:\\w\\src\\a.py"],
)
def test_addresses_in_all_their_forms(uri):
    [found] = read(document(result(uri=uri))).findings
    assert found.location.path == "src/a.py"


def test_an_artifact_by_its_index_and_a_path_with_a_blank():
    place = {"physicalLocation": {"artifactLocation": {"index": 0}, "region": {"startLine": 1}}}
    doc = document(
        {"ruleIndex": 0, "message": {"id": "m", "arguments": ["p"]}, "locations": [place]},
        rules=[{"id": "Z", "messageStrings": {"m": {"text": "no {0}"}}}],
        artifacts=[{"location": {"uri": "src/b%20c.py"}}],
    )
    [found] = read(doc).findings
    assert (found.rule, found.location.path, found.message) == ("Z", "src/b c.py", "semgrep: no p")


@pytest.mark.parametrize(
    ("result_more", "rule", "severity"),
    [
        ({"level": "error"}, {}, Severity.HIGH),
        ({"level": "note"}, {}, Severity.LOW),
        ({}, {"defaultConfiguration": {"level": "error"}}, Severity.HIGH),
        ({}, {}, Severity.MEDIUM),
        ({"level": "note"}, {"properties": {"security-severity": "9.8"}}, Severity.CRITICAL),
        ({"properties": {"security-severity": 5}}, {}, Severity.MEDIUM),
        ({"properties": {"security-severity": "odd"}, "level": "error"}, {}, Severity.HIGH),
    ],
)
def test_how_bad_it_is(result_more, rule, severity):
    [found] = read(document(result(**result_more), rules=[{"id": "R1", **rule}])).findings
    assert found.severity is severity


@pytest.mark.parametrize(
    ("name", "id", "tags", "family"),
    [
        ("bandit", "B113", [], Family.GAP),
        ("ruff", "S113", [], Family.GAP),
        ("checkov", "CKV_AWS_20", [], Family.BOUNDARY),
        ("gitleaks", "aws-access-token", [], Family.BOUNDARY),
        ("zizmor", "zizmor/excessive-permissions", [], Family.BOUNDARY),
        ("CodeQL", "py/sql-injection", ["external/cwe/cwe-089"], Family.RISK),
        ("CodeQL", "go/unhandled-writable-file-close", [], Family.GAP),
    ],
)
def test_the_family_comes_from_a_table(name, id, tags, family):
    rule = {"id": id, "properties": {"tags": tags}}
    [found] = read(document(result(ruleId=id), rules=[rule], name=name)).findings
    assert found.family is family


def test_a_suppressed_result_is_kept_as_suppressed():
    [found] = read(document(result(suppressions=[{"kind": "inSource", "justification": "known"}]))).findings
    assert found.suppressed == "known"


def test_what_ours_says_too_is_left_out_by_the_id_our_page_names():
    text = b"import requests\n\n\ndef a(u):\n    return requests.get(u)\n"
    files = change({}, {"src/a.py": text})
    own = scan(files, settings=RuleSettings()).findings
    assert "call-without-timeout" in [f.rule for f in own]
    doc = document(
        result(line=5, ruleId="B113"), result(line=5, ruleId="B999"), result(line=5, ruleId="B999"), name="bandit"
    )
    kept, double = deduplicated(read_sarif(json.dumps(doc).encode(), files, name="x").findings, own)
    assert [f.rule for f in kept] == ["B999"] and double == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"version": "2.0.0", "runs": []}',
        b"\xff",
        b"[" * 100_000,
        b'{"version":"2.1.0","runs":5}',
    ],
)
def test_what_is_no_sarif_is_refused(data):
    with pytest.raises(FormatError) as caught:
        read_sarif(data, FILES, name="x.sarif")
    assert caught.value.place == "x.sarif"


def test_the_limits(monkeypatch):
    for name, value in (("LARGEST", 10), ("MOST_RUNS", 0), ("MOST_RESULTS", 0)):
        with monkeypatch.context() as patch:
            patch.setattr(sarif, name, value)
            with pytest.raises(FormatError):
                read(document(result()))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**20) | st.floats() | st.text(max_size=8) | st.just("src/a.py"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["ruleId", "ruleIndex", "rule", "id", "index", "message", "text", "locations", "physicalLocation", "region"]
        + ["startLine", "endLine", "artifactLocation", "uri", "properties", "tags", "suppressions", "level", "arguments"]
    ), inner, max_size=5),
    max_leaves=30,
)  # fmt: skip


@given(results=st.lists(_JSON, max_size=4), rules=_JSON, name=_JSON)
def test_whatever_a_document_holds_it_is_read_or_refused(results, rules, name):
    doc = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": name, "rules": rules}}, "results": results}]}
    try:
        report = read(doc)
    except FormatError:
        return
    for found in report.findings:
        assert found.location.path in {file.path for file in FILES} and found.external
