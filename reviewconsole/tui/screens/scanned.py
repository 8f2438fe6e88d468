"""A review that has begun before the rules are through with the change."""

from abc import abstractmethod

from textual.widgets import Static

from reviewconsole.casefile import OpenedChange
from reviewconsole.decision import DecisionKind
from reviewconsole.errors import ReviewConsoleError
from reviewconsole.session import Found
from reviewconsole.tui.desk import error_text
from reviewconsole.tui.paint import Piece, content
from reviewconsole.tui.screens import review_text
from reviewconsole.tui.screens.keeping import Keeping


class Scanned(Keeping):
    """Takes what is found while it is read. Nothing is signed before the scan has ended."""

    banner: list[Piece]
    _wanted: DecisionKind | None = None
    fault = ""
    """Why the scan did not end; safe text."""
    _bannered: list[Piece] | None = None
    """What the banner shows."""

    @abstractmethod
    def decide(self, kind: DecisionKind) -> None:
        """Open the sheet of a decision."""

    def draw_banner(self) -> None:
        """Say what must be known first; nothing where there is nothing."""
        pieces = review_text.moved(self.now) if self.now.stale else self.banner
        if pieces != self._bannered:  # laying the screen out anew costs more than drawing it
            self._bannered = list(pieces)
            banner = self.query_one("#banner", Static)
            banner.display = bool(pieces)
            banner.update(content(*pieces))

    def found(self, opened: OpenedChange) -> None:
        """Show what was found up to now; at the end say how much it is, and go on to what waited for it."""
        news = bool(self.now.opened.findings)
        self.act(Found(opened=opened))
        if opened.scanning:
            return
        self.banner = [*self.banner, *review_text.noted(opened)]
        self.draw_banner()
        wanted, self._wanted = self._wanted, None
        if news or opened.findings:
            self.notify(review_text.scanned(opened), timeout=4, markup=False)
        if wanted is not None:
            self.decide(wanted)

    def not_scanned(self, error: ReviewConsoleError) -> None:
        """Say that the scan has failed; what is on screen can be read, and not be decided on."""
        self._wanted = None
        self.fault = error_text(error)
        self.banner = [(f"✗ the scan did not end: {self.fault}. ", "bad bold"),
                       ("Signing is blocked; leave with q and open it again.", "text")]  # fmt: skip
        self.draw_banner()
        self.draw_title()
        self.draw_status()

    @abstractmethod
    def draw_title(self) -> None:
        """Draw the title."""

    @property
    def scanning(self) -> str:
        """How the scan stands, in words; empty when it has ended."""
        running = self.now.opened.scanning
        if not running:
            return ""
        return "not scanned to the end" if self.fault else f"scanning … {running}"

    def held(self, kind: DecisionKind) -> bool:
        """Whether a decision has to wait for the scan; it is taken up at its end."""
        if not self.now.opened.scanning:
            return False
        if self.fault:
            self.notify(f"the scan did not end: {self.fault}", severity="error", markup=False)
        else:
            self._wanted = kind
            what = f"the rules are still at work: the sheet that {kind.value}s opens when they are through"
            self.notify(what, severity="warning", timeout=30, markup=False)
        return True
