"""What a check may ask about the trees around a change."""

import os
import subprocess

import pytest

from reviewconsole.detection.model import Context
from reviewconsole.detection.source import Source
from reviewconsole.git.repository import Repository
from reviewconsole.loading import trees
from reviewconsole.loading.trees import CommitTree
from tests.rules.sample import MemoryTree

FILES = {
    "a/b/deep.py": b"user = 1\n",
    "k8s/pdb.yaml": b"kind: PodDisruptionBudget\n",
    "names.txt": b"username\n",
    "odd \udcff\n.txt": b"user\n",
    ".gitattributes": b"* -diff binary\n",
    "zero.bin": b"\0user\0",
    "top.py": b"x\n",
}


@pytest.fixture
def tree(tmp_path):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
    folder = tmp_path / "r"

    def git(*args):
        done = subprocess.run(["git", "-C", folder, *args], env=env, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    folder.mkdir()
    git("init", "-q")
    for path, data in FILES.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    (folder / "link").symlink_to("top.py")
    git("add", "-A")
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "x")
    repository = Repository.open(folder, env)
    return CommitTree(repository, git("rev-parse", "HEAD^{tree}"))


def test_a_tree_tells_what_stands_where(tree):
    assert tree.has("a/b/deep.py") and tree.has("top.py")
    for path in ("a/b", "link", "nowhere", "a/b/deep.py/x", "", "a//b"):
        assert not tree.has(path)
    assert set(tree.paths()) == set(FILES)
    assert tree.has("top.py") and not tree.has("link")
    assert tree.notes == []


def test_files_are_read_together_and_what_is_no_file_is_absent(tree):
    assert tree.read_many(["top.py", "link", "a", "nowhere"]) == {"top.py": b"x\n"}
    context = Context(sources=(), new_tree=tree)
    assert context.whole and context.read_new("k8s/pdb.yaml") == FILES["k8s/pdb.yaml"]
    assert context.read_new("gone") is None


def test_a_search_looks_into_every_file_whatever_its_attributes(tree):
    context = Context(sources=(), new_tree=tree)
    odd = next(path for path in FILES if path.startswith("odd"))
    assert set(context.files_naming("user")) == {"a/b/deep.py", odd, "zero.bin"}
    assert set(context.files_naming("user", word=False)) == {"a/b/deep.py", odd, "zero.bin", "names.txt"}
    assert context.files_naming("PodDisruptionBudget") == ("k8s/pdb.yaml",)
    assert context.files_naming("-e") == context.files_naming("") == context.files_naming("a\nb") == ()
    assert len(context.files_naming("user", cap=1)) == 1


def test_memory_and_git_agree(tree):
    memory = MemoryTree(FILES)
    for text in ("user", "PodDisruptionBudget", "user = 1", "= 1", "kind:"):
        for word in (True, False):
            assert set(memory.naming(text, word=word)) == set(tree.naming(text, word=word)), (text, word)


def test_limits_are_said(tree, monkeypatch):
    monkeypatch.setattr(trees, "LARGEST_FILE", 3)
    monkeypatch.setattr(trees, "MOST_QUESTIONS", 1)
    assert tree.read_many(["top.py", "names.txt"]) == {"top.py": b"x\n"}
    assert tree.naming("user", word=True) and tree.naming("x", word=True) == ()
    assert ["too large" in note or "searches" in note for note in tree.notes] == [True, True]


def test_a_missing_object_is_a_note(tree):
    broken = CommitTree(tree._repository, "1" * 40)
    assert not broken.has("top.py") and tuple(broken.paths()) == () and broken.naming("x", word=True) == ()
    assert broken.notes


def test_without_trees_the_changed_files_answer():
    plain = {"kind": "text", "has_old": True, "removed": frozenset(), "added": frozenset()}
    sources = (
        Source(path="a.py", old=("user",), new=("name",), has_new=True, **plain),
        Source(path="b.py", old=("user",), new=(), has_new=False, **plain),
    )
    context = Context(sources=sources)
    assert not context.whole
    assert (context.read_new("a.py"), context.read_new("b.py"), context.read_old("b.py")) == (b"name", None, b"user")
    assert list(context.paths_new()) == ["a.py"]
    assert context.files_naming("name") == ("a.py",) and context.files_naming("user") == ()
