"""Terraform blocks (HCL native syntax): resources, modules, moved and removed blocks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewconsole.constraints.facts import Undetermined
from reviewconsole.constraints.reading.syntax import end_line, line, parse, source

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True, slots=True)
class Block:
    """One block: `resource "aws_db_instance" "main" { ... }`."""

    kind: str
    labels: tuple[str, ...]
    attributes: Mapping[str, tuple[str, int]]
    """Name -> text of its expression and line."""
    blocks: "tuple[Block, ...]"
    text: str
    first: int
    last: int
    node: "Node"

    @property
    def address(self) -> str:
        """As in a plan: `aws_db_instance.main`, `module.network`."""
        parts = self.labels if self.kind == "resource" else (self.kind, *self.labels)
        return ".".join(parts)

    def attribute(self, name: str) -> str:
        """The text of an attribute's expression; empty where there is none."""
        return self.attributes.get(name, ("", 0))[0]


def blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a file."""
    root = parse("hcl", text)
    return tuple(found for body in root.children if body.type == "body" for found in _blocks(body))


def attributes(text: str) -> dict[str, tuple[str, int]]:
    """The attributes of a `.tfvars` file."""
    root = parse("hcl", text)
    return {name: value for body in root.children if body.type == "body" for name, value in _attributes(body)}


def _blocks(body: "Node") -> Iterator[Block]:
    for node in body.children:
        if node.type != "block":
            continue
        words = [_word(child) for child in node.children if child.type in ("identifier", "string_lit")]
        inner = next((child for child in node.children if child.type == "body"), None)
        yield Block(
            kind=words[0],
            labels=tuple(words[1:]),
            attributes=dict(_attributes(inner)) if inner is not None else {},
            blocks=tuple(_blocks(inner)) if inner is not None else (),
            text=source(node),
            first=line(node),
            last=end_line(node),
            node=node,
        )


def _attributes(body: "Node") -> Iterator[tuple[str, tuple[str, int]]]:
    for node in body.children:
        if node.type == "attribute":
            yield source(node.children[0]), (source(node.children[-1]), line(node))


def _word(node: "Node") -> str:
    return source(node).strip('"') if node.type == "string_lit" else source(node)


def plain(node: "Node") -> object:
    """An expression as plain values: dict, list, str; anything else as `Reference`."""
    while node.type in ("expression", "collection_value", "literal_value", "template_expr") and node.named_children:
        if len(node.named_children) > 1:
            return Reference(source(node))
        node = node.named_children[0]
    if node.type == "object":
        found: dict[str, object] = {}
        for element in node.named_children:
            if element.type == "object_elem":
                key, value = element.child_by_field_name("key"), element.child_by_field_name("val")
                if key is None or value is None:
                    raise Undetermined("has an object that cannot be read")
                found[source(key).strip('"')] = plain(value)
        return found
    if node.type == "tuple":
        return [plain(item) for item in node.named_children if item.type == "expression"]
    text = source(node)
    if node.type in ("string_lit", "quoted_template"):
        inner = text[1:-1]
        return Reference(inner) if "${" in inner else inner
    if node.type in ("bool_lit", "numeric_lit"):
        return text
    return Reference(text)


@dataclass(frozen=True, slots=True)
class Reference:
    """What only a run could tell: a variable, a function, an interpolation."""

    text: str
