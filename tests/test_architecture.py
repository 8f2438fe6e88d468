"""The shape of the code: who imports whom, how large things grow, what is registered and documented."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reviewconsole import detection
from reviewconsole.constraints import KINDS
from reviewconsole.provenance import SIGNALS
from tests.conftest import ROOT

PACKAGE = ROOT / "reviewconsole"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "story" not in path.parts)
MODULE, CLASS, FUNCTION, APP = 400, 250, 60, 150

EXCEPTIONS = {
    "attestation.py:_parse_predicate": 65,
    "review/deciding.py:attest": 64,
}
"""What is over its budget, and by how much; this list may only shrink."""


def loaded(code: str) -> set[str]:
    """Run code in a fresh Python and give the names of the modules it has loaded."""
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    return set(done.stdout.split())


def test_the_contracts_of_imports_hold(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--cache-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        (
            "from reviewconsole.cli import main\nmain(['--version'])",
            {"textual", "git", "keyring", "cryptography", "argparse", "typing", "re", "collections", "enum"},
        ),
        ("import reviewconsole.verify", {"textual", "git", "keyring"}),
        ("import reviewconsole.gate, reviewconsole.session", {"textual", "git", "keyring", "cryptography"}),
        ("import reviewconsole", {"reviewconsole.errors"}),
    ],
)
def test_start_up_pays_for_nothing_it_does_not_use(code: str, absent: set[str]) -> None:
    assert loaded(code) & absent == set()


def sizes(path: Path) -> dict[str, tuple[int, int]]:
    """Name -> (lines, budget) of a module and of everything in it."""
    name = path.relative_to(PACKAGE).as_posix()
    text = path.read_text(encoding="utf-8")
    found = {name: (len(text.splitlines()), APP if name == "tui/app.py" else MODULE)}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            budget = CLASS if isinstance(node, ast.ClassDef) else FUNCTION
            found[f"{name}:{node.name}"] = ((node.end_lineno or 0) - node.lineno + 1, budget)
    return found


def test_nothing_outgrows_its_budget() -> None:
    over = {name: lines for path in MODULES for name, (lines, budget) in sizes(path).items() if lines > budget}
    grown = {name: lines for name, lines in over.items() if lines > EXCEPTIONS.get(name, 0)}
    assert grown == {}
    assert EXCEPTIONS.keys() - over.keys() == set(), "no longer over budget: take it off the list"


def _dotted(value: object, module: str) -> bool:
    """Tell whether a text names something inside a module, as for importlib."""
    return isinstance(value, str) and value.startswith(f"{module}.") and value.replace(".", "_").isidentifier()


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("cryptography", {"signing"}),
        ("keyring", {"signing"}),
        ("textual", {"tui"}),
        ("tomlkit", {"review"}),
        ("tomli", {"config.py", "demo", "detection", "loading", "tui"}),
    ],
)
def test_a_library_is_named_in_one_place(module: str, allowed: set[str]) -> None:
    named = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            names += [node.value] if isinstance(node, ast.Constant) and _dotted(node.value, module) else []
            if any(name.split(".")[0] == module for name in names):
                named.add(path.relative_to(PACKAGE).parts[0])
    assert named
    assert named <= allowed


def test_one_module_starts_git() -> None:
    starts = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.List) and node.elts:
                first = node.elts[0]
                if isinstance(first, ast.Constant) and first.value == "git":
                    starts.add(path.relative_to(PACKAGE).as_posix())
    assert starts <= {"git/process.py"}


def test_only_the_last_resort_of_the_command_catches_everything() -> None:
    caught = [
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "Exception"))
    ]
    assert caught == ["cli/run.py"]


def leaves(folder: str, *, shared: set[str]) -> set[str]:
    return {path.stem for path in (PACKAGE / folder).glob("*.py")} - {"__init__"} - shared


def test_every_signal_is_registered_and_documented() -> None:
    page = (ROOT / "docs" / "provenance.md").read_text(encoding="utf-8")
    assert {signal.name.replace("-", "_") for signal in SIGNALS} == leaves("provenance", shared={"patterns"})
    assert [signal.name for signal in SIGNALS if f"`{signal.name}`" not in page] == []
    assert [signal.name for signal in SIGNALS if len(signal.docs.strip()) < 40] == []


def test_every_constraint_is_registered() -> None:
    names = {kind.replace(".", "_") for kind in KINDS} | {"policy_self"}
    assert names == leaves("constraints", shared={"facts"})


def test_every_rule_has_a_page() -> None:
    pages = detection.pages()
    assert pages
    for name, page in pages.items():
        assert detection.page(name) == page
        assert page.title, name
        assert page.what, name
        assert page.why, name
        assert page.instead, name
