"""No character that acts on a terminal, or hides, passes `safe_text`."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewconsole.display import flagged, look_alike, safe_lines, safe_text


@given(st.text(st.characters(), max_size=50))
def test_nothing_that_acts_on_a_terminal_is_left(text: str) -> None:
    shown = safe_text(text)
    for char in shown:
        assert char == " " or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}


def test_every_code_point_alone() -> None:
    bad = []
    for code in range(0x110000):
        shown = safe_text(chr(code))
        if shown == chr(code) and unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            bad.append(hex(code))
    assert bad == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("\x9b", "<U+009B>"),
        ("\u202e", "<U+202E>"),
        ("\udcff", "\\xff"),
        ("\ufe0f", "<U+FE0F>"),
        ("\U000e0041", "<U+E0041>"),
        ("日本 é", "日本 é"),
        ("x\r\n", "x\\x0d\\x0a"),
    ],
)
def test_the_visible_forms(text: str, shown: str) -> None:
    assert safe_text(text) == shown
    assert flagged(text) == (text != shown)


def test_tabs_go_to_the_next_stop() -> None:
    assert safe_text("ab\tc", tab=8) == "ab      c"
    assert safe_lines("a\n\tb") == "a\n        b"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("p\u0430y/app.py", "p\u0430y"),
        ("lib/\u0410pi.py", "\u0410pi"),
        ("plain/app.py", ""),
        ("\u043f\u043b\u0430\u0442\u0435\u0436.py", ""),
        ("caf\u00e9.py", ""),
        ("x \u03b1 y", ""),
    ],
)
def test_names_of_letters_that_look_alike_are_told_from_other_languages(text: str, word: str) -> None:
    assert look_alike(text) == word
