"""Dependencies of package manifests: name, version and where they stand."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reviewconsole import lazy_re as re
from reviewconsole.constraints.facts import Undetermined
from reviewconsole.constraints.reading import documents as docs
from reviewconsole.constraints.reading.syntax import field as child_field
from reviewconsole.constraints.reading.syntax import line, parse, source, walk

LOCKS: Mapping[str, tuple[str, ...]] = {
    "package-lock.json": ("package.json",), "yarn.lock": ("package.json",), "pnpm-lock.yaml": ("package.json",),
    "npm-shrinkwrap.json": ("package.json",), "bun.lock": ("package.json",), "poetry.lock": ("pyproject.toml",),
    "uv.lock": ("pyproject.toml",), "pdm.lock": ("pyproject.toml",), "Pipfile.lock": ("Pipfile",),
    "Cargo.lock": ("Cargo.toml",), "go.sum": ("go.mod",), "Gemfile.lock": ("Gemfile",),
    "composer.lock": ("composer.json",),
}  # fmt: skip
"""Lock file -> the manifests beside or below it that explain it."""
UNREAD = frozenset(
    ("pom.xml", "build.gradle", "build.gradle.kts", "setup.py", "setup.cfg", "mix.exs", "Package.swift",
     "environment.yml",
     "build.sbt", "Podfile", "pubspec.yaml", "vcpkg.json", "conanfile.txt", "packages.config",
     "Directory.Packages.props")
)  # fmt: skip
_NPM = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
_HOOKS = ("preinstall", "install", "postinstall", "prepare", "prepublish", "preprepare", "postprepare")
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*([^#;]*)")


@dataclass(slots=True)
class Manifest:
    """What one side of a manifest asks for."""

    packages: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Name -> version text and line."""
    hooks: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Script that runs on installing -> its command and line."""


def kind_of(path: str) -> str:
    """`manifest`, `lock`, `unread`, or empty for anything else."""
    name = path.rsplit("/", 1)[-1]
    if name in LOCKS:
        return "lock"
    if name in UNREAD or name.endswith((".csproj", ".fsproj", ".gemspec", ".nuspec")):
        return "unread"
    plain = name in ("package.json", "composer.json", "pyproject.toml", "Pipfile", "Cargo.toml", "go.mod", "Gemfile")
    return "manifest" if plain or re.fullmatch(r"(?:.*[-_.])?requirements(?:[-_.].*)?\.(?:txt|in)", name) else ""


def manifest(path: str, text: str) -> Manifest:
    """Read one side of a manifest."""
    name = path.rsplit("/", 1)[-1]
    found = Manifest()
    if name in ("package.json", "composer.json"):
        _json(path, text, found)
    elif name in ("pyproject.toml", "Pipfile", "Cargo.toml"):
        _toml(name, text, found)
    elif name == "go.mod":
        _go(text, found)
    elif name == "Gemfile":
        _ruby(text, found)
    else:
        _requirements(text, found)
    return found


def _json(path: str, text: str, found: Manifest) -> None:
    for root in docs.documents(path, text):
        for section in (*_NPM, "require", "require-dev"):
            for name, key, value in docs.pairs(docs.get(root, section)):
                found.packages.setdefault(name, (docs.scalar(value), docs.line(key)))
        for name, key, value in docs.pairs(docs.get(root, "scripts")):
            if name in _HOOKS:
                found.hooks[name] = (docs.scalar(value), docs.line(key))


def _toml(name: str, text: str, found: Manifest) -> None:
    try:
        top = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Undetermined("cannot be parsed as TOML") from error
    rows = text.split("\n")

    def at(package: str) -> int:
        word = re.compile(rf'(?:^|["\'\s\[.]){re.escape(package)}(?:$|["\'\s\]\[=<>~!;.@(])')
        return next((number for number, row in enumerate(rows, 1) if word.search(row)), 0)

    for package, version in _toml_pairs(name, top):
        found.packages.setdefault(package, (version, at(package)))


def _table(value: object, *path: str) -> Mapping[str, object]:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _toml_pairs(name: str, top: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    tables: list[Mapping[str, object]] = []
    if name == "pyproject.toml":
        listed = [_table(top, "project").get("dependencies"), *_table(top, "project", "optional-dependencies").values()]
        listed += [*_table(top, "dependency-groups").values(), _table(top, "build-system").get("requires")]
        for group in listed:
            for row in group if isinstance(group, list) else ():
                matched = _REQUIREMENT.match(row) if isinstance(row, str) else None
                if matched:
                    yield matched[1], matched[2].strip()
        poetry = _table(top, "tool", "poetry")
        tables = [_table(poetry, "dependencies"), _table(poetry, "dev-dependencies")]
        tables += [_table(group, "dependencies") for group in _table(poetry, "group").values()]
    elif name == "Pipfile":
        tables = [_table(top, "packages"), _table(top, "dev-packages")]
    else:
        roots = [top, _table(top, "workspace"), *(value for value in _table(top, "target").values())]
        for root in roots:
            tables += [_table(root, key) for key in ("dependencies", "dev-dependencies", "build-dependencies")]
    for table in tables:
        for package, version in table.items():
            text = version.get("version", repr(sorted(version))) if isinstance(version, Mapping) else version
            yield package, str(text)


def _go(text: str, found: Manifest) -> None:
    inside = False
    for number, row in enumerate(text.split("\n"), 1):
        body = row.split("//", 1)[0].strip()
        if re.match(r"require\s*\(", body):
            inside = True
        elif body == ")":
            inside = False
        else:
            required = re.fullmatch(r"(?:require\s+)?(\S+)\s+(v\S+)", body)
            if required and (inside or body.startswith("require")):
                # a major version of a module is part of its path (go.dev/ref/mod, major version suffixes)
                found.packages[re.sub(r"/v\d+$", "", required[1])] = (required[2], number)
            elif body.startswith("replace"):
                found.packages[body] = ("replace", number)


def _ruby(text: str, found: Manifest) -> None:
    for node in walk(parse("ruby", text)):
        if node.type == "call" and source(child_field(node, "method")) == "gem":
            arguments = child_field(node, "arguments")
            words = [source(child).strip("'\"") for child in arguments.named_children] if arguments is not None else []
            if words:
                found.packages.setdefault(words[0], (words[1] if len(words) > 1 else "", line(node)))


def _requirements(text: str, found: Manifest) -> None:
    for number, row in enumerate(text.split("\n"), 1):
        body = row.strip()
        if not body or body.startswith(("#", "--hash")):
            continue
        if body.startswith("-"):
            found.packages.setdefault(body, ("option", number))
            continue
        matched = _REQUIREMENT.match(body)
        if matched:
            found.packages.setdefault(re.sub(r"[-_.]+", "-", matched[1]).lower(), (matched[2].strip(" \\"), number))


def major(version: str) -> str:
    """The major version that a version text begins with; empty where it names none."""
    found = re.search(r"\d+", version)
    return found[0] if found else ""
