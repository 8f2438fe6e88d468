"""Keys as a person wants them."""

from pathlib import Path

import pytest
from textual.binding import Binding

from reviewconsole.config import load_config
from reviewconsole.errors import FormatError
from reviewconsole.tui.app import ReviewApp
from reviewconsole.tui.keymap import PRESETS, VERDICTS, keymap
from reviewconsole.tui.screens import scopes
from reviewconsole.tui.screens.decision import DecisionScreen
from reviewconsole.tui.screens.pages import PageScreen
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.widgets.diff_view import DiffView
from tests.tui.conftest import Service
from tests.tui.test_console import on_screen, press, review, said


def made(preset: str = "default", **own: tuple[str, ...]) -> dict[str, str]:
    return keymap(preset, {name.replace("__", "."): keys for name, keys in own.items()}, scopes(ReviewApp.BINDINGS))


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_can_be_used(preset: str) -> None:
    assert set(made(preset)) == set(PRESETS[preset])


def test_no_key_does_two_things_by_default() -> None:
    for name, bindings in scopes(ReviewApp.BINDINGS):
        users: dict[str, set[str]] = {}
        for binding in Binding.make_bindings(bindings):
            users.setdefault(binding.key, set()).add(binding.id or "")
        assert {key: ids for key, ids in users.items() if len(ids) > 1} == {}, name


def test_what_cannot_be_used_is_refused_by_name() -> None:
    for own, why in (
        ({"decide.accept": ("x",)}, "x would be decide.accept and decide.refuse in the review"),
        ({"decide.approve": ("X",)}, "X would be decide.approve and decide.reject"),
        ({"decide.accept": ("space",)}, "space moves"),
        ({"decide.nothing": ("x",)}, "no such action"),
        ({"go.next-hunk": ()}, "at least one key"),
        ({"go.next-hunk": ("/",)}, "slash would be"),
    ):
        with pytest.raises(FormatError, match=why) as caught:
            keymap("default", own, scopes(ReviewApp.BINDINGS))
        assert caught.value.place.startswith("keys.")
    with pytest.raises(FormatError, match="keymap: is one of default, vim"):
        keymap("nano", {}, scopes(ReviewApp.BINDINGS))
    swapped = {"decide.accept": ("x",), "decide.refuse": ("a",)}
    assert keymap("default", swapped, scopes(ReviewApp.BINDINGS)) == {"decide.accept": "x", "decide.refuse": "a"}
    known = {b.id for _, bindings in scopes(ReviewApp.BINDINGS) for b in Binding.make_bindings(bindings)}
    assert known >= VERDICTS


def test_keys_are_read_from_the_person_s_own_file(tmp_path: Path) -> None:
    folder = tmp_path / "reviewconsole"
    folder.mkdir()
    file = folder / "config.toml"
    environ = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    file.write_text('keymap = "vim"\n[keys]\ndecide.accept = "f2"\n"go.next-hunk" = ["]", "ctrl+down"]\n')
    config = load_config(environ)
    assert config.keymap == "vim"
    assert config.keys == {"decide.accept": ("f2",), "go.next-hunk": ("]", "ctrl+down")}
    file.write_text("[keys]\ndecide.accept = 3\n")
    with pytest.raises(FormatError, match=r"config\.toml: keys\.decide\.accept"):
        load_config(environ)


async def test_changed_keys_work_and_are_listed(service: Service) -> None:
    keys = made(
        "default", decide__accept=("x",), decide__refuse=("a",), decide__approve=("f5",), go__search=("ctrl+s",)
    )
    app = ReviewApp(service, "dark", "feat/retry", keys=keys)
    async with app.run_test(size=(120, 60)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "right_square_bracket", "x")
        assert review(app).now.said.marks[service.changes[0].units[0]].accepted
        await press(pilot, "A")
        assert isinstance(app.screen, ReviewScreen)
        await press(pilot, "question_mark")
        await on_screen(pilot, PageScreen)
        row = next(row for row in said(app, "PageScreen Prose").split("\n") if "approves and signs" in row)
        assert row.split()[0] == "f5"
        await press(pilot, "escape", "f5")
        await on_screen(pilot, DecisionScreen)


async def test_lazygit_s_hunks_are_on_the_arrows(service: Service) -> None:
    app = ReviewApp(service, "dark", "feat/retry", keys=made("lazygit"))
    async with app.run_test(size=(120, 60)) as pilot:
        await on_screen(pilot, ReviewScreen)
        view = app.screen.query_one(DiffView)
        await press(pilot, "right", "right")
        assert view.unit == service.changes[0].units[1]
        await press(pilot, "left")
        assert view.unit == service.changes[0].units[0]
