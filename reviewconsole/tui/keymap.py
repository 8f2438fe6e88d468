"""Keys as a person wants them: presets, own keys by the id of a binding, and what is refused.

A key that would do two things on one screen is refused at the start, and so is a verdict on a key that pages.
"""

from collections.abc import Iterable, Mapping, Sequence

from textual.binding import Binding, BindingType
from textual.keys import _character_to_key

from reviewconsole.errors import FormatError

Keys = Mapping[str, Sequence[str]]
Scope = tuple[str, Iterable[BindingType]]
"""The name of a screen, and every binding that is live on it at once."""

VERDICTS = frozenset({
    "decide.accept", "decide.refuse", "decide.approve", "decide.reject", "decide.tick", "decide.tick-file",
    "records.withdraw",
})  # fmt: skip
_SLIPS = frozenset({"space", "enter", "pagedown", "pageup", "down", "up"})
"""Keys that move in other programs: on a verdict, a slip would be a false word."""


def _lists(move: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    return {f"{prefix}.{name}": keys for prefix in ("list", "diff", "page") for name, keys in move.items()}


PRESETS: Mapping[str, Keys] = {
    "default": {},
    "vim": {
        **_lists({"page-down": ("ctrl+f", "pagedown", "space"), "page-up": ("ctrl+b", "pageup")}),
        "go.next-hunk": ("]", "ctrl+j"),
        "go.previous-hunk": ("[", "ctrl+k"),
    },
    "lazygit": {
        **_lists({
            "page-down": (".", "pagedown", "space"), "page-up": (",", "pageup"),
            "top": ("<", "home"), "bottom": (">", "end"),
        }),
        "diff.left": ("H", "shift+left"), "diff.right": ("L", "shift+right"), "diff.fold-done": ("F",),
        "go.next-hunk": ("right", "l", "]"), "go.previous-hunk": ("left", "h", "["),
        "go.next-file": ("}",), "go.previous-file": ("{",),
        "go.next-undecided": ("J",), "go.previous-undecided": ("K",),
        "decide.undo": ("u", "ctrl+z"),
    },
    "emacs": {
        **_lists({
            "down": ("ctrl+n", "down", "j"), "up": ("ctrl+p", "up", "k"),
            "page-down": ("ctrl+v", "pagedown", "space"), "page-up": ("alt+v", "pageup"),
            "top": ("alt+<", "home"), "bottom": ("alt+>", "end"),
        }),
        "diff.left": ("ctrl+b", "left", "h"), "diff.right": ("ctrl+f", "right", "l"),
        "see.back": ("escape", "ctrl+g"), "go.search": ("ctrl+s", "/"),
        "app.palette": ("alt+x", ":"), "queue.back": ("escape", "ctrl+g"),
    },
}  # fmt: skip


def _named(key: str) -> str:
    """The toolkit's name of a key: `]` is `right_square_bracket`, also after `ctrl+` or `alt+`."""
    start = key[: key.rfind("+", 0, -1) + 1]
    last = key.removeprefix(start)
    return start + (_character_to_key(last) if len(last) == 1 else last)


def keymap(preset: str, own: Keys, scopes: Iterable[Scope]) -> dict[str, str]:
    """The keys to set: binding id -> keys, comma-separated.

    FormatError names the preset, id or key that cannot be used.
    """
    if preset not in PRESETS:
        raise FormatError(f"is one of {', '.join(PRESETS)}", place="keymap")
    found = [(name, list(Binding.make_bindings(bindings))) for name, bindings in scopes]
    known = {binding.id for _, bindings in found for binding in bindings if binding.id}
    wanted: dict[str, tuple[str, ...]] = {}
    for identifier, keys in {**PRESETS[preset], **own}.items():
        if identifier not in known:
            raise FormatError("there is no such action; `?` in the console lists them", place=f"keys.{identifier}")
        if not keys:
            raise FormatError("needs at least one key", place=f"keys.{identifier}")
        wanted[identifier] = tuple(map(_named, keys))
        slips = _SLIPS.intersection(wanted[identifier])
        if identifier in VERDICTS and slips:
            raise FormatError(f"{min(slips)} moves, so it may not decide", place=f"keys.{identifier}")
    for name, bindings in found:
        _refuse_clashes(name, bindings, wanted)
    return {identifier: ",".join(keys) for identifier, keys in wanted.items()}


def _refuse_clashes(scope: str, bindings: Iterable[Binding], wanted: Mapping[str, Sequence[str]]) -> None:
    users: dict[str, set[str]] = {}
    for binding in bindings:
        identifier = binding.id or ""
        for key in wanted.get(identifier, (binding.key,)):
            users.setdefault(key, set()).add(identifier)
    for key, identifiers in users.items():
        if len(identifiers) > 1 and identifiers & wanted.keys():
            both = " and ".join(sorted(identifiers))
            raise FormatError(f"{key} would be {both} in the {scope}", place=f"keys.{min(identifiers & wanted.keys())}")
