"""Resolve references of Terraform to the literals behind them, as far as one folder says."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from reviewconsole import lazy_re as re
from reviewconsole.detection import terraform
from reviewconsole.detection.model import Context, Same
from reviewconsole.detection.source import Source
from reviewconsole.finding import Side

_REFERENCE = re.compile(r"\b(var|local)\.([A-Za-z_][\w-]*)")
_ROUNDS = 5


def values(context: Context, source: Source, side: Side) -> Mapping[str, str]:
    """`var.x` and `local.x` of a folder to their literal, from variables, locals and tfvars of one side."""
    return _values(Same(context), source.path.rpartition("/")[0], side)


@lru_cache(maxsize=64)
def _values(same: Same, folder: str, side: Side) -> Mapping[str, str]:
    context = same.context
    found: dict[str, str] = {}
    for lines in _files(context, folder, side):
        for block in terraform.parse(lines):
            if block.type == "variable" and block.labels:
                found.setdefault(f"var.{block.labels[0]}", block.attribute("default"))
            elif block.type == "locals":
                found |= {f"local.{path}": item.value for path, item in block.walk()}
            elif block.type == "":
                found |= {f"var.{path}": item.value for path, item in block.walk()}
    return {name: value for name, value in found.items() if value}


def definitions(source: Source) -> Mapping[str, tuple[int, int]]:
    """`var.x` and `local.x` to the lines of their value, on the new side of one file."""
    found: dict[str, tuple[int, int]] = {}
    for block in terraform.parse(source.new):
        for path, item in block.walk():
            if block.type == "variable" and block.labels and path == "default":
                found[f"var.{block.labels[0]}"] = (item.first, item.last)
            elif block.type == "locals":
                found[f"local.{path}"] = (item.first, item.last)
            elif block.type == "":
                found[f"var.{path}"] = (item.first, item.last)
    return found


def blocks(context: Context, source: Source) -> Iterator[terraform.Block]:
    """Every block of the new side of a file's folder, unchanged files included."""
    for lines in _files(context, source.path.rpartition("/")[0], Side.NEW):
        yield from terraform.parse(lines)


def _files(context: Context, folder: str, side: Side) -> list[tuple[str, ...]]:
    found = []
    seen = set()
    for source in context.sources:
        seen.add(source.path)
        if source.kind == "terraform" and source.path.rpartition("/")[0] == folder:
            found.append(source.lines(side))
    if context.new_tree is not None:
        inside = [
            path
            for path in context.paths_new()
            if path.rpartition("/")[0] == folder
            and path.endswith((".tf", ".tofu", "terraform.tfvars"))
            and path not in seen
        ]
        read = context.read_many_new(inside[:60]).values()
        found += [tuple(data.decode("utf-8", "replace").split("\n")) for data in read]
    return found


def resolve(value: str, known: Mapping[str, str]) -> str:
    """The expression with references replaced; what nothing says stays as it is."""
    for _ in range(_ROUNDS):
        whole = _REFERENCE.fullmatch(value)
        if whole:
            replaced = known.get(value, value)
        else:
            replaced = re.sub(
                r"\$\{\s*((?:var|local)\.[\w.-]+)\s*\}", lambda match: known.get(match[1], match[0]).strip('"'), value
            )
        if replaced == value:
            break
        value = replaced
    return value


def references(value: str) -> frozenset[str]:
    """What an expression refers to: where two agree in that, they differ by their text alone."""
    return (
        frozenset(match[0] for match in re.finditer(r"\b[a-z]\w*(?:\.[\w-]+)+", value))
        if is_open(value)
        else frozenset()
    )


def is_open(value: str) -> bool:
    """Tell whether an expression still refers to something."""
    return bool(
        re.search(
            r"\b(var|local|module|data|each|count|path|terraform)\.|\b[a-z]\w*_\w+\.[\w-]+(\[[^\]]*\])?\.\w+|\w\(",
            value,
        )
    )
