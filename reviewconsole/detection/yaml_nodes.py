"""Read YAML as nodes with line marks, within limits.

Nodes are never expanded into plain values, so aliases cost nothing; depth is bounded before
the recursive composer sees the text. A chart template is read with its actions blanked out.
"""

from collections.abc import Iterator
from functools import lru_cache

import yaml

from reviewconsole import lazy_re as re
from reviewconsole.errors import FormatError

_LIMIT = 512_000
_DEPTH = 60
_ALIASES = 200
_ACTION = re.compile(r"\{\{.{0,2000}?\}\}", re.DOTALL)
_ONLY_ACTIONS = re.compile(r"^[ \t]*(?:\ue000[^\ue001\n]*\ue001[ \t]*)+(?:#.*)?$", re.MULTILINE)


def compose(text: str, *, aliases: int = _ALIASES) -> tuple[yaml.Node, ...]:
    """Compose every document of a text. Raises FormatError for what is no YAML or beyond the limits."""
    if len(text) > _LIMIT:
        raise FormatError(f"more than {_LIMIT:,} characters of YAML")
    try:
        depth = used = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            used += isinstance(event, yaml.AliasEvent)
            if depth > _DEPTH or used > aliases:
                raise FormatError("YAML nested too deep, or with too many aliases")
        return tuple(yaml.compose_all(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark is not None else ""
        raise FormatError(f"not YAML: {str(error).split(chr(10))[0]}{where}") from error


@lru_cache(maxsize=64)
def composed(text: str) -> tuple[tuple[yaml.Node, ...], bool]:
    """Compose a manifest or a chart template: the documents, and whether actions were blanked out.

    No documents where neither reading works. A blanked action keeps its line and becomes a word
    made of its letters, so that equal actions stay equal.
    """
    try:
        return compose(text), False
    except FormatError:
        if "{{" not in text:
            return (), False
    try:
        return compose(_without_actions(text)), True
    except FormatError:
        return (), True


def _without_actions(text: str) -> str:
    marked = _ACTION.sub(_marked, text)
    bare = _ONLY_ACTIONS.sub("", marked)
    return bare.replace("\ue000", "").replace("\ue001", "")


def _marked(match: re.Match[str]) -> str:
    rows = match[0].count("\n")
    if rows:
        return "\n" * rows
    return "\ue000T" + re.sub(r"[^\w.]+", "", match[0])[:60] + "\ue001"


def pairs(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
    """Key text, key node and value node of a mapping; nothing for any other node."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield str(key.value), key, value


def merged(node: yaml.Node | None, depth: int = 0) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """Key and value nodes by key text, with `<<` merges applied; own keys win."""
    found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
    own = list(pairs(node))
    for name, key, value in own:
        if name != "<<":
            found[name] = (key, value)
    for name, _, value in own:
        if name == "<<" and depth < 8:
            for each in items(value) or (value,):
                for inner, held in merged(each, depth + 1).items():
                    found.setdefault(inner, held)
    return found


def get(node: yaml.Node | None, *path: str) -> yaml.Node | None:
    """Walk down keys, merges included; None where one is missing."""
    for name in path:
        held = merged(node).get(name)
        node = held[1] if held else None
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
