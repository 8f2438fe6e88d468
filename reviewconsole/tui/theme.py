"""themes/*.toml -> Theme, checked: a theme states every colour, so that none is left to chance."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import tomli
from textual.theme import BUILTIN_THEMES, Theme

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

_TRACKS = (
    "scrollbar-background", "scrollbar-background-hover", "scrollbar-background-active", "scrollbar-corner-color",
)  # fmt: skip
"""What lies behind the bar that scrolls; black, unless it is said."""

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_ANSI = re.compile(r"ansi_(default|(bright_)?(black|red|green|yellow|blue|magenta|cyan|white))")


def theme_folder() -> Path:
    """Where the themes are: inside an installed package, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    return next((f for f in (package / "themes", package.parent / "themes") if f.is_dir()), package / "themes")


def theme_from(text: str, place: str) -> Theme:
    """Read one theme; FormatError names the missing, unknown or malformed colour.

    With `base`, the name of a theme, only what differs from it has to be stated. With `ansi`, colours are
    names of the terminal's palette such as `ansi_red`.
    """
    try:
        table = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise FormatError(str(error), place=place) from error
    colours = {f"ink-{name}" for name in INKS} | {f"ground-{name}" for name in GROUNDS}
    variables = table.pop("variables", {})
    if not isinstance(variables, dict):
        raise FormatError("must be a table", place=f"{place} variables")
    if "base" in table:
        table, variables = _based(table, variables, place)
    ansi = table.setdefault("ansi", False)
    expected = {"name", "dark", "ansi", *BASE}
    _same_keys(set(table), expected, place)
    _same_keys(set(variables), colours, f"{place} variables")
    form, what = (_COLOUR, "a colour is # and six lower-case hex digits")
    if ansi:
        form, what = (_ANSI, "a colour is ansi_ and its name")
    for name, value in {**{key: table[key] for key in BASE}, **variables}.items():
        if not isinstance(value, str) or not form.fullmatch(value):
            raise FormatError(what, place=f"{place} {name}")
    if not isinstance(table["dark"], bool) or not isinstance(ansi, bool) or not isinstance(table["name"], str):
        raise FormatError("name is a text, dark and ansi are true or false", place=place)
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,40}", table["name"]):
        raise FormatError("a name is letters, digits, dot, dash and underscore", place=f"{place} name")
    if ansi:
        variables = {**BUILTIN_THEMES["ansi-dark"].variables, **variables}
    else:
        variables = {**variables, **dict.fromkeys(_TRACKS, variables["ground-base"])}
    return Theme(**table, variables=variables)


def _based(table: dict[str, Any], variables: dict[str, Any], place: str) -> tuple[dict[str, Any], dict[str, Any]]:
    base = themes().get(str(table.pop("base")))
    if base is None:
        raise FormatError(f"base is one of {', '.join(themes())}", place=place)
    own = {name: getattr(base, name) for name in (*BASE, "dark", "ansi")}
    colours = {name: value for name, value in base.variables.items() if name.startswith(("ink-", "ground-"))}
    return {**own, **table}, {**colours, **variables}


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


def learn(folder: Path) -> None:
    """Add the person's own themes to this process; one of a known name takes its place.

    FormatError names the file and colour that cannot be used.
    """
    for path in sorted(folder.glob("*.toml")):
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FormatError(f"cannot be read: {error}", place=str(path)) from error
        theme = theme_from(text, str(path))
        themes()[theme.name] = theme
    palette.cache_clear()


@cache
def palette(name: str) -> Palette:
    """The styles of one theme; those of `dark` for a theme that is not ours."""
    found = themes()
    return Palette(found.get(name) or found["dark"])
