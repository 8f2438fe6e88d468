"""Entries and patches: everything that changed is listed, and every patch leads from old to new bytes."""

import pytest

from reviewconsole.change import GITLINK_MODE, Entry, Oid
from reviewconsole.diff import FileDiff, check_rebuild, parse_hunks
from reviewconsole.errors import RepositoryError
from reviewconsole.git.patches import split_patches
from reviewconsole.git.repository import Repository

from .conftest import Work

ODD = [
    b"a b/a b/x", b"new\nline", b"\xff\xfe", b"-dash", b'q"uote', b"tab\there", b"diff --git a/x b/x", b" b/c", b"\\back",
    b"\xe2\x80\xae.py", b":(glob)*", b"@@ -1 +1 @@", b"sp ace ", "ü".encode(), b"x.hid", b"a", b"a.b", b"a0/c",
]  # fmt: skip
LINES = [
    b"one\n", b"diff --git a/x b/x\n", b"@@ -1,3 +1,3 @@\n", b"--- a/x\n", b"+++ b/x\n", b"\n", b"-\n", b"+\n", b"\\ No\n",
    b"\xff\xfe\n", b"c\rr\n", b"crlf\r\n", b"\x1b[2J\n", b"\x00nul\n", "\u2028\u0085\n".encode(), b"index 1..2\n",
]  # fmt: skip


def rebuilt(repo: Repository, old: Oid, new: Oid) -> dict[str, int]:
    """Rebuild each file from its patch; gives path -> number of hunks."""
    entries = repo.entries(old, new)
    patches = repo.patches(old, new, entries)
    assert list(patches) == [entry.path for entry in entries]
    counts = {}
    for entry in entries:
        sides = [(entry.old_mode, entry.old_oid), (entry.new_mode, entry.new_oid)]
        wanted = [oid for mode, oid in sides if oid is not None and mode != GITLINK_MODE]
        blobs = repo.blobs(wanted)
        before, after = (blobs.get(oid) if oid is not None else None for _, oid in sides)
        hunks = parse_hunks(entry.path, patches[entry.path])
        if before != after and entry.status != "T" and not entry.submodule:
            assert hunks or not (before or after), entry.path
        check_rebuild(FileDiff(entry=entry, old=before, new=after, hunks=hunks))
        counts[entry.path] = len(hunks)
    return counts


def raw_listing(work: Work, old: Oid, new: Oid) -> list[tuple[str, str, str, str, str, bytes]]:
    """What git itself lists."""
    words = ["diff-tree", "-r", "--raw", "-z", "--no-renames", "--full-index", "--ignore-submodules=none"]
    fields = work.git(*words, old, new).split(b"\0")
    rows = zip(fields[0:-1:2], fields[1::2], strict=True)
    return [(*meta.decode()[1:].split(" "), path) for meta, path in rows]  # type: ignore[misc]


def as_raw(entries: tuple[Entry, ...]) -> list[tuple[str, str, str, str, str, bytes]]:
    zero = "0" * 40
    return [
        (
            e.old_mode,
            e.new_mode,
            e.old_oid or zero,
            e.new_oid or zero,
            e.status,
            e.path.encode("utf-8", "surrogateescape"),
        )
        for e in entries
    ]


@pytest.mark.parametrize("poisoned", [False, True])
def test_every_odd_path_and_content_rebuilds(work: Work, poison, poisoned: bool) -> None:
    old = work.files({path: b"".join(LINES) + path for path in ODD})
    new = work.files(
        {path: LINES[0] + b"new\n" + b"".join(LINES[1:]) * 3 for path in ODD[:-1]} | {b"z": b"", b"y": b"no eol"}
    )
    silent = poison(work) if poisoned else None
    counts = rebuilt(work.open(), old, new)
    assert len(counts) == len(ODD) + 2
    assert all(count for path, count in counts.items() if path != "z")
    repo = work.open()
    assert rebuilt(repo, repo.empty_tree, new)["y"] == 1
    if silent is None:
        assert as_raw(repo.entries(old, new)) == raw_listing(work, old, new)
    else:
        assert repo.entries_of([(old, new)]) == [repo.entries(old, new)]
        assert not list(silent.iterdir())
        raw_listing(work, old, new)
        assert (silent / "fsmonitor").exists(), "plain git runs the planted program"


