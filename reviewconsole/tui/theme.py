"""themes/*.toml -> Theme, checked: a theme states every colour, so that none is left to chance."""

import re
from functools import cache
from pathlib import Path

import tomli
from textual.theme import Theme

from reviewconsole.errors import FormatError, UsageError
from reviewconsole.tui.paint import Palette

BASE = ("primary", "secondary", "accent", "foreground", "background", "surface", "panel", "success", "warning", "error")
"""Colours that Textual itself uses."""

INKS = (
    "text", "muted", "faint", "accent", "add", "del", "ok", "bad", "warn", "critical", "high", "medium", "low",
    "keyword", "string", "number", "comment", "function", "class", "builtin",
)  # fmt: skip
"""Colours of text in lists and diffs."""

GROUNDS = ("base", "raised", "head", "hunk", "add", "del", "note", "cursor", "cursor-add", "cursor-del")
"""Colours behind text in lists and diffs."""

_COLOUR = re.compile(r"#[0-9a-f]{6}")


def theme_folder() -> Path:
    """Where the themes are: inside an installed package, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    return next((f for f in (package / "themes", package.parent / "themes") if f.is_dir()), package / "themes")


def theme_from(text: str, place: str) -> Theme:
    """Read one theme; FormatError names the missing, unknown or malformed colour."""
    try:
        table = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise FormatError(str(error), place=place) from error
    colours = {f"ink-{name}" for name in INKS} | {f"ground-{name}" for name in GROUNDS}
    variables = table.pop("variables", {})
    expected = {"name", "dark", *BASE}
    _same_keys(set(table), expected, place)
    _same_keys(set(variables), colours, f"{place} variables")
    for name, value in {**{key: table[key] for key in BASE}, **variables}.items():
        if not isinstance(value, str) or not _COLOUR.fullmatch(value):
            raise FormatError("a colour is # and six lower-case hex digits", place=f"{place} {name}")
    if not isinstance(table["dark"], bool) or not isinstance(table["name"], str):
        raise FormatError("name is a text and dark is true or false", place=place)
    return Theme(**table, variables=variables)


def _same_keys(found: set[str], expected: set[str], place: str) -> None:
    for name in sorted(expected - found):
        raise FormatError(f"{name} is missing", place=place)
    for name in sorted(found - expected):
        raise FormatError(f"{name} is not known", place=place)


@cache
def themes() -> dict[str, Theme]:
    """Every theme by name, `dark` first."""
    found = [theme_from(path.read_text("utf-8"), path.name) for path in sorted(theme_folder().glob("*.toml"))]
    return {theme.name: theme for theme in sorted(found, key=lambda theme: (theme.name != "dark", theme.name))}


def named(name: str) -> Theme:
    """One theme; UsageError lists the names when there is none of that name."""
    found = themes()
    if name not in found:
        raise UsageError(f"there is no theme {name}", remedy=f"choose one of {', '.join(found)}")
    return found[name]


@cache
def palette(name: str) -> Palette:
    """The styles of one theme; those of `dark` for a theme that is not ours."""
    found = themes()
    return Palette(found.get(name) or found["dark"])
