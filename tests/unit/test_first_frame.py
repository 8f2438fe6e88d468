"""The picture before the console: for which calls, of what, and that nothing of it can act on a terminal."""

import fcntl
import os
import pty
import struct
import sys
import termios

import pytest

from reviewconsole.cli import first_frame
from reviewconsole.cli.first_frame import picture
from tests.tui.conftest import commit, git

PATCH = (
    b"diff --git a/a.py b/a.py\nindex 1..2 100644\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@ def f\n"
    b" same\n-old\n+new\tx\x1b[2J\xe2\x80\xae\n"
)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ([], (".", "")), (["open"], (".", "")), (["-C", "x", "open", "feat/a-b"], ("x", "feat/a-b")),
        (["open", "--help"], None), (["open", "a..b c"], None), (["open", "-x"], None), (["queue"], None),
        (["open", "a", "--theme"], None), (["-C", "x"], ("x", "")),
    ],
)  # fmt: skip
def test_only_a_plain_call_of_the_console_is_painted(words: list[str], wanted) -> None:
    assert first_frame._asked(words) == wanted


def test_the_picture_holds_the_diff_and_no_escape_of_the_repository() -> None:
    text = picture("opening feat", PATCH, 120, 20)
    rows = text.split("\r\n")
    assert rows[0].startswith("\x1b[7mopening feat")
    assert [row.strip() for row in picture("t", PATCH, 90, 20, plain=True).replace("\x1b[0m", "").split("\r\n")[1:]] == [
        "a.py", "@@ -1,2 +1,2 @@ def f", "same", "- old", "+ new  x\\x1b[2J<U+202E>",
    ]  # fmt: skip
    assert "\x1b[2J" not in text
    assert "\u202e" not in text
    assert len(picture("t", PATCH * 50, 80, 24).split("\r\n")) == 23, "one row is left for the status"
    assert all(len(row) <= 84 for row in picture("t", PATCH * 50, 80, 24, plain=True).split("\r\n")[1:])


def test_what_is_known_of_the_target_brings_the_diff(tmp_path, monkeypatch) -> None:
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, {"a.py": b"one\n"})
    git(folder, "checkout", "-q", "-b", "feat")
    commit(folder, {"a.py": b"two\n"})
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TERM": "xterm"}
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with os.fdopen(slave, "w") as out, os.fdopen(os.dup(slave)) as inp:
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stdin", inp)
        before = termios.tcgetattr(slave)
        words = ["-C", str(folder), "open", "feat"]
        for known in (False, True):
            assert first_frame.paint(words, environ)
            assert not termios.tcgetattr(slave)[3] & termios.ECHO
            assert (b"two" in os.read(master, 65536)) is known
            first_frame.leave()
            assert termios.tcgetattr(slave) == before
            assert os.read(master, 100).endswith(b"\x1b[?1049l")
            first_frame.remember(folder / ".git", environ, "refs/heads/main")
        assert not first_frame.paint(words, {**environ, "TERM": "dumb"})
        assert not first_frame.paint(["-C", str(tmp_path / "no"), "open"], environ)
        first_frame.remember(folder / ".git", environ, "--output=x")
        assert first_frame.paint(words, environ)
        assert b"two" not in os.read(master, 65536), "what is no ref is not handed to git"
        first_frame.hand_over()
        first_frame.leave()
    os.close(master)
