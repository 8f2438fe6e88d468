"""The queue: what waits for a decision, worst first, and why."""

import time
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from reviewconsole.casefile import DECIDED, QueueEntry, RecordRow, SyncState, urgency
from reviewconsole.change import short_ref
from reviewconsole.display import counted
from reviewconsole.errors import ReviewConsoleError
from reviewconsole.tui import filters
from reviewconsole.tui.desk import Desk, PublishRequested, Stopped, error_text
from reviewconsole.tui.keys import key
from reviewconsole.tui.paint import content, glyph_pieces
from reviewconsole.tui.places import Elsewhere, Places
from reviewconsole.tui.screens.elsewhere import Everywhere
from reviewconsole.tui.screens.pages import PageScreen, keys_page
from reviewconsole.tui.screens.queue_text import empty_page, entry_page, fault_page, log_page
from reviewconsole.tui.stacks import arranged
from reviewconsole.tui.widgets.line_list import LineList
from reviewconsole.tui.widgets.lines import FitLine, KeyLine, StatusLine
from reviewconsole.tui.widgets.preview import Preview
from reviewconsole.tui.widgets.queue_list import QueueList
from reviewconsole.tui.widgets.sync import sync_pieces

_PAUSE = 0.25
"""Seconds between two looks at the rows that have come in."""
_LEGEND = 30
"""Rows of the screen from which the glyphs are explained under the list; `?` does so always."""


def _same(one: QueueEntry, other: QueueEntry) -> bool:
    return (one.repository, one.change.ref) == (other.repository, other.change.ref)


