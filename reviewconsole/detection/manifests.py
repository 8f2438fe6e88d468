"""Read what a project depends on, and whether its lock file knows it.

npm, Python (pyproject, requirements, Pipfile), Go, Cargo, Bundler, Composer. Tolerant: a manifest that
does not parse has no dependencies.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Context
from reviewconsole.detection.source import Source
from reviewconsole.finding import Side

_LOCKS = {
    "npm": ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"),
    "python": ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"),
    "go": ("go.sum",),
    "cargo": ("Cargo.lock",),
    "ruby": ("Gemfile.lock", "gems.locked"),
    "php": ("composer.lock",),
}
_NAMES = {
    "package.json": "npm", "pyproject.toml": "python", "Pipfile": "python", "go.mod": "go", "Cargo.toml": "cargo",
    "Gemfile": "ruby", "composer.json": "php",
}  # fmt: skip
_REQUIREMENTS = re.compile(
    r"(^|/)(requirements[\w.-]*|requirements/[\w.-]+)\.(txt|in)$|(^|/)[\w.-]*requirements\.(txt|in)$"
)
_NAMED = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(.*)$")
_REPOSITORY = re.compile(
    r"\s*(?:-e\s+|--editable\s+)?git\+\S*?/([\w.-]+?)(?:\.git)?(?:@[^\s#]+)?(?:#\S*?egg=([\w.-]+)\S*|#\S*)?\s*$"
)
_GO = re.compile(r"^\s*(?:require\s+)?([\w.-]+\.[a-z]+/[\w./~-]+|[\w.-]+\.[a-z]{2,})\s+(v[\w.+-]+)")
_GEM = re.compile(r"^\s*gem\s+[\"']([\w-]+)[\"']\s*(?:,\s*(.*))?$")
_LOCAL = re.compile(r"^(file:|link:|workspace:|portal:|catalog:|\.{1,2}/)|\bpath\s*[=:]|workspace\s*=\s*true|path:")


@dataclass(frozen=True, kw_only=True, slots=True)
class Dependency:
    """One direct dependency."""

    name: str
    wanted: str
    """The range as it is written; empty for none."""
    line: int

    @property
    def local(self) -> bool:
        """Tell whether it comes from the same repository."""
        return bool(_LOCAL.search(self.wanted))


def ecosystem(path: str) -> str:
    """The package world of a manifest's path; empty for any other file."""
    name = path.rsplit("/", 1)[-1]
    return _NAMES.get(name) or ("requirements" if _REQUIREMENTS.search(path) else "")


def dependencies(source: Source, side: Side) -> dict[str, Dependency]:
    """The direct dependencies of one side, by normalised name."""
    world, rows = ecosystem(source.path), source.lines(side)
    if not rows:
        return {}
    text = "\n".join(rows)
    try:
        found = list(_read(world, source.path.rsplit("/", 1)[-1], text))
    except (ValueError, RecursionError):
        return {}
    return {
        normal(name, world): Dependency(name=name, wanted=wanted, line=_line(rows, name, at))
        for name, wanted, at in found
    }


def normal(name: str, world: str) -> str:
    """The name as its world compares it."""
    return re.sub(r"[-_.]+", "-", name).lower() if world in ("python", "requirements") else name


def _read(world: str, name: str, text: str) -> Iterator[tuple[str, str, int]]:
    if world in ("npm", "php"):
        held = json.loads(text)
        groups = (
            "dependencies",
            "devDependencies",
            "optionalDependencies",
            "peerDependencies",
            "require",
            "require-dev",
        )
        for group in groups:
            part = held.get(group) if isinstance(held, dict) else None
            for each, wanted in part.items() if isinstance(part, dict) else ():
                if "/" in each or world == "npm":
                    yield each, str(wanted), 0
    elif world == "cargo" or name in ("pyproject.toml", "Pipfile"):
        yield from _toml(tomllib.loads(text), name)
    else:
        for at, row in enumerate(text.split("\n"), 1):
            yield from _row(world, row, at)


