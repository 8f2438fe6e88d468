"""A second reader sees the hunks before they are signed."""

from dataclasses import replace
from pathlib import Path

import pytest

from reviewconsole.change import Entry, Oid
from reviewconsole.crossread import crossread
from reviewconsole.decision import DecisionKind, Draft
from reviewconsole.diff import FileDiff, Hunk, parse_hunks
from reviewconsole.errors import FormatError
from reviewconsole.review.workspace import Workspace
from tests.e2e.world import build, offer

PATCH = b"@@ -1,3 +1,4 @@ def f():\n a\n-b\n+c\xff\n+\xe2\x80\xa8d\n e\n\\ No newline at end of file\n@@ -9 +10,0 @@\n-x\r\n"


def changed(*hunks: Hunk) -> FileDiff:
    entry = Entry(
        path="f", status="M", old_mode="100644", new_mode="100644", old_oid=Oid("1" * 40), new_oid=Oid("2" * 40)
    )
    return FileDiff(entry=entry, old=b"", new=b"", hunks=hunks)


def test_both_readers_see_the_same_lines_whatever_bytes_they_hold() -> None:
    hunks = parse_hunks("f", PATCH)
    assert [len(hunk.lines) for hunk in hunks] == [5, 1]
    crossread([changed(*hunks), changed()])


@pytest.mark.parametrize("other", [{"old_start": 2}, {"new_start": 2}, {"new_lines": 5}, {"old_lines": 2}])
def test_a_hunk_that_the_second_reader_sees_otherwise_is_refused(other: dict[str, int]) -> None:
    first, second = parse_hunks("f", PATCH)
    told = rf"^f:{other.get('new_start', 1)}: two readers"
    with pytest.raises(FormatError, match=told):
        crossread([changed(replace(first, **other), second)])  # type: ignore[arg-type]


def test_nothing_is_signed_where_two_readers_differ(tmp_path: Path) -> None:
    world = build(tmp_path)
    offer(world, "feat", {"a.py": "one = 1\n"})
    work = Workspace.open(world["alice"].clone, world["alice"].env)
    opened = work.open_change("origin/feat")
    [key] = work._opened
    found = work._opened[key]
    assert found.case.content is not None
    [file] = found.case.content.files
    [hunk] = file.hunks
    shifted = replace(file, hunks=(replace(hunk, new_start=hunk.new_start + 1),))
    case = replace(found.case, content=replace(found.case.content, files=(shifted,)))
    work._opened[key] = replace(found, case=case)
    draft = Draft(kind=DecisionKind.APPROVE, reason="Read it.")
    with pytest.raises(FormatError, match="two readers"):
        work.record(opened, draft, lambda _: None)
    assert work.log() == ()
    work._opened[key] = found
    work.record(opened, draft, lambda _: None)
    assert [row.principal for row in work.log()] == ["alice"]
    work.close()
