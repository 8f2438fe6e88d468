"""Rows and coverage: pure, so tested without a screen."""

import pytest

from reviewconsole.diff import HunkId
from reviewconsole.finding import Side
from reviewconsole.session import Comment
from reviewconsole.tui.coverage import Coverage
from reviewconsole.tui.lines import LIMIT, shown
from reviewconsole.tui.paint import age, clip, clip_start, cuts
from reviewconsole.tui.rows import Kind, RowMap
from reviewconsole.tui.syntax import BUDGET, lex
from tests.tui.conftest import finding, source


def test_every_row_has_one_number_and_back(opened) -> None:
    file = opened.files[1]
    unit = file.hunks[0].id
    comments = (Comment(unit=unit, path=file.path, side=Side.NEW, line=10, text="why?"),)
    loose = finding("not/in/the/diff.py", 3)
    rows = RowMap(opened.files, (*opened.findings, loose), comments)
    kinds = [rows[index].kind for index in range(len(rows))]
    assert kinds.count(Kind.FILE) == 3
    assert kinds.count(Kind.GAP) == 3, "a blank row before every file but the first row"
    assert kinds.count(Kind.HUNK) == sum(len(f.hunks) for f in opened.files) == 5
    assert kinds.count(Kind.LINE) == sum(len(h.lines) for f in opened.files for h in f.hunks)
    assert kinds.count(Kind.FINDING) == 2
    assert kinds.count(Kind.COMMENT) == 1
    assert rows[0].kind is Kind.FINDING, "a finding on no shown file stands on top"
    assert [rows.row_of(rows[index]) for index in range(len(rows))] == list(range(len(rows)))


def test_a_finding_stands_before_its_line_and_a_comment_after(opened) -> None:
    file = next(f for f in opened.files if f.path == "services/a.py")
    comments = (Comment(unit=file.hunks[1].id, path=file.path, side=Side.NEW, line=100, text="why?"),)
    rows = RowMap(opened.files, opened.findings, comments)
    (at,) = rows.finding_rows
    assert rows.text(rows[at + 1]) == "except OSError: pass"
    assert rows[at + 2].kind is Kind.COMMENT


def test_unit_rows_are_in_order_and_locate_units(opened) -> None:
    rows = RowMap(opened.files)
    assert [rows.unit(rows[index]) for index in rows.unit_rows] == list(opened.units)
    assert [rows.locate(unit) for unit in opened.units] == rows.unit_rows
    assert rows.locate(HunkId("0" * 16)) is None


def test_coverage_needs_every_row_and_every_column(repository) -> None:
    files = repository({"a.py": b"a\nb\n"}, {"a.py": b"a\n" + b"x" * 100 + b"\n"})
    rows = RowMap(files)
    coverage = Coverage(rows)
    lines = [rows[i] for i in range(len(rows)) if rows[i].kind is Kind.LINE]
    assert [coverage.mark(row, 0, 40, len(rows.text(row))) for row in lines] == [None] * 3
    long = lines[2]
    assert coverage.mark(long, 60, 100, 100) is None, "columns 40 to 60 were jumped over"
    assert coverage.mark(long, 30, 70, 100) is None
    assert coverage.mark(long, 60, 100, 100) == files[0].hunks[0].id
    assert coverage.mark(long, 60, 100, 100) is None, "told once"


def test_a_short_row_scrolled_out_of_sight_is_not_read(repository) -> None:
    rows = RowMap(repository({"a": b"short\n"}, {"a": b"other\n"}))
    coverage = Coverage(rows)
    lines = [rows[i] for i in range(len(rows)) if rows[i].kind is Kind.LINE]
    assert [coverage.mark(row, 20, 60, 5) for row in lines] == [None, None]


def test_an_endless_line_is_cut_says_so_and_never_counts(repository) -> None:
    files = repository({"a.js": b"x\n"}, {"a.js": b"y" * 3_000_000 + b"\n"})
    rows = RowMap(files)
    coverage = Coverage(rows)
    lines = [rows[i] for i in range(len(rows)) if rows[i].kind is Kind.LINE]
    assert rows.text(lines[1]).endswith(f"{3_000_000 - LIMIT:,} more characters are not shown")
    assert [coverage.mark(row, 0, 10**9, 10) for row in lines] == [None, None]


