"""The console driven by keys: session first, then what is on screen."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.binding import Binding
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from reviewconsole.casefile import Rereview, SyncState
from reviewconsole.change import Oid
from reviewconsole.decision import DecisionKind
from reviewconsole.display import flagged
from reviewconsole.errors import RemoteError, UsageError
from reviewconsole.finding import Side
from reviewconsole.tui.app import ReviewApp
from reviewconsole.tui.rows import Kind
from reviewconsole.tui.screens.decision import DecisionScreen
from reviewconsole.tui.screens.delta import DeltaScreen
from reviewconsole.tui.screens.pages import PageScreen
from reviewconsole.tui.screens.prompts import PassphrasePrompt, TextPrompt
from reviewconsole.tui.screens.queue import QueueScreen
from reviewconsole.tui.screens.review import ReviewScreen
from reviewconsole.tui.theme import themes
from reviewconsole.tui.widgets.diff_view import DiffView
from reviewconsole.tui.widgets.line_list import LineList
from reviewconsole.tui.widgets.lines import StatusLine
from reviewconsole.tui.widgets.panels import RecordsPanel
from reviewconsole.tui.widgets.queue_list import QueueList
from tests.tui.conftest import Service, app_on, finding, newer_than, opened_change, source

SIZES = [(80, 24), (100, 30), (160, 50)]


async def until(pilot: Pilot[None], ready: Callable[[], bool]) -> None:
    for _ in range(400):
        await pilot.pause(0.01)
        if ready():
            await pilot.pause()
            return
    raise AssertionError(f"never happened; the screen is {pilot.app.screen}")


async def on_screen(pilot: Pilot[None], kind: type) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, kind))


def review(app: ReviewApp) -> ReviewScreen:
    return next(screen for screen in app.screen_stack if isinstance(screen, ReviewScreen))


def rendered(app: ReviewApp) -> list[str]:
    """Every row of the screen as text, as the terminal would get it."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys with a whole frame after each."""
    rendered(pilot.app)
    for key in keys:
        await pilot.press(key)
        rendered(pilot.app)
    await pilot.pause()


def said(app: ReviewApp, selector: str) -> str:
    return str(app.screen.query_one(selector).content)  # type: ignore[attr-defined]


async def sign(pilot: Pilot[None], reason: str, confirm: str) -> None:
    await on_screen(pilot, DecisionScreen)
    box = pilot.app.screen.query_one("#confirm", Input)
    await until(pilot, lambda: not box.disabled)
    pilot.app.screen.query_one(TextArea).text = reason
    box.focus()
    box.value = confirm
    await pilot.press("enter")


async def test_the_queue_lists_explains_filters_and_opens(opened, repository) -> None:
    other = opened_change(opened.files[:1], head="2" * 40, ref="refs/heads/other", title="Tidy up")
    service = Service(changes=[opened, other], notices=("no policy",))
    app = ReviewApp(service, "dark")
    async with app.run_test(size=(160, 50)) as pilot:
        await on_screen(pilot, QueueScreen)
        table = app.screen.query_one(QueueList)
        await until(pilot, lambda: table.count() == 2)
        text = "\n".join(rendered(app))
        for part in (
            "no policy",
            "▲ high",
            "claude declared",
            "Retry payments on 503",
            "○ pending",
            "touches services/",
        ):
            assert part in text
        await pilot.press("j")
        assert "Tidy up" in said(app, "#explained")
        await pilot.press("f", *"retry")
        assert [entry.change.ref for entry in table.entries] == ["refs/heads/feat/retry"]
        await pilot.press("enter", "enter")
        await on_screen(pilot, ReviewScreen)
        assert review(app).now.opened is opened
        await pilot.press("q")
        await on_screen(pilot, QueueScreen)
        await pilot.press("escape")
        assert table.count() == 2


