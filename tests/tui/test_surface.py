"""The surface of a diff: columns, folds, context, marks within lines, search, copying, the editor."""

import os
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input

from reviewconsole.config import load_config
from reviewconsole.diff import Line
from reviewconsole.errors import UsageError
from reviewconsole.finding import Side
from reviewconsole.review.desktop import Desktop
from reviewconsole.session import Comment
from reviewconsole.tui.coverage import Coverage
from reviewconsole.tui.likeness import Pairs, differences, moved, same_but_white_space
from reviewconsole.tui.lines import shown
from reviewconsole.tui.rows import Kind, Layout, RowMap
from reviewconsole.tui.screens.prompts import TextPrompt
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.search import Stop, pattern, search
from reviewconsole.tui.theme import named
from reviewconsole.tui.widgets.arrangement import Arrangement
from reviewconsole.tui.widgets.diff_body import overlay
from reviewconsole.tui.widgets.diff_view import DiffView
from tests.tui.conftest import Service, app_on, finding, opened_change, source
from tests.tui.test_console import on_screen, press, rendered, review, said, until


def lines(kinds: str) -> tuple[Line, ...]:
    return tuple(Line(kind, f"line {i}", i + 1, i + 1) for i, kind in enumerate(kinds))


def test_removed_lines_stand_beside_the_added_ones_that_follow() -> None:
    pairs = Pairs(lines(" --+ +-+"))
    assert list(zip(pairs.first, pairs.second, strict=True)) == [(0, -1), (1, 3), (2, -1), (4, -1), (5, -1), (6, 7)]
    assert [pairs.partner(i) for i in range(8)] == [-1, 3, -1, 1, -1, -1, 7, 6]
    assert [pairs.first[pairs.row[i]] for i in (0, 1, 2, 4, 5, 6)] == [0, 1, 2, 4, 5, 6]


def test_differences_are_marked_by_words_and_bounded() -> None:
    old, new = "timeout = 30, retries=2", "timeout = 5, retries=2"
    here, there = differences(old, new)
    assert [old[a:b] for a, b in here] == ["30"]
    assert [new[a:b] for a, b in there] == ["5"]
    assert differences("a = one()", "completely(other) or else") == ([], [])
    assert differences("x" * 500, "x" * 499) == ([], [])
    assert differences("a " * 199, "b " * 199) == ([], [])
    assert same_but_white_space("  a b", "a b ")
    assert not same_but_white_space("a b", "a c")


def test_moved_blocks_are_found_in_other_files_too(repository) -> None:
    block = b"".join(b"    the line number %d of it\n" % i for i in range(5))
    files = repository(
        {"a.py": b"begin\n" + block + b"end\n" + source(30), "b.py": source(30)},
        {"a.py": b"begin\nend\n" + source(30), "b.py": source(30) + block},
    )
    found = moved(files)
    assert len(found) == 10
    assert {(here[0], there[0]) for here, there in found.items()} == {(0, 1), (1, 0)}
    assert all(found[there] == here for here, there in found.items())
    assert moved(repository({"a": b"}\n}\n}\n", "b": b"x\n"}, {"a": b"z\n", "b": b"x\n}\n}\n}\n"})) == {}


def test_no_content_keeps_the_search_for_moves_busy(repository) -> None:
    same = b"the very same line\n" * 7_000
    files = repository({"a": same, "b": b"x\n"}, {"a": b"y\n", "b": same})
    start = time.monotonic()
    moved(files)
    assert time.monotonic() - start < 3


@pytest.mark.parametrize("split", [False, True])
def test_every_row_has_one_number_in_every_layout(opened, split: bool) -> None:
    hunk = opened.files[1].hunks[1]
    comments = (
        Comment(unit=hunk.id, path="services/a.py", side=Side.NEW, line=99, end_line=100, text="range"),
        Comment(unit=hunk.id, path="services/a.py", side=Side.NEW, line=0, text="file"),
    )
    for layout in (
        Layout(split=split),
        Layout(split=split, folded=frozenset({(1, 1), (2, -1)})),
        Layout(split=split, context={(1, 0): 20, (1, 1): 7, (2, 0): 1_000}),
        Layout(split=split, folded=frozenset({(1, -1)}), context={(1, 0): 20}),
    ):
        rows = RowMap(opened.files, opened.findings, comments, layout)
        everything = [rows[i] for i in range(len(rows))]
        assert [rows.row_of(row) for row in everything] == list(range(len(rows))), layout
        assert [row.kind for row in everything].count(Kind.FINDING) == 1, "a fold never hides a finding"
        if not layout.folded:
            seen = [r for row in everything if row.kind is Kind.LINE for r in rows.lines_of(row)]
            assert len(seen) == len(set(seen)) == sum(len(h.lines) for f in opened.files for h in f.hunks)
            at = next(i for i, row in enumerate(everything) if row.kind is Kind.COMMENT and row.line >= 0)
            assert rows.text(everything[at - 1] if not split else everything[at - 1]) != ""


