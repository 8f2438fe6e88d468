"""The guards as a mechanism: host survival by symbol, moves, stand-ins, and what they left out."""

import pytest
from reviewconsole.detection import packs
from reviewconsole.detection.guards import judge
from reviewconsole.detection.hosts import Hosts
from reviewconsole.detection.line_rules import matches
from reviewconsole.detection.source import read
from reviewconsole.detection.tally import KEPT, Tally
from reviewconsole.finding import Side

from tests.rules.sample import change, scanned

BODY = "    order = load(key)\n    check(order)\n    total = order.sum()\n    store(order, total)\n"
GUARDED = f"def pay(key):\n    lock_the_order(key)\n{BODY}"
BARE = f"def pay(key):\n{BODY}"


def pack(**own):
    head = {"rule": "sample", "family": "risk", "severity": "high", "confidence": "high", "fires": "removed", **own}
    page = {
        "title": "t",
        "what": "w",
        "why": "w",
        "example": "e",
        "instead": "i",
        "references": ["r"],
        "aliases": ["z"],
    }
    import json

    document = {
        "id": "sample-a",
        "message": "gone",
        "kinds": ["python", "yaml", "terraform"],
        "regex": "lock_the_order|keep: true|prevent_destroy",
        "metadata": {"reviewconsole": {**head, "page": page}},
    }
    return packs.parse("sample", json.dumps(document))


def run(old, new, **own):
    sources = [read(file) for file in change(*({p: t.encode() for p, t in side.items()} for side in (old, new)))]
    tally = Tally()
    hits = list(judge(list(matches(pack(**own).documents, sources)), sources, tally))
    return [(hit.source.path, hit.line) for hit in hits], dict(tally.counts), tally


def test_a_safeguard_taken_off_a_function_that_moved_to_another_file_counts():
    old = {"a.py": GUARDED + "\n\nx = 1\n", "b.py": "y = 1\n"}
    hits, dropped, _ = run(old, {"a.py": "x = 1\n", "b.py": "y = 1\n\n\n" + BARE})
    assert hits == [("a.py", 2)] and dropped == {}
    hits, dropped, _ = run(old, {"a.py": "x = 1\n", "b.py": "y = 1\n\n\n" + GUARDED})
    assert hits == [] and dropped == {"still-there": 1}


def test_a_safeguard_taken_off_a_renamed_function_counts_and_a_removed_function_takes_its_own_along():
    renamed = BARE.replace("def pay", "def settle")
    assert run({"a.py": GUARDED}, {"a.py": renamed})[0] == [("a.py", 2)]
    other = "def settle(key):\n    return refuse(key)\n"
    hits, dropped, _ = run({"a.py": GUARDED}, {"a.py": other})
    assert hits == [] and dropped == {"host-gone": 1}


def test_a_file_that_was_renamed_keeps_its_hosts():
    hits, _, _ = run({"old/a.py": GUARDED}, {"new/b.py": BARE})
    assert hits == [("old/a.py", 2)]
    top = "".join(f"step({n})  # {n}\n" for n in range(8))
    hits, _, _ = run({"a.py": "lock_the_order(1)\n" + top}, {"b.py": top})
    assert hits == [("a.py", 1)]
    hits, dropped, _ = run({"a.py": "lock_the_order(1)\n" + top}, {"b.py": "z = 1\n"})
    assert hits == [] and dropped == {"host-gone": 1}


def test_an_object_that_moved_to_another_manifest_is_the_same_object():
    manifest = "kind: Claim\nmetadata:\n  name: db\nspec:\n  a: 1\n"
    hits, _, _ = run({"a.yaml": manifest + "  keep: true\n"}, {"k8s/b.yaml": manifest})
    assert hits == [("a.yaml", 6)]
    hits, dropped, _ = run(
        {"a.yaml": manifest + "  keep: true\n"}, {"k8s/b.yaml": "kind: Claim\nmetadata:\n  name: other\ndata: 1\n"}
    )
    assert hits == [] and dropped == {"host-gone": 1}