def test_modes_links_types_and_submodules_each_have_a_row(work: Work) -> None:
    x, y = work.blob(b"x\n"), work.blob(b"y\n")
    one, two = "1" * 40, "2" * 40
    old = work.tree({
        b".gitmodules": ("100644", work.blob(b'[submodule "s"]\n\tpath = s\n\turl = u\n\tignore = all\n')),
        b"mode": ("100644", x), b"link": ("120000", x), b"s": ("160000", one), b"type": ("100644", x),
        b"tosub": ("100644", x), b"dir": ("100644", x), b"gone": ("160000", one), b"both": ("100644", x),
        b"foo-": ("100644", x), b"foo/a": ("100644", x), b"foo0": ("100644", x),
    })  # fmt: skip
    new = work.tree({
        b".gitmodules": ("100644", work.blob(b'[submodule "s"]\n\tpath = s\n\turl = u\n\tignore = all\n')),
        b"mode": ("100755", x), b"link": ("120000", y), b"s": ("160000", two), b"type": ("120000", y),
        b"tosub": ("160000", one), b"dir/file": ("100644", x), b"both": ("100755", y), b"empty": ("100644", work.blob(b"")),
        b"foo-": ("100644", y), b"foo": ("100644", y), b"foo0": ("100644", y),
    })  # fmt: skip
    work.git("config", "diff.ignoreSubmodules", "all")
    work.git("config", "submodule.s.ignore", "all")
    repo = work.open()
    entries = repo.entries(old, new)
    assert as_raw(entries) == raw_listing(work, old, new)
    pairs = [(old, new), (old, old), (new, old), (repo.empty_tree, new)]
    assert repo.entries_of(pairs) == [repo.entries(*pair) for pair in pairs]
    assert {e.path: e.status for e in entries} == {
        "both": "M", "dir": "D", "dir/file": "A", "empty": "A", "foo": "A", "foo-": "M", "foo/a": "D", "foo0": "M",
        "gone": "D", "link": "M", "mode": "M", "s": "M", "tosub": "T", "type": "T",
    }  # fmt: skip
    counts = rebuilt(repo, old, new)
    assert {path for path, count in counts.items() if not count} == {"empty", "gone", "mode", "s", "tosub", "type"}
    assert rebuilt(repo, new, old)["both"] == 1


def test_renames_are_a_removal_and_an_addition(work: Work) -> None:
    old, new = work.files({b"old": b"same\n" * 50}), work.files({b"new": b"same\n" * 50 + b"evil\n"})
    assert [(e.path, e.status) for e in work.open().entries(old, new)] == [("new", "A"), ("old", "D")]


def test_historic_modes_are_shown_as_git_shows_them(work: Work) -> None:
    x = bytes.fromhex(work.blob(b"x\n"))
    old = work.raw("tree", b"100664 a\0" + x + b"100644 b\0" + x)
    new = work.raw("tree", b"100644 a\0" + x + b"100775 b\0" + x)
    entries = work.open().entries(old, new)
    assert as_raw(entries) == raw_listing(work, old, new)
    assert [(e.path, e.new_mode) for e in entries] == [("b", "100755")]


def test_malformed_trees_are_refused(work: Work) -> None:
    x, y = (bytes.fromhex(work.blob(data)) for data in (b"x\n", b"y\n"))
    repo = work.open()
    twice = work.raw("tree", b"100644 a\0" + x + b"100644 a\0" + y)
    inner = bytes.fromhex(work.files({b"b": b"x"}))
    slash = work.raw("tree", b"40000 a\0" + inner + b"100644 a/b\0" + x)
    odd = work.raw("tree", b"9z a\0" + x)
    for tree in (twice, slash, odd, work.raw("tree", b"100644 a")):
        with pytest.raises(RepositoryError):
            repo.entries(repo.empty_tree, tree)


def test_a_tree_bomb_is_refused_in_time(work: Work) -> None:
    level = work.files({b"f": b"x"})
    for _ in range(12):
        level = work.raw("tree", b"".join(b"40000 d%x\0" % n + bytes.fromhex(level) for n in range(16)))
    repo = work.open()
    with pytest.raises(RepositoryError, match="more than"):
        repo.entries(repo.empty_tree, level)


def _entry(path: str, status: str = "M", old: str = "1", new: str = "2") -> Entry:
    return Entry(
        path=path, status=status, old_mode="100644", new_mode="100644", old_oid=Oid(old * 40), new_oid=Oid(new * 40)
    )


def _section(old: str, new: str, body: str = "@@ -1 +1 @@\n-a\n+b\n") -> bytes:
    return f"diff --git a/f b/f\nindex {old * 40}..{new * 40} 100644\n--- a/f\n+++ b/f\n{body}".encode()


@pytest.mark.parametrize(
    ("patch", "entries"),
    [
        (b"", [_entry("f")]),
        (b"warning: x\n" + _section("1", "2"), [_entry("f")]),
        (_section("1", "2"), []),
        (_section("1", "2") * 2, [_entry("f")]),
        (_section("1", "3"), [_entry("f")]),
        (_section("3", "2"), [_entry("f")]),
        (_section("1", "2"), [_entry("f"), _entry("g")]),
        (_section("1", "2"), [_entry("f", "T")]),
        (b"diff --git a/f b/f\n@@ -1 +1 @@\n-a\n+b\n", [_entry("f")]),
    ],
)
def test_patch_and_list_out_of_step_are_refused(patch: bytes, entries: list[Entry]) -> None:
    with pytest.raises(RepositoryError):
        split_patches([patch], entries)


def test_a_patch_in_pieces_is_that_of_the_whole() -> None:
    parts = [_section("1", "2"), _section("1", "2"), _section("1", "2")]
    entries = [_entry("f"), _entry("g"), _entry("h")]
    whole = split_patches([b"".join(parts)], entries)
    assert whole.keys() == {"f", "g", "h"} and all(whole.values())
    pieces = [b"", parts[0] + parts[1], parts[2]]
    assert split_patches(pieces, entries) == whole
    assert pieces == []
    with pytest.raises(RepositoryError):
        split_patches([parts[0], b"warning: x\n", parts[1], parts[2]], entries)
