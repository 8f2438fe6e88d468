"""Canonical JSON: one text, one meaning, one sequence of bytes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewconsole import canonical
from reviewconsole.errors import FormatError

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


def _nesting(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_nesting, inner), default=0)


@given(_VALUES)
def test_what_is_written_reads_back(value: object) -> None:
    raw = canonical.dump(value)
    assert canonical.dump(json.loads(raw)) == raw
    if _nesting(value) <= canonical.LARGEST_DEPTH:
        assert canonical.parse(raw) == value
    else:
        with pytest.raises(FormatError, match="nested deeper"):
            canonical.parse(raw)


def test_the_example_of_rfc_8785_sorting() -> None:
    value = {"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "ö": 7}
    keys = list(json.loads(canonical.dump(value)))
    assert keys == ["\r", "1", "\u0080", "ö", "€", "\U0001f600", "\ufb33"]


def test_control_characters_are_escaped_as_rfc_8785_says() -> None:
    assert canonical.dump('\x00\b\t\n\f\r\x1f"\\\x7f/é') == '"\\u0000\\b\\t\\n\\f\\r\\u001f\\"\\\\\x7f/é"'.encode()


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":2}',
        b'{"decision":"reject","decision":"approve"}',
        b"1.0",
        b"1e400",
        b"NaN",
        b"-Infinity",
        b"9007199254740992",
        b"9" * 5000,
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1}\n',
        b'"\\u00e9"',
        b'"\\ud800"',
        b'"\xff"',
        b"\xef\xbb\xbf1",
        "{}".encode("utf-16"),
        b"[" * 9 + b"]" * 9,
        b"[" * 30000 + b"]" * 30000,
        b'"' + b"x" * 65536 + b'"',
        b"",
        b"tru",
    ],
)
def test_anything_else_is_refused(raw: bytes) -> None:
    with pytest.raises(FormatError):
        canonical.parse(raw)


@pytest.mark.parametrize("value", [1.5, 2**53, -(2**53), "\ud800", {1: 2}, b"x", {"a": {1, 2}}])
def test_what_has_no_canonical_form_is_not_written(value: object) -> None:
    with pytest.raises(FormatError):
        canonical.dump(value)


def test_printable_makes_any_path_writable() -> None:
    assert canonical.printable(b"a\xff".decode("utf-8", "surrogateescape")) == "a\\udcff"
