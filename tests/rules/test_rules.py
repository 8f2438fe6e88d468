"""Every rule on its samples: fires on each `flag` case, is silent on each `pass` case."""

from pathlib import Path

import pytest
from reviewconsole.detection import page, pages
from reviewconsole.finding import Family, Side

from tests.rules.sample import change, scan_trees, tree

_HERE = Path(__file__).parent
_CASES = sorted(
    (rule.name, kind, case)
    for rule in _HERE.iterdir()
    for kind in ("flag", "pass")
    if (rule / kind).is_dir()
    for case in (rule / kind).iterdir()
)


def _scan(case: Path):
    old, new = tree(case / "old"), tree(case / "new")
    files = change(old, new)
    assert files, "old and new are equal"
    return files, scan_trees(old, new)


@pytest.mark.parametrize(("rule", "kind", "case"), _CASES, ids=lambda value: getattr(value, "name", value))
def test_a_rule_fires_on_its_flag_cases_and_is_silent_on_its_pass_cases(rule, kind, case):
    files, result = _scan(case)
    mine = [finding for finding in result.findings if finding.rule == rule]
    assert bool(mine) == (kind == "flag"), [(f.rule, f.location, f.message) for f in result.findings]
    for finding in result.findings:
        file = next(file for file in files if file.path == finding.location.path)
        data = file.new if finding.location.side is Side.NEW else file.old
        assert data is not None
        assert 1 <= finding.location.line <= finding.location.end_line <= len(data.split(b"\n"))
        assert finding.why and finding.instead and finding.references and finding.message and finding.evidence
        changed = {
            line.new if finding.location.side is Side.NEW else line.old for hunk in file.hunks for line in hunk.lines
        }
        assert changed & set(range(finding.location.line, finding.location.end_line + 1))


@pytest.mark.parametrize("rule", sorted(pages()))
def test_every_rule_has_a_whole_page_with_a_source_and_at_least_three_cases_of_each_kind(rule):
    found = pages()[rule]
    for part in (found.title, found.what, found.why, found.example, found.instead):
        assert part.strip()
    assert found.references and found.languages and found.aliases
    assert page(found.aliases[0]) is found
    for kind in ("flag", "pass"):
        assert len(list((_HERE / rule / kind).iterdir())) >= 3


def test_gaps_are_a_family_of_weight_and_no_sample_is_left_without_its_rule():
    assert len(pages()) >= 20
    assert sum(each.family is Family.GAP for each in pages().values()) >= 8
    assert {rule for rule, _, _ in _CASES} == set(pages())
