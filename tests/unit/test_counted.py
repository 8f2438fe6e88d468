"""Numbers with their nouns."""

import pytest

from reviewconsole.display import counted


@pytest.mark.parametrize(
    ("count", "nouns", "wanted"),
    [(0, ("file",), "0 files"), (1, ("file",), "1 file"), (2, ("file",), "2 files"),
     (1, ("person", "people"), "1 person"), (3, ("person", "people"), "3 people")],
)  # fmt: skip
def test_one_is_no_plural(count: int, nouns: tuple[str, ...], wanted: str) -> None:
    assert counted(count, *nouns) == wanted
