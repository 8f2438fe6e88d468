"""Infrastructure resources by address, from Terraform, CloudFormation and Kubernetes files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from reviewconsole.constraints.facts import Undetermined
from reviewconsole.constraints.reading import documents as docs
from reviewconsole.constraints.reading import terraform

FORMATS = ("terraform", "cloudformation", "kubernetes")


@dataclass(frozen=True, kw_only=True, slots=True)
class Resource:
    """One resource as one side of one file states it."""

    format: str
    scope: str
    """Where the address is unique: folder, file, or everywhere."""
    address: str
    """`aws_db_instance.main`, `AWS::RDS::DBInstance.Main`, `kind:Service/shop/api`."""
    path: str
    lines: tuple[int, int]
    text: str
    fields: Mapping[str, str]
    """Values that may identify it, in a form that does not depend on layout."""
    repeated: str = ""
    """Text of `count` or `for_each`: how many there are cannot be told."""

    @property
    def names(self) -> tuple[str, ...]:
        """What a pattern may call it by."""
        if self.format == "cloudformation":
            return self.address, self.address.rsplit(".", 1)[1]
        return (self.address, self.address.split("/", 1)[0]) if self.format == "kubernetes" else (self.address,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Inventory:
    """The resources of one side of one file."""

    resources: tuple[Resource, ...] = ()
    modules: tuple[Resource, ...] = ()
    """Terraform modules: what they hold cannot be told from here."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Old address -> new address, by `moved` blocks."""
    kept: frozenset[str] = frozenset()
    """Addresses that a `removed` block takes out of the state without destroying them."""


def inventory(path: str, text: str, formats: tuple[str, ...]) -> Inventory | None:
    """The resources of a file; None where it is none of the formats."""
    if path.endswith(".tf") and "terraform" in formats:
        return _terraform(path, text)
    if path.endswith((".tf.json", ".tofu")) and "terraform" in formats:
        raise Undetermined("is Terraform in a form that is not read")
    if not path.endswith((".yaml", ".yml", ".json", ".template")):
        return None
    if not ("Resources" in text or ("apiVersion" in text and "kind" in text)):
        return None
    nodes = docs.documents(path, text)
    found: list[Resource] = []
    for node in nodes:
        if "cloudformation" in formats and "AWS::" in text and docs.get(node, "Resources") is not None:
            found += _cloudformation(path, node)
        elif "kubernetes" in formats and docs.get(node, "apiVersion") is not None:
            found += _kubernetes(path, node)
    return Inventory(resources=tuple(found))


def _terraform(path: str, text: str) -> Inventory:
    folder = path.rpartition("/")[0]
    resources: list[Resource] = []
    modules: list[Resource] = []
    moved, kept = {}, set()
    for block in terraform.blocks(text):
        if block.kind in ("resource", "module"):
            one = Resource(
                format="terraform",
                scope=folder,
                address=block.address,
                path=path,
                lines=(block.first, block.last),
                text=block.text,
                fields={name: " ".join(value.split()) for name, (value, _) in block.attributes.items()},
                repeated=block.attribute("count") or block.attribute("for_each"),
            )
            (resources if block.kind == "resource" else modules).append(one)
        elif block.kind == "moved":
            moved[block.attribute("from")] = block.attribute("to")
        elif block.kind == "removed":
            life = next((inner for inner in block.blocks if inner.kind == "lifecycle"), None)
            if life is not None and life.attribute("destroy") == "false":
                kept.add(block.attribute("from"))
    return Inventory(resources=tuple(resources), modules=tuple(modules), moved=moved, kept=frozenset(kept))


def _cloudformation(path: str, root: yaml.Node) -> Iterator[Resource]:
    for name, key, node in docs.pairs(docs.get(root, "Resources")):
        if name.startswith("Fn::"):
            raise Undetermined("makes resources by a macro")
        properties = docs.get(node, "Properties")
        yield Resource(
            format="cloudformation",
            scope=path,
            address=f"{docs.scalar(docs.get(node, 'Type'))}.{name}",
            path=path,
            lines=(docs.line(key), max(docs.line(key), docs.end_line(node))),
            text=docs.flat(node),
            fields={prop: docs.flat(value) for prop, _, value in docs.pairs(properties)},
            repeated=docs.scalar(docs.get(node, "Condition")),
        )


def _kubernetes(path: str, node: yaml.Node) -> Iterator[Resource]:
    kind, name = docs.scalar(docs.get(node, "kind")), docs.scalar(docs.get(node, "metadata", "name"))
    if kind == "List":
        for item in docs.items(docs.get(node, "items")):
            yield from _kubernetes(path, item)
        return
    if not kind or not name:
        return
    space = docs.scalar(docs.get(node, "metadata", "namespace")) or "-"
    spec = docs.get(node, "spec")
    yield Resource(
        format="kubernetes",
        scope="",
        address=f"kind:{kind}/{space}/{name}",
        path=path,
        lines=(docs.line(node), max(docs.line(node), docs.end_line(node))),
        text=docs.flat(node),
        fields={key: docs.flat(value) for key, _, value in docs.pairs(spec)},
    )
