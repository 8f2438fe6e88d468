"""Real repositories in temporary folders, and a hostile configuration whose programs leave a trace."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reviewconsole.change import Oid
from reviewconsole.git.repository import Repository


@dataclass
class Work:
    """A repository and the plain git that builds it."""

    path: Path
    environ: dict[str, str] = field(default_factory=dict)

    def git(self, *args: str | bytes, stdin: bytes = b"", check: bool = True) -> bytes:
        """Run git here and give its stdout without the last newline."""
        done = subprocess.run(
            ["git", *args], cwd=self.path, env=self.environ, input=stdin, capture_output=True, check=False
        )
        if check and done.returncode:
            raise AssertionError(f"git {args}: {done.stderr!r}")
        return done.stdout.removesuffix(b"\n")

    def id(self, *args: str | bytes, stdin: bytes = b"") -> Oid:
        """Run git and read its answer as an id."""
        return Oid(self.git(*args, stdin=stdin).decode())

    def blob(self, data: bytes) -> Oid:
        """Store a blob."""
        return self.id("hash-object", "-w", "--stdin", stdin=data)

    def tree(self, files: dict[bytes, tuple[str, str]]) -> Oid:
        """Store a tree from path -> (mode, id), through an index of its own."""
        index = {**self.environ, "GIT_INDEX_FILE": str(self.path / "scratch.index")}
        feed = b"".join(f"{mode} {oid}\t".encode() + path + b"\0" for path, (mode, oid) in files.items())
        scratch = Work(self.path, index)
        scratch.git("read-tree", "--empty")
        scratch.git("update-index", "-z", "--index-info", stdin=feed)
        return scratch.id("write-tree")

    def files(self, contents: dict[bytes, bytes]) -> Oid:
        """Store a tree of regular files."""
        return self.tree({path: ("100644", self.blob(data)) for path, data in contents.items()})

    def commit(self, tree: Oid, *parents: Oid, message: str = "Change") -> Oid:
        """Store a commit."""
        options = [word for parent in parents for word in ("-p", parent)]
        return self.id("commit-tree", tree, *options, "-m", message)

    def ref(self, name: str | bytes, oid: Oid) -> None:
        """Point a ref at an object."""
        self.git("update-ref", name, oid)

    def raw(self, kind: str, data: bytes) -> Oid:
        """Store an object that git would not write."""
        return self.id("hash-object", "-w", "--literally", "-t", kind, "--stdin", stdin=data)

    def loose(self, oid: Oid) -> Path:
        """The file of a loose object."""
        common = self.git("rev-parse", "--git-common-dir").decode()
        return self.path / common / "objects" / oid[:2] / oid[2:]

    def swap(self, oid: Oid, other: Oid) -> None:
        """Store the bytes of `other` under the id `oid`."""
        target = self.loose(oid)
        target.chmod(0o644)
        target.write_bytes(self.loose(other).read_bytes())

    def open(self) -> Repository:
        """Open it as the program does."""
        return Repository.open(self.path, self.environ)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment with a home of its own."""
    home = tmp_path / "home"
    home.mkdir()
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "C",
        "GIT_COMMITTER_EMAIL": "c@example.com",
        "GIT_AUTHOR_DATE": "1700000000 +0000",
        "GIT_COMMITTER_DATE": "1700000000 +0000",
    }


Maker = Callable[..., Work]


@pytest.fixture
def make(tmp_path: Path, environ: dict[str, str]) -> Maker:
    """Make a repository: `make(name, *options of git init)`."""

    def build(name: str = "work", *options: str) -> Work:
        path = tmp_path / name
        path.mkdir()
        work = Work(path, dict(environ))
        work.git("init", "-q", "-b", "main", *options)
        return work

    return build


@pytest.fixture
def work(make: Maker) -> Work:
    """One repository with a work tree."""
    return make()


@pytest.fixture
def poison(tmp_path: Path) -> Callable[[Work], Path]:
    """Plant programs wherever a repository can name one; gives the folder in which each leaves its name."""

    def plant(work: Work) -> Path:
        silent = tmp_path / "canaries"
        silent.mkdir(exist_ok=True)
        git_dir = Path(work.git("rev-parse", "--absolute-git-dir").decode())

        def program(name: str) -> str:
            path = tmp_path / f"run-{name}"
            path.write_text(f"#!/bin/sh\ntouch {silent}/{name}\nexit 1\n")
            path.chmod(0o755)
            return str(path)

        settings = {
            "core.fsmonitor": "fsmonitor",
            "core.sshCommand": "ssh",
            "core.gitProxy": "proxy",
            "core.askPass": "askpass",
            "core.editor": "editor",
            "core.pager": "pager",
            "core.alternateRefsCommand": "alternates",
            "credential.helper": "credential",
            "diff.external": "external",
            "diff.evil.command": "driver",
            "diff.evil.textconv": "textconv",
            "filter.evil.smudge": "smudge",
            "filter.evil.clean": "clean",
            "gpg.program": "gpg",
            "gpg.ssh.program": "gpgssh",
            "gpg.ssh.defaultKeyCommand": "keycommand",
            "remote.origin.uploadpack": "uploadpack",
            "remote.origin.receivepack": "receivepack",
            "remote.origin.vcs": "vcs",
            "uploadpack.packObjectsHook": "packobjects",
            "sequence.editor": "sequence",
        }
        for key, name in settings.items():
            work.git("config", key, program(name))
        for key, value in {
            "core.hooksPath": str(tmp_path / "hooks"),
            "diff.ignoreSubmodules": "all",
            "diff.noprefix": "true",
            "diff.mnemonicPrefix": "true",
            "diff.renames": "copies",
            "diff.suppressBlankEmpty": "true",
            "diff.submodule": "log",
            "diff.algorithm": "patience",
            "diff.orderFile": str(tmp_path / "order"),
            "core.bigFileThreshold": "1",
            "core.quotePath": "false",
            "core.attributesFile": str(tmp_path / "attributes"),
            "color.ui": "always",
            "user.useConfigOnly": "true",
            "extensions.worktreeConfig": "false",
        }.items():
            work.git("config", key, value)
        (tmp_path / "order").write_text("zzz\n")
        (tmp_path / "attributes").write_text("* diff=evil filter=evil -text binary\n")
        (git_dir / "info").mkdir(exist_ok=True)
        (git_dir / "info" / "attributes").write_text("* diff=evil filter=evil\n*.hid -diff\n")
        for folder in (tmp_path / "hooks", git_dir / "hooks"):
            folder.mkdir(exist_ok=True)
            for hook in ("reference-transaction", "pre-push", "post-update", "pre-auto-gc", "post-index-change"):
                (folder / hook).write_text(f"#!/bin/sh\ntouch {silent}/hook-{hook}\nexit 0\n")
                (folder / hook).chmod(0o755)
        return silent

    return plant
