"""Pieces of text -> Strip and Content. Everything a widget shows of a repository passes here.

A piece is a text and the name of an ink, with words such as `bold` after it: `("retry.py", "accent bold")`.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.filter import ANSIToTruecolor, LineFilter
from textual.strip import Strip
from textual.theme import Theme

from reviewconsole.casefile import DECIDED, UNKNOWN, QueueEntry, Risk
from reviewconsole.display import safe_text

Piece = tuple[str, str]

STRONGER = {"add": "cursor-add", "del": "cursor-del"}
"""A ground -> the one under the cursor, or under what differs in a line."""

SEVERITY_GLYPHS = {"critical": "◆", "high": "▲", "medium": "■", "low": "□", "none": "–", "unknown": "?"}
LEVEL_INKS = {**{level: level for level in SEVERITY_GLYPHS}, "none": "muted", "unknown": "bad"}
STATE_GLYPHS = {
    DECIDED: "◌",
    "pending": "○",
    "approved": "✓",
    "rejected": "✗",
    "stale": "↻",
    "blocked": "▣",
    "landed": "≡",
}
STATE_INKS = {
    DECIDED: "accent",
    "pending": "text",
    "approved": "ok",
    "rejected": "bad",
    "stale": "warn",
    "blocked": "bad",
    "landed": "muted",
}
STATE_MEANINGS = {
    "pending": "waits",
    "stale": "approved before it changed",
    "blocked": "breaks the boundary",
    "rejected": "someone said no",
    "approved": "the gate is satisfied",
    "landed": "on the target already",
}
VERDICT_GLYPHS = {"satisfied": "✓", "violated": "✗", "undecidable": "?"}
VERDICT_INKS = {"satisfied": "ok", "violated": "bad", "undecidable": "warn"}
BOUNDARY_GLYPHS = {"pass": "✓", "violated": "✗", "n/a": "–", "undecidable": "?"}
BOUNDARY_INKS = {"pass": "ok", "violated": "bad", "n/a": "muted", "undecidable": "warn"}


def glyph_pieces(room: int = 10_000) -> list[Piece]:
    """What the glyphs of the queue mean; of those that do not fit into `room` cells, none."""
    rows = [(SEVERITY_GLYPHS[level], level, level) for level in ("critical", "high", "medium", "low")]
    rows.append(("?", "bad", "unreadable or unclear"))
    rows += [(STATE_GLYPHS[state], STATE_INKS[state], f"{state}: {said}") for state, said in STATE_MEANINGS.items()]
    rows.append(("◐", "accent", "1 of 2: approved by some"))
    out: list[Piece] = []
    for glyph, ink, meaning in rows:
        room -= cell_len(meaning) + 4
        if room < 0:
            break
        out += [(f"{glyph} ", ink), (f"{meaning}  ", "muted")]
    return out


def standing(entry: QueueEntry) -> tuple[str, str, str]:
    """Glyph, word and ink of how a change stands; what cannot be judged never reads as if it only waited."""
    quorum = entry.quorum
    if entry.unclear:
        return "?", "unclear", "bad"
    if entry.state == "pending" and quorum is not None:
        return "◐", f"{len(quorum.given)} of {quorum.needed}", "accent"
    return STATE_GLYPHS[entry.state], entry.state, STATE_INKS[entry.state]


def risk_words(risk: Risk, *, unreadable: bool = False) -> str:
    """Glyph, level and score in twelve cells; a question mark behind a score that may be too low."""
    if risk.level == UNKNOWN:
        return f"? {'unreadable' if unreadable else 'unscanned':<10} "
    return f"{SEVERITY_GLYPHS[risk.level]} {risk.level:<8} {risk.score:>3}{'?' if risk.unsure else ' '}"


class Palette:
    """The colours of one theme as styles, made once each."""

    def __init__(self, theme: Theme) -> None:
        self._colours = theme.variables
        self._ansi = theme.ansi
        self._styles: dict[tuple[str, str], Style] = {}

    def style(self, ink: str, ground: str) -> Style:
        """The style of an ink on a ground.

        `bold` and `underline` are as they say; `mark` puts it on a stronger ground, `hit` on that of a search.
        """
        key = (ink, ground)
        style = self._styles.get(key)
        if style is None:
            name, *attributes = ink.split()
            if "mark" in attributes:
                attributes.append("underline" if self._ansi else "bold")
                ground = STRONGER.get(ground, ground)
            style = Style(
                color=self._colour(f"ink-{name}"),
                bgcolor=self._colour(f"ground-{ground}"),
                bold="bold" in attributes or None,
                underline="underline" in attributes or None,
            )
            if "hit" in attributes:
                style = (
                    style + Style(reverse=True)
                    if self._ansi
                    else Style(color=self._colour("ground-base"), bgcolor=self._colour("ink-warn"), bold=True)
                )
            self._styles[key] = style
        return style

    def _colour(self, name: str) -> str:
        return self._colours[name].removeprefix("ansi_")

    def needed(self, filters: Iterable[LineFilter]) -> list[LineFilter]:
        """The filters that change anything: only a theme of the terminal's own colours has some to translate."""
        return [each for each in filters if self._ansi or not isinstance(each, ANSIToTruecolor)]

    def strip(self, left: Iterable[Piece], width: int, ground: str, right: Iterable[Piece] = ()) -> Strip:
        """One row of exactly `width` cells; `left` is cut with an ellipsis where `right` needs the room."""
        tail = [Segment(safe_text(text), self.style(ink, ground)) for text, ink in right]
        tail_width = sum(cell_len(segment.text) for segment in tail)
        if tail_width > width:
            tail, tail_width = [], 0
        room = width - tail_width
        head: list[Segment] = []
        used = 0
        for text, ink in left:
            piece = clip(safe_text(text), room - used)
            head.append(Segment(piece, self.style(ink, ground)))
            used += cell_len(piece)
            if used >= room:
                break
        head.append(Segment(" " * (room - used), self.style("text", ground)))
        return Strip([*head, *tail], width)


