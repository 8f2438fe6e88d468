"""Every test has a home of its own; the real one is never read or written."""

import os
import sys
from pathlib import Path

import pytest

from reviewconsole.demo import Demo, build

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point HOME, the XDG folders and git's own settings at an empty folder, and hide the person's agent."""
    folder = tmp_path_factory.mktemp("home")
    (folder / ".gitconfig").write_text("[init]\n\tdefaultBranch = main\n")
    for name, value in {
        "HOME": folder,
        "XDG_CONFIG_HOME": folder / ".config",
        "XDG_STATE_HOME": folder / ".local" / "state",
        "XDG_CACHE_HOME": folder / ".cache",
        "XDG_DATA_HOME": folder / ".local" / "share",
        "GIT_CONFIG_GLOBAL": folder / ".gitconfig",
        "GIT_CONFIG_NOSYSTEM": "1",
    }.items():
        monkeypatch.setenv(name, str(value))
    for name in [name for name in os.environ if name.startswith(("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX", "SSH_"))]:
        monkeypatch.delenv(name)
    return folder


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo repository, built once for a module."""
    return build(tmp_path_factory.mktemp("demo") / "here", environ={"PATH": os.environ["PATH"]})


@pytest.fixture
def inside(demo: Demo) -> dict[str, str]:
    """The environment of the demo's reviewer, with the installed command on PATH."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "LC_ALL": "C.UTF-8", "NO_COLOR": "1", **demo.environ}
