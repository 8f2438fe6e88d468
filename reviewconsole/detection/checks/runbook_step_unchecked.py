"""Find destructive steps of a runbook that come without a look first."""

from collections.abc import Iterator, Sequence

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.runbooks import is_runbook
from reviewconsole.detection.source import Source
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "runbook-step-unchecked",
    title="A destructive step without a look first",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds commands in runbooks that delete, drop, drain, scale to nothing or overwrite, with no check, "
    "backup, dry "
    "run or confirmation before them in their section, and such checks when they are removed.",
    why="The S3 outage of February 2017 began with an established playbook and one wrong input. Somebody tired will "
    "paste the line as it stands.",
    example="+ 1. Delete the volume:\n+    kubectl delete pvc data-db-0",
    instead="Put a step before it that shows the target and what must be true (a listing, a backup, a dry run), and "
    "leave the target a placeholder.",
    references=("https://aws.amazon.com/message/41926/", "AWS Well-Architected OPS07-BP03"),
    languages=("markdown",),
    alias="o-08",
)
_DESTROYS = re.compile(
    r"\b(terraform|tofu|terragrunt|pulumi|cdk)\s[^|;&]*\b(destroy|taint|state rm)\b|-auto-approve\b"
    r"|\b(kubectl|oc)\s[^|;&]*\b(delete|drain|replace --force)\b|\bkubectl\s[^|;&]*\bscale\b[^|;&]*--replicas[= ]0\b"
    r"|\bhelm\s+(uninstall|delete|rollback)\b|\bargocd app delete\b|\bDROP\s+(TABLE|DATABASE|SCHEMA|INDEX"
    r"|COLUMN)\b|\bTRUNCATE\b"
    r"|\bDELETE\s+FROM\b|\bUPDATE\s+\w+\s+SET\b|\b(dropdb|FLUSHALL|FLUSHDB|mkfs|wipefs|reboot|shutdown)\b"
    r"|\brm\s+-[a-z]*[rf]|\bdd\s+if="
    r"|\baws\s[^|;&]*\b(delete-[\w-]+|terminate-[\w-]+|deregister-[\w-]+|s3\s+r[bm]|purge-queue"
    r"|stop-instances|reboot-[\w-]+|failover-[\w-]+)"
    r"|\b(gcloud|az|gsutil|doctl|heroku|fly|eb)\s[^|;&]*\b(delete|destroy|rm|purge|terminate|reset)\b"
    r"|\bdocker\s[^|;&]*\b(prune|rm -f)\b"
    r"|\bgit\s+push\s[^|;&]*(--force|-f)\b|\bsystemctl\s+(stop|disable)\b|\bredis-cli\s.*\b(del|flush\w*)\b"
    r"|\bkafka-topics\b.*--delete"
    r"|\brabbitmqctl\s+(purge_queue|reset|delete_\w+)|\bcloudformation\s+delete|\bzfs\s+destroy|\blv?remove\b"
    r"|\bmongo\w*\b.*drop",
    re.IGNORECASE,
)
_LOOKS = re.compile(
    r"\b(check|verif\w*|confirm\w*|make sure|ensure|double[- ]check|back\s?up|snapshot\w*|dry[- ]?run"
    r"|--dry-run\w*|preview|\bplan\b|list\b|inspect|review"
    r"|dump|export|pg_dump|mysqldump|test -[a-z]|diff|describe\w*|get\s+(pods?|pvc|ns|all|nodes?)|SELECT\b"
    r"|COUNT\(|ask|approv\w*|second (person|pair)|current-context"
    r"|only if|before you|must be|status|show\b|wc -l|rows affected|BEGIN\b|precondition|prerequisite\w*|expected)",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"\s*(```|~~~|\.\. code|\[source)")
_NOT_RUN = re.compile(r"(?i)\b(never|do not|don't|avoid|instead of|not run)\b")
_SECTION = re.compile(r"(#{1,6}|={1,6})\s+\S")
_REACH = 25


def check(context: Context) -> Iterator[Hit]:
    """Name unguarded destructive commands that are new, or whose guard is removed."""
    for source in context.sources:
        if not source.has_new or not (source.added or source.removed) or not is_runbook(source):
            continue
        guarded = {source.old[at - 1].strip() for at, safe in _commands(source.old) if safe}
        for at, safe in _commands(source.new):
            if safe:
                continue
            row = source.new[at - 1].strip()
            if at in source.added:
                message = "A destructive step with no check before it"
                yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), message, lowered=False)
            elif row in guarded:
                yield from _guard(source, row)


def _guard(source: Source, row: str) -> Iterator[Hit]:
    """The removed rows above the step, on the old side, that looked first."""
    for at in range(1, len(source.old) + 1):
        if source.old[at - 1].strip() == row:
            looks = [
                each
                for each in range(_section(source.old, at), at)
                if each in source.removed and _LOOKS.search(source.old[each - 1])
            ]
            if looks:
                message = f"The check before this destructive step is removed: {row[:60]}"
                yield from changed_at(PAGE.rule, source, Side.OLD, (looks[-1], looks[-1]), message, lowered=False)
                return


def _commands(rows: Sequence[str]) -> Iterator[tuple[int, bool]]:
    """Each destructive command and whether something is looked at before it."""
    fenced = False
    for at, row in enumerate(rows, 1):
        if _BLOCK.match(row):
            fenced = not fenced if row.strip().startswith(("```", "~~~")) else fenced
        shown = fenced or row.startswith(("    ", "\t")) or re.match(r"\s*(\$|#|>)\s", row) or "`" in row
        match = _DESTROYS.search(row[:1000]) if shown else None
        if not match or (not fenced and _NOT_RUN.search(row)) or "--dry-run" in row:
            continue
        if "`" in row and not fenced and "`" not in row[: match.start()]:
            continue
        before = rows[_section(rows, at) - 1 : at - 1]
        yield at, any(_LOOKS.search(each) for each in before) or bool(_LOOKS.search(row[: match.start()]))


def _section(rows: Sequence[str], at: int) -> int:
    """The row of the heading above, not further up than a page."""
    fenced = False
    first = max(1, at - _REACH)
    start = first
    for each in range(first, at):
        if rows[each - 1].lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        if not fenced and _SECTION.match(rows[each - 1]):
            start = each
    return start


CHECK = Check(page=PAGE, run=check)
