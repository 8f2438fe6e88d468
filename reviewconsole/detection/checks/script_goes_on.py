"""Ask whether a new script stops when one of its steps fails."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source, is_nonproduction
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "script-goes-on",
    title="A new script goes on after a step that failed",
    family=Family.GAP,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    what="Finds new shell scripts that deploy, migrate, back up, copy or delete and neither set `-e` nor look at "
    "what their steps return, and dumps piped into another program without `pipefail`.",
    why="The step after a failed one runs on what is not there: a backup that holds nothing is kept and the old one is "
    "deleted, an image that was not built is rolled out, a copy that failed is followed by the deletion of its source.",
    example="+ #!/bin/bash\n+ pg_dump $DB | gzip > /backup/db.gz\n+ find /backup -mtime +7 -delete",
    instead="Begin with `set -euo pipefail`, and check the result (size, restore, health) before anything is deleted.",
    references=("ShellCheck SC2312", "https://www.gnu.org/software/bash/manual/bash.html#The-Set-Builtin", "CWE-252"),
    languages=("shell",),
    alias="e-14",
)
_STOPS = re.compile(
    r"^\s*set\s+(-\w*e|-o\s+errexit)|^#!.*\bsh\s+-\w*e|\|\|\s*(exit|return|die|fail|abort)\b|\btrap\b.*\bERR\b"
)
_PIPED = re.compile(r"\b(pg_dump\w*|mysqldump|mongodump|tar|kubectl\s+get|aws\s+s3\s+cp\s+\S+\s+-)\b[^|#]*\|\s*\w")
_PIPEFAIL = re.compile(r"\bpipefail\b|PIPESTATUS")
_WORKS = re.compile(
    r"^\s*(sudo\s+)?(kubectl|helm|terraform|tofu|aws|gcloud|az|docker\s+(push|build|compose)|psql|mysql|pg_dump\w*"
    r"|pg_restore|mysqldump|mongodump|rsync|scp|rm\s+-\w*r\w*|alembic|flyway|ansible-playbook|restic|git\s+push|mv|find\b.*-delete)\b"
)
_LEAST = 2


def check(context: Context) -> Iterator[Hit]:
    """Name each such script at its first step."""
    for source in context.sources:
        if (
            source.kind != "shell"
            or source.has_old
            or not source.has_new
            or is_nonproduction(source.path)
            or "enkinsfile" in source.path
        ):
            continue
        dump = next((at for at in _lines(source) if _PIPED.search(source.new[at - 1][:1000])), 0)
        if dump and not any(_PIPEFAIL.search(row) for row in source.new):
            message = "Only the last program of this pipe is asked: a dump that failed passes for a backup"
            yield exact(PAGE.rule, source, Side.NEW, (dump, dump), message)
            continue
        works = [at for at in _lines(source) if _WORKS.match(source.new[at - 1][:1000])]
        if len(works) >= _LEAST and not any(_STOPS.search(row[:1000]) for row in source.new):
            message = f"When this fails the script goes on, to line {works[1]} and the rest"
            yield exact(PAGE.rule, source, Side.NEW, (works[0], works[0]), message)


def _lines(source: Source) -> Iterator[int]:
    return (at for at in range(1, len(source.new) + 1) if not source.is_comment(Side.NEW, at))


CHECK = Check(page=PAGE, run=check)
