"""A first tour: one sentence in a bar says which key to press next, and goes on when that has happened.

It looks at what is on the screen and presses nothing. The keys it names are the person's own.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from reviewconsole.tui.app import ReviewApp
from reviewconsole.tui.keys import key
from reviewconsole.tui.paint import content
from reviewconsole.tui.rows import Kind
from reviewconsole.tui.screens.decision import DecisionScreen
from reviewconsole.tui.screens.pages import PageScreen
from reviewconsole.tui.screens.queue import QueueScreen
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.widgets.diff_view import DiffView

_LOOK = 0.2
"""Seconds between two looks at the screen."""
Shown = frozenset[type[Screen[Any]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One key to press."""

    binding: str
    """Id of the binding."""
    key: str
    """Its usual key, where the screen in front does not have it."""
    text: str
    done: Callable[[Screen[Any], Shown], bool]
    """Told the screen in front and every kind of screen that was in front since the step began."""


def _on_finding(screen: Screen[Any], _: Shown) -> bool:
    rows = (view.row for view in screen.query(DiffView)) if isinstance(screen, ReviewScreen) else iter(())
    return any(row is not None and row.kind is Kind.FINDING for row in rows)


STEPS = (
    Step(binding="list.choose", key="enter", done=lambda s, _: isinstance(s, ReviewScreen),
         text="opens the change under the cursor. The riskiest stands first; at the side or below is why."),
    Step(binding="go.next-finding", key=")", done=_on_finding,
         text="goes to the next finding: a place that a rule says you must look at."),
    Step(binding="diff.detail", key="enter", done=lambda s, seen: isinstance(s, ReviewScreen) and PageScreen in seen,
         text="explains it: what was seen, why it matters, what to do instead. esc comes back."),
    Step(binding="decide.acknowledge", key="!",
         done=lambda s, _: isinstance(s, ReviewScreen) and bool(s.now.said.acknowledged),
         text="answers it in a sentence of yours, which is signed with your decision."),
    Step(binding="diff.page-down", key="space",
         done=lambda s, _: isinstance(s, ReviewScreen) and s.now.read == len(s.now.units),
         text="pages. A hunk counts as read when all of it was on the screen: read all, the status line counts."),
    Step(binding="decide.reject", key="X", done=lambda s, _: isinstance(s, DecisionScreen),
         text="opens the sheet of a rejection (A: of an approval): everything that would be signed, nothing hidden."),
    Step(binding="sheet.cancel", key="esc",
         done=lambda s, seen: isinstance(s, ReviewScreen | QueueScreen) and DecisionScreen in seen,
         text="leaves without signing. Or write a reason, tab, type the digits it asks for, enter: that signs, here "
              "with the demo's key."),
)  # fmt: skip
END = "That was the tour. ? shows every key, ctrl+p finds one by name, q goes back to the queue, ctrl+q leaves."


class TourBar(Static):
    """The step, over the last rows of whatever screen is in front."""

    DEFAULT_CSS = """
    TourBar { dock: top; width: 1fr; height: auto; padding: 0 1; background: $accent 25%; color: $foreground; }
    """


class TourApp(ReviewApp):
    """The console with a bar that leads through it once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("tour.skip", "f2", "skip_step", "Skip", "The next step of the tour"),
        replace(key("tour.end", "escape", "end_tour", "End tour", "End the tour"), priority=True),
    ]
    step = 0
    """Which step is shown; as many as there are when it has ended."""
    over = False
    _seen: Shown = frozenset()

    def on_mount(self) -> None:
        """Look at the screen from now on."""
        self._clock = self.set_interval(_LOOK, self.look)

    def look(self) -> None:
        """Go on where the step is done, and say what is next on the screen in front."""
        front = self.screen
        self._seen |= {type(front)}
        while self.step < len(STEPS) and STEPS[self.step].done(front, self._seen):
            self._go(self.step + 1)
        bars = list(front.query(TourBar))
        if self.over:
            for screen in self.screen_stack:
                screen.query(TourBar).remove()
            self._clock.stop()
        elif bars:
            bars[0].update(self.said)
        else:
            front.mount(TourBar(self.said))

    def _go(self, step: int) -> None:
        self.step = step
        self._seen = frozenset({type(self.screen)})

    @property
    def said(self) -> Content:
        """The bar's text, with the key that is set for the step."""
        if self.step == len(STEPS):
            return content((END, "text"), ("   esc closes this", "muted"))
        step = STEPS[self.step]
        found = (active.binding for active in self.screen.active_bindings.values() if active.binding.id == step.binding)
        keys = next((self.get_key_display(binding) for binding in found), step.key)
        number = (f"tour {self.step + 1}/{len(STEPS)}  ", "muted")
        return content(number, (keys, "accent bold"), f" {step.text}", ("   f2 skips · esc ends the tour", "muted"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Over a page or a question the keys are theirs."""
        if action in {"skip_step", "end_tour"}:
            return not self.over and not isinstance(self.screen, ModalScreen)
        return super().check_action(action, parameters)

    def action_skip_step(self) -> None:
        """Show the next step."""
        self._go(min(self.step + 1, len(STEPS)))
        self.look()

    def action_end_tour(self) -> None:
        """Show no more of it."""
        self.over = True
        self.look()
