"""Find manifests that leave their lock file behind, and ranges that let anything in."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.manifests import Dependency, Lock, dependencies, ecosystem, lock_of
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at, fresh
from reviewconsole.detection.source import Source
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "lock-drift",
    title="Dependencies that are not pinned",
    family=Family.BOUNDARY,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    what="Finds dependencies that change while their lock file does not, ranges without an upper end (`*`, `latest`, "
    "`>=`), dependencies from a branch or address, and further package indexes. With a lock file an open range weighs "
    "little.",
    why="The build of tomorrow installs something else than the one that was reviewed, or fails on a morning when "
    "nobody changed anything.",
    example='-    "pg": "8.13.1"\n+    "pg": "latest"',
    instead="Give an upper bound, and let the package manager write manifest and lock in one go.",
    references=("CWE-1395", "CWE-494", "https://slsa.dev/spec/v1.0/"),
    languages=("package.json", "pyproject.toml", "requirements", "go.mod", "Cargo.toml", "Gemfile", "composer.json"),
    alias="p-02",
)
_OPEN = re.compile(
    r"^(\*|latest|x|next|any|>=?\s*[\w.]+|@latest|dev-\w+|main|master|[\"']>=?\s*[\w.]+[\"'])$", re.IGNORECASE
)
_ADDRESS = re.compile(
    r"git(\+|://|hub:|lab:)|^https?://|^[\w-]+/[\w.-]+(#[\w./-]+)?$|\bgit\s*[=:]|\bbranch\s*[=:]|@\s*(git\+|https?://)"
)
_PINNED = re.compile(r"[#@=]\s*[\"']?[0-9a-f]{40}\b|\brev\s*[=:]\s*[\"']?[0-9a-f]{7,}")
_INDEX = re.compile(
    r"--extra-index-url\b|--index-url\s+http:|^\s*registry\s*=\s*http:|\bPIP_EXTRA_INDEX_URL\b|--find-links\s+http"
)
_STRICT = frozenset(
    {
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "uv.lock",
        "poetry.lock",
        "Pipfile.lock",
        "Gemfile.lock",
        "go.sum",
    }
)


def check(context: Context) -> Iterator[Hit]:
    """Name what is not pinned now and was before, or is new."""
    for source in context.sources:
        world = ecosystem(source.path)
        if not world or not (source.added or source.removed) or not source.has_new:
            continue
        before, after = dependencies(source, Side.OLD), dependencies(source, Side.NEW)
        changed = [each for name, each in after.items() if name not in before or before[name].wanted != each.wanted]
        changed = [each for each in changed if not each.local]
        if not changed:
            continue
        lock = lock_of(context, source)
        for each in changed:
            yield from _loose(source, each, lock, world)
        yield from _behind(context, source, changed, lock)
    for source, at, match in fresh(context, (), _INDEX):
        if source.kind in ("shell", "workflow", "dockerfile", "makefile", "text", "yaml"):
            message = f"{match[0].strip()} lets another index answer for any name"
            yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), message)


def _loose(source: Source, each: Dependency, lock: Lock | None, world: str) -> Iterator[Hit]:
    wanted = each.wanted.strip()
    if _ADDRESS.search(wanted) and not _PINNED.search(wanted):
        message, severity = f"{each.name} comes from an address that can change", None
    elif _OPEN.match(wanted):
        light = wanted[:1] == ">" and lock is not None
        message, severity = f"{each.name} may be any version ({wanted})", Severity.LOW if light else None
    elif not wanted and (lock is None if world == "python" else world == "requirements" and not (lock and lock.text)):
        message, severity = f"{each.name} has no version", None
    else:
        return
    yield from changed_at(PAGE.rule, source, Side.NEW, (each.line, each.line), message, severity=severity)


def _behind(context: Context, source: Source, changed: list[Dependency], lock: Lock | None) -> Iterator[Hit]:
    if lock is None or lock.path.rsplit("/", 1)[-1] not in _STRICT or not lock.text or not source.has_old:
        return
    was = context.read_old(lock.path)
    if was is not None and was.decode("utf-8", "replace") == lock.text:
        each = changed[0]
        if lock.path.endswith("go.sum") and f"{each.name} {each.wanted}" in lock.text:
            return
        message = f"{each.name} changes here and {lock.path} does not"
        yield from changed_at(PAGE.rule, source, Side.NEW, (each.line, each.line), message)


CHECK = Check(page=PAGE, run=check)
