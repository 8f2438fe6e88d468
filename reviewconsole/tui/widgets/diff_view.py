"""The diff of a change with a cursor in it."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.events import Click
from textual.message import Message

from reviewconsole.diff import HunkId
from reviewconsole.finding import Finding, Side
from reviewconsole.session import Comment
from reviewconsole.tui.keys import key, scrolling
from reviewconsole.tui.likeness import Spot
from reviewconsole.tui.remarks import remark
from reviewconsole.tui.rows import Kind, Row
from reviewconsole.tui.widgets.diff_shape import ShapedDiff
from reviewconsole.tui.widgets.diff_strips import text_width


class DiffView(ShapedDiff):
    """Moves through a diff, and tells where it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *scrolling("diff"),
        key("diff.left", "h,left", "sideways(-1)", "Left", "Scroll long lines to the left"),
        key("diff.right", "l,right", "sideways(1)", "Right", "Scroll long lines to the right"),
        key("diff.wrap", "w", "wrap", "Wrap", "Wrap long lines, or cut them"),
        key("diff.select", "v", "select", "Select", "Begin or end a range of lines; c comments on it, y copies it"),
        key("diff.detail", "enter", "detail", "Detail", "Explain the finding under the cursor", show=True),
    ]
    DEFAULT_CSS = """
    DiffView { width: 1fr; height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1;
               background: $ground-base; }
    """

    class Moved(Message):
        """The cursor is on another row, or the text looks different."""

    class Detail(Message):
        """More shall be said about a finding."""

        def __init__(self, finding: Finding) -> None:
            super().__init__()
            self.finding = finding

    # --- moving

    def go(self, row: int, top: int | None = None) -> None:
        """Put the cursor on a row; `top` is where on the screen it shall stand."""
        if not len(self.rows):
            return
        row = max(0, min(row, len(self.rows) - 1))
        old, self.cursor = self.cursor, row
        if self.range_start is not None:
            self.repaint()
        place, start = self.visual(row), self.scroll_offset.y
        height = max(2, self.size.height)
        lead = 0 if self.rows[row].kind is Kind.FILE else 1
        new = start
        if top is not None:
            new = place - top
        elif place < start + lead:
            new = place - lead
        elif place >= start + height:
            new = place - height + 1
        new = max(0, min(new, self.virtual_size.height - height))
        if new != start:
            self.scroll_to(y=new, animate=False)
        for line in (old, row):
            self.refresh_lines(self.visual(line), self.visual(line + 1) - self.visual(line))
        self.post_message(self.Moved())

    def on_click(self, event: Click) -> None:
        """Put the cursor where the mouse is."""
        self.go(self.row_at(min(event.y + self.scroll_offset.y, max(0, self.virtual_size.height - 1)))[0])

    def action_move(self, step: int) -> None:
        """Move by rows, over the blank one between files."""
        target = self.cursor + step
        if 0 <= target < len(self.rows) and self.rows[target].kind is Kind.GAP:
            target += step
        self.go(target)

    def _scroll_by(self, count: int) -> None:
        place = self.visual(self.cursor)
        wanted = max(0, min(place + count, self.virtual_size.height - 1))
        self.go(self.row_at(wanted)[0], top=max(1, place - self.scroll_offset.y))

    def action_half(self, step: int) -> None:
        """Move by half a page."""
        self._scroll_by(step * max(1, self.size.height // 2))

    def action_page(self, step: int) -> None:
        """Move by a page; the row under the header is shown again."""
        self._scroll_by(step * max(1, self.size.height - 2))

    def action_end(self, step: int) -> None:
        """Move to an end."""
        self.go(0 if step < 0 else len(self.rows) - 1)

    def action_sideways(self, step: int) -> None:
        """Scroll long lines by half the width, as far as a line in view goes."""
        if self.wrapped:
            return
        first = self.scroll_offset.y
        visible = range(first, min(first + self.size.height, len(self.rows)))
        texts = (self.rows.text(line) for index in visible for line in self.rows.lines_of(self.rows[index]))
        widest = max(map(text_width, texts), default=0)
        if step > 0 and widest <= self.offset_x + self.body_width:
            return
        self.offset_x = max(0, self.offset_x + step * max(4, self.body_width // 2))
        self.repaint()

    def arranged(self) -> None:
        """Tell that it looks different."""
        self.post_message(self.Moved())

    def action_wrap(self) -> None:
        """Wrap long lines, or cut them."""
        self.wrap = not self.wrapped
        self.offset_x = 0
        self.measure()
        self.repaint()
        self.go(self.cursor, top=self.size.height // 3)

    def action_detail(self) -> None:
        """Ask for more about the finding here."""
        finding = self.finding_here()
        if finding is not None:
            self.post_message(self.Detail(finding))

    def action_select(self) -> None:
        """Begin a range of lines at the cursor, or drop it."""
        self.range_start = self.cursor if self.range_start is None else None
        self.repaint()

    def unselect(self) -> None:
        """Drop the range."""
        if self.range_start is not None:
            self.action_select()

    # --- where the cursor is

    def remark_here(self) -> Comment | None:
        """A comment without words on the range, line, finding or hunk here; None where there is none of them."""
        row = self.row
        if row is None or row.file < 0:
            return None
        file = self.rows.files[row.file]
        if row.hunk < 0:
            unit = None if file.hunks else file.units[0]
            return None if unit is None else Comment(unit=unit, path=file.path, side=Side.NEW, line=0, text="")
        if row.kind is Kind.CONTEXT:
            return remark(self.rows, row, (self.rows[index] for index in self.selected))
        hunk = file.hunks[row.hunk]
        lines = [hunk.lines[each.line] for each in self.chosen()]
        if not lines and row.kind is Kind.FINDING and row.line >= 0:
            lines = [hunk.lines[row.line]]
        if not lines and row.kind is Kind.HUNK:
            lines = [line for line in hunk.lines if line.kind != " "]
        if not lines:
            return None
        side = Side.NEW if any(line.new is not None for line in lines) else Side.OLD
        numbers = [n for n in ((line.old if side is Side.OLD else line.new) for line in lines) if n is not None]
        end = numbers[-1] if numbers[-1] > numbers[0] else 0
        return Comment(unit=hunk.id, path=file.path, side=side, line=numbers[0], end_line=end, text="")

    def chosen(self) -> list[Row]:
        """The lines of the range, or the one under the cursor, as far as they are in the cursor's hunk."""
        row = self.row
        if row is None:
            return []
        rows = [self.rows[index] for index in self.selected] or [row]
        return sorted(
            (
                each
                for found in rows
                if found.kind is Kind.LINE and (found.file, found.hunk) == (row.file, row.hunk)
                for each in self.rows.lines_of(found)
            ),
            key=lambda each: each.line,
        )

    def spot(self) -> Spot:
        """Where the cursor is, to look for hits from there."""
        row = self.row
        if row is None or row.kind in (Kind.FILE, Kind.GAP):
            return (row.file if row is not None else 0, -1, -1)
        return (row.file, row.hunk, max(row.line, row.other) if row.kind is Kind.LINE else -1)

    def show_spot(self, spot: Spot) -> None:
        """Put the cursor on a line, or a path; unfolds it where needed."""
        file, hunk, line = spot
        self.reveal(file, hunk)
        row = Row(Kind.FILE, file) if line < 0 else Row(Kind.LINE, file, hunk, line)
        self.go(self.rows.row_of(row), top=self.size.height // 3)

    def words(self) -> str:
        """How the diff is laid out and drawn, in words."""
        more = [word for word, on in (("wrap", self.wrapped), ("white space calm", self.looks.quiet)) if on]
        return " · ".join((self.arrangement.words(self.row_width), *more))

    @property
    def cut(self) -> int:
        """How many units stay unread because a line of theirs goes on beyond the edge."""
        return 0 if self.wrapped else self._coverage.cut

    def comment_here(self) -> Comment | None:
        """The comment under the cursor."""
        row = self.row
        return self.rows.comments[row.item] if row is not None and row.kind is Kind.COMMENT else None

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if len(self.rows) else None

    @property
    def unit(self) -> HunkId | None:
        """The unit under the cursor."""
        return self.rows.unit(self.row) if self.row is not None else None

    def finding_here(self) -> Finding | None:
        """The finding of this row, or the first one of the line under the cursor."""
        row = self.row
        if row is None:
            return None
        if row.kind is Kind.FINDING:
            return self.rows.findings[row.item]
        flags = self.rows.flags
        for line in (row.line, row.other):
            if (row.file, row.hunk, line) in flags:
                return self.rows.findings[flags[row.file, row.hunk, line]]
        return None

    def jump(self, targets: Sequence[int], step: int, wanted: Callable[[int], bool] = lambda _: True) -> bool:
        """Go to the next wanted one of some rows, which are in order; False when there is none."""
        ahead = range(bisect_right(targets, self.cursor), len(targets))
        behind = range(bisect_left(targets, self.cursor) - 1, -1, -1)
        for index in ahead if step > 0 else behind:
            row = targets[index]
            if wanted(row):
                self.go(row, top=0 if self.rows[row].kind is Kind.FILE else 2)
                return True
        return False
