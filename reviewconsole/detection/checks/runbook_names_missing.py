"""Find files that a runbook names and the repository does not have."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.runbooks import is_runbook
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "runbook-names-missing-thing",
    title="A runbook names what is not there",
    family=Family.GAP,
    severity=Severity.MEDIUM,
    what="Finds scripts, manifests and make targets in the added lines of a runbook that are not in the tree.",
    why="A step that cannot be carried out stops the person who follows it in the middle of an incident. Amazon has "
    "said of one of its incidents that outdated internal documentation played a part.",
    example="+ 2. Run `scripts/failover.sh`   # no such file",
    instead="Name what exists, add what is missing in the same change, or link to the repository where it lives.",
    references=("AWS Well-Architected OPS07-BP03", "https://sre.google/workbook/incident-response/"),
    languages=("markdown",),
    alias="o-09",
)
_PATH = re.compile(
    r"(?<![\w/.:@{$<-])(\.{0,2}/?(?:[\w-][\w.-]*/)+[\w.-]+\.(?:sh|py|rb|js|ts|ya?ml|tf|sql|json|toml))(?![\w/])"
)
_MAKE = re.compile(r"(?:^|`|\$ )make ([a-z][\w-]+)(?=[`\s]|$)")
_ELSEWHERE = re.compile(r"https?://|\b(cd|ssh|scp|git clone|curl|wget|docker|on the host|/etc/|/var/|/opt/|/usr/|~)")


def check(context: Context) -> Iterator[Hit]:
    """Name missing files and make targets, where the whole tree can be asked."""
    if not context.whole:
        return
    for source in context.sources:
        if not source.added or not is_runbook(source):
            continue
        folder = source.path.rpartition("/")[0]
        made = ""
        for at in sorted(source.added):
            row = source.new[at - 1][:2000]
            if _ELSEWHERE.search(row):
                continue
            for name in _PATH.findall(row):
                if not name.startswith("/") and not _there(context, name, folder):
                    yield from changed_at(
                        PAGE.rule, source, Side.NEW, (at, at), f"{name} is not in the tree", lowered=False
                    )
            for target in _MAKE.findall(row):
                made = made or (context.read_new("Makefile") or b" ").decode("utf-8", "replace")
                if (
                    made.strip()
                    and not re.search(rf"^{re.escape(target)}\b[^=\n]*:", made, re.MULTILINE)
                    and "include " not in made
                ):
                    yield from changed_at(
                        PAGE.rule, source, Side.NEW, (at, at), f"make has no target {target}", lowered=False
                    )


def _there(context: Context, name: str, folder: str) -> bool:
    plain = re.sub(r"^(\./)+", "", name)
    up = folder
    while plain.startswith("../"):
        plain, up = plain[3:], up.rpartition("/")[0]
    wanted = {plain, f"{up}/{plain}".lstrip("/")}
    return any(context.read_new(each) is not None for each in wanted) or any(
        path.endswith(f"/{plain}") for path in context.paths_new()
    )


CHECK = Check(page=PAGE, run=check)
