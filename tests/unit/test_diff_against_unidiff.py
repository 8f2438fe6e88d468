"""Our reader of hunks beside unidiff's: the same hunks of real diffs, and nothing accepted that it refuses.

unidiff is shielded: each row is reduced to its marker and its number, since it splits lines where git does not.
"""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchSet

from reviewconsole import diff
from reviewconsole.change import Entry, Oid
from reviewconsole.diff import FileDiff, Hunk, Line, apply_hunks, check_rebuild, parse_hunks
from reviewconsole.errors import FormatError

ROWS = [b"a", b"b", b"", b" ", b"-x", b"+y", b"@@ -1 +1 @@", b"\\ No", b"\xff\xfe", "u\u2028v\x85w".encode(), b"c\r",
        b"--- a", b"+++ b", b"\x0c", b"diff --git a/x b/x"]  # fmt: skip


def by_unidiff(patch: bytes) -> list[tuple[tuple[int, ...], list[Line]]]:
    rows = patch.removesuffix(b"\n").split(b"\n")
    shown = [
        row.split(b" @@")[0].decode() + " @@" if row.startswith(b"@@ ") else
        "\\ No newline at end of file" if row.startswith(b"\\") else f"{row[:1].decode()}{at}"
        for at, row in enumerate(rows)
    ]  # fmt: skip
    found, at = [], 0
    for raw in PatchSet("--- a/f\n+++ b/f\n" + "\n".join(shown) + "\n")[0]:
        at += 1
        lines: list[Line] = []
        for row in raw:
            if row.line_type == "\\":
                last = lines.pop()
                lines.append(Line(last.kind, last.text, last.old, last.new, eol=False))
            else:
                text = rows[at][1:].decode("utf-8", "surrogateescape")
                lines.append(Line(row.line_type, text, row.source_line_no, row.target_line_no))
            at += 1
        found.append(((raw.source_start, raw.source_length, raw.target_start, raw.target_length), lines))
    assert at == len(rows)
    return found


def ours(hunks: tuple[Hunk, ...]) -> list[tuple[tuple[int, ...], list[Line]]]:
    return [((h.old_start, h.old_lines, h.new_start, h.new_lines), list(h.lines)) for h in hunks]


def entry() -> Entry:
    return Entry(
        path="f", status="M", old_mode="100644", new_mode="100644", old_oid=Oid("1" * 40), new_oid=Oid("2" * 40)
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sides")


@given(
    st.lists(st.sampled_from(ROWS), max_size=60), st.lists(st.sampled_from(ROWS), max_size=60),
    st.lists(st.integers(0, 59), max_size=8), st.booleans(), st.booleans(),
)  # fmt: skip
def test_the_hunks_of_gits_own_diffs_are_the_same(folder, old, fresh, places, old_end, new_end):  # noqa: ANN001
    new = list(old)
    for at in places:
        new[at : at + 2] = fresh[at : at + 3]
    before = b"\n".join(old) + (b"\n" if old_end and old else b"")
    after = b"\n".join(new) + (b"\n" if new_end and new else b"")
    (folder / "a").write_bytes(before)
    (folder / "b").write_bytes(after)
    command = ["git", "diff", "--no-index", "--text", "--no-ext-diff", "--no-color", "a", "b"]
    said = subprocess.run(
        command, cwd=folder, capture_output=True, check=False, env={"PATH": "/usr/local/bin:/usr/bin:/bin"}
    )
    patch = said.stdout[said.stdout.find(b"@@ ") :] if b"\n@@ " in said.stdout else b""
    hunks = parse_hunks("f", patch)
    if not patch:
        assert before == after or not (before and after)
        return
    assert ours(hunks) == by_unidiff(patch)
    check_rebuild(FileDiff(entry=entry(), old=before, new=after, hunks=hunks))
    for hunk in hunks:
        rows = list(hunk.lines)
        assert [hunk.lines[at] for at in range(len(rows))] == rows
        assert [hunk.lines[at] for at in reversed(range(len(rows)))] == rows[::-1]
        assert (list(hunk.lines[1:-1:2]), hunk.lines[-1], list(hunk.lines[::-1])) == (
            rows[1:-1:2],
            rows[-1],
            rows[::-1],
        )
        assert [*hunk.numbers("+")] == [line.new for line in hunk.added]
        assert [*hunk.numbers("-")] == [line.old for line in hunk.removed]
        assert hunk.counts == (len(hunk.added), len(hunk.removed))
        removed, added = (diff.side_text(hunk.lines, kind) for kind in "-+")
        assert hunk.id in {diff.hunk_id("f", removed, added, n) for n in range(len(hunks))}


_PATCH_ROWS = st.sampled_from([b" a", b"-a", b"+a", b"+b", b"\\ No newline at end of file", b"@@ -1 +1 @@", b"@@ -2,2 +2 @@ f",
                               b"@@ -1,2 +1,2 @@", b"@@ -0,0 +1 @@", b"", b"x", b"--- a/f", b"+++ b/f"])  # fmt: skip


@given(st.lists(_PATCH_ROWS, max_size=9))
def test_what_unidiff_refuses_we_refuse(rows: list[bytes]) -> None:
    patch = b"".join(row + b"\n" for row in [b"@@ -1,2 +1,2 @@", *rows])
    try:
        found = ours(parse_hunks("f", patch))
    except FormatError:
        return
    try:
        assert found == by_unidiff(patch)
    except (UnidiffParseError, IndexError) as error:
        raise AssertionError(patch) from error


@pytest.mark.parametrize(
    ("patch", "old", "new"),
    [
        (b"@@ -1 +2 @@\n-a\n+b\n", b"a\n", b"b\n"),  # the new side's numbers are wrong
        (b"@@ -5 +5 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b\n", b"a\n" * 5, b"b\na\na\na\nb\n"),  # out of order
        (b"@@ -1 +1,2 @@\n-a\n+a\n\\ No newline at end of file\n+b\n", b"a\n", b"ab\n"),  # one line as two
        (b"@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n", b"a\n", b"b\n"),  # a line end that is there
        (b"@@ -9 +9 @@\n-a\n+b\n", b"a\n", b"b\n"),  # beyond the end
        (b"@@ -1 +1 @@\n-a\n+b\n", b"a\nmore\n", b"b\n"),
    ],
)
def test_hunks_that_do_not_lead_from_one_side_to_the_other_are_refused(patch: bytes, old: bytes, new: bytes) -> None:
    with pytest.raises(FormatError):
        check_rebuild(FileDiff(entry=entry(), old=old, new=new, hunks=parse_hunks("f", patch)))


def test_hunks_far_apart_in_a_long_file_are_placed_by_their_lines() -> None:
    rows = [b"%d" % at + b"x" * (at % 97) for at in range(20_000)]
    old = b"\n".join(rows) + b"\n"
    patch = b"".join(b"@@ -%d +%d @@\n-%s\n+new\n" % (at + 1, at + 1, rows[at]) for at in (0, 33, 7_000, 19_999))
    for at in (0, 33, 7_000, 19_999):
        rows[at] = b"new"
    hunks = parse_hunks("f", patch)
    assert apply_hunks(old, hunks) == b"\n".join(rows) + b"\n"
    check_rebuild(FileDiff(entry=entry(), old=old, new=b"\n".join(rows) + b"\n", hunks=hunks))
