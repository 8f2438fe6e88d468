"""Syntax trees by tree-sitter (https://tree-sitter.github.io); a tree with an error is no tree."""

from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

from reviewconsole.constraints.facts import Undetermined

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_GRAMMARS = {"typescript": ("typescript", "language_typescript"), "tsx": ("typescript", "language_tsx")}


@lru_cache(maxsize=16)
def _parser(language: str) -> "Parser":
    from tree_sitter import Language, Parser

    module, function = _GRAMMARS.get(language, (language, "language"))
    return Parser(Language(getattr(import_module(f"tree_sitter_{module}"), function)()))


def parse(language: str, text: str) -> "Node":
    """Parse a whole file; Undetermined where any part of it is not of the language."""
    root = _parser(language).parse(text.encode("utf-8", "replace")).root_node
    if root.has_error:
        raise Undetermined(f"cannot be parsed as {language}")
    return root


def source(node: "Node | None") -> str:
    """The text of a node; empty for none."""
    return "" if node is None or node.text is None else node.text.decode("utf-8", "replace")


def line(node: "Node") -> int:
    """The 1-based line a node starts on."""
    return node.start_point.row + 1


def end_line(node: "Node") -> int:
    """The 1-based line a node ends on."""
    return node.end_point.row + 1


def walk(node: "Node") -> Iterator["Node"]:
    """A node and everything below it, in the order of the text."""
    stack = [node]
    while stack:
        found = stack.pop()
        yield found
        stack.extend(reversed(found.children))


def field(node: "Node", name: str) -> "Node | None":
    """A named child."""
    return node.child_by_field_name(name)
