"""What is built is what was written: wheel and source archive, offline."""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

THEMES = {path.name for path in (ROOT / "themes").glob("*.toml")}
STORY = {
    f"reviewconsole/demo/story/{path.relative_to(ROOT / 'reviewconsole/demo/story').as_posix()}"
    for path in (ROOT / "reviewconsole/demo/story").rglob("*")
    if path.is_file() and path.suffix != ".pyc"
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a wheel and a source archive, the wheel built from the archive."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel alone was installed."""
    target = tmp_path_factory.mktemp("target")
    [wheel] = built.glob("*.whl")
    command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-index", "--no-deps"]
    subprocess.run([*command, "--target", str(target), str(wheel)], check=True, capture_output=True)
    return target


def run(code: str, first: Path | None = None) -> str:
    """Run code in a fresh Python, with a folder first on its path."""
    start = f"import sys; sys.path.insert(0, {str(first)!r})\n" if first else ""
    done = subprocess.run(
        [sys.executable, "-c", start + code], cwd="/", capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_has_code_themes_story_and_licence(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert names >= STORY
    assert names >= {f"reviewconsole/themes/{name}" for name in THEMES}
    assert {"reviewconsole/py.typed", "reviewconsole/provenance/agents.toml"} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"reviewconsole"}


def test_the_source_archive_can_be_tested(built: Path) -> None:
    [archive] = built.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    assert {"pyproject.toml", "constraints.txt", "Makefile", "README.md", "tests/conftest.py"} <= names


def test_the_installed_wheel_knows_its_version(installed: Path) -> None:
    code = (
        "import reviewconsole; print(reviewconsole.__file__); from reviewconsole.cli import main; main(['--version'])"
    )
    place, version = run(code, installed).splitlines()
    assert Path(place).is_relative_to(installed)
    assert version.startswith("reviewconsole 0.")


def test_themes_are_found_from_wheel_and_checkout(installed: Path) -> None:
    code = "from reviewconsole.tui.theme import themes; print(sorted(themes()))"
    assert THEMES
    assert run(code, installed) == run(code) == f"{sorted(name.removesuffix('.toml') for name in THEMES)}\n"


def test_the_demo_of_the_wheel_is_that_of_the_checkout(installed: Path, tmp_path: Path) -> None:
    code = (
        "import json, os, subprocess; from pathlib import Path; from reviewconsole.demo import build\n"
        "d = build(Path({!r}), environ=os.environ)\n"
        "refs = subprocess.run(['git', '-C', str(d.remote), 'for-each-ref', '--format=%(refname) %(objectname)'],"
        " capture_output=True, text=True, check=True).stdout.splitlines()\n"
        "print(json.dumps([ref for ref in refs if '/main ' not in ref]))"
    )
    wheel, checkout = (run(code.format(str(tmp_path / name)), first) for name, first in (("w", installed), ("c", None)))
    assert json.loads(wheel)
    assert wheel == checkout
