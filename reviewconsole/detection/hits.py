"""Build the hits of checks."""

from reviewconsole.detection.model import Hit
from reviewconsole.detection.source import Source
from reviewconsole.finding import Confidence, Page, Severity, Side

_LONG = 12
"""A finding longer than this points at its first changed line only."""


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
    last = max(first, min(last, len(source.lines(side))))
    changed = [at for at in range(first, last + 1) if at in source.changed(side)]
    if last - first >= _LONG:
        first = last = changed[0] if changed else first
    shown = text or "\n".join(row.strip() for row in source.lines(side)[first - 1 : last])
    return Hit(
        rule=page.rule, source=source, side=side, line=first, end_line=last, text=shown, message=message,
        severity=severity, lowered=lowered, confidence=confidence,
    )  # fmt: skip
