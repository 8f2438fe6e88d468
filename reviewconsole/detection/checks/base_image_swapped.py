"""Find images that give way to another one, not to another version."""

from collections.abc import Iterator, Mapping

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import groups
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.source import Source, is_nonproduction
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "base-image-swapped",
    title="Another image takes over",
    family=Family.RISK,
    severity=Severity.MEDIUM,
    what="Finds stages of a Dockerfile that end up on another base image, and containers of manifests and compose "
    "files that get another image, where the name or the "
    "variant (`alpine`, `slim`, `dev`) differs and not the version or the registry alone.",
    why="Another C library, shell, user, path and certificate store comes with it, for every deployment at once. What "
    "is missing shows when a rare path needs it: a script in a hook, a font, a time zone, the debugger at night.",
    example="-FROM python:3.13-slim AS application\n+FROM example/hardened-python:3.13 AS application",
    instead="Roll it out to one deployment first, keep the old image buildable, and list what people rely on in it.",
    references=("hadolint DL3006", "https://sre.google/workbook/canarying-releases/"),
    languages=("dockerfile", "kubernetes", "compose"),
    alias="k-11",
)
_FROM = re.compile(r"^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_IMAGE = re.compile(r"^(\s*)(?:-\s+)?image:\s*[\"']?([\w./:@-]+)[\"']?\s*(?:#.*)?$")
_LOCAL = re.compile(r"(^|[/_.-])(dev|devel\w*|local|test\w*|ci)([/_.-]|$)", re.IGNORECASE)
_KINDS = frozenset({"alpine", "slim", "dev", "debug", "distroless", "musl", "busybox", "ubi", "jre", "jdk", "static"})
_HOPS = 20


def check(context: Context) -> Iterator[Hit]:
    """Name each stage and container that changes its image."""
    for source in context.sources:
        if not (source.has_old and source.added and source.removed) or _aside(source.path):
            continue
        if source.kind == "dockerfile":
            yield from _stages(source)
        elif source.kind == "yaml":
            yield from _containers(source)


def _aside(path: str) -> bool:
    return is_nonproduction(path) or bool(_LOCAL.search(path))


def _stages(source: Source) -> Iterator[Hit]:
    before, after = _bases(source.old), _bases(source.new)
    told: set[tuple[str, str]] = set()
    for stage, (image, line) in after.items():
        was = before.get(stage)
        if was is None or not _differs(was[0], image) or (was[0], image) in told:
            continue
        told.add((was[0], image))
        at = line if line in source.added else next((row for row in sorted(source.added)), line)
        what = f"Stage {stage}" if stage else "The image"
        message = f"{what} stands on {image} now and no longer on {was[0]}"
        yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), message)


def _bases(rows: tuple[str, ...]) -> Mapping[str, tuple[str, int]]:
    """The outside image of each named stage, and of the last one under no name; with the line of its FROM."""
    stages: dict[str, tuple[str, int]] = {}
    last = ""
    for at, row in enumerate(rows, 1):
        match = _FROM.match(row[:400])
        if match:
            last = match[2] or f"#{at}"
            stages[last] = (match[1], at)
    found: dict[str, tuple[str, int]] = {}
    for name, (direct, at) in stages.items():
        image = direct
        for _ in range(_HOPS):
            if image not in stages or stages[image][0] == image:
                break
            image = stages[image][0]
        if not name.startswith("#"):
            found[name] = (image, at)
        if name == last:
            found[""] = (image, at)
    return dict(sorted(found.items(), key=lambda each: each[0] == ""))


def _differs(old: str, new: str) -> bool:
    if "$" in _bare(old) + _bare(new) or "scratch" in (old, new):
        return False
    return _bare(old) != _bare(new) or _variants(old) != _variants(new)


def _variants(image: str) -> frozenset[str]:
    """The words of a tag that say what else is in the image."""
    tag = image.partition("@")[0].rpartition("/")[2].partition(":")[2]
    return frozenset(re.split(r"[-._\d]+", tag.lower())) & _KINDS


def _bare(image: str) -> str:
    """The path of an image without registry, tag and digest; `library/` says nothing."""
    name = image.partition("@")[0]
    head, _, last = name.rpartition("/")
    parts = head.split("/") if head else []
    if parts and ("." in parts[0] or ":" in parts[0] or parts[0] == "localhost"):
        parts = parts[1:]
    return last.partition(":")[0] if not parts else "/".join((*parts, last.partition(":")[0])).removeprefix("library/")


def _containers(source: Source) -> Iterator[Hit]:
    for olds, news in groups(source):
        before = [match for at in olds if (match := _IMAGE.match(source.old[at - 1][:400]))]
        after = [(at, match) for at in news if (match := _IMAGE.match(source.new[at - 1][:400]))]
        if len(before) != 1 or len(after) != 1:
            continue
        (at, match), old = after[0], before[0]
        same = _bare(old[2]).rpartition("/")[2] == _bare(match[2]).rpartition("/")[2]
        if len(old[1]) == len(match[1]) and _differs(old[2], match[2]) and not same:
            message = f"{match[2]} runs here now and no longer {old[2]}"
            yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), message)


CHECK = Check(page=PAGE, run=check)
