"""What the index leaves out has no rung, so that judging candidates alone is judging all."""

from dataclasses import replace
from itertools import product
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from reviewconsole.carryover import Replay, Subject, may_be_replay, rung, same_content
from reviewconsole.change import Change, Oid, paths_digest
from reviewconsole.decision import DecisionKind
from reviewconsole.globs import Globs
from reviewconsole.related import Index, index_of
from tests.unit.test_gate import facts, record

HEADS = [Oid(digit * 40) for digit in "123"]
PATHS = [("a",), ("b", "c"), ()]
DIGESTS = ["d" * 64, "e" * 64]
REFS = ["refs/heads/x", "refs/heads/y"]
TARGETS = ["refs/heads/main", "refs/heads/rel"]


def records() -> tuple:
    rows = []
    for head, paths, digest, ref, target, kind in product(HEADS, PATHS, DIGESTS, REFS, TARGETS, DecisionKind):
        one = record()
        att = replace(
            one.attestation,
            head=head,
            paths_sha256=paths_digest(paths),
            diff_sha256=digest,
            ref=ref,
            target_ref=target,
            decision=kind,
        )
        rows.append(replace(one, attestation=att, id=f"sha256:{len(rows):064x}"))
    return tuple(rows)


ALL = records()


@given(
    head=st.sampled_from(HEADS),
    inside=st.sampled_from(HEADS),
    paths=st.sampled_from(PATHS),
    digest=st.sampled_from(DIGESTS),
    ref=st.sampled_from(REFS),
    landed=st.booleans(),
    backports=st.booleans(),
    equal=st.sampled_from([True, False, None]),
)
def test_what_is_no_candidate_has_no_rung(head, inside, paths, digest, ref, landed, backports, equal) -> None:
    commits = tuple(SimpleNamespace(oid=oid) for oid in {head, inside})
    about: Change = replace(facts().change, ref=ref, head=head, commits=commits, landed=landed)
    sources = Globs(("rel",)) if backports else None
    subject = Subject(change=about, digest=digest, paths=paths, sources=sources)
    first = Index(ALL)
    asked_often = [first.candidates(subject) for _ in range(5)]
    assert all(each == asked_often[0] for each in asked_often)
    candidates = {one.id for one in index_of(ALL).candidates(subject)}
    for one in ALL:
        att = one.attestation
        asked = may_be_replay(att, subject) or (att.head != head and same_content(att, subject))
        if asked or rung(att, subject, Replay(equal=equal) if asked else None) is not None:
            assert one.id in candidates


def test_candidates_keep_the_order_of_the_logs() -> None:
    subject = Subject(change=replace(facts().change, head=HEADS[0]), digest=DIGESTS[0], paths=PATHS[0])
    found = [one.id for one in index_of(ALL).candidates(subject)]
    assert found == sorted(found)
    assert len(found) < len(ALL)
    assert index_of(ALL) is index_of(ALL)
    assert index_of(ALL[:1]).superseding == ()