def test_a_key_that_went_with_its_block_is_lost_to_the_object_that_stays():
    head = "kind: Claim\nmetadata:\n  name: db\nspec:\n  a: 1\n"
    assert run({"a.yaml": head + "  backup:\n    keep: true\n    b: 2\n"}, {"a.yaml": head})[0] == [("a.yaml", 7)]


def test_a_resource_of_another_type_is_no_renamed_one():
    body = "  a = 1\n  bb = 22\n  cc = 33\n  dd = 44\n"
    old = {"a.tf": f'resource "aws_x" "a" {{\n  prevent_destroy = true\n{body}}}\n'}
    assert run(old, {"a.tf": f'resource "aws_x" "b" {{\n{body}}}\n'})[0] == [("a.tf", 2)]
    hits, dropped, _ = run(old, {"a.tf": f'resource "aws_z" "b" {{\n{body}}}\n'})
    assert hits == [] and dropped == {"host-gone": 1}


@pytest.mark.parametrize(
    ("where", "new", "stands_in"),
    [
        ("host", "def pay(key):\n    with guarded():\n        pass\n" + BODY, True),
        ("caller", BARE + "\n\ndef main():\n    with guarded():\n        pay(1)\n", True),
        ("host", BARE + "\n\ndef main():\n    with guarded():\n        pay(1)\n", False),
        ("caller", BARE + "\n\ndef main():\n    with guarded():\n        refund(1)\n", False),
        ("file", BARE + "\n\nguarded()\n", True),
    ],
)
def test_a_stand_in_counts_where_the_rule_looks_for_it(where, new, stands_in):
    hits, dropped, _ = run({"a.py": GUARDED}, {"a.py": new}, replaced=r"guarded\(", replaced_in=[where])
    assert (hits == []) == stands_in
    assert dropped == ({"replaced": 1} if stands_in else {})


def test_a_stand_in_one_level_up_and_in_another_file():
    old = {"a.py": "class A:\n    def pay(self):\n        lock_the_order(1)\n        b()\n", "c.py": "x = 1\n"}
    up = {"a.py": "class A:\n    lock = guarded()\n\n    def pay(self):\n        b()\n", "c.py": "x = 1\n"}
    assert run(old, up, replaced=r"guarded\(", replaced_in=["parent"])[1] == {"replaced": 1}
    assert run(old, up, replaced=r"guarded\(")[1] == {}
    far = {"a.py": "class A:\n    def pay(self):\n        b()\n", "c.py": "x = guarded()\n"}
    assert run(old, far, replaced=r"guarded\(", replaced_in=["change"])[1] == {"replaced": 1}


def test_a_safeguard_that_moved_into_the_tests_has_not_moved():
    line = "lock_the_order_of_this(key)\n"
    hits, dropped, _ = run(
        {"a.py": f"x = 1\n{line}", "tests/a.py": "y\n"}, {"a.py": "x = 1\n", "tests/a.py": f"y\n{line}"}
    )
    assert hits == [("a.py", 2)] and "moved" not in dropped


def test_hosts_of_equal_names_are_told_apart_by_their_order():
    text = "def a():\n    one()\n\n\ndef a():\n    two()\n"
    [source] = [read(file) for file in change({"a.py": text.encode()}, {"a.py": ("\n" + text).encode()})]
    second = source.constructs(Side.OLD)[1]
    found = Hosts([source]).survivor(source, second)
    assert found is not None and (found.construct.first, found.how) == (6, "same")


def test_what_was_left_out_is_named_up_to_a_limit_and_counted_beyond():
    text = "".join(f"# dropdb orders_{n}\n" for n in range(KEPT + 50))
    result = scanned({"a.sh": "x\n"}, {"a.sh": "x\n" + text})
    assert result.dropped == {"comment": KEPT + 50}
    assert len(result.dropped_places) == KEPT
    first = result.dropped_places[0]
    assert (first.guard, first.rule, first.path, first.side, first.line) == (
        "comment",
        "destroy-command",
        "a.sh",
        Side.NEW,
        2,
    )


def test_a_pack_that_names_an_unknown_host_or_place_is_refused():
    for own in ({"replaced_in": ["moon"]}, {"host": "moon"}):
        with pytest.raises(packs.FormatError):
            pack(**own)
