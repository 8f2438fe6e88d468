"""What `verify` starts and imports, since both were most of its time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import stores

_CODE = """
import subprocess, sys
started = []
real = subprocess.Popen.__init__
def init(self, args, *rest, **more):
    started.append(args)
    real(self, args, *rest, **more)
subprocess.Popen.__init__ = init
from reviewconsole.cli import main
code = main(sys.argv[1:])
print("started", sum("--git-dir" in args for args in started))
print("exit", code)
print("\\n".join(sorted(sys.modules)))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[str]]:
    store = stores.build(tmp_path_factory.mktemp("start"), 9, reviewers=2)
    found = {}
    for count in (2, 8):
        ids = stores.git(store.git_dir, "rev-parse", f"main~{count}", "main").decode().split()
        command = [sys.executable, "-c", _CODE, "-C", str(store.git_dir), "verify", "..".join(ids)]
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path_factory.mktemp("home"))}
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env=env, cwd=Path(__file__).parents[2]
        )
        found[count] = done.stdout.splitlines()
        assert f"{count} satisfied" in done.stdout
    return found


def test_neither_console_nor_keyring_nor_gitpython_is_imported(said: dict[int, list[str]]) -> None:
    modules = {name for name in said[8] if " " not in name}
    assert modules & {"textual", "rich", "keyring", "git", "reviewconsole.tui", "reviewconsole.review"} == set()
    assert "reviewconsole.verify" in modules


def test_what_no_verdict_asks_for_is_not_imported(said: dict[int, list[str]]) -> None:
    modules = {name for name in said[8] if " " not in name}
    unused = {
        "unidiff",
        "jsonschema",
        "importlib.metadata",
        "multiprocessing.context",
        "sqlglot",
        "tree_sitter",
        "pygments",
    }
    assert modules & {*unused, "reviewconsole.constraints.lines_forbid", "reviewconsole.cli.sarif"} == set()


def test_without_an_approval_under_these_rules_no_rule_is_imported(tmp_path: Path) -> None:
    store = stores.build(tmp_path / "store", 3, reviewers=1, engine="sha256:" + "0" * 64)
    ids = stores.git(store.git_dir, "rev-parse", "main~2", "main").decode().split()
    done = subprocess.run(
        [sys.executable, "-c", _CODE, "-C", str(store.git_dir), "verify", "..".join(ids)],
        capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert "2 satisfied" in done.stdout
    assert "reviewconsole.detection.checks" not in done.stdout.splitlines()


def test_a_longer_range_starts_no_more_processes(said: dict[int, list[str]]) -> None:
    started = [next(row for row in rows if row.startswith("started")) for rows in said.values()]
    assert started[0] == started[1]
    assert int(started[0].split()[1]) <= 10
