"""Catalogue 5.8: tests."""

import ast
import re
from collections.abc import Iterator

from benchmarks.changes import Sides
from benchmarks.seeding.edits import FUNCTIONS, Block, brace_end, functions, insert, line_at, name_of, replace, span
from benchmarks.seeding.model import Case, Draw, H, M, Material, Twin, edited, operator
from benchmarks.seeding.operators.common import PY, parsed

_TEST_PY = r"(^|/)(test_\w+|\w+_test|tests)\.py$|(^|/)tests/.*\.py$"
_TEST_TS = r"\.(test|spec)\.[jt]sx?$"
_TEST_GO = r"_test\.go$"
_TEST_JAVA = r"(Test|IT|Tests)\.java$"


def _tests_py(material: Material) -> list[FUNCTIONS]:
    py = parsed(material)
    return [f for f in py.functions(2) if f.name.startswith("test_")] if py else []


def _moved(path: str, text: str, block: tuple[int, int]) -> Twin:
    first, last = block
    folder, _, name = path.rpartition("/")
    other = f"{folder}/test_moved_{name}".lstrip("/") if name.endswith(".py") else f"{folder}/moved_{name}".lstrip("/")
    body = "\n".join(text.split("\n")[first - 1 : last]) + "\n"
    return Twin("moved", (Sides(path, text, replace(text, first, last)), Sides(other, None, body)))


@operator("test-deleted/python", "q-01", H, files=_TEST_PY, needs=r"def test_", tests=True)
def test_deleted_python(material: Material, draw: Draw) -> Iterator[Case]:
    """A test goes; what it tests stays."""
    found = _tests_py(material)
    if len(found) < 2:
        return
    for node in draw.rng.sample(found, 1):
        first, last = span(node)
        text = material.text
        renamed = text.replace(f"def {node.name}(", f"def {node.name}_for_customers(", 1)
        shape = "method" if node.col_offset else "function"
        yield edited(
            shape,
            material.path,
            text,
            replace(text, first, last),
            safe={"renamed": renamed},
            twins=(_moved(material.path, text, (first, last)),),
        )


@operator(
    "test-deleted/file",
    "q-01",
    H,
    files=rf"{_TEST_PY}|{_TEST_TS}|{_TEST_GO}|{_TEST_JAVA}",
    needs=r"def test_|\b(it|test)\(|func Test|@Test",
    tests=True,
)
def test_file_deleted(material: Material, draw: Draw) -> Iterator[Case]:
    """A whole file of tests goes."""
    path = material.path
    folder, _, name = path.rpartition("/")
    moved = Twin(
        "file moved",
        (Sides(path, material.text, None), Sides(f"{folder}/moved/{name}".lstrip("/"), None, material.text)),
    )
    del draw
    yield Case(shape=path.rsplit(".", 1)[-1], change=(Sides(path, material.text, None),), anywhere=True, twins=(moved,))


def _tests_ts(text: str) -> list[Block]:
    found = []
    for match in re.finditer(r"(?m)^([ \t]+)(?:it|test)\((['\"`])(.+?)\2, (?:async )?\([^\n]*\) => \{[ \t]*$", text):
        opening = text.index("{", match.end() - 1)
        end = brace_end(text, opening)
        if end > 0 and text[end : end + 3].startswith("})"):
            first, last = line_at(text, match.start()), line_at(text, end)
            found.append(Block("it", match[3], first, last, "\n".join(text.split("\n")[first - 1 : last]), first + 1))
    return found


@operator("test-deleted/typescript", "q-01", H, files=_TEST_TS, needs=r"\b(it|test)\(", tests=True)
def test_deleted_ts(material: Material, draw: Draw) -> Iterator[Case]:
    """A test goes; what it tests stays."""
    found = _tests_ts(material.text)
    if len(found) > 1:
        block = draw.rng.choice(found)
        renamed = material.text.replace(block.name, block.name + " for customers", 1)
        yield edited(
            "it",
            material.path,
            material.text,
            replace(material.text, block.first, block.last),
            safe={"renamed": renamed},
            twins=(_moved(material.path, material.text, (block.first, block.last)),),
        )


