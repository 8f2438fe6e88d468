"""How a key is declared, and the keys that every list of rows shares."""

from collections.abc import Iterator

from textual.binding import Binding
from textual.dom import DOMNode


def key(identifier: str, keys: str, action: str, label: str, tooltip: str, *, show: bool = False) -> Binding:
    """A binding with an id, so that it can be changed, and a sentence for the list of keys."""
    return Binding(keys, action, label, show=show, tooltip=tooltip, id=identifier)


QUIT = key("app.quit", "ctrl+q", "app.quit", "Quit", "Leave the console")
"""Of the application, and of each dialogue again: keys of what is below one do not reach it."""


def scrolling(prefix: str) -> list[Binding]:
    """Moving in rows, the same everywhere. `space` pages and nothing else."""
    return [
        key(f"{prefix}.down", "j,down", "move(1)", "Down", "One row down"),
        key(f"{prefix}.up", "k,up", "move(-1)", "Up", "One row up"),
        key(f"{prefix}.half-down", "ctrl+d", "half(1)", "Half down", "Half a page down"),
        key(f"{prefix}.half-up", "ctrl+u", "half(-1)", "Half up", "Half a page up"),
        key(f"{prefix}.page-down", "space,pagedown", "page(1)", "Page down", "One page down; marks nothing"),
        key(f"{prefix}.page-up", "b,pageup", "page(-1)", "Page up", "One page up"),
        key(f"{prefix}.top", "g,home", "end(-1)", "Top", "To the first row"),
        key(f"{prefix}.bottom", "G,end", "end(1)", "Bottom", "To the last row"),
    ]


def merged(kind: type[DOMNode]) -> Iterator[Binding]:
    """The bindings of a class and of the classes it is made of, as far as they are ours."""
    for base in kind.__mro__:
        yield from (each for each in Binding.make_bindings(vars(base).get("BINDINGS", ())) if each.id)
