"""Comments on unchanged lines that were expanded around a hunk: they belong to it, and to no line of it."""

from collections.abc import Iterable

from reviewconsole.finding import Side
from reviewconsole.session import Comment
from reviewconsole.tui.rows import Kind, Row, RowMap, bounds


def remark(rows: RowMap, row: Row, chosen: Iterable[Row]) -> Comment:
    """A comment without words on such a line, or on those of them that are chosen."""
    file = rows.files[row.file]
    near = [r.line for r in chosen if r.kind is Kind.CONTEXT and (r.file, r.hunk) == (row.file, row.hunk)]
    first, last = min(near, default=row.line), max(near, default=row.line)
    end = last if last > first else 0
    return Comment(unit=file.hunks[row.hunk].id, path=file.path, side=Side.NEW, line=first, end_line=end, text="")


def beyond(rows: RowMap, comment: Comment) -> bool:
    """Whether a comment is on such a line."""
    hunks = [hunk for file in rows.files if file.path == comment.path for hunk in file.hunks if hunk.id == comment.unit]
    if not hunks or comment.side is Side.OLD or not comment.line:
        return False
    start, end = bounds(hunks[0])
    return comment.last < start or comment.line >= end
