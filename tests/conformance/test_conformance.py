"""Our own verifier against the published cases, and the builder against what is published."""

import contextlib
import io
import os
import sys
from pathlib import Path

import pytest

from reviewconsole.cli.run import run as cli
from tests.conformance import build, cases, run

LARGEST_KIT = 2 << 20


def here(args: list[str]) -> tuple[int, str, str]:
    """The command in this process: a tenth of the time."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli(args, dict(os.environ))
    return code, out.getvalue(), err.getvalue()


@pytest.mark.parametrize("name", run.names())
def test_case(name: str) -> None:
    assert list(run.check(name, here)) == []


def test_every_case_is_published_and_the_kit_stays_small() -> None:
    assert run.names() == sorted(f"case_{case.name}{build.SUFFIX[case.verdict]}" for case in cases.CASES)
    assert len(run.names()) >= 80
    assert sum(path.stat().st_size for path in run.HERE.glob("case_*/*")) < LARGEST_KIT


@pytest.mark.parametrize("case", cases.CASES[::7], ids=lambda case: case.name)
def test_the_builder_makes_the_same_commits_and_records_every_time(case: cases.Case) -> None:
    published = run.HERE / f"case_{case.name}{build.SUFFIX[case.verdict]}" / "repository.bundle"
    header = published.read_bytes().split(b"\n\n", 1)[0].decode().split("\n")
    tips = {row.split(" ")[1]: row.split(" ")[0] for row in header if " refs/" in row and not row.startswith("-")}
    assert tips == case.make().git.refs


def test_one_command_holds_another_verifier_against_the_kit(tmp_path: Path) -> None:
    yes = tmp_path / "yes"
    yes.write_text(f'#!{sys.executable}\nprint(\'{{"verdict": "satisfied"}}\')\n')
    yes.chmod(0o755)
    assert run.command([str(yes)])(["verify"])[0] == 0
    name = "case_no_record_refuse"
    assert "violated expected, satisfied given" in next(run.check(name, run.command([str(yes)])))
