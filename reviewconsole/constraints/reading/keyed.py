"""Values by key path, from JSON, YAML, TOML, INI and Terraform files."""

import configparser
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reviewconsole import lazy_re as re
from reviewconsole.constraints.facts import Undetermined
from reviewconsole.constraints.reading import documents as docs
from reviewconsole.constraints.reading import terraform


@dataclass(frozen=True, slots=True)
class Value:
    """One value: text without layout, and where it stands."""

    text: str
    line: int


Keyed = dict[str, Value]
"""Dotted key path -> value. Lists are numbered; a document beyond the first has its number in front."""


def keyed(path: str, text: str, wanted: Callable[[str], bool]) -> Keyed:
    """The values of a file whose key path is wanted; Undetermined for another ending or what cannot be read."""
    if path.endswith((".json", ".yaml", ".yml")):
        return dict(_nodes(path, text, wanted))
    if path.endswith(".toml"):
        return {key: value for key, value in _toml(text) if wanted(key)}
    if path.endswith((".tf", ".tfvars")):
        return {key: value for key, value in _terraform(path, text) if wanted(key)}
    if path.endswith((".ini", ".cfg", ".conf", ".properties")):
        return {key: value for key, value in _ini(text) if wanted(key)}
    raise Undetermined("is of a format that is not read")


def _nodes(path: str, text: str, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Value]]:
    for index, node in enumerate(docs.documents(path, text)):
        front = (str(index),) if index else ()
        for keys, value in docs.flatten(node):
            name = ".".join((*front, *keys))
            if wanted(name):
                yield name, Value(docs.scalar(value) or docs.flat(value), docs.line(value))


def _toml(text: str) -> Iterator[tuple[str, Value]]:
    try:
        top = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Undetermined("cannot be parsed as TOML") from error
    rows = text.split("\n")

    def visit(value: object, keys: tuple[str, ...]) -> Iterator[tuple[str, Value]]:
        if keys:
            yield ".".join(keys), Value(_shown(value), _toml_line(rows, keys))
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from visit(inner, (*keys, str(key)))
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                yield from visit(inner, (*keys, str(index)))

    yield from visit(top, ())


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _toml_line(rows: list[str], keys: tuple[str, ...]) -> int:
    """The line of a key: the first one that assigns it below its own table's header, else below any; 0 for none."""
    last = next((key for key in reversed(keys) if not key.isdigit()), "")
    assigned = re.compile(rf'\s*["\']?{re.escape(last)}["\']?\s*[=.]|\s*\[+.*{re.escape(last)}["\']?\]')
    inside = False
    fallback = 0
    header = ".".join(key for key in keys[:-1] if not key.isdigit())
    for number, row in enumerate(rows, 1):
        if row.lstrip().startswith("["):
            inside = row.strip().strip("[]").replace('"', "").replace(" ", "") == header
        if assigned.match(row):
            if inside or not header:
                return number
            fallback = fallback or number
    return fallback


def _ini(text: str) -> Iterator[tuple[str, Value]]:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    body = text if re.search(r"^\s*\[", text, re.MULTILINE) else "[]\n" + text
    try:
        parser.read_string(body)
    except (configparser.Error, ValueError) as error:
        raise Undetermined("cannot be parsed as INI") from error
    rows = text.split("\n")
    for section in parser.sections():
        for key, value in parser.items(section):
            start = re.compile(rf"\s*{re.escape(key)}\s*[=:]", re.IGNORECASE)
            number = next((at for at, row in enumerate(rows, 1) if start.match(row)), 0)
            yield f"{section}.{key}" if section else key, Value(value or "", number)


def _terraform(path: str, text: str) -> Iterator[tuple[str, Value]]:
    if path.endswith(".tfvars"):
        yield from ((name, Value(_unquoted(value), line)) for name, (value, line) in terraform.attributes(text).items())
        return

    def visit(block: terraform.Block, front: tuple[str, ...]) -> Iterator[tuple[str, Value]]:
        keys = (*front, block.kind, *block.labels)
        yield ".".join(keys), Value(" ".join(block.text.split()), block.first)
        for name, (value, line) in block.attributes.items():
            yield ".".join((*keys, name)), Value(_unquoted(value), line)
        for inner in block.blocks:
            yield from visit(inner, keys)

    for block in terraform.blocks(text):
        yield from visit(block, ())


def _unquoted(text: str) -> str:
    plain = " ".join(text.split())
    quoted = len(plain) >= 2 and plain[0] == plain[-1] == '"' and '"' not in plain[1:-1]
    return plain[1:-1] if quoted else plain