class QueueScreen(Everywhere):
    """Lists, explains and opens."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (150, "-wide")]  # noqa: RUF012 - Textual's name
    BINDINGS: ClassVar[list[BindingType]] = [
        key(
            "queue.filter",
            "f,slash",
            "filter",
            "Filter",
            "Show only some rows: state: risk: agent: author: repo: path: text",
            show=True,
        ),
        key("queue.sort", "o", "sort", "Sort", "By risk, newest, oldest, largest, author, repository", show=True),
        key("queue.view", "v", "view", "View", "The next named filter", show=True),
        key("queue.name-view", "V", "name_view", "Name view", "Name this filter, or drop the name of an empty one"),
        key(
            "queue.claim", "c", "claim", "Claim", "Say that you are on it for two hours, or are not any more", show=True
        ),
        key("queue.log", "4", "log", "Log", "All signed records", show=True),
        key(
            "queue.everything",
            "e",
            "everything",
            "Everything",
            "Show decided changes too, or only what waits",
            show=True,
        ),
        key("queue.stacks", "S", "stacks", "Stacks", "Branches on branches: what is their own, or the whole"),
        key("queue.reload", "ctrl+r", "reload_all", "Reload", "Read every repository again", show=True),
        key("queue.publish", "P", "publish", "Publish", "Exchange records with the remote"),
        key("queue.keys", "question_mark", "keys", "Keys", "All keys", show=True),
        key("queue.back", "escape", "back", "Back", "Leave the filter, or stop reading"),
        key("queue.quit", "q", "app.quit", "Quit", "Leave the console", show=True),
    ]
    DEFAULT_CSS = """
    QueueScreen #notice { height: auto; max-height: 6; background: $ground-note; padding: 0 1; }
    QueueScreen #body { height: 1fr; layout: vertical; }
    QueueScreen #table { width: 1fr; height: 1fr; }
    QueueScreen #headings { height: 1; background: $ground-base; }
    QueueScreen.-wide #body { layout: horizontal; }
    QueueScreen.-wide #preview { width: 54; border-top: none; border-left: solid $panel; }
    QueueScreen #filter { display: none; height: 1; border: none; background: $ground-note; }
    QueueScreen #legend { background: $ground-raised; }
    """

    def __init__(self, desk: Desk, start: str | None = None, others: Sequence[Elsewhere] = ()) -> None:
        super().__init__()
        self.desk = desk
        self.places = Places(desk, others)
        self._start = start
        self._explained: QueueEntry | None = None
        self._entries: tuple[QueueEntry, ...] = ()

    def compose(self) -> ComposeResult:
        """Title, notices, table and preview, filter, status, keys."""
        service = self.desk.service
        name, target = f" {service.repository_name}", f" → {short_ref(service.target)}"
        title = FitLine(id="title")
        more = len(self.places.others)
        also = f"  and {counted(more, 'repository', 'repositories')} more" if more else ""
        title.show(((" reviewconsole ", "accent bold"), (name, "text bold"), (target, "muted"), (also, "muted")))
        yield title
        yield Static(id="notice")
        with Horizontal(id="body"):
            with VerticalScroll(id="table", can_focus=False):
                yield FitLine(id="headings")
                yield QueueList(id="queue")
            yield Preview(id="preview")
        yield Input(placeholder="filter", id="filter")
        yield FitLine(id="legend")
        yield StatusLine(id="status")
        yield KeyLine()

    def on_mount(self) -> None:
        """Read the queue; open what was asked for."""
        self.query_one(QueueList).focus()
        self.recall()
        self.draw_status()
        self.draw_notices()
        self.watch_refs()
        if self._start is not None:
            self.open(self._start)
        else:
            self.action_reload_all()

    def on_resize(self) -> None:
        """Put the headings over the columns, and the legend where there is room."""
        legend = self.query_one("#legend", FitLine)
        legend.display = self.size.height >= _LEGEND
        legend.show([(" ", "text"), *glyph_pieces(self.size.width - 1)])
        self.call_after_refresh(self._draw_headings)
        self.query_one(Preview).fit(self.query_one(QueueList).count())

    def _draw_headings(self) -> None:
        self.query_one("#headings", FitLine).show(self.query_one(QueueList).headings())

    def draw_status(self) -> None:
        """Say how many rows are shown, by which filter, and where the records are."""
        shown = len(self.query_one(QueueList).entries)
        view = next((name for name, text in self.views().items() if name and text == self.filter), "")
        text = self.waiting or " · ".join(
            part
            for part in (
                f"{shown} of {counted(len(self._entries), 'change')}",
                f"view {view}" if view else f"filter {self.filter}" if self.filter else "",
                "everything" if self.everything else "",
                f"reading {self.reading} …" if self.reading else "",
            )
            if part
        )
        fault = f"✗ {self.fault}" if self.fault and not self.waiting else ""
        state: SyncState = self.app.sync  # type: ignore[attr-defined]
        self.query_one("#status", StatusLine).show(
            [(f" {fault or text}   ", "bad" if fault else "text")], sync_pieces(state)
        )

    # --- reading

    def action_reload(self) -> None:
        """Read the queue of home in a thread."""
        self.wait_for("reading the queue …")
        self._explain()

        rows: list[QueueEntry] = []
        told = 0.0

        def progress(done: int, total: int) -> None:
            nonlocal told
            if get_current_worker().is_cancelled:
                raise Stopped("reading the queue was stopped")
            if time.monotonic() - told > _PAUSE:
                self.app.call_from_thread(self._progress, done, total, tuple(rows) if first else ())
                told = time.monotonic()
            self.app.give_way()  # type: ignore[attr-defined]

        everything, stacked, first = self.everything, self.stacked, not self.places.home.entries
        self.ask(
            lambda service: service.queue(everything=everything, stacked=stacked, progress=progress, seen=rows.append),
            self._loaded,
            group="queue",
        )

    def _progress(self, done: int, total: int, rows: tuple[QueueEntry, ...]) -> None:
        if rows:
            self.places.read(self.places.home, sorted(rows, key=urgency))
            self.merge()
        self.wait_for(f"reading the queue … {done} of {total} (esc stops waiting)")

    def _loaded(self, entries: tuple[QueueEntry, ...]) -> None:
        self.waiting = ""
        self.places.read(self.places.home, entries)
        self.merge()
        self.app.look_at_sync()  # type: ignore[attr-defined]

    def merge(self) -> None:
        """Show what is known now of all repositories."""
        self._entries = self.places.entries
        self.draw_notices()
        self.fill()
        self._draw_headings()

    def fill(self) -> None:
        """Show the rows that the filter lets through; a cursor that was moved stays on its change."""
        table = self.query_one(QueueList)
        here = table.entry if table.touched else None
        found = arranged(filters.apply(self._entries, self.filter))
        stay = min(table.cursor, max(0, len(found) - 1)) if here is not None else 0
        at = next((i for i, (e, _) in enumerate(found) if here is not None and _same(e, here)), stay)
        table.show(found, at)
        if not self.waiting:  # while rows come in, nothing moves
            self.query_one(Preview).fit(len(found))
        self._explain()
        self.draw_status()

    def _explain(self) -> None:
        entry = self.query_one(QueueList).entry
        if entry is not None and entry is self._explained:
            return  # laying the page out anew would hold up keys while rows come in
        self._explained = entry
        if entry is not None:
            text = entry_page(entry)
        elif self.waiting:
            text = content(("reading … each change is listed once its rules are through with it", "muted"))
        elif self.fault:
            text = fault_page(self.fault)
        else:
            text = empty_page(len(self._entries), self.filter, self.desk.service, everything=self.everything)
        self.query_one(Preview).show(text)

    def failed(self, error: ReviewConsoleError) -> None:
        """Say what went wrong, and stop waiting."""
        self.waiting, self.fault = "", error_text(error)
        self._explain()
        self.draw_status()
        if self._start is not None:
            self._start = None
            self.action_reload_all()

    # --- keys

    def on_line_list_moved(self, _event: LineList.Moved) -> None:
        """Explain the change under the cursor."""
        self._explain()

    def on_line_list_chosen(self, _event: LineList.Chosen) -> None:
        """Open it."""
        entry = self.query_one(QueueList).entry
        if entry is not None and entry.state == DECIDED:
            self.notify("you decided on it a moment ago; it is being read again", timeout=2, markup=False)
        elif entry is not None:
            self.open(entry.change.spec, self.places.desk(entry))

    def begun(self) -> None:
        """Nothing more is to be opened at the start."""
        self._start = None

    def action_back(self) -> None:
        """Drop the filter, or stop waiting for an answer."""
        box = self.query_one("#filter", Input)
        if box.display:
            box.display = False
            box.value = ""
            self.query_one(QueueList).focus()
        elif self.waiting or self.fault or self.reading:
            self.workers.cancel_node(self)
            self.waiting = self.fault = self.reading = ""
            self.draw_status()

    def action_log(self) -> None:
        """Show every signed record."""

        def show(records: tuple[RecordRow, ...]) -> None:
            self.app.push_screen(PageScreen("signed records, newest first", log_page(records)))

        self.ask(lambda service: service.log(), show, group="log", desk=self.here())

    def action_everything(self) -> None:
        """Show decided changes too, or not."""
        self.everything = not self.everything
        self.action_reload_all()

    def action_publish(self) -> None:
        """Exchange records with the remote."""
        self.post_message(PublishRequested(self.here()))

    def action_keys(self) -> None:
        """Show all keys."""
        self.app.push_screen(PageScreen("keys of the queue", keys_page(self, [[*glyph_pieces()]])))
