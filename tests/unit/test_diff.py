"""Hunks: parsed without loss, identified by content, and they must lead from old to new."""

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewconsole.change import ContentEntry, Entry, Oid, diff_digest
from reviewconsole.diff import FileDiff, apply_hunks, check_rebuild, looks_binary, parse_hunks
from reviewconsole.errors import FormatError


def unified(old: bytes, new: bytes) -> bytes:
    """A -U3 patch from the first `@@` on, as git writes it."""
    a, b = (side.split(b"\n") for side in (old, new))
    a = [row + b"\n" for row in a[:-1]] + ([a[-1]] if a[-1] else [])
    b = [row + b"\n" for row in b[:-1]] + ([b[-1]] if b[-1] else [])
    out = []
    rows = difflib.diff_bytes(difflib.unified_diff, a, b, n=3, lineterm=b"\n")
    for row in list(rows)[2:]:
        out.append(row if row.endswith(b"\n") else row + b"\n\\ No newline at end of file\n")
    return b"".join(out)


_ROW = st.sampled_from(
    [
        b"a",
        b"b",
        b"",
        b" ",
        b"-x",
        b"+y",
        b"@@ -1 +1 @@",
        b"\\ No",
        b"\xff\xfe",
        "u\u2028v\x85w".encode(),
        b"c\r",
        b"--- a",
        b"\x0c",
    ]
)


@given(st.lists(_ROW, max_size=12), st.lists(_ROW, max_size=12), st.booleans(), st.booleans())
def test_hunks_lead_from_any_old_text_to_any_new_one(
    old: list[bytes], new: list[bytes], old_end: bool, new_end: bool
) -> None:
    before = b"\n".join(old) + (b"\n" if old_end and old else b"")
    after = b"\n".join(new) + (b"\n" if new_end and new else b"")
    hunks = parse_hunks("f", unified(before, after))
    assert apply_hunks(before, hunks) == after
    assert len({hunk.id for hunk in hunks}) == len(hunks)


def test_a_path_that_looks_like_a_header_does_not_matter() -> None:
    [hunk] = parse_hunks("x b/y\n+++ b/z", b"@@ -1 +1 @@ def f():\n-a\n+b\n")
    assert (hunk.section, hunk.added[0].text, hunk.removed[0].old) == ("def f():", "b", 1)


@pytest.mark.parametrize(
    "patch",
    [
        b"@@ -1 +1 @@\n-a\n+b\n+c\n",
        b"@@ -1,2 +1 @@\n-a\n+b\n",
        b"@@ -1 +1 @@\n-a\n+b\n--- a/other\n+++ b/other\n@@ -1 +1 @@\n-a\n+b\n",
        b"nonsense\n",
        b"@@ -1 +1 @@\nXa\n+b\n",
    ],
)
def test_patch_text_that_does_not_add_up_is_refused(patch: bytes) -> None:
    with pytest.raises(FormatError):
        parse_hunks("f", patch)


def test_a_diff_that_hides_a_line_is_refused() -> None:
    entry = Entry(
        path="f", status="M", old_mode="100644", new_mode="100644", old_oid=Oid("1" * 40), new_oid=Oid("2" * 40)
    )
    hunks = parse_hunks("f", b"@@ -1 +1 @@\n-a\n+b\n")
    check_rebuild(FileDiff(entry=entry, old=b"a\n", new=b"b\n", hunks=hunks))
    with pytest.raises(FormatError):
        check_rebuild(FileDiff(entry=entry, old=b"a\n", new=b"b\nevil\n", hunks=hunks))


def test_equal_hunks_have_different_ids_and_the_same_order() -> None:
    first, second = parse_hunks("f", b"@@ -1 +1 @@\n-a\n+b\n@@ -9 +9 @@\n-a\n+b\n")
    assert first.id != second.id
    [alone] = parse_hunks("f", b"@@ -5 +5 @@\n-a\n+b\n")
    assert alone.id == first.id


def test_the_digest_is_that_of_the_description() -> None:
    import hashlib

    entries = [
        ContentEntry(path="b", old_mode="100644", new_mode="000000", old_sha256="0" * 64, new_sha256="-"),
        ContentEntry(path="a", old_mode="000000", new_mode="100755", old_sha256="-", new_sha256="1" * 64),
    ]
    fields = ["000000", "100755", "-", "1" * 64, "a", "100644", "000000", "0" * 64, "-", "b"]
    assert diff_digest(entries) == hashlib.sha256("".join(f + "\0" for f in fields).encode()).hexdigest()
    assert diff_digest(reversed(entries)) == diff_digest(entries)


def test_one_nul_does_not_hide_a_text() -> None:
    assert not looks_binary(b"import os\nos.system('x')\0\n" * 20)
    assert looks_binary(bytes(range(256)) * 4)
    assert not looks_binary(b"plain\n")