async def test_paging_reads_and_jumping_does_not(service: Service) -> None:
    opened = service.changes[0]
    app = app_on(service)
    async with app.run_test(size=(100, 16)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await press(pilot, "G")
        view = app.screen.query_one(DiffView)
        assert view.cursor == len(view.rows) - 1
        jumped = review(app).now.viewed
        assert opened.units[-1] in jumped
        assert opened.units[2] not in jumped, "jumped over"
        await press(pilot, "g", *["space"] * 12)
        assert review(app).now.viewed == frozenset(opened.units)
        assert review(app).now.said.marks == {}, "space marks nothing"


async def test_paging_back_and_half_pages_skip_no_row(service: Service) -> None:
    for keys in (["G", *["b"] * 20], ["ctrl+d"] * 30, ["j"] * 90):
        app = app_on(service)
        async with app.run_test(size=(100, 13)) as pilot:
            await on_screen(pilot, ReviewScreen)
            await press(pilot, *keys)
            assert review(app).now.viewed == frozenset(service.changes[0].units), keys[0]


async def test_long_lines_are_read_sideways_or_wrapped(repository) -> None:
    files = repository({"a.py": source(3)}, {"a.py": source(3, changed={2: "x" * 300})})
    for keys in (["l"] * 8, ["w"]):
        app = app_on(Service(changes=[opened_change(files)]))
        async with app.run_test(size=(100, 24)) as pilot:
            await on_screen(pilot, ReviewScreen)
            await press(pilot)
            assert review(app).now.viewed == frozenset()
            await press(pilot, *keys)
            assert review(app).now.viewed == frozenset(files[0].units)


async def test_what_lies_under_a_modal_is_not_read(repository) -> None:
    files = repository({"a.py": source(300)}, {"a.py": source(300, changed={9: "a = 1", 250: "b = 2"})})
    app = app_on(Service(changes=[opened_change(files)]))
    async with app.run_test(size=(100, 13)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await pilot.press("i")
        await on_screen(pilot, PageScreen)
        review(app).query_one(DiffView).go(9_999)
        await press(pilot, "j")
        assert files[0].units[1] not in review(app).now.viewed


async def test_what_lies_under_a_notice_is_read_when_it_goes(repository) -> None:
    files = repository({"a.py": source(40)}, {"a.py": source(40, changed=dict.fromkeys(range(1, 41), "a = 1"))})
    app = app_on(Service(changes=[opened_change(files)]))
    async with app.run_test(size=(100, 60), notifications=True) as pilot:
        await on_screen(pilot, ReviewScreen)
        app.notify("a notice", timeout=60, markup=False)
        await until(pilot, lambda: bool(app.screen.query("Toast")) and app.screen.query("Toast").first().region.y > 0)
        await press(pilot, "G")
        assert review(app).now.viewed == frozenset()
        app.clear_notifications()
        await until(pilot, lambda: not app.screen.query("Toast"))
        await press(pilot)
        assert review(app).now.viewed == frozenset(files[0].units)


async def test_accept_refuse_comment_undo(service: Service) -> None:
    units = service.changes[0].units
    app = app_on(service)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        view = app.screen.query_one(DiffView)
        await pilot.press("right_square_bracket", "a")
        assert review(app).now.said.marks[units[0]].accepted
        assert view.unit == units[1], "goes on to the next undecided hunk"
        await pilot.press("x")
        await on_screen(pilot, TextPrompt)
        await pilot.press(*"bad", "enter")
        assert review(app).now.said.marks[units[1]].reason == "bad"
        view.go(next(i for i in range(len(view.rows)) if view.rows[i].kind is Kind.LINE))
        await pilot.press("c")
        await on_screen(pilot, TextPrompt)
        await pilot.press(*"why", "enter")
        (comment,) = review(app).now.said.comments
        assert (comment.side, comment.line, comment.text) == (Side.OLD, 1, "why")
        assert "✎ why" in "\n".join(rendered(app))
        await pilot.press("u", "u", "u")
        assert review(app).now.said.marks == {}
        assert review(app).now.said.comments == ()


async def test_a_finding_is_explained_and_answered(service: Service) -> None:
    (found,) = service.changes[0].findings
    app = app_on(service)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await pilot.press("right_parenthesis", "enter")
        await on_screen(pilot, PageScreen)
        text = "\n".join(rendered(app))
        for part in (found.message, "except OSError: pass", "Nobody hears of it.", "Let it pass", "CWE-703"):
            assert part in text
        await pilot.press("escape", "exclamation_mark")
        await on_screen(pilot, TextPrompt)
        await pilot.press(*"known", "enter")
        assert review(app).now.said.acknowledged == {found.fingerprint: "known"}
        assert "✓ answered" in "\n".join(rendered(app))


async def test_an_approval_needs_a_reason_and_the_typed_head(service: Service) -> None:
    service.published = [SyncState(state="on the remote", pending=0)]
    app = app_on(service)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await pilot.press("A")
        await sign(pilot, "looks right", "approve")
        assert "type 1a2b3c4" in said(app, "#said")
        await sign(pilot, "  ", "1a2b3c4")
        assert "needs a reason" in said(app, "#said")
        assert service.recorded == []
        text = "\n".join(rendered(app))
        for part in ("now ✗ violated → with this ✓ satisfied", "  ctrl+n", "1 high finding", "refs/notes/"):
            assert part in text
        await sign(pilot, "looks right", "1a2b3c4")
        await on_screen(pilot, ReviewScreen)
        ((signed, draft),) = service.recorded
        assert signed is service.changes[0]
        assert (draft.kind, draft.reason, draft.viewed) == (DecisionKind.APPROVE, "looks right", review(app).now.viewed)
        await until(pilot, lambda: app.sync.state == "on the remote")
        assert "recorded here" in said(app, "#banner")
        assert "your records are on the remote" in said(app, "#status")


async def test_no_key_and_no_click_alone_signs(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await pilot.press("A")
        await on_screen(pilot, DecisionScreen)
        await until(pilot, lambda: not app.screen.query_one("#confirm", Input).disabled)
        app.screen.query_one(TextArea).text = "fine"
        app.screen.query_one("#confirm", Input).focus()
        await pilot.press("enter")
        await pilot.click("#rows")
        await pilot.click("#ask")
        await pilot.pause(0.1)
        assert service.recorded == []
        await pilot.press("escape")
        await on_screen(pilot, ReviewScreen)


async def test_a_sheet_that_is_blocked_cannot_be_signed(service: Service) -> None:
    service.blocked = "alice took part in this change"
    app = app_on(service)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await pilot.press("A")
        await on_screen(pilot, DecisionScreen)
        await until(pilot, lambda: "took part" in said(app, "#said"))
        assert app.screen.query_one("#confirm", Input).disabled
    assert service.recorded == []


async def test_a_refused_hunk_stands_against_approval_and_is_told_in_a_rejection(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await pilot.press("right_parenthesis", "x")
        await on_screen(pilot, TextPrompt)
        await pilot.press(*"no", "enter", "A")
        await on_screen(pilot, DecisionScreen)
        await until(pilot, lambda: "1 refused" in said(app, "#said"))
        await pilot.press("escape")
        await on_screen(pilot, ReviewScreen)
        await pilot.press("X")
        await on_screen(pilot, DecisionScreen)
        offered = app.screen.query_one(TextArea).text
        await sign(pilot, f"not like this\n{offered}", "1a2b3c4")
        await on_screen(pilot, ReviewScreen)
    assert service.recorded[0][1].reason == "not like this\nrefused services/a.py:97: no"


async def test_the_sheet_leads_to_the_first_unread_hunk(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(120, 16)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await pilot.press("A")
        await on_screen(pilot, DecisionScreen)
        await until(pilot, lambda: not app.screen.query_one("#confirm", Input).disabled)
        first = next(unit for unit in service.changes[0].units if unit not in review(app).now.viewed)
        await pilot.press("ctrl+n")
        await on_screen(pilot, ReviewScreen)
        assert app.screen.query_one(DiffView).unit == first


async def test_a_moved_branch_blocks_until_the_difference_was_seen(service: Service, repository) -> None:
    opened = service.changes[0]
    service.newer = newer_than(opened, opened.files[:2])
    service.difference = repository({"services/b.py": source(60)}, {"services/b.py": source(60, changed={30: "c"})})
    service.moved_to = service.newer.change.head
    app = app_on(service)
    # What was asked for first is the old head; the branch moves while it is read.
    service.newer, later = None, service.newer
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await pilot.press("right_square_bracket", "a")
        await pilot.press("A")
        await until(pilot, lambda: review(app).now.stale)
        await on_screen(pilot, ReviewScreen)
        assert "moved to 99887766aa99" in said(app, "#banner")
        await pilot.press("A")
        await pilot.pause(0.1)
        assert isinstance(app.screen, ReviewScreen)
        service.newer = later
        await pilot.press("D")
        await on_screen(pilot, DeltaScreen)
        assert "1a2b3c4d5e1a → 99887766aa99" in "\n".join(rendered(app))
        await pilot.press("q")
        await on_screen(pilot, ReviewScreen)
        session = review(app).now
        assert session.opened is later
        assert session.said.marks[opened.units[0]].accepted
        await pilot.press("A")
        await sign(pilot, "read the new head too", "9988776")
        await on_screen(pilot, ReviewScreen)
    assert service.recorded[0][0] is later


async def test_a_branch_that_moves_while_the_sheet_is_open_is_not_signed(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await pilot.press("A")
        await on_screen(pilot, DecisionScreen)
        await until(pilot, lambda: not app.screen.query_one("#confirm", Input).disabled)
        service.moved_to = newer_than(service.changes[0], ()).change.head
        await sign(pilot, "fine", "1a2b3c4")
        await until(pilot, lambda: review(app).now.stale)
    assert service.recorded == []


@pytest.mark.parametrize("answer", ["correct horse", "wrong", None])
async def test_the_passphrase_is_asked_for_and_kept_nowhere(service: Service, answer: str | None) -> None:
    service.passphrase = "correct horse"
    app = app_on(service)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await pilot.press("A")
        await sign(pilot, "fine", "1a2b3c4")
        await on_screen(pilot, PassphrasePrompt)
        box = app.screen.query_one("#passphrase", Input)
        if answer is None:
            await pilot.press("escape")
        else:
            box.value = answer
            await pilot.pause()
            assert answer not in "\n".join(rendered(app))
            await pilot.press("enter")
        assert box.value in ("", answer)
        if answer == service.passphrase:
            await on_screen(pilot, ReviewScreen)
            assert box.value == ""
        else:
            await on_screen(pilot, DecisionScreen)
            await until(pilot, lambda: "passphrase is wrong" in said(app, "#said"))
    assert len(service.recorded) == (answer == "correct horse")


async def test_leaving_while_a_passphrase_is_asked_signs_nothing(service: Service) -> None:
    service.passphrase = "correct horse"
    app = app_on(service)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await pilot.press("A")
        await sign(pilot, "fine", "1a2b3c4")
        await on_screen(pilot, PassphrasePrompt)
        await pilot.press("ctrl+q")
    await asyncio.sleep(0.5)
    assert service.recorded == []


async def test_a_crash_tells_where_and_no_value(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    app = app_on(service)

    def broken() -> None:
        secret = "correct horse"
        raise ValueError(secret)

    with pytest.raises(ValueError, match="correct horse"):
        async with app.run_test(size=(80, 24)) as pilot:
            await on_screen(pilot, ReviewScreen)
            app.call_later(broken)
            await pilot.pause(0.2)
    assert app.return_code == 1
    assert "ValueError" in app.fault
    assert "in broken" in app.fault
    told = capsys.readouterr()
    assert "correct horse" not in app.fault + told.out + told.err


async def test_publishing_that_fails_says_why_and_is_tried_again(service: Service) -> None:
    service.published = [RemoteError("the remote refuses"), SyncState(state="on the remote", pending=0)]
    app = app_on(service)
    async with app.run_test(size=(160, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await pilot.press("X")
        await sign(pilot, "no", "1a2b3c4")
        await until(pilot, lambda: app.sync.state == "failed")
        assert "not on the remote: the remote refuses · P tries again" in said(app, "#status")
        await pilot.press("P")
        await until(pilot, lambda: app.sync.state == "on the remote")


async def test_records_are_shown_and_can_be_withdrawn(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(160, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await pilot.press("A")
        await sign(pilot, "fine", "1a2b3c4")
        await on_screen(pilot, ReviewScreen)
        await pilot.press("4")
        await until(pilot, lambda: "approve by alice" in "\n".join(rendered(app)))
        await pilot.press("W")
        await sign(pilot, "my mistake", "1a2b3c4")
        await until(pilot, lambda: len(service.recorded) == 2)
    assert service.recorded[1][1].kind is DecisionKind.WITHDRAW


HOSTILE = "\x1b[2J\x1b]52;c;aGk=\x07\x9b31m\u202eevil\u2066\u200b [@click=app.quit]press[/] [red]x \udcff\r"


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_text_reaches_no_row_raw_and_is_never_markup(repository, size: tuple[int, int]) -> None:
    odd = HOSTILE.replace("/", "-").replace("\udcff", "")
    files = repository({f"{odd}.py": b"a\n"}, {f"{odd}.py": HOSTILE.encode("utf-8", "surrogateescape") + b"\n"})
    found = finding(f"{odd}.py", 1, message=HOSTILE, evidence=HOSTILE, rule="r[bold]")
    opened = opened_change(files, (found,), ref=f"refs/heads/{HOSTILE}", title=HOSTILE, message=HOSTILE)
    opened = replace(opened, notes=(HOSTILE,), risk=replace(opened.risk, reasons=(HOSTILE,)))
    service = Service(changes=[opened], notices=(HOSTILE,), repository_name=HOSTILE)
    app = ReviewApp(service, "dark")
    async with app.run_test(size=size, notifications=True) as pilot:
        await on_screen(pilot, QueueScreen)
        await until(pilot, lambda: app.screen.query_one(QueueList).count() == 1)
        checked = [rendered(app)]
        await pilot.press("enter")
        await on_screen(pilot, ReviewScreen)
        for keys in ([], ["t"], ["t"], ["3"], ["4"], ["2"], ["i"], ["escape"], ["right_parenthesis", "enter"]):
            await pilot.press(*keys)
            await pilot.pause(0.1)
            checked.append(rendered(app))
        await pilot.press("escape", "A")
        await on_screen(pilot, DecisionScreen)
        await pilot.pause(0.2)
        checked.append(rendered(app))
        app.screen.failed(RemoteError(HOSTILE))  # type: ignore[attr-defined]
        await pilot.press("escape")
        review(app).failed(RemoteError(HOSTILE))
        await until(pilot, lambda: bool(app.screen.query_one(StatusLine).told))
        checked.append(rendered(app))
    everything = [row for rows in checked for row in rows]
    assert [row for row in everything if flagged(row)] == []
    text = "\n".join(everything)
    assert "<U+202E>" in text
    assert "\\x1b[2J" in text
    assert any("[@click=" in row for row in everything), "shown as it stands, so not parsed"


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_shows_what_it_can(service: Service, size: tuple[int, int]) -> None:
    app = app_on(service)
    async with app.run_test(size=size) as pilot:
        await on_screen(pilot, ReviewScreen)
        tree, view = app.screen.query_one("#tree"), app.screen.query_one(DiffView)
        widths = {80: (0, 80), 100: (28, 72), 160: (34, 126)}[size[0]]
        assert (tree.size.width if tree.display else 0, view.outer_size.width) == widths
        rows = rendered(app)
        assert len(rows) == size[1]
        assert "hunks read" in rows[-2]
        assert "Approve" in rows[-1]
        await pilot.press("3")
        await pilot.pause()
        assert "A failure is caught" in "\n".join(rendered(app))
        assert view.display == (size[0] >= 100)
        await pilot.press("3")
        assert view.has_focus


async def test_a_narrow_screen_shows_the_tree_in_place_of_the_diff(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(80, 24)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await pilot.press("t")
        assert not app.screen.query_one(DiffView).display
        await pilot.press("G", "enter")
        view = app.screen.query_one(DiffView)
        assert view.display
        assert view.rows.files[view.row.file].path == "services/b.py"


async def test_fifty_thousand_lines_open_and_page(repository) -> None:
    import time

    files = repository({"a.py": source(50_000)}, {"a.py": source(50_000, width=1)})
    app = app_on(Service(changes=[opened_change(files)]))
    async with app.run_test(size=(160, 50)) as pilot:
        await on_screen(pilot, ReviewScreen)
        view = app.screen.query_one(DiffView)
        start = time.monotonic()
        await press(pilot, *["space"] * 20)
        assert time.monotonic() - start < 10
        assert view.cursor > 20 * 40
        await press(pilot, "G")
        await press(pilot, "s", "G")
        assert view.cursor == len(view.rows) - 1 == 100_001
        assert review(app).now.viewed == frozenset()


async def test_without_colour_rows_keep_their_glyphs(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = app_on(service)
    async with app.run_test(size=(160, 50)) as pilot:
        await on_screen(pilot, ReviewScreen)
        view = app.screen.query_one(DiffView)
        strips = view.render_lines(Region(0, 0, view.row_width, view.size.height))
        colours = [s.style.color.triplet for strip in strips for s in strip if s.style and s.style.color]
        assert [colour for colour in colours if colour and len(set(colour)) > 1] == []
        text = "\n".join(strip.text for strip in strips)
        for part in ("▲ HIGH", "− ", "+ ", "read"):
            assert part in text


async def test_every_theme_draws_and_follows_the_key(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(120, 30)) as pilot:
        await on_screen(pilot, ReviewScreen)
        seen = []
        for _ in range(len(themes())):
            seen.append(app.theme)
            await pilot.press("T")
        assert app.theme == seen[0]
        assert len(set(seen)) == len(themes())


@pytest.mark.parametrize("empty", [True, False])
async def test_no_key_breaks_a_review(service: Service, empty: bool) -> None:
    if empty:
        service.changes = [replace(opened_change(()), notes=("the content could not be read",))]
    app = app_on(service)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await on_screen(pilot, ReviewScreen)
        if empty:
            assert "could not be read" in said(app, "#banner")
        for binding in Binding.make_bindings((*ReviewScreen.BINDINGS, *DiffView.BINDINGS, *RecordsPanel.BINDINGS)):
            if binding.action == "leave":
                continue
            await pilot.press(binding.key)
            await pilot.pause(0.02)
            while not isinstance(app.screen, ReviewScreen):
                await pilot.press("escape")
                await pilot.pause(0.02)
                if isinstance(app.screen, QueueScreen):
                    await pilot.press("enter")
                    await on_screen(pilot, ReviewScreen)
        assert app.return_code is None
        assert review(app).now.said.marks.keys() <= review(app).now.units


async def test_what_changed_since_a_decision_is_shown_alone(service: Service) -> None:
    opened = service.changes[0]
    service.since = Rereview(
        record="sha256:" + "0" * 64, decision="approve", principal="alice", head=Oid("5" * 40), replayed=True,
        files=opened.files[:1],
    )  # fmt: skip
    app = app_on(service)
    async with app.run_test(size=(120, 40)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await pilot.press("D")
        await on_screen(pilot, DeltaScreen)
        text = "\n".join(rendered(app))
        assert "since the decision" in text
        assert "alice decided approve on 555555555555" in text
        await pilot.press("q")
        await on_screen(pilot, ReviewScreen)


OURS = [
    binding
    for kind in (
        ReviewApp,
        QueueScreen,
        ReviewScreen,
        DiffView,
        LineList,
        RecordsPanel,
        DecisionScreen,
        DeltaScreen,
        PageScreen,
        TextPrompt,
        PassphrasePrompt,
    )
    for binding in Binding.make_bindings(kind.BINDINGS)
]


def test_every_key_has_an_id_and_a_sentence() -> None:
    assert [binding for binding in OURS if not (binding.id and binding.tooltip and binding.description)] == []
    actions: dict[str, set[str]] = {}
    for binding in OURS:
        actions.setdefault(binding.id or "", set()).add(binding.action)
    assert [identifier for identifier, found in actions.items() if len(found) > 1] == []


async def test_the_list_of_keys_is_complete(service: Service) -> None:
    app = app_on(service)
    async with app.run_test(size=(120, 60)) as pilot:
        await on_screen(pilot, ReviewScreen)
        await pilot.press("question_mark")
        await on_screen(pilot, PageScreen)
        text = said(app, "PageScreen Prose")
        wanted = (*ReviewScreen.BINDINGS, *DiffView.BINDINGS, *ReviewApp.BINDINGS)
        assert [b.tooltip for b in Binding.make_bindings(wanted) if b.tooltip not in text] == []


def test_an_unknown_theme_is_wrong_usage(service: Service) -> None:
    with pytest.raises(UsageError, match="no theme"):
        ReviewApp(service, "nope", None)
