"""The console over hostile cases in a real pseudo-terminal: every byte it writes is looked at."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.world import build as world_of
from tests.e2e.world import offer
from tests.hostile import score
from tests.hostile.builder import build
from tests.hostile.canaries import fired
from tests.hostile.cases import CASES
from tests.hostile.others import OTHERS

SAMPLE = (*CASES[::15], *OTHERS[::15], *(case for case in OTHERS if "before" in case.name))
"""The whole set takes minutes: `python -m tests.hostile`."""


def test_nothing_of_a_repository_reaches_the_terminal_raw(tmp_path: Path) -> None:
    hostile = build(tmp_path, cases=SAMPLE)
    stream = score.session(hostile, score.environ(tmp_path / "home"), len(SAMPLE))
    assert score.raw_in_stream(stream) == []
    assert fired(tmp_path / "canaries") == []
    assert b"PWNED" in stream, "the payloads were on the screen"


def test_the_look_out_sees_what_it_must() -> None:
    for raw in (
        b"\x1b]0;PWNED\x07",
        b"\x1b[31337mPWNED",
        b"a\x08b",
        "a\u202eb".encode(),
        b"\x9b1m",
        b"\x1b]52;c;PWNED\x07",
    ):
        assert score.raw_in_stream(b"before \x1b[1;31mred\x1b[0m " + raw + b" after"), raw
    assert score.raw_in_stream(b"\x1b[?1049h\x1b[2J\x1b[1;1H\x1b[38;2;1;2;3mtext\x1b[0m\r\n") == []


@pytest.mark.parametrize(
    "verb", [["queue", "--all"], ["log"], ["verify", "h/orphan"], ["doctor"], ["sync"], ["queue", "--json"]]
)
def test_no_verb_runs_a_program_of_the_repository(tmp_path: Path, verb: list[str]) -> None:
    hostile = build(
        tmp_path, cases=tuple(case for case in CASES if case.name in {"orphan", "octopus", "txt-osc-title"})
    )
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True)
    with (hostile.clone / ".git" / "config").open("a", encoding="utf-8") as config:
        config.write(f'[remote "origin"]\n\turl = {remote}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n')
    main = hostile.clone / ".git" / "refs" / "remotes" / "origin" / "main"
    main.parent.mkdir(parents=True)
    main.write_bytes((hostile.clone / ".git/refs/heads/main").read_bytes())
    command = [sys.executable, "-m", "reviewconsole", "-C", str(hostile.clone), *verb]
    done = subprocess.run(command, env=score.environ(tmp_path / "home"), capture_output=True, check=False, timeout=120)
    assert b"Traceback" not in done.stderr
    assert b"\x1b" not in done.stdout + done.stderr
    assert fired(tmp_path / "canaries") == []


def test_helper_processes_import_nothing_of_the_folder_they_start_in(tmp_path: Path) -> None:
    world = world_of(tmp_path)
    for number in range(9):
        offer(world, f"f{number}", {f"m{number}.py": f"x = eval('{number}')\n"})
    alice, ran = world["alice"], tmp_path / "ran"
    planted = alice.clone / "multiprocessing"
    planted.mkdir()
    (planted / "__init__.py").write_text(f"open({str(ran)!r}, 'a').write(__name__)\n", encoding="utf-8")
    command = [str(Path(sys.executable).with_name("reviewconsole")), "queue"]
    done = subprocess.run(command, cwd=alice.clone, env=alice.env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "f8" in done.stdout
    assert not ran.exists()
