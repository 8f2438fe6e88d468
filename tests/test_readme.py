"""The README's commands, run as they stand."""

import importlib
import pkgutil
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from reviewconsole import errors
from reviewconsole.cli.parser import grammar
from reviewconsole.demo import Demo
from tests.conftest import ROOT

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def bash(script: str, folder: Path, environ: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_a_repository_is_set_up(inside: dict[str, str], tmp_path: Path) -> None:
    [script] = [block for block in BLOCKS if "reviewconsole init" in block]
    bash(
        "git init -q --bare own.git && git clone -q own.git own 2>/dev/null && cd own\n"
        "git commit -q --allow-empty -m Begin && git push -q -u origin main",
        tmp_path,
        inside,
    )
    out = bash(script, tmp_path / "own", inside)
    assert "wrote .reviewconsole/policy.toml" in out
    assert "✗" not in out


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_a_review_is_made_and_its_record_checked_by_other_tools(demo: Demo, inside: dict[str, str]) -> None:
    blocks = [block for block in BLOCKS if "reviewconsole init" not in block]
    assert len(blocks) == 4
    out = bash("\n".join(blocks), demo.repository, inside)
    assert "claude/rebuild-environment" in out
    assert "approve  you" in out
    assert 'Good "decision@reviewconsole" signature for you' in out
    assert '"decision": "approve"' in out
    assert "good signature of you" in out


def test_every_verb_and_only_verbs_are_documented() -> None:
    section = TEXT.split("## Verbs", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    named = {word for row in rows for word in re.findall(r"`([a-z-]+)`", row.split("|")[1])}
    assert named == set(grammar())


def test_every_exit_code_is_documented() -> None:
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)}
    raised = {kind.exit_code for kind in vars(errors).values() if isinstance(kind, type)}
    assert documented == raised | {0, 130}


def test_completion_is_understood_by_bash(inside: dict[str, str], tmp_path: Path) -> None:
    script = 'eval "$(reviewconsole completion bash)"; COMP_WORDS=(reviewconsole ver); COMP_CWORD=1; _reviewconsole\n'
    assert bash(script + 'echo "${COMPREPLY[@]}"', tmp_path, inside) == "verify\n"


_NAMES = {
    "]": "right_square_bracket",
    "[": "left_square_bracket",
    "}": "right_curly_bracket",
    "{": "left_curly_bracket",
    ")": "right_parenthesis",
    "(": "left_parenthesis",
    ">": "greater_than_sign",
    "!": "exclamation_mark",
    "/": "slash",
    "?": "question_mark",
    "+": "plus",
    "-": "minus",
}


def test_every_key_of_the_readme_is_bound() -> None:
    from reviewconsole import tui

    bound = set()
    for module in pkgutil.walk_packages(tui.__path__, f"{tui.__name__}."):
        for kind in vars(importlib.import_module(module.name)).values():
            for binding in getattr(kind, "BINDINGS", ()) if isinstance(kind, type) else ():
                bound |= set(binding.key.split(","))
    table = TEXT.split("| key | does |", 1)[1].split("\n\n", 1)[0]
    named = {key for row in table.splitlines() if row for key in re.findall(r"`([^`]+)`", row.split("|")[1])}
    assert len(named) > 20
    assert {key for key in named if _NAMES.get(key, key) not in bound} == set()
