"""The structure that cannot be seen in one file: directions, budgets, registries, start-up."""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "reviewconsole"
MODULES = sorted(PACKAGE.rglob("*.py"))
BUDGETS = {"module": 400, "class": 250, "function": 60}
EXCEPTIONS: dict[str, int] = {
    "attestation.py": 441,  # one format, read in one go
}
"""Module -> lines. May only shrink."""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"})


def test_imports_keep_their_direction() -> None:
    done = run(str(Path(sys.executable).parent / "lint-imports"))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_size_budget(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    name = str(path.relative_to(PACKAGE))
    assert len(text.splitlines()) <= EXCEPTIONS.get(name, BUDGETS["module"])
    if name == "tui/app.py":
        assert len(text.splitlines()) <= 150
    for node in ast.walk(ast.parse(text)):
        size = (getattr(node, "end_lineno", 0) or 0) - getattr(node, "lineno", 0) + 1
        if isinstance(node, ast.ClassDef):
            assert size <= BUDGETS["class"], node.name
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert size <= BUDGETS["function"], node.name


def imported(code: str) -> set[str]:
    done = run(sys.executable, "-c", f"import sys\n{code}\nprint('\\n'.join(sys.modules))")
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stdout.split()}


def test_the_version_costs_nothing() -> None:
    loaded = imported("import io, contextlib\nfrom reviewconsole.cli import main\nwith contextlib.redirect_stdout(io.StringIO()): main(['--version'])")
    assert not loaded & {"textual", "argparse", "git", "keyring", "cryptography", "unidiff"}


def test_verify_needs_neither_console_nor_keyring_nor_gitpython() -> None:
    assert not imported("import reviewconsole.verify, reviewconsole.cli.verbs") & {"textual", "rich", "git", "keyring"}


def test_the_package_itself_imports_nothing() -> None:
    assert not imported("import reviewconsole") & {"dataclasses", "json", "subprocess", "textual"}


@pytest.mark.parametrize(
    ("word", "places"),
    [
        ("subprocess", {"git/process.py", "signing/signer.py", "signing/select.py", "detection/ast_grep.py"}),
        ("unidiff", {"diff.py"}),
        ("keyring", {"signing/keystore.py"}),
        ("cryptography", {"signing/sshsig.py", "signing/signer.py", "signing/select.py"}),
        ("git", {"review/setup.py", "demo/__init__.py", "demo/commits.py"}),
        ("pygments", {"tui/widgets/colours.py", "tui/widgets/syntax.py"}),
    ],
)
def test_each_foreign_part_has_one_place(word: str, places: set[str]) -> None:
    found = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            if any(name.split(".")[0] == word for name in names):
                found.add(str(path.relative_to(PACKAGE)))
    assert found <= places


def test_every_signal_is_registered_and_documented() -> None:
    from reviewconsole.provenance import SIGNALS

    leaves = {path.stem for path in (PACKAGE / "provenance").glob("*.py")} - {"__init__", "patterns"}
    assert len(SIGNALS) == len(leaves)
    text = (ROOT / "docs" / "provenance.md").read_text(encoding="utf-8")
    assert [signal.name for signal in SIGNALS if signal.name not in text] == []


def test_every_constraint_kind_is_registered() -> None:
    from reviewconsole.constraints import KINDS

    leaves = {path.stem.replace("_", ".") for path in (PACKAGE / "constraints").glob("*.py")} - {"..init..", "facts"}
    assert {*KINDS, "policy.self"} == leaves


def test_every_verb_has_help_and_stands_in_the_readme() -> None:
    from reviewconsole.cli.parser import grammar
    from reviewconsole.cli.verbs import VERBS

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(grammar()) == set(VERBS)
    assert [name for name, (text, _) in grammar().items() if not text] == []
    assert [name for name in VERBS if f"`{name}" not in readme] == []


def test_the_pins_have_no_address() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert all("==" in row for row in text.split())


def test_the_version_is_said_once() -> None:
    assert "version" in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dynamic"]
