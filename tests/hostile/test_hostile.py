"""Every hostile case is shown, no program that the repository names runs, no byte acts on the terminal."""

import subprocess
from pathlib import Path

import pytest

from tests.hostile import score
from tests.hostile.builder import Hostile, build
from tests.hostile.canaries import fired
from tests.hostile.cases import CASES
from tests.hostile.others import OTHERS

SOME = (*CASES, *OTHERS[::4])
"""All of both takes twice as long: `python -m tests.hostile`."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    return build(tmp_path_factory.mktemp("hostile"), cases=SOME)


def test_there_are_enough_cases_and_canaries(hostile: Hostile) -> None:
    assert len(CASES) + len(OTHERS) >= 400
    assert len(hostile.canaries) >= 30
    assert len({case.name for case in (*CASES, *OTHERS)}) == len(CASES) + len(OTHERS)


def test_the_canaries_sing(hostile: Hostile, tmp_path: Path) -> None:
    """Plain git runs them: otherwise their silence below would mean nothing."""
    other = build(tmp_path, cases=CASES[:1])
    env = score.environ(tmp_path / "home")
    for words in (["status"], ["diff", "main", "h/" + CASES[0].name], ["fetch", "origin"], ["commit", "-m", "x"]):
        subprocess.run(["git", "-C", str(other.clone), *words], env=env, capture_output=True, check=False)
    assert len(fired(other.folder / "canaries")) >= 3


def test_every_case_is_shown_nothing_runs_and_what_cannot_be_seen_is_flagged(hostile: Hostile, tmp_path: Path) -> None:
    seen = score.review(hostile, score.environ(tmp_path / "home"), SOME)
    assert [(s.case.name, s.error or s.missing) for s in seen if s.missing or s.error] == []
    assert [(s.case.name, s.raw) for s in seen if s.raw] == []
    assert fired(hostile.folder / "canaries") == []
    unseen = [one for one in seen if one.case.name.startswith(("uni-", "txt-"))]
    unflagged = {one.case.name for one in unseen if "hidden-character" not in one.rules}
    assert unflagged == {"uni-zalgo", "uni-emoji", "uni-wide"}
