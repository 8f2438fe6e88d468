"""The built-in patterns, and commits and evidence made by hand."""

import hashlib
from collections.abc import Callable, Mapping
from importlib import resources

import pytest
import tomli

from reviewconsole.change import Change, Commit, Evidence, Oid, Person
from reviewconsole.provenance import Patterns

Make = Callable[..., Commit]
Judge = Callable[..., Evidence]


@pytest.fixture(scope="session")
def patterns() -> Patterns:
    """The patterns that come with the program."""
    text = resources.files("reviewconsole.provenance").joinpath("agents.toml").read_text(encoding="utf-8")
    return Patterns.parse(tomli.loads(text))


def _person(text: str) -> Person:
    name, _, email = text.removesuffix(">").partition(" <")
    return Person(name=name, email=email)


@pytest.fixture(scope="session")
def make() -> Make:
    """Build a commit from a message and people written `Name <email>`."""

    def build(
        message: str = "Fix it\n", author: str = "Ann Lee <ann@example.com>", committer: str | None = None
    ) -> Commit:
        oid = Oid(hashlib.sha1(f"{message}{author}{committer}".encode("utf-8", "surrogatepass")).hexdigest())
        return Commit(
            oid=oid,
            tree=Oid("4" * 40),
            parents=(Oid("a" * 40),),
            author=_person(author),
            author_time=1_700_000_000,
            committer=_person(committer or author),
            committer_time=1_700_000_000,
            message=message,
        )

    return build


@pytest.fixture(scope="session")
def evidence() -> Judge:
    """Build the evidence over commits."""

    def build(
        *commits: Commit,
        ref: str = "refs/heads/feature",
        paths: tuple[str, ...] = ("src/a.py",),
        notes: Mapping[str, Mapping[Oid, bytes]] | None = None,
    ) -> Evidence:
        head = commits[0].oid if commits else Oid("b" * 40)
        change = Change(
            ref=ref,
            target="refs/heads/main",
            base=Oid("a" * 40),
            head=head,
            base_tree=Oid("4" * 40),
            head_tree=Oid("4" * 40),
            merge_bases=(Oid("a" * 40),),
            commits=commits,
        )
        return Evidence(change=change, paths=paths, notes=notes or {})

    return build