def test_context_is_the_new_side_numbered_on_both(repository) -> None:
    before = source(60)
    after = source(60, changed={20: "a\nb\nc", 50: "z"})
    rows = RowMap(repository({"a": before}, {"a": after}), layout=Layout(context={(0, 0): 5, (0, 1): 1_000}))
    context = [rows[i] for i in range(len(rows)) if rows[i].kind is Kind.CONTEXT]
    text = after.decode().split("\n")
    assert [rows.text(row) for row in context] == [text[row.line - 1] for row in context]
    assert [before.decode().split("\n")[rows.old_number(row) - 1] for row in context] == [rows.text(r) for r in context]
    numbers = [row.line for row in context]
    assert numbers == sorted(set(numbers))
    changed = {line.new for hunk in rows.files[0].hunks for line in hunk.lines if line.new}
    assert set(numbers) | changed == set(range(12, 63)), "5 before the first hunk, then everything, none twice"


def test_what_is_chosen_for_the_columns_goes_round() -> None:
    wide, narrow = 130, 90
    for width in (wide, narrow):
        seen = [Arrangement()]
        for _ in range(3):
            seen.append(seen[-1].switched(width))
        assert seen[0] == seen[3]
        assert [each.layout(width).split for each in seen] == [
            width == wide, width != wide, width == wide, width == wide,
        ]  # fmt: skip


def test_a_search_finds_every_place_in_order(opened) -> None:
    hits = search(opened.files, "value_1")
    counted = sum("value_1" in line.text for f in opened.files for h in f.hunks for line in h.lines)
    assert len(hits.spots) == counted > 5
    assert list(hits.spots) == sorted(hits.spots)
    assert hits.after((0, -1, -1), 1) == hits.spots[0]
    assert hits.after(hits.spots[-1], 1) == hits.spots[0]
    assert hits.after(hits.spots[0], -1) == hits.spots[-1]
    assert hits.index(hits.spots[2]) == 3
    assert search(opened.files, "OLD.md").spots == ()
    assert search(opened.files, "old.md").spots == ((0, -1, -1),)
    assert search(opened.files, "nowhere").after((0, 0, 0), 1) is None
    assert pattern("a.b").search("A.B")
    assert not pattern("A.b").search("a.b")
    with pytest.raises(Stop):
        search(opened.files, "x", lambda: False)


def test_marks_are_laid_over_colours() -> None:
    pieces = overlay([("abc", "text"), ("def", "keyword")], [(1, 4), (5, 6)], "hit")
    assert pieces == [("a", "text"), ("bc", "text hit"), ("d", "keyword hit"), ("e", "keyword"), ("f", "keyword hit")]


@pytest.mark.parametrize(
    ("text", "wanted"), [("日\tx", "日  x"), ("e\u0301\tx", "e\u0301   x"), ("🎉ab\tx", "🎉ab    x")]
)
def test_tabs_stop_at_cells(text: str, wanted: str) -> None:
    assert shown(text) == wanted


