"""Pages of text over a screen: a finding explained, where a change comes from, all keys."""

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen

from reviewconsole.casefile import OpenedChange
from reviewconsole.evidence import Provenance
from reviewconsole.finding import Finding, Page
from reviewconsole.tui.keys import QUIT, key, scrolling
from reviewconsole.tui.paint import (
    BOUNDARY_GLYPHS,
    BOUNDARY_INKS,
    SEVERITY_GLYPHS,
    VERDICT_GLYPHS,
    VERDICT_INKS,
    Piece,
    content,
)
from reviewconsole.tui.widgets.prose import Prose

Line = Iterable[Piece | str]
_SIGNALS = 12
_LEAVE = " esc leaves · space pages "


class PageScreen(ModalScreen[None]):
    """A text to be read; any of esc, q and enter leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *scrolling("page"),
        QUIT,
        key("page.leave", "escape,q,enter,question_mark,i", "leave", "Back", "Back to where you were"),
    ]
    DEFAULT_CSS = """
    PageScreen { align: center middle; }
    PageScreen > VerticalScroll { width: 110; max-width: 96%; height: auto; max-height: 92%; padding: 1 3;
        background: $surface; border: round $primary; border-title-color: $primary;
        border-subtitle-color: $ink-muted; scrollbar-size-vertical: 1; }
    """

    def __init__(self, title: str, text: Content) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        """The text in a frame."""
        with VerticalScroll() as scroll:
            scroll.border_title = content(self._title)
            scroll.can_focus = False
            scroll.border_subtitle = content(_LEAVE)
            yield Prose(self._text)

    def _by(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)

    def action_move(self, step: int) -> None:
        """Scroll by a row."""
        self._by(step)

    def action_half(self, step: int) -> None:
        """Scroll by half a page."""
        self._by(step * max(1, self.size.height // 3))

    def action_page(self, step: int) -> None:
        """Scroll by a page."""
        self._by(step * max(1, self.size.height * 2 // 3))

    def action_end(self, step: int) -> None:
        """Scroll to an end."""
        self._by(step * 1_000_000)

    def action_leave(self) -> None:
        """Leave."""
        self.dismiss(None)


def paragraphs(lines: Iterable[Line]) -> Content:
    """Put lines below one another."""
    pieces: list[Piece | str] = []
    for line in lines:
        pieces.extend(line)
        pieces.append("\n")
    return content(*pieces[:-1])


def _text(heading: str, text: str) -> list[Line]:
    if not text.strip():
        return []
    return [[""], [(heading, "accent bold")], *([line] for line in text.strip().split("\n"))]


def finding_page(finding: Finding, page: Page | None, answer: str) -> Content:
    """Explain one finding: what was seen here, and what its rule is about."""
    severity = finding.severity.value
    place = finding.location
    lines: list[Line] = [
        [(f"{SEVERITY_GLYPHS[severity]} {severity.upper()} ", f"{severity} bold"), (finding.message, "text bold")],
        [(f"{finding.id} · {finding.family.value} · {finding.rule} · confidence {finding.confidence.value}", "muted")],
        [(f"{place.path}:{place.line} ({place.side.value} side)", "muted"), (f" in {place.construct}", "muted")]
        if place.construct
        else [(f"{place.path}:{place.line} ({place.side.value} side)", "muted")],
    ]
    if answer:
        lines += [[""], [("✓ you said: ", "ok bold"), answer]]
    if finding.suppressed:
        lines += [[""], [("suppressed in the code: ", "warn bold"), finding.suppressed]]
    lines += _text("Evidence", finding.evidence)
    lines += _text("What the rule sees", page.what if page else "")
    lines += _text("Why it matters", finding.why or (page.why if page else ""))
    lines += _text("Do instead", finding.instead or (page.instead if page else ""))
    lines += _text("Example", page.example if page else "")
    lines += _text("References", "\n".join(finding.references or (page.references if page else ())))
    return paragraphs(lines)


def provenance_lines(provenance: Provenance) -> list[Line]:
    """The evidence that AI had a hand in a change."""
    flags = f" ({', '.join(provenance.flags)})" if provenance.flags else ""
    tools = f" {', '.join(provenance.tools)}" if provenance.tools else ""
    lines: list[Line] = [[(provenance.provenance.value, "text bold"), tools, (flags, "warn")]]
    if provenance.operators:
        lines.append([("operated by ", "muted"), ", ".join(provenance.operators)])
    for hit in provenance.signals[:_SIGNALS]:
        commit = f"{hit.commit[:9]} " if hit.commit else ""
        lines.append([(f"  {hit.provenance.value:<11}", "muted"), (commit, "accent"), hit.evidence])
    if len(provenance.signals) > _SIGNALS:
        lines.append([(f"  and {len(provenance.signals) - _SIGNALS} more", "muted")])
    if not provenance.signals:
        lines.append([("  no evidence was found; that does not say a person wrote it", "muted")])
    return lines


def change_page(opened: OpenedChange) -> Content:
    """Where a change comes from and what is asked of it."""
    change = opened.change
    lines: list[Line] = [
        [(change.title, "text bold")],
        [("  ref     ", "muted"), change.ref, ("  into  ", "muted"), change.target],
        [("  head    ", "muted"), (change.head, "accent"), ("  the commit; its first digits sign", "muted")],
        [
            ("  change  ", "muted"),
            (change.id, "accent"),
            ("  this head for this target; names it on the command line", "muted"),
        ],
        [("  base    ", "muted"), (change.base or "none: no common history", "accent")],
        [("  digest  ", "muted"), opened.digest or "could not be computed"],
        [""],
        [("Provenance", "accent bold")],
        *provenance_lines(opened.provenance),
        [""],
        [("Why the risk is ", "accent bold"), (f"{opened.risk.level} ({opened.risk.score})", "text bold")],
        *([f"  {reason}"] for reason in opened.risk.reasons),
        [""],
        [("Boundary", "accent bold")],
    ]
    for result in opened.boundary:
        glyph, ink = BOUNDARY_GLYPHS.get(result.verdict, "?"), BOUNDARY_INKS.get(result.verdict, "warn")
        lines.append([(f"  {glyph} {result.verdict:<11}", ink), f"{result.id} ", (result.why, "muted")])
    if not opened.boundary:
        lines.append([("  no constraint is in force", "muted")])
    for row in opened.statements:
        ink = "ok" if row.in_force else "warn"
        lines.append([(f"  {row.kind:<13}", ink), f"{row.about} by {row.principal} ", (row.why, "muted")])
    lines += [[""], [("Required", "accent bold")]]
    for item in opened.requirements:
        glyph, ink = VERDICT_GLYPHS[item.verdict.value], VERDICT_INKS[item.verdict.value]
        lines.append([(f"  {glyph} {item.verdict.value:<11}", ink), (item.why, "text")])
    lines += [[""], [("People", "accent bold")]]
    lines += [[f"  {person.email} ", (", ".join(person.roles), "muted")] for person in opened.participants]
    lines += [[(f"  note: {note}", "warn")] for note in opened.notes]
    for commit in change.commits:
        lines += [
            [""],
            [(f"commit {commit.oid[:12]} ", "accent bold"), (f"{commit.author.name} <{commit.author.email}>", "muted")],
        ]
        lines += [[f"  {row}"] for row in commit.message.rstrip("\n").split("\n")]
    return paragraphs(lines)


def keys_page(screen: Screen[Any], legend: Iterable[Line] = ()) -> Content:
    """Every key that does something here, and what the glyphs mean."""
    rows: dict[str, tuple[list[str], str]] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.tooltip and binding.id:
            keys, _ = rows.setdefault(binding.id, ([], binding.tooltip))
            keys.append(screen.app.get_key_display(binding))
    lines: list[Line] = [*legend, [""]] if legend else []
    group = ""
    for identifier, (keys, tooltip) in sorted(rows.items(), key=lambda item: item[0].partition(".")[0]):
        head = identifier.partition(".")[0]
        if head != group:
            lines += [[""], [(head, "accent bold")]] if group else [[(head, "accent bold")]]
            group = head
        shown = f"  {'  '.join(dict.fromkeys(keys)):<18}"
        lines.append([(shown, "text bold"), (tooltip, "text"), (f"  {identifier}", "faint")])
    return paragraphs(lines)
