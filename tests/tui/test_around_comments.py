"""Comments on unchanged lines that were expanded around a hunk."""

from reviewconsole.finding import Side
from reviewconsole.session import Comment
from reviewconsole.tui.remarks import beyond, remark
from reviewconsole.tui.rows import Kind, Layout, Row, RowMap
from reviewconsole.tui.screens.prompts import TextPrompt
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.widgets.diff_view import DiffView
from tests.tui.conftest import app_on
from tests.tui.test_console import on_screen, press, rendered, review


def test_a_comment_around_a_hunk_stands_before_or_after_its_lines(opened) -> None:
    files = opened.files
    [number] = [i for i, file in enumerate(files) if file.path == "services/a.py"]
    hunk = files[number].hunks[1]
    layout = Layout(context={(number, 1): 20})
    before = remark(RowMap(files, layout=layout), Row(Kind.CONTEXT, number, 1, 85), ())
    chosen = [Row(Kind.CONTEXT, number, 1, line) for line in (110, 111, 112)]
    after = remark(RowMap(files, layout=layout), chosen[0], chosen)
    assert before == Comment(unit=hunk.id, path="services/a.py", side=Side.NEW, line=85, text="")
    assert (after.line, after.end_line) == (110, 112)
    rows = RowMap(files, comments=(before, after), layout=layout)
    kinds = [
        (row.kind, row.item) for row in (rows[i] for i in range(len(rows))) if row.hunk == 1 and row.file == number
    ]
    first = kinds.index((Kind.COMMENT, 0))
    last = kinds.index((Kind.COMMENT, 1))
    assert {kind for kind, _ in kinds[1:first]} == {Kind.CONTEXT}
    assert {kind for kind, _ in kinds[last + 1 :]} == {Kind.CONTEXT}
    assert {kind for kind, _ in kinds[first + 1 : last]} == {Kind.LINE}
    assert beyond(rows, before)
    assert beyond(rows, after)
    assert not beyond(rows, Comment(unit=hunk.id, path="services/a.py", side=Side.NEW, line=100, text=""))


async def test_an_expanded_line_is_commented_on_by_key(service) -> None:
    app = app_on(service)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "g", "right_square_bracket", "right_square_bracket", "plus")
        view = app.screen.query_one(DiffView)
        at = next(i for i in range(len(view.rows)) if view.rows[i].kind is Kind.CONTEXT)
        line = view.rows[at].line
        view.go(at, top=2)
        await press(pilot, "c")
        await on_screen(pilot, TextPrompt)
        await press(pilot, *"why", "enter")
        await on_screen(pilot, ReviewScreen)
        [comment] = review(app).now.said.comments
        assert (comment.line, comment.side, comment.text) == (line, Side.NEW, "why")
        assert any(f"on {line}" in row and "why" in row for row in rendered(app))
