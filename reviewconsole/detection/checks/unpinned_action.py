"""Find actions that somebody else can change after the review."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at, fresh
from reviewconsole.detection.source import Source
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "unpinned-action",
    title="An action that is not pinned",
    family=Family.RISK,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    what="Finds `uses:` of a branch, and of a tag where the file pins its other actions by commit or the commit was "
    "there before.",
    why="Whoever can move the branch or tag runs code with the job's token and secrets; it has happened to widely used "
    "actions by way of moved tags.",
    example="+      - uses: example/deploy@main",
    instead="Pin the full commit id, with the version in a comment, and let an update tool raise it.",
    references=("zizmor unpinned-uses", "CVE-2025-30066", "CWE-829"),
    languages=("workflow",),
    alias="c-04",
)
_USES = re.compile(
    r"^\s*-?\s*[\"']?uses[\"']?\s*:\s*[\"']?([\w.-]+/[\w./-]+)@([\w./-]+)|[{,]\s*uses\s*:\s*[\"']?([\w.-]+/[\w./-]+)@([\w./-]+)"
)
_COMMIT = re.compile(r"[0-9a-f]{40,64}$")
_VERSION = re.compile(r"v?\d+(\.\d+)*([-.+]\w+)*$")


def check(context: Context) -> Iterator[Hit]:
    """Name added references that can move."""
    for source, at, match in fresh(context, ("workflow",), _USES):
        action, reference = match[1] or match[3], match[2] or match[4]
        if _COMMIT.match(reference):
            continue
        if not _VERSION.match(reference):
            message = f"{action} follows {reference}, whatever that will be"
        elif _was_pinned(source, action) or _pins_others(source):
            message = f"{action} is named by a tag, the others here by commit"
        else:
            continue
        yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), message)


def _was_pinned(source: Source, action: str) -> bool:
    return any(f"{action}@" in row and re.search(r"@[0-9a-f]{40}", row) for row in source.old)


def _pins_others(source: Source) -> bool:
    rows = [row for row in source.new if _USES.search(row)]
    pinned = sum(bool(re.search(r"@[0-9a-f]{40}", row)) for row in rows)
    return pinned > 0 and pinned * 2 >= len(rows)


CHECK = Check(page=PAGE, run=check)
