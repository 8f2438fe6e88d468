"""docs/boundary.md: every kind has its section, and every example is a constraint that parses."""

import re
import tomllib

import pytest

from reviewconsole.constraints import KINDS, bind
from reviewconsole.policy import parse_policy
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "boundary.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL))


def test_every_kind_has_its_section() -> None:
    assert {*KINDS, "policy.self"} == SECTIONS.keys()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_example_parses_and_is_of_its_kind(kind: str) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", SECTIONS[kind], re.DOTALL)
    found = tomllib.loads(example)["constraint"]
    assert [row["kind"] for row in found] == [kind]
    policy = {
        "version": 1,
        "repository": "r",
        "targets": ["main"],
        "people": {"a": {"emails": ["a@x"]}},
        "rule": [{"id": "default", "from": ["a"]}],
        "constraint": found,
    }
    assert [item.kind for item in bind(parse_policy(policy))] == ["policy.self", kind]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_key_of_an_example_is_one_the_page_or_the_kind_names(kind: str) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", SECTIONS[kind], re.DOTALL)
    common = {"id", "kind", "level", "when", "exempt", "waivable", "why"}
    own = {key for row in tomllib.loads(example)["constraint"] for key in row} - common
    module = (ROOT / "reviewconsole" / "constraints" / f"{kind.replace('.', '_')}.py").read_text(encoding="utf-8")
    documented = module.split('"""', 2)[1]
    assert [key for key in sorted(own) if f"`{key}`" not in documented] == []
