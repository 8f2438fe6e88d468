"""A hostile change must not hang a review: work grows as the text does."""

import random
import re
import time

import pytest
from reviewconsole.detection import RuleSettings, scan
from reviewconsole.detection.code import View
from reviewconsole.detection.outline import Construct, enclosing, innermost
from reviewconsole.detection.quick import any_row, may_match, rows_matching, without_lookarounds

from tests.rules.sample import file_diff

_SIZE = 20_000


def _rows(unit: str) -> str:
    """About _SIZE characters of a unit, in rows just short enough to be read."""
    row = (unit * (3_900 // len(unit))) + "\n"
    return row * (_SIZE // len(row))


def _lines(row: str) -> str:
    return (row + "\n") * (_SIZE // (len(row) + 1))


CORPUS = {
    "white space": "\n \t" * (_SIZE // 3),
    "open calls": _rows("a(a(a("),
    "open calls, a row each": _lines("a("),
    "quotes": _rows('"\\"\\"'),
    "one name": _rows("a"),
    "underscores": _rows("_"),
    "a chain of names": _rows("a."),
    "one row": "if (x) { return err; } " * (_SIZE // 23),
    "open blocks": "if (x) {\n" * 5_000,
    "blocks": "if (x) {\n}\n" * 2_500,
    "handlers": "try {\n x();\n} catch (e) {\n}\n" * 700,
    "indented handlers": "try:\n  x()\nexcept E:\n  pass\n" * 700,
    "blanks": _rows(" "),
    "words of retries": _rows("while retries "),
}


def _passes(text: str) -> float:
    """Seconds of a plain pass over the text: each character once, in Python."""
    begin = time.process_time()
    total = 0
    for sign in text:
        total += sign == "("
    assert total >= 0
    return time.process_time() - begin


@pytest.mark.parametrize("name", ["a.go", "a.py", "a.ts"])
@pytest.mark.parametrize("what", CORPUS)
def test_a_hostile_file_costs_no_more_than_passes_over_it(name: str, what: str) -> None:
    text = CORPUS[what]
    files = [file_diff(name, None, text.encode())]
    scan(files, settings=RuleSettings())  # patterns are compiled once
    one = max(min(_passes(text) for _ in range(5)), 1e-4)
    begin = time.process_time()
    scan([file_diff(name, None, text.encode())], settings=RuleSettings())
    assert (time.process_time() - begin) / one < 2_000


def test_the_innermost_construct_of_every_line_is_the_enclosing_one() -> None:
    draw = random.Random(2)
    for _ in range(500):
        spans = sorted(((first := draw.randint(1, 20)), first + draw.randint(0, 9)) for _ in range(draw.randint(0, 8)))
        found = [Construct(name=str(at), first=first, last=last) for at, (first, last) in enumerate(spans)]
        assert innermost(found, 25) == tuple(enclosing(found, line) for line in range(1, 26))


_FORWARDS = re.compile(r"(\.?[A-Za-z_$][\w$]*(?:\s*(?:\?\.|\.|::)\s*[A-Za-z_$][\w$]*)*)[?!]?(?:<[\w, .]{1,40}>)?\s*\(")
"""What a call looks like, read in the order of the text."""
_TOKENS = ["a", "b1", "1", ".", "?.", "::", "?", "!", "<", ">", ", ", " ", "\n", "(", ")", "$", "é", "_", "a<b>", "{"]


def test_calls_read_backwards_are_those_read_forwards() -> None:
    draw = random.Random(1)
    for _ in range(3_000):
        there = View("go", tuple("".join(draw.choice(_TOKENS) for _ in range(14)).split("\n")))
        wanted = [
            ("".join(match[1].split()), match.end() - 1)
            for match in _FORWARDS.finditer(there.text)
            if match.end() - 1 in there.pairs
        ]
        assert [(call.name, call.span[0]) for call in there.calls] == wanted
        for offset in range(len(there.text) + 1):
            held = [call for call in there.calls if call.span[0] < offset < call.span[1]]
            assert there.call_around(offset) == max(held, key=lambda call: call.span[0], default=None)


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        (r"\b(?!un|block)\w*lock", r"\b(?:)\w*lock"),
        (r"(?<=[)(])x\(?(?=a(b)c)*z", r"(?:)x\(?(?:)*z"),
        (r"[(?!)]a(?:b)", r"[(?!)]a(?:b)"),
        (r"(?<!:):$", r"(?:):$"),
    ],
)
def test_lookarounds_are_taken_out_of_the_question(pattern: str, kept: str) -> None:
    assert without_lookarounds(pattern) == kept


def test_what_re_finds_re2_does_not_deny() -> None:
    pattern = re.compile(r"(?<!un)lock(?=\()|^\s*end$", re.IGNORECASE)
    rows = [f"row {at}" for at in range(40)] + ["x.LOCK()", "unlock()", "  end", "lock"]
    assert may_match(pattern, "\n".join(rows))
    assert any_row(pattern, rows)
    assert rows_matching(re.compile(r"(?<!un)lock(?=\()", re.IGNORECASE), rows) == {40}
    assert not may_match(pattern, "row " * 100)
    assert may_match(pattern, "é")


def test_many_lost_checks_and_many_added_lines_are_not_multiplied() -> None:
    lost = "".join(
        f"def f{at}(value):\n    if value is None:\n        raise ValueError\n    g(value)\n" for at in range(600)
    )
    kept = "".join(f"def f{at}(value):\n    g(value)\n" for at in range(600))
    more = "".join(f"if other_{at}:\n    pass\n" for at in range(1_500))
    files = [file_diff("a.py", lost.encode(), kept.encode()), file_diff("b.py", None, more.encode())]
    one = max(min(_passes(lost + more) for _ in range(5)), 1e-4)
    begin = time.process_time()
    scan(files, settings=RuleSettings())
    assert (time.process_time() - begin) / one < 2_000
