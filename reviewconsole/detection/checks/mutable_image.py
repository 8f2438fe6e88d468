"""Find images whose content can change under their name."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at, fresh, lost
from reviewconsole.detection.source import Source
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "mutable-image",
    title="An image that can change under its name",
    family=Family.RISK,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    what="Finds images without a tag, with a tag such as latest, and digests that are dropped, in manifests, chart "
    "values, compose files, Terraform and Dockerfiles.",
    why="Two pods of one deployment may run different code, a rollback brings nothing back, and what was reviewed is "
    "not what runs.",
    example="-          image: example/api:1.8.2\n+          image: example/api:latest",
    instead="Name a version that is never moved, or the digest, and let an update tool raise it.",
    references=("kube-linter latest-tag", "hadolint DL3006, DL3007", "CWE-829"),
    languages=("kubernetes", "compose", "dockerfile", "terraform"),
    alias="k-08",
)
_IMAGE = re.compile(r"(?:^|[\s{,])[\"']?image[\"']?\s*[:=]\s*[\"']?([\w./:@-]+)[\"']?\s*(?:[,}#].*)?$")
_FROM = re.compile(r"^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_TAG = re.compile(
    r"^\s*[\"']?(?:image)?[tT]ag[\"']?\s*[:=]\s*[\"']?(latest|main|master|edge|nightly|stable|dev)[\"']?\s*$"
)
_DIGEST = re.compile(r"@sha256:[0-9a-f]{16,}")
_MOVING = re.compile(r"^(latest|main|master|edge|nightly|stable|dev|develop|head|canary)$", re.IGNORECASE)


def check(context: Context) -> Iterator[Hit]:
    """Name added references that can move."""
    for source, at, match in fresh(context, ("yaml", "terraform"), _IMAGE):
        if _runs(source) and _mutable(match[1]):
            yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), f"{match[1]} can change under its name")
    for source, at, match in fresh(context, ("yaml",), _TAG):
        yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), f"The tag {match[1]} moves")
    for source, at, match in fresh(context, ("dockerfile",), _FROM):
        stages = {each[2] for row in source.new if (each := _FROM.match(row)) and each[2]}
        if match[1] not in stages and match[1] != "scratch" and "$" not in match[1] and _mutable(match[1]):
            yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), f"{match[1]} can change under its name")
    for source, at, _ in lost(context, ("yaml", "dockerfile", "terraform"), _DIGEST):
        yield from changed_at(PAGE.rule, source, Side.OLD, (at, at), "The digest of the image is dropped")


def _runs(source: Source) -> bool:
    marks = ("kind:", "services:", "apiVersion:", "spec:", "image")
    return source.kind == "terraform" or any(row.startswith(marks) or "{{" in row for row in source.new)


def _mutable(image: str) -> bool:
    name, _, digest = image.partition("@")
    last = name.rsplit("/", 1)[-1]
    tag = last.partition(":")[2]
    return not digest and bool(re.match(r"[a-z0-9]", last)) and (not tag or bool(_MOVING.match(tag)))


CHECK = Check(page=PAGE, run=check)