@operator("test-deleted/go", "q-01", H, files=_TEST_GO, needs=r"^func Test", tests=True)
def test_deleted_go(material: Material, draw: Draw) -> Iterator[Case]:
    """A test goes; what it tests stays."""
    found = [f for f in functions(material.text, "go") if f.name.startswith("Test")]
    if len(found) > 1:
        block = draw.rng.choice(found)
        renamed = material.text.replace(f"func {block.name}(", f"func {block.name}ForCustomers(", 1)
        yield edited(
            "func",
            material.path,
            material.text,
            replace(material.text, block.first, block.last),
            safe={"renamed": renamed},
            twins=(_moved(material.path, material.text, (block.first, block.last)),),
        )


@operator("test-deleted/java", "q-01", H, files=_TEST_JAVA, needs=r"@Test", tests=True)
def test_deleted_java(material: Material, draw: Draw) -> Iterator[Case]:
    """A test goes; what it tests stays."""
    found = [f for f in functions(material.text, "java") if "@Test" in f.text]
    if len(found) > 1:
        block = draw.rng.choice(found)
        renamed = material.text.replace(f" {block.name}(", f" {block.name}ForCustomers(", 1)
        yield edited(
            "method",
            material.path,
            material.text,
            replace(material.text, block.first, block.last),
            safe={"renamed": renamed},
            twins=(_moved(material.path, material.text, (block.first, block.last)),),
        )


@operator("assertion-weakened/python", "q-02", H, files=_TEST_PY, needs=r"^\s+assert |assertEqual", tests=True)
def weaker_python(material: Material, draw: Draw) -> Iterator[Case]:
    """A test passes with more answers than before."""
    py = parsed(material)
    if py is None:
        return
    options: list[tuple[str, str, str]] = []
    for node in py.all(ast.Assert):
        owner = py.owner(node)
        if (
            owner is None
            or not owner.name.startswith("test")
            or not isinstance(node.test, ast.Compare)
            or not isinstance(node.test.ops[0], ast.Eq)
        ):
            continue
        pad, left, right = " " * node.col_offset, py.source(node.test.left), py.source(node.test.comparators[0])
        if "\n" in left + right or not isinstance(
            node.test.comparators[0], ast.Constant | ast.List | ast.Dict | ast.Name | ast.Attribute
        ):
            continue

        def put(row: str, node: ast.Assert = node) -> str:
            return replace(py.text, node.lineno, node.end_lineno or 0, [row])

        other = put(f"{pad}assert {right} == {left}")
        options += [
            ("not None", put(f"{pad}assert {left} is not None"), other),
            ("truthy", put(f"{pad}assert {left}"), other),
            ("in", put(f"{pad}assert {left} in ({right}, None)"), other),
        ]
        if len([n for n in ast.walk(owner) if isinstance(n, ast.Assert)]) > 1:
            options.append(("removed", replace(py.text, node.lineno, node.end_lineno or 0), other))
    for call in py.all(ast.Call):
        statement = py.parents.get(call)
        if (
            name_of(call) == "self.assertEqual"
            and len(call.args) >= 2
            and isinstance(statement, ast.Expr)
            and call.lineno == call.end_lineno
        ):
            pad = " " * statement.col_offset
            first, second = py.source(call.args[0]), py.source(call.args[1])
            other = replace(py.text, call.lineno, call.lineno, [f"{pad}self.assertEqual({second}, {first})"])
            options.append(
                (
                    "assertIsNotNone",
                    replace(py.text, call.lineno, call.lineno, [f"{pad}self.assertIsNotNone({first})"]),
                    other,
                )
            )
            options.append(
                ("assertTrue", replace(py.text, call.lineno, call.lineno, [f"{pad}self.assertTrue({first})"]), other)
            )
    kinds = sorted({option[0] for option in options})
    if kinds:
        kind = draw.take(kinds)
        shape, after, other = draw.rng.choice([option for option in options if option[0] == kind])
        yield edited(shape, material.path, py.text, after, safe={"sides swapped": other})


