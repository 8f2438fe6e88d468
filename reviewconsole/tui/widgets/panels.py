"""What can stand at the right of a diff: the findings, the records."""

from typing import ClassVar

from rich.cells import cell_len
from textual.binding import BindingType
from textual.message import Message

from reviewconsole.casefile import RecordRow
from reviewconsole.display import safe_text
from reviewconsole.finding import Finding
from reviewconsole.session import ReviewSession
from reviewconsole.tui.keys import key
from reviewconsole.tui.paint import SEVERITY_GLYPHS, Piece, clip
from reviewconsole.tui.widgets.line_list import LineList


class FindingsPanel(LineList):
    """Every finding in three rows, worst first; `Chosen` means: explain it."""

    DEFAULT_CSS = """
    FindingsPanel { background: $ground-raised; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session: ReviewSession | None = None

    def show(self, session: ReviewSession) -> None:
        """Show the findings of a session."""
        self._session = session
        self.reset()

    @property
    def finding(self) -> Finding | None:
        """The finding under the cursor."""
        findings = self._session.opened.findings if self._session else ()
        return findings[self.cursor // 3] if findings else None

    def count(self) -> int:
        """Three rows a finding."""
        return max(1, 3 * len(self._session.opened.findings)) if self._session else 1

    def selectable(self, index: int) -> bool:
        """The first row of each."""
        return super().selectable(index) and index % 3 == 0

    def pieces(self, index: int, width: int) -> tuple[list[Piece], list[Piece]]:
        """Severity and sentence; the sentence's rest, if any; rule and place."""
        findings = self._session.opened.findings if self._session else ()
        if not findings or self._session is None:
            return [("no findings", "muted")], []
        finding = findings[index // 3]
        severity = finding.severity.value
        done = finding.fingerprint in self._session.said.acknowledged
        glyph, ink = ("✓", "ok") if done else (SEVERITY_GLYPHS[severity], severity)
        head = f"{glyph} {severity.upper()} "
        first, rest = _broken(safe_text(finding.message), width - len(head), width - 2)
        if index % 3 == 0:
            return [(head, f"{ink} bold"), (first, "text")], []
        if index % 3 == (1 if rest else 2):
            return [(f"  {rest}", "text")], []
        state = "suppressed " if finding.suppressed else ""
        name = finding.location.path.rpartition("/")[2]
        line = f":{finding.location.line}" if finding.location.line else ""
        return [(f"  {state}{finding.rule}", "muted")], [(f" {name}{line}", "muted")]


def _broken(text: str, first: int, second: int) -> tuple[str, str]:
    """A sentence over two rows, broken between words; the second one is cut where it must be."""
    if cell_len(text) <= first:
        return text, ""
    head = clip(text, first).removesuffix("…")
    head = head[: head.rfind(" ")] if " " in head[first // 2 :] else head
    return head, clip(text[len(head) :].lstrip(), second)


class RecordsPanel(LineList):
    """The signed records about this change in three rows each, newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("records.withdraw", "W", "withdraw", "Withdraw", "Withdraw your own decision on this change", show=True)
    ]
    DEFAULT_CSS = """
    RecordsPanel { background: $ground-raised; }
    """

    class Withdraw(Message):
        """One's own decision shall be withdrawn."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._records: tuple[RecordRow, ...] = ()

    def show(self, records: tuple[RecordRow, ...]) -> None:
        """Show records."""
        self._records = records
        self.reset(0)

    def count(self) -> int:
        """Three rows a record."""
        return max(1, 3 * len(self._records))

    def selectable(self, index: int) -> bool:
        """The first row of each."""
        return super().selectable(index) and index % 3 == 0

    def pieces(self, index: int, width: int) -> tuple[list[Piece], list[Piece]]:  # noqa: ARG002 - every row has it
        """Who said what and when; why it counts or not; the reason."""
        if not self._records:
            return [("no records on this change", "muted")], []
        record = self._records[index // 3]
        if index % 3 == 1:
            return [(f"  {record.why}", "muted")], []
        if index % 3 == 2:
            return [(f"  “{record.reason}”", "muted")], []
        glyph, ink = ("✓", "ok") if record.valid else ("✗", "bad")
        word = "counts" if record.valid else "does not count"
        left: list[Piece] = [
            (f"{glyph} ", ink),
            (record.decision, "text bold"),
            (f" by {record.principal} ", "text"),
            (word, ink),
        ]
        return left, [(f" {record.decided_at[:10]}", "muted")]

    def action_withdraw(self) -> None:
        """Ask for the sheet of a withdrawal."""
        if self._records:
            self.post_message(self.Withdraw())
