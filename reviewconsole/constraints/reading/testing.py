"""Tests, skip markers and assertions of test files, by syntax tree."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reviewconsole import lazy_re as re
from reviewconsole.constraints.facts import Undetermined
from reviewconsole.constraints.reading import syntax
from reviewconsole.constraints.reading.syntax import line, parse, source, walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

LANGUAGES = {
    "py": "python", "js": "javascript", "jsx": "javascript", "mjs": "javascript", "cjs": "javascript",
    "ts": "typescript", "mts": "typescript", "cts": "typescript", "tsx": "tsx", "go": "go", "java": "java",
    "rb": "ruby", "rs": "rust",
}  # fmt: skip
_OTHER_CODE = frozenset(
    ("php", "cs", "kt", "kts", "scala", "swift", "ex", "exs", "c", "cc", "cpp", "sh", "bats", "pl", "dart", "clj", "fs",
     "groovy", "lua", "r", "jl", "hs", "erl", "m", "vb")
)  # fmt: skip


@dataclass(slots=True)
class Tests:
    """What one side of a test file holds."""

    tests: dict[str, int] = field(default_factory=dict)
    """Name -> line."""
    skips: list[tuple[str, int]] = field(default_factory=list)
    """Text of a marker that keeps tests from running, and its line."""
    assertions: list[int] = field(default_factory=list)
    """Lines."""


def language_of(path: str) -> str | None:
    """The language of a test file; None where it is no code. Undetermined for code that is not read."""
    ending = path.rsplit(".", 1)[-1].lower() if "." in path.rsplit("/", 1)[-1] else ""
    if ending in LANGUAGES:
        return LANGUAGES[ending]
    if ending in _OTHER_CODE:
        raise Undetermined("is a test of a framework that is not read")
    return None


def tests(language: str, text: str) -> Tests:
    """Read one side of a test file."""
    found = Tests()
    visit = _VISITORS[language]
    for node in walk(parse(language, text)):
        visit(node, found)
    return found


def _name(node: "Node") -> str:
    return source(syntax.field(node, "name"))


def _qualified(node: "Node") -> str:
    """The name of a function with those of the classes around it."""
    parts, outer = [_name(node)], node.parent
    while outer is not None:
        if outer.type in ("class_definition", "class_declaration", "class", "impl_item", "mod_item"):
            parts.append(_name(outer))
        outer = outer.parent
    return ".".join(reversed([part for part in parts if part]))


_PY_SKIP = re.compile(r"skip|xfail|expectedFailure", re.IGNORECASE)
_PY_ASSERT = re.compile(r"(?:^|\.)(?:assert\w*|raises|warns|fail)$")


def _python(node: "Node", found: Tests) -> None:
    if node.type == "function_definition" and _name(node).startswith("test"):
        found.tests.setdefault(_qualified(node), line(node))
    elif node.type == "decorator" and _PY_SKIP.search(source(node)):
        found.skips.append((source(node), line(node)))
    elif node.type == "assert_statement":
        found.assertions.append(line(node))
    elif node.type == "call":
        called = source(syntax.field(node, "function"))
        if _PY_ASSERT.search(called):
            found.assertions.append(line(node))
        elif re.fullmatch(r"(?:pytest|self|unittest)\.(?:skip|skipTest|xfail|importorskip)", called):
            found.skips.append((source(node), line(node)))


_JS_TEST = re.compile(r"(?:it|test|specify|bench)(?:\.(?:each|concurrent|only|skip|failing|fails|serial))*")
_JS_SKIP = re.compile(
    r"(?:x|f)(?:it|describe|test|context)|(?:it|test|describe|suite|context)\.(?:\w+\.)*(?:skip|only|todo|failing|fixme)"
)


def _javascript(node: "Node", found: Tests) -> None:
    if node.type != "call_expression":
        return
    called = source(syntax.field(node, "function"))
    arguments = syntax.field(node, "arguments")
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    if _JS_SKIP.fullmatch(called):
        found.skips.append((f"{called} {source(first)}", line(node)))
    plain = re.sub(r"^[xf](?=it|test|specify)", "", called)
    if _JS_TEST.fullmatch(plain) and first is not None and first.type in ("string", "template_string"):
        found.tests.setdefault(source(first)[1:-1], line(node))
    elif called == "expect" or re.fullmatch(r"(?:assert|t|expect)(?:\.\w+)+|assert", called):
        found.assertions.append(line(node))


_GO_ASSERT = re.compile(
    r"(?:t|tt|tb|b|f)\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)|(?:assert|require|is|qt)\.\w+|\w+\.Assert\w*"
)


def _go(node: "Node", found: Tests) -> None:
    if node.type == "function_declaration" and re.match(r"(?:Test|Benchmark|Fuzz|Example)", _name(node)):
        found.tests.setdefault(_name(node), line(node))
    elif node.type == "call_expression":
        called = source(syntax.field(node, "function"))
        if re.fullmatch(r"\w+\.(?:Skip|SkipNow|Skipf)", called):
            found.skips.append((source(node), line(node)))
        elif _GO_ASSERT.fullmatch(called):
            found.assertions.append(line(node))


def _java(node: "Node", found: Tests) -> None:
    if node.type == "method_declaration":
        marks = [source(child) for child in node.children if child.type == "modifiers"]
        if any(re.search(r"@(?:\w*Test|TestFactory|TestTemplate)\b", mark) for mark in marks):
            found.tests.setdefault(_qualified(node), line(node))
    elif node.type in ("marker_annotation", "annotation") and re.match(r"@(?:Disabled|Ignore)", source(node)):
        found.skips.append((source(node), line(node)))
    elif node.type == "method_invocation" and re.match(r"(?:assert|verify|fail|expect)", _name(node)):
        found.assertions.append(line(node))


def _ruby(node: "Node", found: Tests) -> None:
    if node.type == "method" and _name(node).startswith("test_"):
        found.tests.setdefault(_qualified(node), line(node))
    elif node.type == "call":
        called = source(syntax.field(node, "method"))
        arguments = syntax.field(node, "arguments")
        first = source(arguments.named_children[0]) if arguments is not None and arguments.named_children else ""
        if called in ("it", "specify", "test", "scenario", "xit", "fit", "xspecify") and first:
            found.tests.setdefault(first.strip("'\""), line(node))
        if re.fullmatch(r"[xf](?:it|describe|context|specify)|skip|pending", called):
            found.skips.append((f"{called} {first}", line(node)))
        elif re.match(r"(?:assert|refute|expect|should)", called):
            found.assertions.append(line(node))
    elif node.type == "identifier" and source(node) in ("skip", "pending") and _statement(node):
        found.skips.append((source(node), line(node)))


def _statement(node: "Node") -> bool:
    return node.parent is not None and node.parent.type in ("body_statement", "block_body")


def _rust(node: "Node", found: Tests) -> None:
    if node.type == "attribute_item":
        following = node.next_named_sibling
        while following is not None and following.type in ("attribute_item", "line_comment"):
            following = following.next_named_sibling
        if re.match(r"#\[(?:\w+::)*(?:test|rstest)\b", source(node)) and following is not None:
            found.tests.setdefault(_qualified(following), line(following))
        elif source(node).startswith("#[ignore"):
            found.skips.append((source(node), line(node)))
    elif node.type == "macro_invocation" and re.match(r"(?:debug_)?assert\w*!|panic!", source(node)):
        found.assertions.append(line(node))


_VISITORS: dict[str, "Callable[[Node, Tests], None]"] = {
    "python": _python, "javascript": _javascript, "typescript": _javascript, "tsx": _javascript, "go": _go,
    "java": _java, "ruby": _ruby, "rust": _rust,
}  # fmt: skip