def _weaker(material: Material, draw: Draw, options: list[tuple[str, re.Pattern[str], str]]) -> Iterator[Case]:
    sites = [(shape, match, to) for shape, pattern, to in options for match in pattern.finditer(material.text)]
    kinds = sorted({site[0] for site in sites})
    if kinds:
        kind = draw.take(kinds)
        shape, match, to = draw.rng.choice([site for site in sites if site[0] == kind])
        text = material.text
        value = re.sub(r"(['\"])(\w+)\1(?=\)+;?$)", r"\1\2x\1", match[0])
        safe = {"other value": text[: match.start()] + value + text[match.end() :]} if value != match[0] else {}
        yield edited(
            shape, material.path, text, text[: match.start()] + match.expand(to) + text[match.end() :], safe=safe
        )


@operator(
    "assertion-weakened/typescript",
    "q-02",
    H,
    files=_TEST_TS,
    needs=r"\.to(Equal|Be|StrictEqual|HaveLength)\(",
    tests=True,
)
def weaker_ts(material: Material, draw: Draw) -> Iterator[Case]:
    """A test passes with more answers than before."""
    yield from _weaker(material, draw, [
        ("toBeDefined", re.compile(r"\.to(?:Equal|StrictEqual|Be)\([^\n;]+\);$", re.MULTILINE), r".toBeDefined();"),
        ("toBeTruthy", re.compile(r"\.to(?:Equal|Be)\([^\n;]+\);$", re.MULTILINE), r".toBeTruthy();"),
        ("any", re.compile(r"\.toEqual\([^\n;]+\);$", re.MULTILINE), r".toEqual(expect.anything());"),
    ])  # fmt: skip


@operator(
    "assertion-weakened/go",
    "q-02",
    H,
    files=_TEST_GO,
    needs=r"(require|assert)\.(Equal|Len|ErrorIs|EqualError)\(",
    tests=True,
)
def weaker_go(material: Material, draw: Draw) -> Iterator[Case]:
    """A test passes with more answers than before."""
    yield from _weaker(material, draw, [
        ("NotNil", re.compile(r"(require|assert)\.Equal\(t, [^,\n]+, ([^,\n]+)\)$", re.MULTILINE), r"\1.NotNil(t, \2)"),
        ("Error", re.compile(r"(require|assert)\.ErrorIs\(t, (\w+), [^\n]+\)$", re.MULTILINE), r"\1.Error(t, \2)"),
        ("NotEmpty", re.compile(r"(require|assert)\.Len\(t, ([^,\n]+), \d+\)$", re.MULTILINE), r"\1.NotEmpty(t, \2)"),
    ])  # fmt: skip


@operator("assertion-weakened/java", "q-02", H, files=_TEST_JAVA, needs=r"assertEquals\(|assertThat\(", tests=True)
def weaker_java(material: Material, draw: Draw) -> Iterator[Case]:
    """A test passes with more answers than before."""
    yield from _weaker(material, draw, [
        ("assertNotNull", re.compile(r"assertEquals\([^,\n;]+, ([^,\n;]+)\);$", re.MULTILINE), r"assertNotNull(\1);"),
        ("notNullValue", re.compile(r"assertThat\(([^\n;]+), is\([^\n;]+\)\);$", re.MULTILINE), r"assertThat(\1, is(notNullValue()));"),
        ("isNotNull", re.compile(r"\.isEqualTo\([^\n;]+\);$", re.MULTILINE), r".isNotNull();"),
    ])  # fmt: skip


@operator("skip-added/python", "q-03", H, files=_TEST_PY, needs=r"def test_", tests=True, standing=True)
def skip_python(material: Material, draw: Draw) -> Iterator[Case]:
    """A test is no longer run."""
    for node in draw.rng.sample(_tests_py(material), min(1, len(_tests_py(material)))):
        pad, body = " " * node.col_offset, " " * node.body[0].col_offset
        first = span(node)[0]
        text = material.text
        shape, after = draw.take(
            [
                ("mark.skip", insert(text, first, [f"{pad}@pytest.mark.skip"])),
                (
                    "mark.skip, lines",
                    insert(text, first, [f"{pad}@pytest.mark.skip(", f'{pad}    reason="flaky",', f"{pad})"]),
                ),
                ("unittest", insert(text, first, [f'{pad}@unittest.skip("fails sometimes")'])),
                ("xfail", insert(text, first, [f"{pad}@pytest.mark.xfail"])),
                ("call", insert(text, node.body[0].lineno, [f'{body}pytest.skip("later")'])),
                ("skipTest", insert(text, node.body[0].lineno, [f'{body}self.skipTest("later")'])),
                ("early return", insert(text, node.body[0].lineno, [f"{body}return"])),
            ]
        )
        safe = {
            "platform": insert(text, first, [f'{pad}@pytest.mark.skipif(sys.platform == "win32", reason="no fork")']),
            "issue and date": insert(
                text,
                first,
                [f'{pad}@pytest.mark.skip(reason="https://github.com/acme/orders/issues/12, until 2099-01-31")'],
            ),
        }
        yield edited(shape, material.path, text, after, safe=safe)


