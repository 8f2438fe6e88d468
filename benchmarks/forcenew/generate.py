"""Generate the table of attributes whose change forces a replacement, from a Terraform provider's source.

    python benchmarks/forcenew/generate.py --provider aws --version 5.45 CHECKOUT --output aws.json

CHECKOUT is a source tree of the provider (`git worktree` or an unpacked archive). Read are the
schemas that declare `ForceNew: true` (plugin SDK); attributes that the newer plugin framework
marks, or that only some values replace (`ForceNewIf`), are left out. The output holds names
only: type, and dotted attribute paths. Several outputs are merged with `--merge`:

    python benchmarks/forcenew/generate.py --merge aws.json google.json --output reviewconsole/detection/forcenew.json
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from reviewconsole.detection.stateful import is_slow_to_rebuild, is_stateful

_AWS_NAME = re.compile(r"@SDKResource\(\"(aws_\w+)\"(?=[^\n]*\n(?:\s*//[^\n]*\n)*\s*func (\w+)\()")
_GOOGLE_NAME = re.compile(
    r"Name:\s*\"(google_\w+)\",\s*ProductName:[^\n]*\s*Type:\s*registry\.SchemaTypeResource,\s*Schema:\s*(\w+)\("
)
_CONSTANT = re.compile(r"^\s*(Attr\w+)\s*=\s*\"(\w+)\"", re.MULTILINE)
_ENTRY = re.compile(r"\s*(?:\"(\w+)\"|names\.(Attr\w+)|(\w+))\s*:\s*")
_FORCE = re.compile(r"\bForceNew:\s*true\b")
_COMPUTED = re.compile(r"\bComputed:\s*true\b")
_NESTED = re.compile(
    r"\bElem:\s*&schema\.Resource\{(?:\s|//[^\n]*\n)*(?:Schema:\s*|SchemaFunc:[^\n]*\n\s*return\s+)map\[[^{]*\{"
)
_TOP = re.compile(r"^\t\t(?:Schema:\s*|SchemaFunc:[^\n]*\n\s*return\s+)map\[string\]\*schema\.Schema\{", re.MULTILINE)
_NAMED = re.compile(r"^\t\tSchema:\s*(\w+),$", re.MULTILINE)
_LITERAL = re.compile(r"//[^\n]*|`[^`]*`|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)+'|/\*.*?\*/", re.DOTALL)


def closing(text: str, start: int) -> int:
    """Index of the brace that closes the one before `start`; literals and comments do not count."""
    depth = 1
    at = start
    while at < len(text):
        literal = _LITERAL.match(text, at)
        if literal:
            at = literal.end()
            continue
        depth += (text[at] in "{([") - (text[at] in "})]")
        if depth == 0:
            return at
        at += 1
    return len(text)


def entries(body: str) -> Iterator[tuple[str, str, str]]:
    """Literal key, constant key and value text of each entry of a composite literal."""
    at = 0
    while at < len(body):
        comment = re.compile(r"[\s,]*(//[^\n]*\n)?").match(body, at)
        if comment and comment.end() > at:
            at = comment.end()
            continue
        match = _ENTRY.match(body, at)
        if not match:
            return
        start = at = match.end()
        while at < len(body) and body[at] != ",":
            literal = _LITERAL.match(body, at)
            if literal:
                at = literal.end()
            elif body[at] in "{([":
                at = closing(body, at + 1) + 1
            else:
                at += 1
        yield match[1] or "", match[2] or "", body[start:at]


def forcing(body: str, constants: dict[str, str], prefix: str = "") -> Iterator[str]:
    """Dotted paths of the attributes of a schema literal that force a replacement."""
    for literal, constant, value in entries(body):
        name = literal or constants.get(constant, "")
        if not name or not value.startswith("{"):
            continue
        own = value[1:-1]
        nested = _NESTED.search(own)
        inner = own[nested.end() : closing(own, nested.end())] if nested else ""
        outer = own.replace(inner, "") if inner else own
        plain = _LITERAL.sub("", outer)
        if _FORCE.search(plain):
            yield prefix + name + ("?" if _COMPUTED.search(plain) else "")
        elif inner:
            yield from forcing(inner, constants, f"{prefix}{name}.")


def schema_of(text: str, function: str) -> str:
    """The schema literal of a resource function; empty without one."""
    start = re.search(rf"^func {function}\(\) \*schema\.Resource \{{", text, re.MULTILINE)
    if not start:
        return ""
    body = text[start.end() : closing(text, start.end())]
    top = _TOP.search(body)
    if top:
        return body[top.end() : closing(body, top.end())]
    named = _NAMED.search(body)
    apart = named and re.search(rf"\b{named[1]}\s*=\s*map\[string\]\*schema\.Schema\{{", text)
    return text[apart.end() : closing(text, apart.end())] if apart else ""


def table(checkout: Path, provider: str) -> dict[str, list[str]]:
    """Type to its replacing attributes, for the types that matter here."""
    folder, pattern = {
        "aws": (checkout / "internal" / "service", _AWS_NAME),
        "google": (checkout / "google" / "services", _GOOGLE_NAME),
    }[provider]
    constants: dict[str, str] = {}
    for file in (checkout / "names").glob("attr_consts*.go"):
        constants |= {match[1]: match[2] for match in _CONSTANT.finditer(file.read_text("utf-8"))}
    found: dict[str, list[str]] = {}
    for file in sorted(folder.rglob("*.go")):
        if file.name.endswith("_test.go"):
            continue
        text = file.read_text("utf-8")
        for kind, function in pattern.findall(text):
            if is_stateful(kind) or is_slow_to_rebuild(kind):
                paths = sorted(set(forcing(schema_of(text, function), constants)))
                if paths:
                    found[kind] = paths
    return found


def main() -> int:
    """Write one provider's table, or merge tables, to standard output."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--provider", choices=("aws", "google"))
    parser.add_argument("--version", help="of the provider, as its change log names it")
    parser.add_argument("--merge", action="store_true", help="merge the files given instead")
    parser.add_argument("--output", type=Path, help="a file instead of standard output")
    parser.add_argument("paths", nargs="+", type=Path)
    options = parser.parse_args()
    result: dict[str, dict[str, object]] = {"providers": {}, "types": {}}
    if options.merge:
        for path in options.paths:
            part = json.loads(path.read_text("utf-8"))
            result["providers"] |= part["providers"]
            result["types"] |= part["types"]
    else:
        result["providers"][options.provider] = options.version
        result["types"] |= table(options.paths[0], options.provider)
    text = json.dumps(result, indent=1, sort_keys=True) + "\n"
    if options.output:
        options.output.write_text(text, "utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
