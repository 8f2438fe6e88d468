"""Every theme states every colour, and every text can be read on every ground."""

import pytest

from reviewconsole.errors import FormatError, UsageError
from reviewconsole.tui.theme import GROUNDS, INKS, named, palette, theme_folder, theme_from, themes

NAMES = sorted(path.stem for path in theme_folder().glob("*.toml"))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_promised_themes_are_there_and_named_like_their_files() -> None:
    assert {"dark", "light", "high-contrast", "deuteranopia"} <= set(NAMES)
    assert sorted(themes()) == NAMES
    assert next(iter(themes())) == "dark"


@pytest.mark.parametrize("name", NAMES)
def test_text_has_the_contrast_of_wcag_aa_on_every_ground(name: str) -> None:
    colours = named(name).variables
    need = 7 if name == "high-contrast" else 4.5
    bad = [
        (ink, ground, round(contrast(colours[f"ink-{ink}"], colours[f"ground-{ground}"]), 2))
        for ink in INKS
        for ground in GROUNDS
        if contrast(colours[f"ink-{ink}"], colours[f"ground-{ground}"]) < need
    ]
    assert bad == []


@pytest.mark.parametrize("name", NAMES)
def test_widgets_of_the_toolkit_are_readable_too(name: str) -> None:
    theme = named(name)
    for ground in (theme.background, theme.surface, theme.panel):
        for ink in (theme.foreground, theme.primary, theme.accent, theme.success, theme.warning, theme.error):
            assert contrast(str(ink), str(ground)) >= 4.5, (ink, ground)


@pytest.mark.parametrize("name", NAMES)
def test_added_and_removed_lines_and_the_cursor_stand_apart(name: str) -> None:
    colours = named(name).variables
    grounds = [colours[f"ground-{ground}"] for ground in ("base", "add", "del", "cursor", "cursor-add", "cursor-del")]
    assert len(set(grounds)) == len(grounds)


def test_styles_are_made_once() -> None:
    dark = palette("dark")
    assert dark.style("accent bold", "add") is dark.style("accent bold", "add")
    assert dark.style("accent bold", "add").bold
    assert palette("textual-dark").style("text", "base") == dark.style("text", "base")


def test_a_faulty_theme_names_its_fault() -> None:
    text = (theme_folder() / "dark.toml").read_text()
    for old, new, place in (
        ('ink-text = "#d6dae2"\n', "", "ink-text is missing"),
        ('ink-text = "', 'ink-other = "#000000"\nink-text = "', "ink-other is not known"),
        ('primary = "', 'primary = "red', "primary: a colour is"),
        ("dark = true", 'dark = "yes"', "dark is true or false"),
        ("[variables]", "[variables", "mine.toml"),
    ):
        assert old in text
        with pytest.raises(FormatError, match=place):
            theme_from(text.replace(old, new, 1), "mine.toml")


def test_an_unknown_theme_lists_the_known_ones() -> None:
    with pytest.raises(UsageError) as caught:
        named("nope")
    assert "deuteranopia" in caught.value.remedy
