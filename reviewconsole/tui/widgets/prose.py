"""Text that is broken between words, what goes on standing below where it began."""

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget


class Prose(Widget):
    """Paragraphs, one a line of the text. A line that begins with blanks hangs below its second piece."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Prose { width: 1fr; height: auto; }
    """

    def __init__(self, text: Content | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = text or Content()
        self._laid: tuple[int, list[Content]] = (0, [])

    def update(self, text: Content) -> None:
        """Show another text."""
        self._text, self._laid = text, (0, [])
        self.refresh(layout=True)

    @property
    def content(self) -> Content:
        """The text as it was given."""
        return self._text

    def rows(self, width: int) -> list[Content]:
        """The text in rows of at most so many cells."""
        if self._laid[0] != width:
            lines = self._text.split("\n", allow_blank=True) if self._text.plain else [self._text]
            self._laid = width, [row for line in lines for row in hung(line, width)]
        return self._laid[1]

    def get_content_height(self, container: object, viewport: object, width: int) -> int:  # noqa: ARG002 - Textual's
        """As many rows as it needs."""
        return len(self.rows(width))

    def render(self) -> Content:
        """Draw it."""
        return Content("\n").join(self.rows(self.size.width))


def hung(line: Content, width: int) -> list[Content]:
    """Break one line between words; where it begins with blanks, its other rows are drawn in."""
    text = line.plain
    if width <= 0 or cell_len(text) <= width:
        return [line]
    hang = _hang(line, width)
    out: list[Content] = []
    start, room = 0, width
    while cell_len(text[start:]) > room:
        end = start + _fitting(text[start:], room)
        space = text.rfind(" ", start, end + 1)
        if space > start + (0 if out else hang):
            end = space
        out.append(_drawn(line[start:end].rstrip(" "), hang if out else 0))
        start = end
        while start < len(text) and text[start] == " ":
            start += 1
        room = width - hang
    if start < len(text):
        out.append(_drawn(line[start:], hang if out else 0))
    return out


def _hang(line: Content, width: int) -> int:
    """How far the further rows of a line are drawn in."""
    text = line.plain
    blanks = len(text) - len(text.lstrip(" "))
    if not blanks:
        return 0
    first = next((span.end for span in line.spans if span.start == 0), 0)
    found = first if blanks < first < len(text) else blanks
    return found if found <= width // 2 else min(blanks, width // 2)


def _drawn(row: Content, hang: int) -> Content:
    return row.pad_left(hang) if hang else row


def _fitting(text: str, cells: int) -> int:
    """How many characters fit, at least one."""
    used = 0
    for index, char in enumerate(text):
        used += cell_len(char)
        if used > cells:
            return max(1, index)
    return len(text)
