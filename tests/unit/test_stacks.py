"""Which change stands on which, and how a stack is laid out in the queue."""

from dataclasses import replace

from rich.cells import cell_len

from reviewconsole.change import Change, Commit, Oid, Person
from reviewconsole.loading.stacks import own_part, stands_on
from reviewconsole.tui.stacks import arranged
from reviewconsole.tui.widgets.queue_list import QueueList
from tests.tui.conftest import entry_of, opened_change

WHO = Person(name="Bob", email="bob@example.com")


def oid(letter: str) -> Oid:
    return Oid(letter * 40)


def change(ref: str, commits: str, base: str = "0") -> Change:
    rows = tuple(
        Commit(
            oid=oid(c), tree=oid(c), parents=(), author=WHO, author_time=0, committer=WHO, committer_time=0, message=c
        )
        for c in commits
    )
    return Change(ref=f"refs/heads/{ref}", target="refs/heads/main", base=oid(base), head=oid(commits[0]),
                  base_tree=oid(base), head_tree=oid(commits[0]), merge_bases=(oid(base),), commits=rows)  # fmt: skip


def test_a_change_stands_on_the_nearest_one_and_its_own_part_begins_at_that_head() -> None:
    a, b, c, alone = change("a", "1"), change("b", "321"), change("c", "54321"), change("alone", "8")
    elsewhere = replace(change("old", "21"), target="refs/heads/release")
    below = stands_on((c, alone, a, elsewhere, b))
    assert {head: each.ref for head, each in below.items()} == {c.head: b.ref, b.head: a.ref}
    part = own_part(c, below[c.head])
    assert [commit.message for commit in part.commits] == ["5", "4"]
    assert (part.base, part.base_tree, part.below, part.id) == (b.head, b.head_tree, b.ref, c.id)
    assert (part.spec, part.exact_spec) == ("refs/heads/b..refs/heads/c", f"{b.head}..{c.head}")
    assert (c.spec, c.exact_spec) == (c.ref, c.head)


def row(ref: str, below: str = "", repository: str = ""):
    found = entry_of(opened_change((), head=(ref * 40)[:40], ref=f"refs/heads/{ref}"))
    return replace(found, below=f"refs/heads/{below}" if below else "", repository=repository)


def layout(*entries) -> list[tuple[str, int]]:
    return [(entry.change.ref.removeprefix("refs/heads/"), depth) for entry, depth in arranged(entries)]


def test_a_stack_stands_where_its_first_change_would() -> None:
    a, b, c, d, x = row("a"), row("b", "a"), row("c", "b"), row("d", "a"), row("e")
    assert layout(x, c, a, d, b) == [("e", 0), ("a", 0), ("d", 1), ("b", 1), ("c", 2)]
    assert layout(c, x, b) == [("b", 0), ("c", 1), ("e", 0)]
    assert layout(b) == [("b", 0)]
    assert layout(row("a", repository="one"), row("b", "a", repository="two")) == [("a", 0), ("b", 0)]


def test_a_tower_of_any_height_is_walked_once_and_drawn_within_the_row() -> None:
    refs = [f"s{i:04}" for i in range(2000)]
    first = row("0")
    stack = [
        replace(first, below=f"refs/heads/{refs[i - 1]}" if i else "",
                change=replace(first.change, ref=f"refs/heads/{ref}", head=Oid(f"{i:040x}")))
        for i, ref in enumerate(refs)
    ]  # fmt: skip
    assert layout(*reversed(stack)) == [(ref, depth) for depth, ref in enumerate(refs)]
    ring = row("a", "b"), row("b", "a")
    assert sorted(name for name, _ in layout(*ring)) == ["a", "b"]
    shown = QueueList()
    shown.show(arranged(stack))
    left, _ = shown.pieces(1999, 120)
    assert sum(cell_len(piece[0]) for piece in left if piece[0].endswith("└ ")) == 16
