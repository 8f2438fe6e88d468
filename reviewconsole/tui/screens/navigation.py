"""Moving through a review, and what stands beside the diff."""

from abc import abstractmethod
from collections.abc import Callable

from textual.widget import Widget

from reviewconsole.diff import HunkId
from reviewconsole.finding import Finding
from reviewconsole.tui.screens.reaching import Reaching


class Navigation(Reaching):
    """Moves the cursor of the diff and shows or hides what stands beside it."""

    _warned = False

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

    def go_to_finding(self, finding: Finding) -> None:
        """Put the cursor on a finding of the session."""
        rows = self.view.rows
        at = next((row for row in rows.finding_rows if rows.findings[rows[row].item] == finding), None)
        if at is not None:
            self.view.go(at, top=3)

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

    @abstractmethod
    def action_leave(self) -> None:
        """Leave the review."""

    def action_back(self) -> None:
        """Close what is open, or leave."""
        if self.has_class("-panel") or self.has_class("-tree"):
            self.show_only("diff")
        elif self.hits is not None:
            self.forget_hits()
        elif len(self.view.selected):
            self.view.unselect()
        elif not self.view.has_focus:
            self.view.focus()
        else:
            self.action_leave()
