"""Read YAML as nodes with line marks, within limits.

Nodes are never expanded into plain values, so aliases cost nothing; depth is bounded before
the recursive composer sees the text.
"""

from collections.abc import Iterator

import yaml

from reviewconsole.errors import FormatError

_LIMIT = 512_000
_DEPTH = 60
_ALIASES = 200


def compose(text: str) -> tuple[yaml.Node, ...]:
    """Compose every document of a text. Raises FormatError for what is no YAML or beyond the limits."""
    if len(text) > _LIMIT:
        raise FormatError(f"more than {_LIMIT:,} characters of YAML")
    try:
        depth = aliases = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            aliases += isinstance(event, yaml.AliasEvent)
            if depth > _DEPTH or aliases > _ALIASES:
                raise FormatError("YAML nested too deep, or with too many aliases")
        return tuple(yaml.compose_all(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        raise FormatError(f"not YAML: {str(error).split(chr(10))[0]}") from error


def pairs(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
    """Key text, key node and value node of a mapping; nothing for any other node."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield str(key.value), key, value


def get(node: yaml.Node | None, *path: str) -> yaml.Node | None:
    """Walk down keys; None where one is missing."""
    for name in path:
        node = next((value for key, _, value in pairs(node) if key == name), None)
    return node


def scalar(node: yaml.Node | None) -> str:
    """The text of a scalar; empty for any other node."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def items(node: yaml.Node | None) -> tuple[yaml.Node, ...]:
    """The items of a sequence; none for any other node."""
    return tuple(node.value) if isinstance(node, yaml.SequenceNode) else ()


def line(node: yaml.Node) -> int:
    """The 1-based line a node starts on."""
    return int(node.start_mark.line) + 1
