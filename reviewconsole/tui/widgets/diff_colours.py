"""Colours of the rows in view: lexed in a thread, newest request first, painted when they are there."""

import time
from threading import Lock
from typing import TYPE_CHECKING

from textual.worker import get_current_worker

from reviewconsole.diff import Hunk
from reviewconsole.tui.lines import shown
from reviewconsole.tui.rows import Kind, Row
from reviewconsole.tui.syntax import WINDOW, Span, alias_of, lex

if TYPE_CHECKING:
    from reviewconsole.tui.widgets.diff_canvas import DiffCanvas

_Key = tuple[int, int, int]
_KEPT = 400


_TOGETHER = 0.04
"""Seconds for which colours are gathered before the screen is painted with them."""


class Colours:
    """Spans by window of a hunk. A row without colours yet is painted plain."""

    def __init__(self, view: "DiffCanvas") -> None:
        self._view = view
        self._known: dict[_Key, list[list[Span]]] = {}
        self._wanted: list[tuple[_Key, str, Hunk]] = []
        self._lock = Lock()
        self._running = False
        self._age = 0

    def forget(self) -> None:
        """Drop everything: there is another change on screen."""
        with self._lock:
            self._known = {}
            self._wanted = []
            self._age += 1

    def of(self, row: Row) -> list[Span] | None:
        """The colours of a line; None, and a request for them, when they are not known."""
        if row.kind is not Kind.LINE:
            return None
        key = (row.file, row.hunk, row.line // WINDOW)
        known = self._known.get(key)
        if known is not None:
            return known[row.line % WINDOW]
        file = self._view.rows.files[row.file]
        alias = alias_of(file.path)
        if alias:
            self._want(key, alias, file.hunks[row.hunk])
        return None

    def _want(self, key: _Key, alias: str, hunk: Hunk) -> None:
        with self._lock:
            if all(key != wanted for wanted, _, _ in self._wanted):
                self._wanted.append((key, alias, hunk))
            if self._running:
                return
            self._running = True
        self._view.run_worker(self._work, thread=True, group="colours", exit_on_error=False)

    def _work(self) -> None:
        worker = get_current_worker()
        ready: dict[_Key, list[list[Span]]] = {}
        since = time.monotonic()
        while True:
            with self._lock:
                done = not self._wanted or worker.is_cancelled
                wanted = None if done else self._wanted.pop()
                now = self._age
                self._running = not done
            if ready and (done or time.monotonic() - since > _TOGETHER):
                self._view.app.call_from_thread(self._learn, now, ready)
                ready, since = {}, time.monotonic()
            if wanted is None:
                return
            key, alias, hunk = wanted
            ready[key] = _lex_window(alias, hunk, key[2])

    def _learn(self, when: int, ready: dict[_Key, list[list[Span]]]) -> None:
        with self._lock:
            if when != self._age:
                return
            if len(self._known) > _KEPT:
                self._known = {}
            self._known.update(ready)
        self._view.repaint()


def _lex_window(alias: str, hunk: Hunk, window: int) -> list[list[Span]]:
    """Colour one window: each side on its own, so that removed lines do not confuse added ones."""
    lines = hunk.lines[window * WINDOW : (window + 1) * WINDOW]
    out: list[list[Span]] = [[] for _ in lines]
    for own, other in (("+", "-"), ("-", "+")):
        side = [i for i, line in enumerate(lines) if line.kind != other]
        if own == "-" and all(lines[i].kind == " " for i in side):
            continue
        coloured = lex(alias, [shown(lines[i].text) for i in side])
        for index, spans in zip(side, coloured, strict=True):
            if own == "+" or lines[index].kind == "-":
                out[index] = spans
    return out
