"""Rows of text that fit themselves to the width: titles, the status, the keys that can be pressed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from reviewconsole.display import safe_text
from reviewconsole.tui.paint import Piece, clip, content

if TYPE_CHECKING:
    from textual.timer import Timer

Severity = Literal["information", "warning", "error"]
_INKS = {"information": "accent", "warning": "warn bold", "error": "bad bold"}


class FitLine(Widget):
    """One row. What stands at the right is shown whole, what stands at the left is cut with an ellipsis."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    FitLine { height: 1; background: $ground-head; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._left: Sequence[Piece] = ()
        self._right: Sequence[Piece] = ()

    def show(self, left: Sequence[Piece], right: Sequence[Piece] = ()) -> None:
        """Show other pieces."""
        self._left, self._right = left, right
        self.refresh()

    @property
    def content(self) -> Content:
        """Everything it would show with enough room."""
        return content(*self._left, *self._right)

    def render(self) -> Content:
        """Draw what fits."""
        return fitted(self._left, self._right, self.size.width)


class StatusLine(FitLine):
    """The status; for a moment, what was just said, so that nothing lies over the text."""

    DEFAULT_CSS = """
    StatusLine { height: auto; max-height: 4; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._told: Content | None = None
        self._timer: Timer | None = None

    def tell(self, text: str, severity: Severity, seconds: float) -> None:
        """Say a sentence in place of the status; as many rows as it needs, up to four."""
        glyph = {"information": " ", "warning": " ! ", "error": " ✗ "}[severity]
        self._told = content((f"{glyph}{text}", _INKS[severity]))
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(seconds, self._forget)
        self.refresh(layout=True)

    def _forget(self) -> None:
        self._told = None
        self.refresh(layout=True)

    @property
    def told(self) -> str:
        """What is being said; empty when it is the status."""
        return "" if self._told is None else self._told.plain

    @property
    def content(self) -> Content:
        """What it shows with enough room."""
        return super().content if self._told is None else self._told

    def render(self) -> Content:
        """Draw the sentence, or the status."""
        return super().render() if self._told is None else self._told

    def get_content_height(self, container: object, viewport: object, width: int) -> int:  # noqa: ARG002 - Textual's
        """As many rows as a sentence needs."""
        return 1 if self._told is None else max(1, -(-self._told.cell_length // max(1, width - 2)))


class KeyLine(FitLine):
    """The keys that do something here, the most important first; a key is shown whole or not at all."""

    DEFAULT_CSS = """
    KeyLine { background: $ground-raised; }
    """

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def render(self) -> Content:
        """Draw as many as fit."""
        shown: dict[str, tuple[str, str]] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled and binding.id and binding.id not in shown:
                shown[binding.id] = (self.app.get_key_display(binding), binding.description)
        pieces: list[Piece] = []
        used = 0
        for keys, label in sorted(shown.values(), key=_rank):
            cells = cell_len(safe_text(keys)) + cell_len(safe_text(label)) + 3
            if used + cells > self.size.width:
                break
            pieces += [(f" {keys} ", "accent bold"), (f"{label} ", "muted")]
            used += cells
        return content(*pieces)


def _rank(each: tuple[str, str]) -> int:
    """Help first, then what opens a sheet, then the rest as it stands."""
    keys, label = each
    return 0 if keys == "?" else 1 if label.endswith("…") else 2


def fitted(left: Sequence[Piece], right: Sequence[Piece], width: int) -> Content:
    """Both ends of a row; `left` is cut where `right` needs the room, `right` where it is alone too wide."""
    tail = _clipped(right, width)
    room = width - sum(cell_len(text) for text, _ in tail)
    head = _clipped(left, room)
    fill = room - sum(cell_len(text) for text, _ in head)
    return content(*head, " " * max(0, fill), *tail)


def _clipped(pieces: Sequence[Piece], room: int) -> list[Piece]:
    out: list[Piece] = []
    for text, ink in pieces:
        piece = clip(safe_text(text), room)
        room -= cell_len(piece)
        out.append((piece, ink))
        if room <= 0:
            break
    return out