def test_entries_without_lines_say_what_they_are(repository) -> None:
    before = {"logo.png": b"\x89PNG\0\0" + bytes(100), "empty": b"", "x\u202etxt": b"a\n"}
    after = {"logo.png": b"\x89PNG\0\0" + bytes(200), "new-empty": b"", "x\u202etxt": b"b\n"}
    rows = RowMap(repository(before, after))
    notes = {file.path: notes for file, notes in zip(rows.files, rows.notes, strict=True)}
    assert notes["logo.png"] == ("binary content, not shown as text: 106 bytes → 206 bytes",)
    assert notes["empty"] == ("deleted file, mode 100644", "empty")
    assert notes["new-empty"] == ("new file, mode 100644", "empty")
    assert notes["x\u202etxt"] == ("the path holds hidden, control or undecodable characters",)


@pytest.mark.parametrize("text", ["a\tb\tc", "\x1b[31mred", "日本\t語", "\udc9b2J", "plain"])
def test_lines_are_shown_safe_with_tabs_as_spaces(text: str) -> None:
    assert "\t" not in shown(text)
    assert shown(text).isprintable()


def test_rows_of_wide_characters_are_broken_between_them() -> None:
    text = "ab日本語" * 3
    starts = [*cuts(text, 5), len(text)]
    parts = [text[a:b] for a, b in zip(starts, starts[1:], strict=False)]
    assert "".join(parts) == text
    assert parts[0] == "ab日"
    assert cuts("", 5) == [0]


def test_texts_are_clipped_to_cells() -> None:
    assert clip("日本語", 5) == "日本…"
    assert clip("日本語", 4) == "日…"
    assert clip("abc", 3) == "abc"
    assert clip("abc", 0) == ""
    assert clip_start("services/payments/client.py", 12) == "…s/client.py"


def test_ages_are_short() -> None:
    assert [age(s) for s in (-5, 59, 60, 3600, 86400, 86400 * 69, 86400 * 70, 86400 * 800)] == [
        "new", "new", "1m", "1h", "1d", "69d", "10w", "2y",
    ]  # fmt: skip


def test_colours_cover_a_line_exactly_or_not_at_all() -> None:
    lines = ["def f(x):", "", '    """doc', "    more", '    """', "    return 1  # one", "y" * 600, "z = '日本'"]
    for line, spans in zip(lines, lex("python", lines), strict=True):
        assert "".join(line[a:b] for a, b, _ in spans) in (line, "")
    inks = {ink for _, _, ink in lex("python", lines)[5]}
    assert {"keyword", "number", "comment"} <= inks
    assert lex("python", lines)[6] == [], "long lines stay plain"


@pytest.mark.parametrize("alias", ["python", "c", "csharp", "java", "scala", "markdown", "json", "html"])
@pytest.mark.parametrize("piece", ["\n \t", "<", "{", "'", '"""', "/*", "\\", "a"])
def test_no_text_keeps_the_lexer_busy(alias: str, piece: str) -> None:
    import time

    lines = (piece * 20_000).split("\n") if "\n" in piece else [piece * 400] * 160
    start = time.monotonic()
    lex("c" if alias == "markdown" else alias, lines)
    assert time.monotonic() - start < BUDGET + 1.5


def test_a_large_diff_is_numbered_quickly(repository) -> None:
    import time

    rows_before = source(50_000)
    files = repository({"a.py": rows_before}, {"a.py": source(50_000, width=2)})
    start = time.monotonic()
    rows = RowMap(files)
    assert len(rows) == 100_000 + 2
    assert time.monotonic() - start < 1


def test_an_age_is_told_of_any_number_of_seconds() -> None:
    assert [age(s) for s in (10**17, 2**63, 10**400, -(10**17))] == ["999y", "999y", "999y", "new"]
