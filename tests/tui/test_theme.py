"""Every theme states every colour, and every text can be read on every ground."""

import os
import pty
import subprocess
import sys
from math import dist
from pathlib import Path

import pytest

from reviewconsole.errors import FormatError, UsageError
from reviewconsole.tui.terminal import choose, is_dark
from reviewconsole.tui.theme import GROUNDS, INKS, learn, named, palette, theme_folder, theme_from, themes
from tests.conftest import ROOT

FILES = sorted(path.stem for path in theme_folder().glob("*.toml"))
NAMES = [name for name in FILES if name != "ansi"]
"""Those with colours of their own; `ansi` takes the terminal's."""


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_promised_themes_are_there_and_named_like_their_files() -> None:
    assert {"dark", "light", "high-contrast", "deuteranopia", "ansi"} <= set(FILES)
    assert set(FILES) <= set(themes())
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
        ("dark = true", 'dark = "yes"', "dark and ansi are true or false"),
        ("[variables]", "[variables", "mine.toml"),
    ):
        assert old in text
        with pytest.raises(FormatError, match=place):
            theme_from(text.replace(old, new, 1), "mine.toml")


def test_an_unknown_theme_lists_the_known_ones() -> None:
    with pytest.raises(UsageError) as caught:
        named("nope")
    assert "deuteranopia" in caught.value.remedy


# Machado, Oliveira, Fernandes: A Physiologically-based Model for Simulation of Color Vision Deficiency, 2009.
SEEN_AS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def lab(colour: str, kind: str) -> tuple[float, float, float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    red, green, blue = (min(1, max(0, sum(a * b for a, b in zip(row, linear)))) for row in SEEN_AS[kind])
    x = 0.4124564 * red + 0.3575761 * green + 0.1804375 * blue
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = 0.0193339 * red + 0.1191920 * green + 0.9503041 * blue
    fx, fy, fz = (
        t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x / 0.95047, y, z / 1.08883)
    )
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("kind", SEEN_AS)
@pytest.mark.parametrize("name", NAMES)
def test_added_and_removed_are_told_apart_without_full_colour_vision(name: str, kind: str) -> None:
    colours = named(name).variables
    pairs = {("ink-add", "ink-del"): 20, ("ink-ok", "ink-bad"): 20, ("ground-add", "ground-del"): 9,
             ("ground-cursor-add", "ground-cursor-del"): 9}  # fmt: skip
    if name == "deuteranopia":
        pairs = dict.fromkeys(pairs, 30)
    close = [pair for pair, need in pairs.items() if dist(*(lab(colours[c], kind) for c in pair)) < need]
    assert close == []


def test_the_ansi_theme_leaves_the_ground_alone() -> None:
    theme = named("ansi")
    assert theme.ansi
    assert {value for key, value in theme.variables.items() if key.startswith("ground-")} == {"ansi_default"}
    style = palette("ansi").style("add bold", "add")
    assert (style.color.name, style.bgcolor.name) == ("green", "default")
    assert palette("ansi").style("text hit", "base").reverse


def test_own_themes_state_only_what_differs(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('name = "mine"\nbase = "light"\n[variables]\nink-add = "#004400"\n')
    try:
        learn(tmp_path)
        assert named("mine").variables == {**named("light").variables, "ink-add": "#004400"}
        assert not named("mine").dark
        (tmp_path / "worse.toml").write_text('name = "worse"\nbase = "nope"\n')
        with pytest.raises(FormatError, match=r"worse\.toml: base is one of dark"):
            learn(tmp_path)
    finally:
        themes().pop("mine", None)


@pytest.mark.parametrize(
    ("answer", "dark"),
    [
        (b"\x1b]11;rgb:1414/1616/1b1b\x1b\\\x1b[?62c", True),
        (b"\x1b]11;rgb:ff/ff/f0\x07", False),
        (b"\x1b]11;rgba:fbfb/fbfb/fafa/ffff\x07", False),
        (b"\x1b[?62c", None),
        (b"", None),
        (b"\x1b]11;rgb:zz/00/00\x07", None),
    ],
)
def test_the_ground_is_read_from_the_terminal_s_answer(answer: bytes, dark: bool | None) -> None:
    assert is_dark(answer) is dark


def test_a_theme_is_chosen_by_what_the_terminal_says() -> None:
    def never() -> bytes:
        raise AssertionError("asked")

    light = b"\x1b]11;rgb:ffff/ffff/ffff\x07"
    full = {"TERM": "xterm-256color"}
    assert choose("light", full, never) == "light"
    assert choose("auto", {"TERM": "xterm"}, never) == "ansi"
    assert choose("auto", {"TERM": "xterm", "COLORTERM": "truecolor"}, lambda: light) == "light"
    assert choose("auto", full, lambda: light.replace(b"ffff", b"0000")) == "dark"
    assert choose("auto", full, lambda: b"") == "dark"
    assert choose("auto", {**full, "COLORFGBG": "0;15"}, lambda: b"") == "light"
    assert choose("auto", {**full, "COLORFGBG": "15;0"}, lambda: b"") == "dark"


def test_what_libraries_write_stays_off_the_screen() -> None:
    script = """
import os, sys
from reviewconsole.tui.terminal import quiet
with quiet():
    os.write(2, b"noise")
    sys.__stderr__.write("drawn ")
sys.__stderr__.write("after ")
sys.__stderr__.flush()
os.write(2, b"end")
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True)
    assert done.stderr == b"drawn after end"


def test_a_terminal_that_does_not_answer_is_not_waited_for_long() -> None:
    script = "import time; from reviewconsole.tui.terminal import ask_ground; t = time.monotonic(); a = ask_ground()\n"
    script += "print(repr(a), time.monotonic() - t < 1)"
    leader, follower = pty.openpty()
    try:
        with subprocess.Popen([sys.executable, "-c", f"import fcntl, termios\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\n{script}"],
                              stdin=follower, stdout=subprocess.PIPE, start_new_session=True, cwd=ROOT) as child:  # fmt: skip
            assert child.stdout is not None
            assert child.stdout.read() == b"b'' True\n"
    finally:
        os.close(leader)
        os.close(follower)