async def test_two_columns_by_width_and_by_key_and_both_sides_count(repository) -> None:
    before, after = source(30), source(30, changed={5: "new five", 6: "new six\nand one more", 20: "new twenty"})
    files = repository({"a.py": before}, {"a.py": after})
    app = app_on(Service(changes=[opened_change(files)]))
    async with app.run_test(size=(170, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot)
        view = app.screen.query_one(DiffView)
        assert view.rows.layout.split
        text = "\n".join(rendered(app))
        row = next(row for row in rendered(app) if "new five" in row)
        assert "value_5 = compute(5)" in row, "side by side"
        assert "split (auto)" in text
        assert review(app).now.viewed == frozenset(files[0].units)
        await press(pilot, "s")
        assert not view.rows.layout.split
        assert not any("new five" in row and "value_5" in row for row in rendered(app))
        assert "unified" in said(app, "#status")


async def test_a_long_line_in_two_columns_counts_when_both_were_wide_enough(repository) -> None:
    files = repository({"a.py": source(3)}, {"a.py": source(3, changed={2: "x" * 300})})
    for keys in (["l"] * 12, ["w"]):
        app = app_on(Service(changes=[opened_change(files)]))
        async with app.run_test(size=(170, 30)) as pilot:
            await on_screen(pilot, ReviewScreen)
            view = app.screen.query_one(DiffView)
            assert view.rows.layout.split
            assert view.wrapped, "by itself, since there is half the room"
            view.wrap = False
            view.measure()
            view._coverage = Coverage(view.rows)
            review(app).session = replace(review(app).now, viewed=frozenset())
            await press(pilot)
            assert review(app).now.viewed == frozenset()
            await press(pilot, *keys)
            assert review(app).now.viewed == frozenset(files[0].units)


async def test_folds_context_and_jumps_into_a_fold(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(110, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        view = app.screen.query_one(DiffView)
        total = len(view.rows)
        await press(pilot, "right_curly_bracket", "z")
        assert view.row.kind is Kind.FILE
        assert len(view.rows) < total
        assert "A failure is caught" in "\n".join(rendered(app)), "its finding stays"
        assert view.locate(service.changes[0].units[2]) is not None
        assert len(view.rows) == total, "going to a hunk unfolds"
        await press(pilot, "g", "right_square_bracket", "right_square_bracket", "plus")
        assert len(view.rows) > total
        await press(pilot, "minus")
        assert len(view.rows) == total
        await press(pilot, "Z")
        assert len(view.rows) > total + 150
        before = review(app).now.viewed
        await press(pilot, "Z", "a", "a", "a", "a", "a", "H")
        assert before <= review(app).now.viewed
        assert len(view.rows) < total
        await press(pilot, "H")
        assert len(view.rows) == total


async def test_a_search_is_counted_marked_and_left(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(110, 30)) as pilot:
        await on_screen(pilot, ReviewScreen)
        view = app.screen.query_one(DiffView)
        await press(pilot, "slash")
        await on_screen(pilot, TextPrompt)
        app.screen.query_one(Input).value = "compute(1"
        await press(pilot, "enter")
        await until(pilot, lambda: review(app).hits is not None)
        hits = review(app).hits.spots
        assert f"match 1/{len(hits)}" in said(app, "#status")
        await press(pilot, "n", "n")
        assert view.spot() == hits[2]
        await press(pilot, "N")
        assert view.spot() == hits[1]
        await press(pilot, "n", "n", *["n"] * (len(hits) - 2))
        assert f"match 2/{len(hits)}" in said(app, "#status"), "goes round"
        warn = named("dark").variables["ink-warn"]
        marked = "".join(segment.text for strip in view.render_lines(view.size.region) for segment in strip
                         if segment.style and segment.style.bgcolor and segment.style.bgcolor.name == warn)  # fmt: skip
        assert "compute(1" in marked
        assert set(marked) <= set("compute(1")
        await press(pilot, "escape")
        assert "match" not in said(app, "#status")
        assert isinstance(app.screen, ReviewScreen)


async def test_lines_are_copied_with_and_without_signs_and_it_says_how(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(110, 40), notifications=True) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "right_square_bracket", "right_square_bracket", "y")
        assert service.copied[-1].split("\n")[3] == "first = 1"
        assert app.clipboard == service.copied[-1]
        await until(pilot, lambda: "OSC 52" in "\n".join(rendered(app)))
        await press(pilot, "Y")
        assert service.copied[-1].startswith("--- a/services/a.py\n+++ b/services/a.py\n@@ -7,7 +7,7 @@\n value_7")
        assert "\n-value_10 = compute(10)\n+first = 1\n" in service.copied[-1]
        await press(pilot, *"jjjj", "v", "j", "y")
        assert service.copied[-1] == "value_10 = compute(10)\nfirst = 1\n"
        service.copies_with = "xclip"
        await press(pilot, "y")
        await until(pilot, lambda: "with xclip" in "\n".join(rendered(app)))


async def test_what_hides_in_a_line_is_visible_in_what_is_copied(repository) -> None:
    service = Service(changes=[opened_change(repository({"a": b"x\n"}, {"a": "a\tb\x1b[201~\u202e\n".encode()}))])
    app = app_on(service)
    async with app.run_test(size=(110, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "right_square_bracket", "y")
    assert service.copied == ["a\tb\\x1b[201~<U+202E>\n"]


async def test_a_terminal_that_cannot_be_left_says_so(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(110, 40), notifications=True) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "right_square_bracket", "e")
        await until(pilot, lambda: "cannot be opened from this terminal" in "\n".join(rendered(app)))
    assert service.edited == []


def desktop(tmp_path: Path, program: str, root: Path | None = None, clipboard: str = "") -> tuple[Desktop, Path]:
    out = tmp_path / "out"
    script = tmp_path / program
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$PWD" "$@" > {out}\n')
    script.chmod(0o755)
    config = load_config({"HOME": str(tmp_path), "EDITOR": f"{script} --clean"})
    return Desktop(replace(config, clipboard=clipboard), {"PATH": os.environ["PATH"]}, root), out


def test_the_editor_gets_the_line_and_a_copy_where_the_work_tree_differs(tmp_path: Path) -> None:
    root = tmp_path / "work"
    (root / "src").mkdir(parents=True)
    (root / "src" / "-a b;c.py").write_bytes(b"same\n")
    (root / "link").symlink_to(root / "src")
    tool, out = desktop(tmp_path, "vi", root)
    said_ = tool.edit("src/-a b;c.py", 12, b"same\n")
    assert out.read_text().split("\n")[:4] == [str(tmp_path), "--clean", "+12", str(root / "src" / "-a b;c.py")]
    assert "edited" in said_
    for path, content in (("src/-a b;c.py", b"other\n"), ("link/-a b;c.py", b"same\n"), ("../x", b"same\n")):
        assert "copy" in tool.edit(path, 3, content)
        place = Path(out.read_text().split("\n")[3])
        assert root not in place.parents
        assert not place.exists(), "it is removed"
    tool, out = desktop(tmp_path, "code", root)
    tool.edit("src/-a b;c.py", 7, b"same\n")
    assert out.read_text().split("\n")[2:5] == ["--wait", "--goto", f"{root}/src/-a b;c.py:7"]


def test_faults_of_the_person_s_programs_are_told(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    with pytest.raises(UsageError, match="no editor"):
        Desktop(load_config(environ), environ, None).edit("a", 1, b"")
    for editor, why in (("/nowhere/vi", "cannot be run"), ("false", "ended with 1"), ("vi '", "cannot be read")):
        tool = Desktop(replace(load_config(environ), editor=editor), {"PATH": os.environ["PATH"]}, None)
        with pytest.raises(UsageError, match=why):
            tool.edit("a", 1, b"x")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not here")
def test_inside_tmux_the_text_goes_through_tmux(tmp_path: Path) -> None:
    tmux = ["tmux", "-S", str(tmp_path / "socket"), "-f", "/dev/null"]
    subprocess.run(
        [*tmux, "new-session", "-d", "sleep 60"], check=True, env={"PATH": os.environ["PATH"], "TERM": "xterm"}
    )
    try:
        place = f"{tmp_path / 'socket'},1,0"
        environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMUX": place}
        assert Desktop(load_config(environ), environ, None).copy("some\ttext 日\n") == "tmux"
        shown = subprocess.run([*tmux, "show-buffer"], check=True, capture_output=True, text=True).stdout
        assert shown == "some\ttext 日\n"
    finally:
        subprocess.run([*tmux, "kill-server"], check=True)


def test_a_clipboard_command_gets_the_text(tmp_path: Path) -> None:
    tool, _ = desktop(tmp_path, "vi", clipboard=f"tee {tmp_path}/clip")
    assert tool.copy("some\ttext\n") == "tee"
    assert (tmp_path / "clip").read_text() == "some\ttext\n"
    assert desktop(tmp_path, "vi")[0].copy("x") == ""
    with pytest.raises(UsageError, match="false failed"):
        desktop(tmp_path, "vi", clipboard="false")[0].copy("x")
    assert Path(tool.save("kept")).read_text() == "kept"


async def test_calm_white_space_keeps_every_row(repository) -> None:
    files = repository({"a.py": b"if a:\n  b()\nc\n"}, {"a.py": b"if a:\n    b()\nd\n"})
    app = app_on(Service(changes=[opened_change(files, (finding("a.py", 3),))]))
    async with app.run_test(size=(110, 30)) as pilot:
        await on_screen(pilot, ReviewScreen)
        rows = [row for row in rendered(app) if "b()" in row]
        await press(pilot, "W")
        calm = [row for row in rendered(app) if "b()" in row]
        assert len(rows) == len(calm) == 2
        assert all("≈" in row for row in calm)
        assert "white space calm" in said(app, "#status")


async def test_a_five_megabyte_line_and_wide_text_stay_quick(repository) -> None:
    wide = ("日本語🎉e\u0301\t" * 200).encode()
    files = repository({"a.js": b"x\n", "b.md": b"x\n"}, {"a.js": b"y" * 5_000_000 + b"\n", "b.md": wide + b"\n"})
    app = app_on(Service(changes=[opened_change(files)]))
    async with app.run_test(size=(160, 50)) as pilot:
        await on_screen(pilot, ReviewScreen)
        start = time.monotonic()
        await press(pilot, *"jjjjlllss", "w", "w", "G")
        assert time.monotonic() - start < 8
        assert all(len(row) for row in rendered(app))
