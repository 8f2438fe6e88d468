"""The keys of a review, and moving through it."""

from collections.abc import Callable

from textual.reactive import reactive
from textual.widget import Widget

from reviewconsole.diff import HunkId
from reviewconsole.session import ReviewSession
from reviewconsole.tui.desk import Asking
from reviewconsole.tui.keys import key
from reviewconsole.tui.rows import Kind
from reviewconsole.tui.screens.prompts import TextPrompt
from reviewconsole.tui.widgets.diff_view import DiffView

HELP = (key("see.keys", "question_mark", "keys", "Keys", "All keys", show=True),)
DECIDING = (
    key("decide.accept", "a", "accept", "Accept", "Accept this hunk, go to the next undecided one", show=True),
    key("decide.refuse", "x", "refuse", "Refuse", "Refuse this hunk; asks for the reason", show=True),
    key("decide.undo", "u", "undo", "Undo", "Take back the last mark, answer or comment"),
    key("decide.tick", "r", "tick", "Viewed", "Note this hunk as viewed, or not; counts as read by no means"),
    key("decide.tick-file", "R", "tick_file", "File viewed", "Note all hunks of the file as viewed, or not"),
    key("decide.acknowledge", "exclamation_mark", "acknowledge", "Answer", "Answer the finding here", show=True),
    key(
        "decide.comment",
        "c",
        "comment",
        "Comment",
        "Comment on the line or the range, or change the comment here",
        show=True,
    ),
    key("decide.comment-file", "C", "comment_file", "File comment", "Comment on the file"),
    key("decide.drop", "delete,backspace", "drop", "Drop", "Take back the comment under the cursor"),
    key("decide.approve", "A", "approve", "Approve…", "Open the sheet that approves and signs", show=True),
    key("decide.reject", "X", "reject", "Reject…", "Open the sheet that rejects and signs", show=True),
    key("decide.publish", "P", "publish", "Publish", "Exchange records with the remote"),
    key("decide.delta", "D", "delta", "Delta", "Show what changed since the change was opened"),
)
MOVING = (
    key("go.next-hunk", "right_square_bracket", "hunk(1)", "Next hunk", "Next hunk", show=True),
    key("go.previous-hunk", "left_square_bracket", "hunk(-1)", "Previous hunk", "Previous hunk"),
    key("go.next-file", "right_curly_bracket,full_stop", "file(1)", "Next file", "Next file"),
    key("go.previous-file", "left_curly_bracket,comma", "file(-1)", "Previous file", "Previous file"),
    key("go.next-finding", "right_parenthesis", "finding(1)", "Next finding", "Next finding", show=True),
    key("go.previous-finding", "left_parenthesis", "finding(-1)", "Previous finding", "Previous finding"),
    key("go.next-undecided", "greater_than_sign", "undecided(1)", "Next undecided", "Next hunk without a mark"),
    key(
        "go.previous-undecided", "less_than_sign", "undecided(-1)", "Previous undecided", "Previous hunk without a mark"
    ),
    key("go.search", "slash", "search", "Search", "Search in lines and paths"),
    key("go.again", "n", "again(1)", "Next match", "Next match"),
    key("go.again-back", "N", "again(-1)", "Previous match", "Previous match"),
)
SEEING = (
    key("see.about", "i", "about", "About", "Provenance, boundary, requirements, messages", show=True),
    key("see.queue", "1", "leave", "Queue", "Back to the queue"),
    key("see.diff", "2", "diff", "Diff", "The diff alone"),
    key("see.findings", "3", "findings", "Findings", "Findings beside the diff", show=True),
    key("see.records", "4", "records", "Records", "Signed records beside the diff"),
    key("see.tree", "t", "tree", "Tree", "The files"),
    key("see.copy", "y", "copy", "Copy", "Copy the code of this hunk, without signs"),
    key("see.reload", "ctrl+r", "reload", "Reload", "Check the branch, read the records again"),
    key("see.back", "escape", "back", "Back", "Close the panel, or leave"),
    key("see.leave", "q", "leave", "Leave", "Back to the queue"),
)


