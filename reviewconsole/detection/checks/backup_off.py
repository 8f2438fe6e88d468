"""Find backups that end, or are kept for a shorter time."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.addresses import handed_over
from reviewconsole.detection.commands import added as added_commands
from reviewconsole.detection.destroying import is_ephemeral
from reviewconsole.detection.guard_names import named, value_of
from reviewconsole.detection.hits import hit
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.moves import command_moves
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.references import is_open
from reviewconsole.detection.settings import Change, Host, Setting, changes, fresh, hosts
from reviewconsole.detection.source import Source
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "backup-off",
    title="Backups end, or are kept for a shorter time",
    family=Family.RISK,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    what="Finds backup retention that becomes 0 or shorter, point-in-time recovery and versioning that are switched "
    "off, reclaim policies set to Delete, and backup plans, schedules and jobs that are removed.",
    why="Nobody misses a backup until the day it is needed, and then the retention of last month decides what is left. "
    "Retention of 0 also deletes the automated backups that exist.",
    example="-   backup_retention_period = 14\n+   backup_retention_period = 1",
    instead="Keep the retention that the restore target asks for; where cost is the reason, move old copies to a "
    "cheaper class instead, and run a restore before the old ones expire.",
    references=("CKV_AWS_133", "CKV_AWS_28", "CKV_AWS_21", "CKV_AWS_360", "trivy specify_backup_retention"),
    languages=("terraform", "cloudformation", "kubernetes", "yaml", "sql", "shell", "typescript", "python"),
    alias="d-10",
)
_RETENTION = re.compile(
    r"(backup|snapshot|pitr|recovery_point|transaction_log|binlog|soft_delete|wal|archive)\w*_?(retention|retained|keep|"
    r"limit|period|days|count|history|window_size)|retained_backups|retention_(daily|weekly|monthly|yearly)|^keep_(last|daily"
    r"|weekly|monthly|yearly|within)$|delete_after(_days)?$|noncurrent_(days|version_expiration_days)"
)
_WITHIN = re.compile(
    r"(backup|snapshot|retention_(daily|weekly|monthly|yearly)|soft_delete|delete_retention|pitr|velero|restic)",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"^(retention\w*|retained\w*|count|days|keep\w*|ttl|limit|delete_after\w*|max_(backups|snapshots|age)|history)$"
)
_SWITCH = re.compile(
    r"(point_in_time|pitr|continuous_backup|backup|versioning|versioned|copy_tags_to_snapshot|binary_log|replicat)"
)
_BOOLEAN = re.compile(
    r"(^|_)(enabled?|status|versioned|versioning|backup|backups|point_in_time_recovery|pitr|recovery)$|copy_tags"
)
_ON = frozenset({"true", "enabled", "yes", "on"})
_OFF = frozenset({"false", "disabled", "suspended", "no", "off"})
_GONE = re.compile(
    r"aws_(backup_(plan|selection)|dlm_lifecycle_policy|s3_bucket_versioning|s3_bucket_replication_configuration"
    r"|db_instance_automated_backups_replication|db_snapshot_copy)|google_compute_(disk_)?resource_policy(_attachment)?"
    r"|google_compute_disk_resource_policy_attachment|google_gke_backup_backup_plan|google_sql_source_\w+"
    r"|azurerm_(backup_protected_\w+|backup_policy_\w+|data_protection_backup_(policy|instance)_\w+)"
    r"|AWS::Backup::Backup(Plan|Selection)|AWS::DLM::LifecyclePolicy|Schedule|ScheduledBackup|BackupSchedule|CronJob"
)
_JOB = re.compile(r"backup|dump|snapshot|velero", re.IGNORECASE)
_COMMAND = re.compile(
    r"--backup-retention-period[= ]0\b|--snapshot-retention-limit[= ]0\b|--no-backup\b"
    r"|--no-enable-point-in-time-recovery"
    r"|\bput-bucket-versioning\b.*Suspended|\bgsutil\s+versioning\s+set\s+off|\bvelero\s+(schedule|backup)\s+delete"
    r"|PointInTimeRecoveryEnabled=false|--no-enable-bin-log|\brestic\s+forget\b.*--prune|\baws\s+backup\s+delete-"
    r"|\b(delete-(db-)?(cluster-)?snapshot|delete-backup(-vault|-plan)?|delete-recovery-point)\b"
    r"|archive_mode\s*=\s*'?off|archive_command\s*=\s*''|wal_level\s*=\s*'?minimal|\bPURGE\s+BINARY\s+LOGS|sql_log_bin\s*=\s*0",
    re.IGNORECASE,
)


def check(context: Context) -> Iterator[Hit]:
    """Name weakened settings of surviving hosts, new ones that start without backups, and removed schedules."""
    told: set[tuple[str, int]] = set()
    for change in changes(context):
        message = _weaker(context, change)
        if message:
            source, side, span = change.place
            told.add((source.path, span[0]))
            unsaid = change.new is None and change.pair.new.kind == "module"
            severity = Severity.MEDIUM if unsaid or is_ephemeral(source.path) else None
            yield hit(PAGE, source, side, span, message, severity=severity)
    for source, host, item in fresh(context):
        if (source.path, item.first) not in told and _starts_without(source, host, item):
            message = f"{host.name or 'This'} starts without backups: {item.name} is {item.value}"
            severity = Severity.MEDIUM if is_ephemeral(source.path) else None
            yield hit(PAGE, source, Side.NEW, (item.first, item.last), message, severity=severity)
    yield from _removed(context)
    yield from _commands(context)


def _weaker(context: Context, change: Change) -> str:
    if change.pair.new_source.kind in ("python", "typescript", "go") and not change.pair.new.name:
        return ""
    name, path = named(change.pair.new, change.item), change.item.path.lower()
    old, new = (value_of(context, change, item).lower() for item in (change.old, change.new))
    if name == "reclaim_policy" or path.endswith("reclaimpolicy"):
        return "Volumes are deleted with their claim" if new == "delete" and old == "retain" else ""
    told = change.pair.new_source.kind == "terraform" and change.new is not None and is_open(change.new.value)
    if told and change.new is not None and new == change.new.value.strip('"').lower():
        return ""
    if _RETENTION.search(name) or (_WITHIN.search(path) and _COUNT.search(name)) or (
        _WITHIN.search(_subject(change.pair.new)) and _COUNT.search(name) and name != "count"
    ):  # fmt: skip
        before, after = _number(old), _number(new)
        if before is not None and after is not None and after < before and before > 0:
            return f"Backups are kept for {new or 0} instead of {old}"
        if before and change.new is None and "retention" in name:
            return f"The retention of backups ({old}) is no longer set"
        return ""
    subject = f"{change.pair.new.kind}.{path}.{name}".lower()
    if change.new is None and _apart(context, path):
        return ""
    switch = _SWITCH.search(subject) and _BOOLEAN.search(name)
    if switch and "mfa" not in name and old in _ON and (new in _OFF or change.new is None):
        return f"{change.item.path} is switched off"
    return ""


def _subject(host: Host) -> str:
    return f"{host.kind} {host.name} {host.value('apiVersion')}"


def _apart(context: Context, path: str) -> bool:
    """Tell whether a block of a bucket became a resource of its own, as the provider asks since version 4."""
    kinds = {
        "versioning": "aws_s3_bucket_versioning",
        "replication_configuration": "aws_s3_bucket_replication_configuration",
    }
    kind = kinds.get(path.split(".", 1)[0])
    return any(
        host.kind == kind and host.first in source.added
        for source in context.sources
        for host in hosts(source, Side.NEW)
    )


def _number(text: str) -> float | None:
    match = re.fullmatch(r"(?:\w+\.days\()?(\d+(?:\.\d+)?)\)?\s*(s|m|h|d|w|days?|hours?)?(?:0m0s|0s)?", text)
    if not match:
        return 0.0 if text in ("null", "none") else None
    unit = {"m": 60, "h": 3600, "d": 86400, "w": 604800}.get((match[2] or "s")[0], 1)
    return float(match[1]) * unit


def _starts_without(source: Source, host: Host, item: Setting) -> bool:
    name = named(host, item)
    if source.kind == "terraform":
        return bool(re.search(r"(^|_)backup_retention(_period|_days)?$", name)) and item.value.strip('"') == "0"
    return item.path == "Properties.BackupRetentionPeriod" and item.value == "0"


def _removed(context: Context) -> Iterator[Hit]:
    after = {host.name for source in context.sources for host in hosts(source, Side.NEW)}
    kept = handed_over(context)
    gone = {
        host.name
        for source in context.sources
        for host in hosts(source, Side.OLD)
        if host.name and host.name not in after
    }
    for source in context.sources:
        if source.kind not in ("terraform", "yaml", "json") or not source.removed:
            continue
        for host in hosts(source, Side.OLD):
            if not _GONE.fullmatch(host.kind) or host.name in after or host.first not in source.removed:
                continue
            if host.name in kept or _served(host) & gone:
                continue
            if host.kind == "CronJob" and not _JOB.search(host.name):
                continue
            if host.kind == "Schedule" and "velero" not in host.value("apiVersion"):
                continue
            # A whole folder that goes takes its backups along.
            if source.has_new or any(other.has_new and other.added for other in context.sources if other is not source):
                yield hit(PAGE, source, Side.OLD, (host.first, host.first), f"{host.name} no longer makes copies")


def _served(host: Host) -> set[str]:
    """Addresses that a resource refers to: what it makes copies of."""
    return {
        address for item in host.settings for address in re.findall(r"\b([a-z]\w*_\w+\.[\w-]+)(?:\[|\.)", item.value)
    }


def _commands(context: Context) -> Iterator[Hit]:
    moves = command_moves(context)
    for source in context.sources:
        for command in added_commands(source):
            if _COMMAND.search(command.text) and not moves.took(source.path, command.text):
                yield hit(PAGE, source, Side.NEW, (command.first, command.last), "Backups are switched off or deleted")
        if source.kind == "sql":
            for at in sorted(source.added):
                if _COMMAND.search(source.new[at - 1][:500]) and not source.is_comment(Side.NEW, at):
                    yield hit(
                        PAGE, source, Side.NEW, (at, at), "The log that a restore needs is switched off or deleted"
                    )


CHECK = Check(page=PAGE, run=check)
