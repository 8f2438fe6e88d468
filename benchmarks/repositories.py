"""The public repositories that are measured, and their files at a frozen commit."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MANIFEST = Path(__file__).with_name("repositories.toml")
_LARGEST = 200_000
_NOT_MATERIAL = re.compile(
    r"(^|/)(vendor|third_party|node_modules|dist|build|docs?|examples?|samples?|fixtures?|testdata|demos?)/"
    r"|(^|/)[^/]*(sandbox|playground|training|tutorial)[^/]*/"
    r"|\.min\.|_pb2|\.pb\.|lock\.(json|yaml)$|\.lock$",
    re.IGNORECASE,
)
"""Own words, not the product's: material must be files that a reviewer takes seriously."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One repository of the manifest."""

    name: str
    commit: str
    half: str
    """`open`: misses may be shown to rule writers; `held-out`: never."""
    load: str
    """`service` or `infrastructure` where its commits are replayed; empty otherwise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Blob:
    """A file of the frozen commit."""

    path: str
    oid: str


def listed(path: Path = MANIFEST) -> tuple[Listed, ...]:
    """Read the manifest."""
    table = tomllib.loads(path.read_text("utf-8"))
    return tuple(
        Listed(name=name, commit=row["commit"], half=row["half"], load=row.get("load", ""))
        for name, row in table["repository"].items()
    )


def git_dir(folder: Path, name: str) -> Path | None:
    """Find a repository under a folder: `owner+name/repo`, `owner+name`, `owner/name`, bare or not."""
    flat = name.replace("/", "+")
    for place in (folder / flat / "repo", folder / flat, folder / f"{flat}.git", folder / name, folder / f"{name}.git"):
        for git in (place / ".git", place):
            if (git / "objects").is_dir():
                return git
    return None


def git(directory: Path, *arguments: str, feed: bytes = b"") -> bytes:
    """Run git on a repository and give its output. Raises CalledProcessError."""
    command = ["git", "--git-dir", str(directory), *arguments]
    return subprocess.run(command, input=feed, capture_output=True, check=True).stdout


def files(directory: Path, commit: str) -> tuple[frozenset[str], tuple[Blob, ...]]:
    """List a commit: all its paths, and the files fit as material, in byte order."""
    paths, blobs = set(), []
    for row in git(directory, "ls-tree", "-r", "-l", "-z", commit).decode("utf-8", "replace").split("\0"):
        if not row:
            continue
        facts, path = row.split("\t", 1)
        mode, _, oid, size = facts.split()
        paths.add(path)
        if mode.startswith("100") and size.isdigit() and int(size) <= _LARGEST and not _NOT_MATERIAL.search(path):
            blobs.append(Blob(path=path, oid=oid))
    return frozenset(paths), tuple(blobs)


def texts(directory: Path, blobs: tuple[Blob, ...]) -> Iterator[tuple[Blob, str]]:
    """Read files that are UTF-8, through one process."""
    out = git(directory, "cat-file", "--batch", feed="".join(f"{blob.oid}\n" for blob in blobs).encode())
    at = 0
    for blob in blobs:
        end = out.index(b"\n", at)
        size = int(out[at:end].split()[2])
        data = out[end + 1 : end + 1 + size]
        at = end + 2 + size
        if b"\0" not in data and b"\r" not in data:
            try:
                yield blob, data.decode()
            except UnicodeDecodeError:
                continue
