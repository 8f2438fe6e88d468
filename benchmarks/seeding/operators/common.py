"""Insertion of dangerous rows into real hosts, with their harmless counterparts."""

import re
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.seeding.edits import Block, Py, functions, indent_of, insert, shifted, steps
from benchmarks.seeding.model import Case, Draw, Material, edited

PY = r"(?<!/apps)\.py$"
GO = r"\.go$"
TS = r"\.[jt]sx?$"
JAVA = r"\.java$"
TF = r"\.tf$"
YAML = r"\.ya?ml$"
SH = r"\.sh$"
WORKFLOW = r"(^|/)\.github/workflows/[^/]+\.ya?ml$"

Rows = Sequence[str]
Variant = tuple[str, Rows]
"""The name of a shape, and its rows from column 0."""


def commented(rows: Rows, mark: str) -> list[str]:
    """Turn rows into comments."""
    return [f"{mark} {row}" for row in rows]


def parsed(material: Material) -> Py | None:
    """Parse a Python file; None where it is none."""
    try:
        return Py(material.text)
    except (SyntaxError, ValueError):
        return None


def into_python(
    material: Material, draw: Draw, variants: Sequence[Variant], *, safe: Mapping[str, Rows], imports: Rows = ()
) -> Iterator[Case]:
    """Add rows to a function, before its last statement; imports stand at the top on both sides."""
    py = parsed(material)
    if py is None or re.search(r"(^|/)(migrations|versions|alembic)/", material.path):
        return
    text = _with_imports(py, imports)
    py = Py(text)
    hosts = [f for f in py.functions(3) if f.body[-1].col_offset == f.body[0].col_offset and "yield" not in f.name]
    for host in draw.rng.sample(hosts, min(1, len(hosts))):
        line, pad = host.body[-1].lineno, " " * host.body[0].col_offset
        shape, rows = draw.take(variants)
        counterparts = {kind: insert(text, line, shifted(block, pad)) for kind, block in safe.items()}
        counterparts["comment"] = insert(text, line, shifted(commented(rows, "#"), pad))
        yield edited(shape, material.path, text, insert(text, line, shifted(rows, pad)), safe=counterparts)


def _with_imports(py: Py, imports: Rows) -> str:
    missing = [row for row in imports if row not in py.text.split("\n")]
    first = next((n.lineno for n in py.tree.body if type(n).__name__ in ("Import", "ImportFrom")), 1)
    future = [n.end_lineno or 0 for n in py.tree.body if getattr(n, "module", None) == "__future__"]
    return insert(py.text, max([first, *(line + 1 for line in future)]), missing) if missing else py.text


def into_braces(
    material: Material,
    draw: Draw,
    variants: Sequence[Variant],
    *,
    language: str,
    safe: Mapping[str, Rows],
    among: str = "",
) -> Iterator[Case]:
    """Add rows to the beginning of a function of Go, Java or TypeScript; `among` is a pattern its text must have."""
    hosts = [b for b in functions(material.text, language) if re.search(among, b.text)]
    for host in draw.rng.sample(hosts, min(1, len(hosts))):
        body = material.text.split("\n")[host.inside - 1 : host.last - 1]
        pad = next((indent_of(row) for row in body if row.strip()), "    ")
        unit = "\t" if "\t" in pad else "    "
        shape, rows = draw.take(variants)

        def put(block: Rows, line: int = host.inside, pad: str = pad, unit: str = unit) -> str:
            return insert(material.text, line, [pad + row.replace("\t", unit) if row else row for row in block])

        counterparts = {kind: put(block) for kind, block in safe.items()}
        counterparts["comment"] = put(commented(rows, "//"))
        yield edited(shape, material.path, material.text, put(rows), safe=counterparts)


def into_steps(
    material: Material, draw: Draw, variants: Sequence[Variant], *, safe: Mapping[str, Rows]
) -> Iterator[Case]:
    """Add a step after the last one of a job of a workflow."""
    found = steps(material.text)
    if not found:
        return
    step: Block = draw.rng.choice(found)
    pad = indent_of(material.text.split("\n")[step.first - 1])
    shape, rows = draw.take(variants)
    at = step.last + 1

    def put(block: Rows) -> str:
        return insert(material.text, at, shifted(block, pad))

    counterparts = {kind: put(block) for kind, block in safe.items()}
    counterparts["comment"] = put(commented(rows, "#"))
    yield edited(shape, material.path, material.text, put(rows), safe=counterparts)


def into_shell(
    material: Material, draw: Draw, variants: Sequence[Variant], *, safe: Mapping[str, Rows]
) -> Iterator[Case]:
    """Add rows at the end of a script."""
    text = material.text if material.text.endswith("\n") else material.text + "\n"
    at = text.count("\n") + 1
    shape, rows = draw.take(variants)
    counterparts = {kind: insert(text, at, block) for kind, block in safe.items()}
    counterparts["comment"] = insert(text, at, commented(rows, "#"))
    yield edited(shape, material.path, text, insert(text, at, rows), safe=counterparts)
