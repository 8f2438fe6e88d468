"""Build the hostile repository: main with a policy, one branch a case, canaries in its configuration."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.canaries import plant
from tests.hostile.cases import BASE, CASES, Case
from tests.hostile.git_parts import Maker, Tree

POLICY = b"""version = 1
repository = "example/hostile"
targets = ["main"]
[people.alice]
emails = ["alice@example.com"]
[groups]
seniors = ["alice"]
[[rule]]
id = "default"
approvals = 1
from = ["seniors"]
"""


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """What was built, and where its canaries leave their marks."""

    folder: Path
    clone: Path
    canaries: tuple[str, ...]
    heads: dict[str, str]
    """Case -> head id."""


def ref_of(case: Case) -> bytes:
    """The full ref of a case."""
    return case.ref or b"refs/heads/h/" + case.name.encode()


def build(folder: Path, signers: bytes = b"", cases: tuple[Case, ...] = CASES) -> Hostile:
    """Build into an empty folder. `signers` is the allowed_signers file that main holds."""
    clone = folder / "clone"
    subprocess.run(["git", "init", "-q", "-b", "main", str(clone)], check=True)

    start: Tree = {**BASE, b".reviewconsole": {b"policy.toml": POLICY, b"allowed_signers": signers}}
    maker = Maker(clone / ".git", start)
    main = maker.commit(maker.tree(start), (), b"Begin\n")
    maker.ref("refs/heads/main", main)
    heads = {}
    for case in cases:
        heads[case.name] = case.build(maker, main)
        maker.ref(ref_of(case), heads[case.name])
    names = plant(clone / ".git", folder / "canaries")
    return Hostile(folder=folder, clone=clone, canaries=names, heads=heads)
