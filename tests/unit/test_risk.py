"""The score: every point has a reason, the level is that of what counts, the same input gives the same answer."""

import re

from hypothesis import given
from hypothesis import strategies as st

from reviewconsole.evidence import Provenance, ProvenanceClass
from reviewconsole.finding import Confidence, Family, Finding, Location, Severity, Side
from reviewconsole.risk import Surroundings, assess_risk

NOBODY = Provenance(provenance=ProvenanceClass.NONE, signals=(), tools=(), operators=(), flags=())


def finding(severity=Severity.HIGH, **more):
    place = Location(path="a", side=Side.NEW, line=1, end_line=1)
    return Finding(
        **{
            "rule": "r", "family": Family.RISK, "severity": severity, "confidence": Confidence.HIGH, "location": place,
            "message": "m", "evidence": "e", **more,
        }
    )  # fmt: skip


def test_suppressed_findings_are_counted_and_others_scanners_are_not():
    risk = assess_risk([finding(suppressed="known"), finding(Severity.CRITICAL, external="semgrep")], NOBODY, [])
    assert (risk.level, risk.score) == ("none", 2)
    assert risk.reasons == ("1 finding suppressed by marks in the code (+2)",)


def test_what_stands_around_a_change_is_explained():
    around = Surroundings(
        units=("pay", "shop"), dependents=21, busiest="a.py", changes=60, steps=900, reverts=2,
        stateful=("aws_db_instance.a",), production=("infra/prod",),
    )  # fmt: skip
    risk = assess_risk([], NOBODY, [], ["x"], around)
    assert risk.reasons == (
        "2 earlier changes of its files were reverted (+6)",
        "1 part could not be scanned (+5)",
        "21 other files import what it changes (+5)",
        "changes what production runs on: infra/prod (+5)",
        "touches what holds data: aws_db_instance.a (+5)",
        "a.py was changed by 60 of the last 900 landings (+4)",
        "touches 2 units: pay, shop (+3)",
    )
    assert (risk.level, risk.score) == ("none", 33)


_AROUND = st.builds(
    Surroundings,
    units=st.lists(st.sampled_from("abcdef"), unique=True).map(tuple),
    dependents=st.integers(0, 500),
    changes=st.integers(0, 900),
    reverts=st.integers(0, 9),
    stateful=st.lists(st.sampled_from("abcdef"), unique=True).map(tuple),
)
_FINDINGS = st.lists(
    st.builds(finding, st.sampled_from(Severity), rule=st.sampled_from("xyz"), suppressed=st.sampled_from(["", "s"]))
)


@given(findings=_FINDINGS, around=_AROUND, flags=st.sampled_from([frozenset(), frozenset({"autonomous"})]))
def test_the_points_of_the_reasons_are_the_score(findings, around, flags):
    origin = Provenance(provenance=ProvenanceClass.STRONG, signals=(), tools=(), operators=(), flags=flags)
    risk = assess_risk(findings, origin, [], (), around)
    assert sum(int(re.search(r"\(\+(\d+)\)$", reason)[1]) for reason in risk.reasons) == risk.score
    assert risk == assess_risk(list(reversed(findings)), origin, [], (), around)
    worse = assess_risk([*findings, finding(Severity.CRITICAL)], origin, [], (), around)
    assert worse.level == "critical" and worse.score > risk.score - 1
