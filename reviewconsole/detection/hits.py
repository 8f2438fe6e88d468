"""Build the hits of checks."""

from reviewconsole.detection.model import Hit
from reviewconsole.detection.source import Source
from reviewconsole.finding import Confidence, Page, Severity, Side

_LONG = 12
"""A finding longer than this points at its first changed line only."""


def _nearest(source: Source, line: int) -> int:
    """The removed line closest to where a line of the new side stood on the old one."""
    old = new = 1
    while new < line:
        if old in source.removed:
            old += 1
        else:
            old += new not in source.added
            new += 1
    return min(sorted(source.removed), key=lambda at: abs(at - old))


def exact(
    rule: str,
    source: Source,
    side: Side,
    span: tuple[int, int],
    message: str,
    *,
    severity: Severity | None = None,
    lowered: bool = True,
) -> Hit:
    """A hit on a span as it is, changed or not, with its lines as the evidence."""
    first, last = span
    return Hit(
        rule=rule, source=source, side=side, line=first, end_line=last,
        text=source.text(side, first, last).strip(), message=message, severity=severity, lowered=lowered,
    )  # fmt: skip


def hit(
    page: Page,
    source: Source,
    side: Side,
    span: tuple[int, int],
    message: str,
    *,
    severity: Severity | None = None,
    text: str = "",
    lowered: bool = True,
    confidence: Confidence | None = None,
) -> Hit:
    """A hit on the first to last line of a span of a side; without `text` the lines are the evidence."""
    first, last = span
    if side is Side.NEW and source.removed and not source.touched(Side.NEW, first, last):
        # Only lines went: they are what a reader must see.
        first = last = _nearest(source, first)
        side, text = Side.OLD, text or source.old[first - 1].strip()
    last = max(first, min(last, len(source.lines(side))))
    changed = [at for at in range(first, last + 1) if at in source.changed(side)]
    if last - first >= _LONG:
        first = last = changed[0] if changed else first
    shown = text or "\n".join(row.strip() for row in source.lines(side)[first - 1 : last])
    return Hit(
        rule=page.rule, source=source, side=side, line=first, end_line=last, text=shown, message=message,
        severity=severity, lowered=lowered, confidence=confidence,
    )  # fmt: skip