@operator(
    "skip-added/typescript", "q-03", H, files=_TEST_TS, needs=r"\b(it|test|describe)\(", tests=True, standing=True
)
def skip_ts(material: Material, draw: Draw) -> Iterator[Case]:
    """Tests are no longer run."""
    sites = list(re.finditer(r"(?m)^([ \t]*)(it|test|describe)\((?=['\"`])", material.text))
    for match in draw.rng.sample(sites, min(1, len(sites))):
        word = draw.take(
            [
                f"{match[2]}.skip(",
                f"{match[2]}.only(",
                f"x{match[2]}(" if match[2] != "test" else "test.todo(",
                f"{match[2]}.skip(",
            ]
        )
        text = material.text
        yield edited(word, material.path, text, text[: match.start()] + match[1] + word + text[match.end() :])


@operator("skip-added/go", "q-03", H, files=_TEST_GO, needs=r"^func Test", tests=True, standing=True)
def skip_go(material: Material, draw: Draw) -> Iterator[Case]:
    """A test is no longer run."""
    found = [f for f in functions(material.text, "go") if f.name.startswith("Test")]
    for block in draw.rng.sample(found, min(1, len(found))):
        shape, row = draw.take(
            [("Skip", '\tt.Skip("flaky")'), ("SkipNow", "\tt.SkipNow()"), ("Skipf", '\tt.Skipf("flaky: %s", t.Name())')]
        )
        text = material.text
        safe = {
            "platform": insert(text, block.inside, ['\tif runtime.GOOS == "windows" {', '\t\tt.Skip("no fork")', "\t}"])
        }
        yield edited(shape, material.path, text, insert(text, block.inside, [row]), safe=safe)


@operator("skip-added/java", "q-03", H, files=_TEST_JAVA, needs=r"@Test", tests=True, standing=True)
def skip_java(material: Material, draw: Draw) -> Iterator[Case]:
    """A test is no longer run."""
    sites = list(re.finditer(r"(?m)^([ \t]+)@Test\b[^\n]*\n", material.text))
    for match in draw.rng.sample(sites, min(1, len(sites))):
        row = draw.take(["@Disabled", '@Disabled("flaky")', "@Ignore"])
        text = material.text
        yield edited(row, material.path, text, text[: match.start()] + f"{match[1]}{row}\n" + text[match.start() :])


@operator("no-error-path-test/python", "q-05", M, files=PY, needs=r"def ", reverse=False)
def no_error_test(material: Material, draw: Draw) -> Iterator[Case]:
    """A new handler that no test reaches."""
    py = parsed(material)
    hosts = [f for f in py.functions(3) if isinstance(f.body[-1], ast.Return | ast.Expr)] if py else []
    if py is None:
        return
    for host in draw.rng.sample(hosts, min(1, len(hosts))):
        pad, line = " " * host.body[-1].col_offset, host.body[-1].lineno
        shape, rows = draw.take([
            ("except", ["try:", "    publish(event)", "except ConnectionError as error:", '    logger.error("not published: %s", error)', "    queue_for_later(event)"]),
            ("several", ["try:", "    total = rates.fetch(currency)", "except (LookupError, OSError) as error:", '    raise RatesUnavailable("no rate") from error']),
        ])  # fmt: skip
        after = insert(py.text, line, [pad + row for row in rows])
        tested = Sides(
            f"tests/test_{host.name}_errors.py",
            None,
            f"import pytest\n\n\ndef test_{host.name}_says_when_it_cannot():\n    with pytest.raises(RatesUnavailable):\n        {host.name}(publish=broken)\n",
        )
        twin = Twin("with its test", (Sides(material.path, py.text, after), tested))
        yield edited(shape, material.path, py.text, after, twins=(twin,))
