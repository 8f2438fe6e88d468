"""A file that the change renames counts with what it edits in it, unless its new place means something else."""

import pytest
from reviewconsole.detection.renames import paired
from reviewconsole.detection.source import Source, read
from reviewconsole.finding import Side

from tests.rules.sample import change, scanned

_BODY = """import requests


def ask(address, limit):
    reply = requests.get(address, timeout=5)
    reply.raise_for_status()
    return reply.json()[:limit]


def tell(address, text):
    return requests.post(address, json=text)
"""


def _sources(old, new):
    files = change(*({path: text.encode() for path, text in side.items()} for side in (old, new)))
    return [source for source in map(read, files) if isinstance(source, Source)]


def test_a_renamed_file_without_edits_has_no_changed_line():
    (source,) = paired(_sources({"app/web.py": _BODY}, {"app/net/web.py": _BODY}))
    assert (source.path, source.path_of(Side.OLD)) == ("app/net/web.py", "app/web.py")
    assert not source.added
    assert not source.removed
    assert not scanned({"app/web.py": _BODY}, {"app/net/web.py": _BODY}).findings


def test_an_edit_in_a_renamed_file_is_found_and_a_lost_line_is_named_where_it_stood():
    found = scanned({"app/web.py": _BODY}, {"app/net/web.py": _BODY.replace(", timeout=5", "")}).findings
    places = {(each.rule, each.location.path, each.location.side, each.location.line) for each in found}
    assert places == {
        ("timeout-removed", "app/web.py", Side.OLD, 5),
        ("call-without-timeout", "app/net/web.py", Side.NEW, 5),
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tests/web.py", "app/web.py"),
        ("ci/build.yml", ".github/workflows/build.yml"),
        (".github/disabled/build.yml", ".github/workflows/build.yml"),
        ("stacks/one/main.tf", "stacks/two/main.tf"),
        ("deploy/staging/web.yaml", "deploy/production/web.yaml"),
        ("notes/add_column.py", "app/migrations/0002_add_column.py"),
        ("docs/OWNERS", ".github/CODEOWNERS"),
    ],
)
def test_a_place_that_means_something_else_makes_the_file_a_new_one(old, new):
    text = "class Migration:\n    operations = []\n" if "migrations" in new else _BODY
    assert len(paired(_sources({old: text}, {new: text}))) == 2


def test_half_of_the_lines_must_agree_and_the_nearest_one_is_taken():
    rows = [f"value_{at} = {at}" for at in range(20)]
    near, far = "\n".join(rows[:18]), "\n".join([*rows[:8], *(f"other_{at} = 0" for at in range(14))])
    left = paired(_sources({"a.py": "\n".join(rows)}, {"b.py": far, "c.py": near}))
    assert {source.path: source.path_of(Side.OLD) for source in left} == {"b.py": "b.py", "c.py": "a.py"}
