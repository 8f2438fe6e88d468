"""Text is broken between words and hangs below where it began; nothing of it is lost."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from reviewconsole.tui.paint import content
from reviewconsole.tui.widgets.prose import hung


def rows(width: int, *pieces: tuple[str, str] | str) -> list[str]:
    return [row.plain for row in hung(content(*pieces), width)]


def test_what_goes_on_hangs_below_the_second_piece() -> None:
    assert rows(16, "one two three four five") == ["one two three", "four five"]
    assert rows(20, ("  F1 ", "high"), "a guard is set to false") == ["  F1 a guard is set", "     to false"]
    assert rows(14, ("  only one piece here", "muted")) == ["  only one", "  piece here"]
    assert rows(10, ("  a long label  ", "muted"), "value") == ["  a long", "  label", "  value"]
    assert rows(8, "a" * 20) == ["a" * 8, "a" * 8, "a" * 4]
    assert rows(6, "日本語日本語") == ["日本語", "日本語"]
    assert hung(Content(""), 10)[0].plain == ""


@given(st.text(st.sampled_from("ab  日é"), max_size=60), st.integers(0, 12), st.integers(4, 30))
def test_no_word_is_lost_and_no_row_is_too_wide(text: str, blanks: int, width: int) -> None:
    found = hung(content((" " * blanks, "muted"), text), width)
    assert "".join("".join(row.plain for row in found).split()) == "".join(text.split())
    assert all(cell_len(row.plain) <= width for row in found)