def content(*pieces: Piece | str) -> Content:
    """Text for a widget, safe and never parsed as markup; a newline is a piece of its own."""
    parts: list[str | tuple[str, str]] = []
    for piece in pieces:
        text, ink = (piece, "") if isinstance(piece, str) else piece
        shown = text if text == "\n" else safe_text(text)
        name, _, attributes = ink.partition(" ")
        parts.append((shown, f"$ink-{name} {attributes}".strip()) if ink else shown)
    return Content.assemble(*parts)


def clip(text: str, cells: int) -> str:
    """Cut safe text to a width, with an ellipsis in its last cell where something is left out."""
    if cells <= 0:
        return ""
    if len(text) <= cells and text.isascii():
        return text
    if cell_len(text) <= cells:
        return text
    return text[: _fit(text, cells - 1)] + "…"


def clip_start(text: str, cells: int) -> str:
    """Like `clip`, for paths: what is left out is the beginning."""
    if cell_len(text) <= cells:
        return text
    kept = _fit(text[::-1], cells - 1)
    return "…" + text[len(text) - kept :] if kept else "…"


def _fit(text: str, cells: int) -> int:
    """How many characters fit."""
    if text.isascii():
        return max(0, cells)
    used = 0
    for index, char in enumerate(text):
        used += cell_len(char)
        if used > cells:
            return index
    return len(text)


@lru_cache(maxsize=256)
def cuts(text: str, width: int) -> Sequence[int]:
    """Where a text is broken into rows of `width` cells: the first index of every row, no character split."""
    if text.isascii():
        return list(range(0, len(text), width)) or [0]
    out, start = [0], 0
    while True:
        start += max(1, _fit(text[start : start + width], width))
        if start >= len(text):
            return out
        out.append(start)


def age(seconds: int) -> str:
    """How long ago, in at most four characters: 5m, 3h, 12d, 40w, 3y; `new` below a minute or ahead of now.

    Commits state any number of seconds, beyond every calendar too: no date is made of it.
    """
    minutes = max(0, seconds) // 60
    days = minutes // (24 * 60)
    if days >= 365:
        return f"{min(days // 365, 999)}y"
    if days >= 70:
        return f"{days // 7}w"
    if days:
        return f"{days}d"
    return f"{minutes // 60}h" if minutes >= 60 else f"{minutes}m" if minutes else "new"


def agent(entry: QueueEntry) -> str:
    """Which tool, and how sure the evidence is."""
    if not entry.provenance.signals:
        return "no evidence"
    tools = ",".join(entry.provenance.tools)
    return safe_text(f"{tools or 'AI?'} {entry.provenance.provenance.value}")