class Navigation(Asking[bool]):
    """Moves the cursor of the diff and shows or hides what stands beside it."""

    session: reactive[ReviewSession | None] = reactive(None, init=False)
    _needle = ""
    _warned = False

    @property
    def view(self) -> DiffView:
        """The diff."""
        return self.query_one(DiffView)

    def _jump(self, targets: list[int], step: int, what: str, wanted: Callable[[int], bool] = lambda _: True) -> None:
        if not self.view.jump(targets, step, wanted):
            self.notify(f"no further {what}", timeout=2, markup=False)

    def action_hunk(self, step: int) -> None:
        """Go to the next hunk or entry."""
        self._jump(self.view.rows.unit_rows, step, "hunk")

    def action_file(self, step: int) -> None:
        """Go to the next file."""
        self._jump(self.view.rows.file_rows, step, "file")

    def action_finding(self, step: int) -> None:
        """Go to the next finding."""
        self._jump(self.view.rows.finding_rows, step, "finding")

    def action_undecided(self, step: int) -> None:
        """Go to the next hunk that was neither accepted nor refused."""
        rows = self.view.rows
        self._jump(rows.unit_rows, step, "undecided hunk", lambda row: not self._marked(rows.unit(rows[row])))

    def _marked(self, unit: HunkId | None) -> bool:
        return self.session is not None and unit in self.session.said.marks

    def action_search(self) -> None:
        """Ask what to look for, and go there."""

        def said(text: str | None) -> None:
            if text is not None:
                self._needle = text
                self.action_again(1)

        self.app.push_screen(TextPrompt("Search", value=self._needle), said)

    def action_again(self, step: int) -> None:
        """Go to the next match."""
        if not self._needle:
            return
        found = self.view.rows.find(self._needle, self.view.cursor, step)
        if found is None:
            self.notify("not found", timeout=2, markup=False)
        else:
            self.view.go(found, top=self.view.size.height // 3)

    def action_copy(self) -> None:
        """Copy through the terminal (OSC 52); it cannot tell whether the terminal took it."""
        row = self.view.row
        if row is None or row.hunk < 0:
            return
        lines = self.view.rows.files[row.file].hunks[row.hunk].lines
        kept = [line.text for line in lines if line.kind != "-"] or [line.text for line in lines]
        if row.kind is Kind.LINE and lines[row.line].kind == "-":
            kept = [line.text for line in lines if line.kind != "+"]
        self.app.copy_to_clipboard("\n".join(kept).encode("utf-8", "replace").decode())
        self.notify(f"{len(kept)} lines sent to the terminal's clipboard", timeout=3, markup=False)

    # --- panels

    def show_only(self, name: str) -> None:
        """Close panels; on a narrow screen the tree too."""
        for other in ("findings", "records"):
            self.query_one(f"#{other}").remove_class("-open")
        self._arrange(tree=False)
        self.query_one(f"#{name}").focus()

    def _arrange(self, *, tree: bool) -> None:
        panel = any(self.query_one(f"#{name}").has_class("-open") for name in ("findings", "records"))
        self.set_class(panel, "-panel")
        self.set_class(tree, "-tree")

    def toggle_panel(self, name: str) -> bool:
        """Open a panel and close the other; a panel that has the focus is closed. Tells whether it is open."""
        panel = self.query_one(f"#{name}", Widget)
        if panel.has_class("-open") and panel.has_focus:
            self.show_only("diff")
            return False
        for other in ("findings", "records"):
            self.query_one(f"#{other}").set_class(other == name, "-open")
        self._arrange(tree=False)
        panel.focus()
        return True

    def action_findings(self) -> None:
        """Show the findings beside the diff, or not."""
        self.toggle_panel("findings")

    def action_diff(self) -> None:
        """Show the diff alone."""
        self.show_only("diff")

    def action_tree(self) -> None:
        """Hide the tree, or show it; on a narrow screen it takes the place of the diff."""
        tree = self.query_one("#tree", Widget)
        if self.has_class("-narrow"):
            opened = not self.has_class("-tree")
            self._arrange(tree=opened)
            (tree if opened else self.view).focus()
        else:
            tree.toggle_class("-hidden")
            self.view.focus()

    def action_leave(self) -> None:
        """Leave the review."""
        raise NotImplementedError

    def action_back(self) -> None:
        """Close what is open, or leave."""
        if self.has_class("-panel") or self.has_class("-tree"):
            self.show_only("diff")
        elif not self.view.has_focus:
            self.view.focus()
        else:
            self.action_leave()
