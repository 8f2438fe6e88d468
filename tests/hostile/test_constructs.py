"""What may stand in `.git`: nothing runs, hangs or crashes, and the change is shown as it is or refused with a reason."""

import io
import os
import time
from pathlib import Path

import pytest

from reviewconsole.cli.text import Painter, inspect, queue
from reviewconsole.errors import ReviewConsoleError
from reviewconsole.review.workspace import Workspace
from tests.hostile import builder, constructs_more, score
from tests.hostile.builder import POLICY, build
from tests.hostile.cases import BASE
from tests.hostile.constructs import CONSTRUCTS, REFUSED, Place
from tests.hostile.git_parts import Maker
from tests.hostile.test_local import EVIL

assert constructs_more  # what it registers is tested here
LARGE = {
    "deltas-in-a-circle",
    "a-tree-that-multiplies",
    "a-large-configuration",
    "a-deep-tree",
    "a-commit-of-many-megabytes",
    "a-tree-of-many-megabytes",
    "a-blob-of-many-megabytes",
    "a-long-line-of-commits",
    "a-ref-without-end",
}
"""Seconds each; they are part of `python -m tests.hostile`."""


def spoil(folder: Path, name: str) -> Place:
    """Build a repository with one construct and no other canary."""
    plant, builder.plant = builder.plant, lambda _git, _folder: ()
    try:
        hostile = build(folder, cases=(EVIL,))
    finally:
        builder.plant = plant
    (folder / "fired").mkdir()

    def program(called: str) -> str:
        place = folder / f"program-{called.replace('/', '_')}"
        place.write_text(f"#!/bin/sh\n: > '{folder}/fired/{place.name}'\n")
        place.chmod(0o755)
        return str(place)

    place = Place(
        hostile,
        Maker(hostile.clone / ".git", {**BASE, b".reviewconsole": {b"policy.toml": POLICY, b"allowed_signers": b""}}),
        program,
    )
    CONSTRUCTS[name](place)
    return place


def look(place: Place, env: dict[str, str]) -> tuple[str, str]:
    """What the queue and the plain review say, or why not."""
    paint = Painter(io.StringIO(), {"NO_COLOR": "1"})
    said: list[str] = []
    for ask in (
        lambda work: queue(work.queue(everything=True), work.notices, paint),
        lambda work: inspect(work.open_change("h/evil"), paint),
    ):
        try:
            said.append("\n".join(ask(Workspace.open(place.hostile.clone, env))))
        except ReviewConsoleError as error:
            said.append(f"refused: {error}")
    return said[0], said[1]


def _refused(shown: str) -> bool:
    unread = "the content cannot be shown: " in shown and shown.rstrip().endswith("undecidable")
    return shown.startswith("refused: ") or unread or "the change cannot be read: " in shown


def judge(folder: Path, name: str) -> list[str]:
    """Everything that is wrong with how one construct is met; nothing where nothing is."""
    place, start = spoil(folder, name), time.monotonic()
    listed, shown = look(place, score.environ(folder / "home"))
    faults = [] if time.monotonic() - start < 60 else ["slow"]
    faults += [f"ran {one}" for one in os.listdir(folder / "fired")]
    faults += [f"raw {one!r}" for one in sorted(set(score._RAW.findall((listed + shown).replace("\n", ""))))]
    if "steal(amount)" not in shown and not (name in REFUSED and _refused(shown)):
        faults.append(f"not shown: {shown[-300:]}")
    if name not in REFUSED and "Change it" not in listed:
        faults.append(f"not listed: {listed[-300:]}")
    if "readme" in shown:
        faults.append("something else is shown in its place")
    return faults


def test_there_are_enough() -> None:
    assert len(CONSTRUCTS) >= 50


@pytest.mark.parametrize("name", sorted(CONSTRUCTS.keys() - LARGE))
def test_the_truth_or_a_refusal_and_nothing_else(tmp_path: Path, name: str) -> None:
    assert judge(tmp_path, name) == []


def test_with_worktree_settings_and_includes_no_verb_runs_anything(tmp_path: Path) -> None:
    import subprocess
    import sys

    for name in ("worktree-config", "programs-of-every-other-key"):
        folder = tmp_path / name
        folder.mkdir()
        place = spoil(folder, name)
        CONSTRUCTS["include-hooks-path"](place)
        remote = folder / "remote.git"
        subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True)
        place.config(f'[remote "origin"]\n\turl = {remote}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n')
        place.remote()
        env = score.environ(folder / "home")
        for verb in (
            ["queue"],
            ["inspect", "h/evil"],
            ["sync"],
            ["doctor"],
            ["approve", "h/evil", "--reason", "x"],
            ["guard", "h/evil"],
        ):
            command = [sys.executable, "-m", "reviewconsole", "-C", str(place.hostile.clone), *verb]
            done = subprocess.run(command, env=env, capture_output=True, check=False, timeout=120)
            assert b"Traceback" not in done.stderr and done.returncode != 70, done.stderr
        assert os.listdir(folder / "fired") == [], name