def _row(world: str, row: str, at: int) -> Iterator[tuple[str, str, int]]:
    plain = row.split(" #", 1)[0] if world == "requirements" else row
    if world == "go":
        match = _GO.match(row)
        if match and "// indirect" not in row and "=>" not in row:
            yield match[1], match[2], at
    elif world == "ruby":
        match = _GEM.match(row)
        if match:
            yield match[1], match[2] or "", at
    elif (
        world == "requirements"
        and plain.strip()
        and not plain.lstrip().startswith(("#", "-", "git+", "http", ".", "/"))
    ):
        match = _NAMED.match(plain)
        if match:
            yield match[1], match[2].split(";")[0].rstrip(" \\").strip(), at
    elif world == "requirements" and (match := _REPOSITORY.match(plain)):
        yield match[2] or match[1], plain.strip(), at


def _toml(held: Mapping[str, object], name: str) -> Iterator[tuple[str, str, int]]:
    for path, part in _tables(held, ()):
        last = path[-1] if path else ""
        if isinstance(part, dict) and re.fullmatch(
            r"((dev|build|workspace)-?)*dependencies|packages|dev-packages", last
        ):
            if name == "pyproject.toml" and "poetry" not in path:
                continue
            for each, wanted in part.items():
                if each != "python":
                    yield each, _wanted(wanted), 0
        groups = {"optional-dependencies", "dependency-groups"} & set(path)
        if (
            isinstance(part, list)
            and name == "pyproject.toml"
            and (last in ("dependencies", "dev-dependencies") or groups)
        ):
            for each in part:
                match = _NAMED.match(each) if isinstance(each, str) else None
                if match:
                    yield match[1], match[2].split(";")[0].strip(), 0


def _wanted(value: object) -> str:
    if isinstance(value, dict):
        return (
            str(value.get("version") or "")
            if not {"path", "git", "workspace"} & value.keys()
            else ", ".join(f"{k} = {str(v).lower() if isinstance(v, bool) else v}" for k, v in value.items())
        )
    return str(value)


def _tables(held: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    yield path, held
    if isinstance(held, dict) and len(path) < 6:
        for name, part in held.items():
            yield from _tables(part, (*path, name))


def _line(rows: tuple[str, ...], name: str, at: int) -> int:
    if at:
        return at
    pattern = re.compile(rf"(^|[\s\"'\[,]){re.escape(name)}($|[\s\"'\[=<>~!^:;@,(])", re.IGNORECASE)
    found = [row for row, text in enumerate(rows, 1) if len(text) < 2000 and pattern.search(text)]
    return found[-1] if found else 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Lock:
    """The lock file of a manifest."""

    path: str
    world: str
    text: str
    """Empty where the file is too large to be read at once."""

    def has(self, context: Context, name: str) -> bool:
        """Tell whether the lock knows a name."""
        if not self.text:
            marks = {"package-lock.json": f'node_modules/{name}"', "npm-shrinkwrap.json": f'node_modules/{name}"'}
            last = self.path.rsplit("/", 1)[-1]
            return self.path in context.files_naming(marks.get(last, name), word=last not in marks)
        if self.world in ("python", "requirements"):
            flat = re.escape(name).replace("\\-", "[-_.]+")
            return bool(re.search(rf"(?im)(^|[\s\"'=]){flat}($|[\s\"'=<>~!;\[:,@])", self.text))
        return bool(re.search(rf"(?m)(^|[\s\"'/|]){re.escape(name)}($|[\s\"'@:(|])", self.text))


def locks_of(context: Context, source: Source) -> tuple[Lock, ...]:
    """The lock files beside a manifest and above it, nearest first: a workspace has its own at the top."""
    world = ecosystem(source.path)
    folder, _, name = source.path.rpartition("/")
    candidates: list[str] = []
    if world == "requirements":
        if not name.endswith(".in"):
            return ()
        candidates = [source.path[:-3] + ".txt"]
    else:
        here = folder
        while True:
            candidates += [f"{here}/{each}".lstrip("/") for each in _LOCKS[world]]
            if not here or world == "go":
                break
            here = here.rpartition("/")[0]
    held = context.read_many_new(candidates)
    return tuple(
        Lock(path=path, world=world, text=held[path].decode("utf-8", "replace") if path in held else "")
        for path in candidates
        if path in held or (context.tree_has is not None and context.tree_has(path))
    )


def lock_of(context: Context, source: Source) -> Lock | None:
    """The nearest lock file beside a manifest or above it; None without one."""
    return next(iter(locks_of(context, source)), None)


def is_member(context: Context, name: str) -> bool:
    """Tell whether a package of npm is one of the repository's own."""
    mark = f'"name": "{name}"'
    return any(path.endswith("package.json") for path in context.files_naming(mark, word=False))
