"""YAML and JSON as nodes with line numbers, bounded; templates and anchors are Undetermined."""

import json
from collections.abc import Iterator
from typing import NoReturn

import yaml

from reviewconsole import lazy_re as re
from reviewconsole.constraints.facts import Undetermined

_LIMIT = 1_000_000
_DEPTH = 60
_PLAIN = re.compile(r"^(?!.*(?:^|/)templates/)(?:.*/)?(?:\.(?:github|circleci)/|values(?:[-._][^/]*)?\.ya?ml$)")
"""Files whose own program reads `{{`, after the YAML, or hands it on (values of a chart): they are not templates."""
_TEMPLATE = re.compile(r"(?<!\$)\{\{|\{%")


def _no_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise Undetermined("a key stands twice")
    return dict(pairs)


def _no_constant(text: str) -> NoReturn:
    raise Undetermined(f"{text} is not JSON")


def check_json(text: str) -> object:
    """Parse JSON strictly; Undetermined for anything else, duplicate keys included."""
    try:
        return json.loads(text, object_pairs_hook=_no_twice, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Undetermined("cannot be parsed as JSON") from error


def documents(path: str, text: str) -> tuple[yaml.Node, ...]:
    """Every document of a YAML or JSON file as nodes."""
    if path.endswith(".json"):
        check_json(text)
        # raw tabs cannot stand in a string of JSON, and YAML does not take them as white space
        return _compose(text.replace("\t", " "))
    marked = _TEMPLATE.search(text) is not None
    if marked and not _PLAIN.search(path):
        raise Undetermined("is a template")
    found = _compose(text)
    if marked and any(map(_filled_in, found)):
        raise Undetermined("is a template")
    return found


def _filled_in(node: yaml.Node | None) -> bool:
    """Whether a mapping is the key of another one, which is how YAML reads an unquoted `{{ name }}`."""
    todo: list[yaml.Node | None] = [node]
    while todo:
        each = todo.pop()
        if isinstance(each, yaml.MappingNode):
            if any(isinstance(key, yaml.MappingNode) for key, _ in each.value):
                return True
            todo += [value for _, value in each.value]
        elif isinstance(each, yaml.SequenceNode):
            todo += each.value
    return False


def _compose(text: str) -> tuple[yaml.Node, ...]:
    if len(text) > _LIMIT:
        raise Undetermined(f"has more than {_LIMIT} characters")
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEPTH:
                raise Undetermined("is nested too deep")
            if isinstance(event, yaml.AliasEvent):
                raise Undetermined("uses anchors")
        return tuple(yaml.compose_all(text, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, RecursionError) as error:
        raise Undetermined("cannot be parsed as YAML") from error


def pairs(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
    """Key text, key node and value of a mapping; nothing for any other node."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield str(key.value), key, value


def get(node: yaml.Node | None, *path: str) -> yaml.Node | None:
    """Walk down keys; None where one is missing."""
    for name in path:
        node = next((value for key, _, value in pairs(node) if key == name), None)
    return node


def items(node: yaml.Node | None) -> tuple[yaml.Node, ...]:
    """The items of a sequence; a scalar is a list of itself, anything else is empty."""
    if isinstance(node, yaml.SequenceNode):
        return tuple(node.value)
    return (node,) if isinstance(node, yaml.ScalarNode) else ()


def scalar(node: yaml.Node | None) -> str:
    """The text of a scalar; empty for any other node."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def line(node: yaml.Node) -> int:
    """The 1-based line a node starts on."""
    return int(node.start_mark.line) + 1


def end_line(node: yaml.Node) -> int:
    """The 1-based line a node ends on."""
    return int(node.end_mark.line) + (1 if node.end_mark.column else 0)


def flat(node: yaml.Node) -> str:
    """A node as one text that does not depend on layout or quoting."""
    if isinstance(node, yaml.MappingNode):
        rows = sorted(f"{scalar(key)}:{flat(value)}" for key, value in node.value)
        return f"{node.tag}{{{','.join(rows)}}}"
    if isinstance(node, yaml.SequenceNode):
        return f"{node.tag}[{','.join(flat(item) for item in node.value)}]"
    return f"{node.tag} {json.dumps(str(node.value))}"


def flatten(node: yaml.Node, prefix: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], yaml.Node]]:
    """Key path and node of every value, at every depth; items of a list are numbered from 0."""
    if prefix:
        yield prefix, node
    for key, _, value in pairs(node):
        yield from flatten(value, (*prefix, key))
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from flatten(item, (*prefix, str(index)))
