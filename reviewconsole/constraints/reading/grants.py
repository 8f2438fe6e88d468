"""Who may do what: IAM statements in JSON, CloudFormation and Terraform, and workflow permissions."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import re2
import yaml

from reviewconsole import lazy_re as re
from reviewconsole.constraints.facts import Undetermined
from reviewconsole.constraints.reading import documents as docs
from reviewconsole.constraints.reading import terraform
from reviewconsole.constraints.reading.syntax import line, source, walk
from reviewconsole.constraints.reading.terraform import Reference

_READS = re.compile(
    r"(?:[a-z0-9-]+:)?(?:batch)?(?:get|list|describe|head|query|scan|view|read|check|lookup|search)", re.IGNORECASE
)
_UNKNOWN = re.compile(r"\b(?:var|local|each|count)\.|\$\{")


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """One (effect, principal, action, resource), with the condition that narrows it."""

    effect: str
    principal: str
    action: str
    resource: str
    condition: str
    unknown: bool
    """A part of it depends on a variable."""
    line: int

    @property
    def wide(self) -> bool:
        """Whether it names everybody, everything or every action of something."""
        return "*" in (self.principal, self.resource) or "*" in self.action

    @property
    def writes(self) -> bool:
        """Whether the action may change something."""
        reads = self.action.endswith((":read", ":none")) or _READS.match(self.action) is not None
        return self.action.endswith(":write") or not reads

    def covers(self, other: "Grant") -> bool:
        """Whether whoever has this grant needs no other one: `*` and `?` of each part as IAM matches them."""
        mine = (self.principal, self.action.lower(), self.resource)
        theirs = (other.principal, other.action.lower(), other.resource)
        return (
            self.effect == other.effect
            and self.condition in ("", other.condition)
            and all(_matches(pattern, text) for pattern, text in zip(mine, theirs, strict=True))
        )


def _matches(pattern: str, text: str) -> bool:
    return pattern == text or ("*" in pattern and _compiled(pattern).fullmatch(text) is not None)


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> "re2._Regexp":
    # a policy can hold many wildcards, so only a linear-time engine will do
    expression = "".join({"*": ".*", "?": "."}.get(char, re2.escape(char)) for char in pattern)
    return re2.compile(f"(?s){expression}")


def grants(path: str, text: str) -> tuple[Grant, ...] | None:
    """The grants of a file; None where it is of no kind that holds any."""
    if path.endswith(".tf"):
        return tuple(_terraform(text)) if "statement" in text or "Statement" in text else None
    if not path.endswith((".json", ".yaml", ".yml", ".template")):
        return None
    if "/.github/workflows/" in f"/{path}":
        return tuple(grant for node in docs.documents(path, text) for grant in _workflow(node))
    if "Statement" not in text or "Effect" not in text:
        return None
    nodes = docs.documents(path, text)
    return tuple(grant for node in nodes for grant in _statements(_plain(node), docs.line(node), _lines(node)))


def _lines(root: yaml.Node) -> dict[int, int]:
    """Identity of a plain statement cannot carry a line, so statements are found by their order."""
    found = [node for _, node in docs.flatten(root) if docs.get(node, "Effect") is not None]
    return {index: docs.line(node) for index, node in enumerate(found)}


def _plain(node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        found = {docs.scalar(key): _plain(value) for key, value in node.value}
        if len(found) == 1 and next(iter(found)).startswith(("Fn::", "Ref")):
            return Reference(docs.flat(node))
        return Reference(docs.flat(node)) if node.tag.startswith("!") else found
    if isinstance(node, yaml.SequenceNode):
        return Reference(docs.flat(node)) if node.tag.startswith("!") else [_plain(item) for item in node.value]
    return Reference(docs.flat(node)) if node.tag.startswith("!") else docs.scalar(node)


def _statements(value: object, start: int, lines: dict[int, int]) -> Iterator[Grant]:
    """Every IAM statement at any depth."""
    found = [item for item in _below(value) if isinstance(item, dict) and "Effect" in item]
    for index, statement in enumerate(found):
        yield from _one(statement, lines.get(index, start))


def _below(value: object) -> Iterator[object]:
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _below(inner)


def _many(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


def _principals(value: object) -> list[object]:
    if isinstance(value, dict):
        return [f"{kind}:{who}" if isinstance(who, str) and who != "*" else who for kind, many in value.items()
                for who in _many(many)]  # fmt: skip
    return _many(value)


def _one(statement: dict[str, object], at: int) -> Iterator[Grant]:
    for word in ("NotAction", "NotResource", "NotPrincipal"):
        if word in statement:
            raise Undetermined(f"grants by {word}")
    condition = statement.get("Condition")
    for principal in _principals(statement.get("Principal", "-")):
        for action in _many(statement.get("Action", "-")):
            for resource in _many(statement.get("Resource", "-")):
                asked = (principal, action, resource)
                parts = [part.text if isinstance(part, Reference) else str(part) for part in asked]
                yield Grant(
                    effect=str(statement["Effect"]),
                    principal=parts[0],
                    action=parts[1],
                    resource=parts[2],
                    condition="" if condition is None else repr(condition),
                    unknown=any(_varies(part) for part in (*asked, statement["Effect"])),
                    line=at,
                )


def _varies(part: object) -> bool:
    """Whether a reference may stand for anything: an attribute of a named resource does not."""
    if not isinstance(part, Reference):
        return False
    text = part.text
    if text.startswith("!GetAtt") or "Fn::GetAtt" in text:
        return False
    inner = re.fullmatch(r"(?:\$\{)?\s*((?:data\.)?[a-z0-9_]+\.[\w-]+\.(?:arn|id|name)(?:\[\d+\])?)\s*\}?", text)
    return inner is None or _UNKNOWN.match(inner[1]) is not None


def _terraform(text: str) -> Iterator[Grant]:
    for block in terraform.blocks(text):
        if block.kind == "data" and block.labels[:1] == ("aws_iam_policy_document",):
            for inner in block.blocks:
                if inner.kind == "statement":
                    yield from _one(_document_statement(inner), inner.first)
                elif inner.kind == "dynamic":
                    raise Undetermined("has dynamic statements")
            continue
        for node in walk(block.node):
            if node.type == "function_call" and source(node.children[0]) == "jsonencode":
                argument = next((n for n in walk(node) if n.type == "object"), None)
                if argument is not None and "Statement" in source(argument):
                    yield from _statements(terraform.plain(argument), line(node), {})
            elif node.type == "heredoc_template" and '"Statement"' in source(node):
                body = source(node).split("\n", 1)[1].rsplit("\n", 1)[0]
                yield from _statements(docs.check_json(body), line(node), {})


def _document_statement(block: terraform.Block) -> dict[str, object]:
    values: dict[str, object] = {"Effect": "Allow"}
    names = {"effect": "Effect", "actions": "Action", "resources": "Resource", "not_actions": "NotAction",
             "not_resources": "NotResource"}  # fmt: skip
    for node in walk(block.node):
        if node.type == "attribute" and node.parent is not None and node.parent.parent == block.node:
            name = names.get(source(node.children[0]))
            if name:
                values[name] = terraform.plain(node.children[-1])
    principals = [inner for inner in block.blocks if inner.kind == "principals"]
    conditions = [" ".join(inner.text.split()) for inner in block.blocks if inner.kind == "condition"]
    if any(inner.kind in ("dynamic", "not_principals") for inner in block.blocks):
        raise Undetermined("has dynamic or negated parts in a statement")
    if principals:
        values["Principal"] = [item for inner in principals for item in _identifiers(inner)]
    if conditions:
        values["Condition"] = sorted(conditions)
    return values


def _identifiers(block: terraform.Block) -> list[object]:
    for node in walk(block.node):
        if node.type == "attribute" and source(node.children[0]) == "identifiers":
            return _many(terraform.plain(node.children[-1]))
    return ["*"]


def _workflow(root: yaml.Node) -> Iterator[Grant]:
    """Permissions of the token of a GitHub workflow, of the whole and of each job."""
    places = [("workflow", docs.get(root, "permissions"))]
    places += [(f"job {name}", docs.get(node, "permissions")) for name, _, node in docs.pairs(docs.get(root, "jobs"))]
    for who, node in places:
        if isinstance(node, yaml.ScalarNode):
            level = docs.scalar(node).removesuffix("-all")
            yield _permission(who, "*", level, docs.line(node))
        for scope, key, value in docs.pairs(node):
            yield _permission(who, scope, docs.scalar(value), docs.line(key))


def _permission(who: str, scope: str, level: str, at: int) -> Grant:
    return Grant(
        effect="Allow", principal=who, action=f"{scope}:{level}", resource="token", condition="", unknown=False, line=at
    )
