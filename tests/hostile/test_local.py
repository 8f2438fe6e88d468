"""Somebody wrote into `.git`: what is shown is what the ids say, or nothing is, and the reason is named."""

import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from reviewconsole.cli.text import Painter, inspect
from reviewconsole.errors import ReviewConsoleError
from reviewconsole.review.workspace import Workspace
from tests.hostile import score
from tests.hostile.builder import Hostile, build
from tests.hostile.cases import BAD, BASE, Case
from tests.hostile.git_parts import Maker


def _evil(maker: Maker, main: str) -> str:
    return maker.commit(
        maker.tree({**maker.base, b"app.py": BAD}),
        (main,),
        b"Change it\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n",
    )


EVIL = Case(name="evil", build=_evil, shown=("steal(amount)",))


def _place(hostile: Hostile, oid: str) -> Path:
    return hostile.clone / ".git" / "objects" / oid[:2] / oid[2:]


def _swap(hostile: Hostile, oid: str, kind: str, data: bytes) -> None:
    place = _place(hostile, oid)
    place.unlink()
    place.write_bytes(zlib.compress(f"{kind} {len(data)}".encode() + b"\0" + data))


def swapped_blob(hostile: Hostile, maker: Maker) -> None:
    harmless = BASE[b"app.py"]
    assert isinstance(harmless, bytes)
    _swap(hostile, maker.store("blob", BAD), "blob", harmless)


def swapped_tree(hostile: Hostile, maker: Maker) -> None:
    tree = maker.tree({**maker.base, b"app.py": BAD})
    harmless = maker.tree({**maker.base, b"readme": b"x\n"})
    _swap(hostile, tree, "tree", zlib.decompress(_place(hostile, harmless).read_bytes()).split(b"\0", 1)[1])


def swapped_commit(hostile: Hostile, maker: Maker) -> None:
    harmless = maker.commit(maker.tree({**maker.base, b"readme": b"x\n"}), (), b"Harmless\n")
    _swap(
        hostile,
        hostile.heads["evil"],
        "commit",
        zlib.decompress(_place(hostile, harmless).read_bytes()).split(b"\0", 1)[1],
    )


def replaced(hostile: Hostile, maker: Maker) -> None:
    harmless = maker.commit(maker.tree({**maker.base, b"readme": b"x\n"}), (), b"Harmless\n")
    maker.ref(f"refs/replace/{hostile.heads['evil']}", harmless)


def grafted(hostile: Hostile, maker: Maker) -> None:
    (hostile.clone / ".git/info/grafts").write_text(f"{hostile.heads['evil']}\n")


def shallow(hostile: Hostile, maker: Maker) -> None:
    (hostile.clone / ".git/shallow").write_text(f"{hostile.heads['evil']}\n")


def missing(hostile: Hostile, maker: Maker) -> None:
    _place(hostile, maker.store("blob", BAD)).unlink()


def truncated(hostile: Hostile, maker: Maker) -> None:
    place = _place(hostile, maker.store("blob", BAD))
    place.write_bytes(place.read_bytes()[:10])


def empty_object(hostile: Hostile, maker: Maker) -> None:
    _place(hostile, maker.store("blob", BAD)).write_bytes(b"")


def commit_graph(hostile: Hostile, maker: Maker) -> None:
    place = hostile.clone / ".git/objects/info/commit-graph"
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(b"CGPH\1\1\3\0" + bytes(2000))


def alternates(hostile: Hostile, maker: Maker) -> None:
    place = hostile.clone / ".git/objects/info/alternates"
    place.parent.mkdir(exist_ok=True)
    place.write_text("/no/such/folder\n../../../../x\n")


def lazy_fetch(hostile: Hostile, maker: Maker) -> None:
    with (hostile.clone / ".git/config").open("a") as config:
        config.write('[extensions]\n\tpartialClone = origin\n[remote "origin"]\n\tpromisor = true\n\turl = /no/such\n')
    maker.ref("refs/remotes/origin/main", (hostile.clone / ".git/refs/heads/main").read_text().strip())
    missing(hostile, maker)


def broken_refs(hostile: Hostile, maker: Maker) -> None:
    heads = hostile.clone / ".git/refs/heads"
    (heads / "torn").write_bytes(b"\0\0\0")
    (heads / "loop").write_text("ref: refs/heads/loop\n")
    (heads / "gone").write_text("1" * 40 + "\n")


TRUE = (replaced, grafted, commit_graph, alternates, broken_refs)
"""The truth is shown all the same."""
REFUSED = (swapped_blob, swapped_tree, swapped_commit, missing, truncated, empty_object, lazy_fetch, shallow)
"""It cannot be shown whole, or not be judged: said, and never satisfied or signed."""


@pytest.mark.parametrize("fault", [*TRUE, *REFUSED], ids=lambda fault: fault.__name__)
def test_the_truth_or_a_refusal(tmp_path: Path, fault: Callable[[Hostile, Maker], None]) -> None:
    hostile = build(tmp_path, cases=(EVIL,))
    start = tmp_path / "start"
    shutil.copytree(hostile.clone, start)
    maker = Maker(hostile.clone / ".git", _base(hostile))
    fault(hostile, maker)
    out = _look(hostile, score.environ(tmp_path / "home"))
    if fault in TRUE:
        assert "steal(amount)" in out
    else:
        assert "satisfied" not in out.splitlines()
        assert (
            "cannot be" in out or "is not here" in out or "shallow" in out or "hash" in out or "names no branch" in out
        ), out
    assert "readme" not in out, "the harmless content is never shown in its place"


def _base(hostile: Hostile) -> dict[bytes, object]:
    from tests.hostile.builder import POLICY

    return {**BASE, b".reviewconsole": {b"policy.toml": POLICY, b"allowed_signers": b""}}


def _look(hostile: Hostile, env: dict[str, str]) -> str:
    import io

    try:
        opened = Workspace.open(hostile.clone, env).open_change("h/evil")
    except ReviewConsoleError as error:
        return str(error)
    return "\n".join(inspect(opened, Painter(io.StringIO(), {"NO_COLOR": "1"})))
