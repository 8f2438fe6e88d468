"""What the guards took away: counted all, kept up to a limit, so that it can be shown."""

from collections import Counter
from dataclasses import dataclass, field

from reviewconsole.finding import Dropped, Side

KEPT = 200
"""Places kept of one scan."""


@dataclass(slots=True)
class Tally:
    """Collects what is taken away."""

    counts: Counter[str] = field(default_factory=Counter)
    places: list[Dropped] = field(default_factory=list)

    def add(self, guard: str, *, rule: str, path: str, side: Side, line: int) -> None:
        """Count one hit under the guard that took it."""
        self.counts[guard] += 1
        if len(self.places) < KEPT:
            self.places.append(Dropped(guard=guard, rule=rule, path=path, side=side, line=line))
