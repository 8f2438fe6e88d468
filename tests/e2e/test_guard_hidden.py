"""What the work tree holds, and git's own `status` would not tell, is judged by `guard`."""

import os
import subprocess
from pathlib import Path

import pytest

from reviewconsole.git.repository import Repository
from reviewconsole.git.worktree import WorkTree
from tests.e2e.world import Person, build

MORE = """
[[constraint]]
id = "protected"
kind = "paths.deny"
paths = ["app.py", "vendor/**", "vendor", "linked", "linked/**"]
why = "it is somebody else's"
"""


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Person:
    dev = build(tmp_path_factory.mktemp("guard"), more=MORE)["dev"]
    dev.git("checkout", "-q", "-b", "agent/x")
    return dev


@pytest.fixture(autouse=True)
def clean(dev: Person) -> None:
    for flag in ("--no-assume-unchanged", "--no-skip-worktree"):
        dev.git("update-index", flag, "app.py")
    dev.git("config", "--unset-all", "core.autocrlf", check=False)
    (dev.clone / "app.py").unlink(missing_ok=True)
    dev.git("reset", "-q", "--hard", "main")
    dev.git("clean", "-q", "-ffdx")


def unstaged(dev: Person) -> dict[str, tuple[str, bytes] | None]:
    with WorkTree(Repository.open(dev.clone, dev.env), dev.clone) as work:
        return work.unstaged()


def guarded(dev: Person, code: int = 1) -> list[str]:
    found = dev.json("guard", code=code)
    return [place["path"] for each in found["constraints"] if each["fails"] for place in each["witnesses"]]


def inner(dev: Person, place: str, *, commit: bool = True) -> str:
    folder = dev.clone / place
    subprocess.run(["git", "init", "-q", str(folder)], env=dev.env, check=True)
    (folder / "evil.py").write_text("eval(1)\n")
    if not commit:
        return ""
    git = ["git", "-C", str(folder)]
    subprocess.run([*git, "add", "-A"], env=dev.env, check=True)
    subprocess.run([*git, "commit", "-q", "-m", "inner"], env=dev.env, check=True)
    return subprocess.run([*git, "rev-parse", "HEAD"], env=dev.env, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_an_edit_that_the_index_is_told_to_overlook_is_seen(dev: Person, flag: str) -> None:
    dev.git("update-index", flag, "app.py")
    assert unstaged(dev) == {}
    (dev.clone / "app.py").write_text("def pay():\n    return 9\n")
    assert dev.git("status", "--short") == ""
    assert guarded(dev) == ["app.py"]


def test_what_a_sparse_checkout_leaves_out_is_not_gone(dev: Person) -> None:
    dev.git("update-index", "--skip-worktree", "app.py")
    (dev.clone / "app.py").unlink()
    assert unstaged(dev) == {}


def test_an_edit_of_equal_size_whose_time_was_set_back_is_seen(dev: Person) -> None:
    place = dev.clone / "app.py"
    os.utime(place, (1_700_000_000, 1_700_000_000))
    dev.git("update-index", "--refresh")
    place.write_text(place.read_text().replace("1", "9"))
    os.utime(place, (1_700_000_000, 1_700_000_000))
    assert set(unstaged(dev)) == {"app.py"}


def test_other_line_ends_are_an_edit_unless_git_takes_them_away(dev: Person) -> None:
    place = dev.clone / "app.py"
    place.write_bytes(place.read_bytes().replace(b"\n", b"\r\n"))
    assert guarded(dev) == ["app.py"]
    dev.git("config", "core.autocrlf", "true")
    assert unstaged(dev) == {}
    (dev.clone / ".gitattributes").write_text("*.py -text\n")
    assert set(unstaged(dev)) == {".gitattributes", "app.py"}
    dev.git("config", "--unset", "core.autocrlf")
    (dev.clone / ".gitattributes").write_text("*.py text\n")
    assert set(unstaged(dev)) == {".gitattributes"}
    (dev.clone / ".gitattributes").write_text("* text=auto\n")
    assert set(unstaged(dev)) == {".gitattributes"}


@pytest.mark.parametrize("commit", [True, False])
def test_a_repository_within_the_work_tree_is_seen(dev: Person, *, commit: bool) -> None:
    oid = inner(dev, "vendor/lib", commit=commit).strip()
    assert guarded(dev) == ["vendor/lib"]
    mode, data = unstaged(dev)["vendor/lib"] or ("", b"")
    assert mode == "160000"
    assert not commit or data.decode() == oid


def test_a_submodule_that_was_moved_and_not_staged_is_seen(dev: Person) -> None:
    inner(dev, "vendor/lib")
    dev.git("add", "vendor/lib")
    assert unstaged(dev) == {}
    subprocess.run(["git", "-C", str(dev.clone / "vendor/lib"), "commit", "-q", "--allow-empty", "-m", "next"],
                   env=dev.env, check=True)  # fmt: skip
    assert set(unstaged(dev)) == {"vendor/lib"}


def test_files_below_a_link_that_took_their_folder_s_place_are_gone(dev: Person, tmp_path: Path) -> None:
    dev.commit({"linked/one.py": "x = 1\n"}, "A folder")
    (dev.clone / "linked").rename(tmp_path / "elsewhere")
    (dev.clone / "linked").symlink_to(tmp_path / "elsewhere")
    found = unstaged(dev)
    assert found["linked/one.py"] is None
    assert (found["linked"] or ("",))[0] == "120000"
    assert "linked" in guarded(dev)
