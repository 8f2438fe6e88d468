"""The ready CI files, their steps run as they stand on fresh clones of a real remote."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.e2e.world import World, build, offer

FILES = ROOT / "docs" / "ci"


def github_steps() -> str:
    workflow: dict[str, Any] = yaml.safe_load((FILES / "github-actions.yml").read_text())
    assert workflow["permissions"] == {"contents": "read"}
    [job] = workflow["jobs"].values()
    runs = [step["run"] for step in job["steps"] if "run" in step]
    assert not any("${{" in run for run in runs)
    assert job["steps"][0]["with"]["fetch-depth"] == 0
    return "\n".join(run for run in runs if not run.startswith("pipx install"))


def gitlab_steps() -> str:
    [job] = yaml.safe_load((FILES / "gitlab-ci.yml").read_text()).values()
    assert job["variables"]["GIT_DEPTH"] == "0"
    lines = [*job["before_script"], *job["script"]]
    return "\n".join(line for line in lines if not line.startswith("pip install"))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = build(tmp_path_factory.mktemp("world"))
    for number, name in enumerate(("good", "bad"), 1):
        head = offer(made, name, {f"{name}.py": "A = 1\n"})
        for ref in (f"refs/pull/{number}/head", f"refs/merge-requests/{number}/head"):
            subprocess.run(["git", "-C", str(made.remote), "update-ref", ref, head], check=True)
    made["alice"].run("approve", "origin/good", "--reason", "read")
    return made


def run(world: World, folder: Path, steps: str, *, depth: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    folder.mkdir()
    bins = str(Path(sys.executable).parent)
    env = {"PATH": f"{bins}:{world['dev'].env['PATH']}", "HOME": str(folder), "LC_ALL": "C.UTF-8", **environ}
    clone = ["git", "clone", "-q", *(["--depth", depth] if depth else []), f"file://{world.remote}", str(folder / "ci")]
    subprocess.run(clone, env=env, check=True)
    command = ["bash", "-euc", steps]
    return subprocess.run(command, cwd=folder / "ci", env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("number", "code"), [("1", 0), ("2", 1)])
def test_github(world: World, tmp_path: Path, number: str, code: int) -> None:
    introduction = world["dev"].git("rev-parse", "main")
    done = run(world, tmp_path / "job", github_steps(), NUMBER=number, TARGET="main", INTRODUCTION=introduction)
    assert done.returncode == code, done
    done = run(world, tmp_path / "without", github_steps(), NUMBER=number, TARGET="main")
    assert done.returncode == code, done


@pytest.mark.parametrize(("branch", "code"), [("good", 0), ("bad", 1)])
def test_gitlab(world: World, tmp_path: Path, branch: str, code: int) -> None:
    head = world["dev"].git("rev-parse", branch)
    done = run(
        world, tmp_path / "job", gitlab_steps(), CI_MERGE_REQUEST_SOURCE_BRANCH_SHA=head, CI_DEFAULT_BRANCH="main"
    )
    assert done.returncode == code, done


def test_a_shallow_clone_is_undecidable(world: World, tmp_path: Path) -> None:
    steps = github_steps().replace("git fetch --quiet", "git fetch --quiet --depth 1")
    done = run(world, tmp_path / "job", steps, depth="1", NUMBER="1", TARGET="main")
    assert done.returncode == 2, done
    assert "unshallow" in done.stdout
