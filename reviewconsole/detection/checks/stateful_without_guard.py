"""Ask whether a new store of data can be lost by one command."""

from collections.abc import Iterator, Sequence

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.source import is_nonproduction
from reviewconsole.detection.tf_pairs import Placed, paired_blocks
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "stateful-without-guard",
    title="A new store of data without guard or backup",
    family=Family.GAP,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    what="Finds new databases, tables, file systems and caches in Terraform that set neither a guard against "
    "deletion nor backups, or one of the two, where the provider's default is none.",
    why="A destroy, a renamed address or a forced replacement takes the data along, and there is nothing to restore "
    "from. On AWS the automated backups of an instance go with it by default.",
    example='+ resource "aws_db_instance" "orders" {\n+   engine = "postgres"\n+ }',
    instead="Set deletion_protection or lifecycle prevent_destroy, and the retention of backups, and test one restore.",
    references=("CKV_AWS_293", "CKV_AWS_133", "CKV_AWS_28", "AWS provider: aws_db_instance, delete_automated_backups"),
    languages=("terraform",),
    alias="d-15",
)
_GUARD = "a guard against deletion"
_NEEDS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "aws_db_instance": (
        (_GUARD, ("deletion_protection", "prevent_destroy")),
        ("backups", ("backup_retention_period",)),
    ),
    "aws_rds_cluster": ((_GUARD, ("deletion_protection", "prevent_destroy")),),
    "aws_docdb_cluster": ((_GUARD, ("deletion_protection", "prevent_destroy")),),
    "aws_neptune_cluster": ((_GUARD, ("deletion_protection", "prevent_destroy")),),
    "aws_dynamodb_table": (
        (_GUARD, ("deletion_protection_enabled", "prevent_destroy")),
        ("point-in-time recovery", ("point_in_time_recovery",)),
    ),
    "aws_efs_file_system": (("backups", ("aws_efs_backup_policy", "aws_backup_selection", "prevent_destroy")),),
    "aws_elasticache_replication_group": (("snapshots", ("snapshot_retention_limit",)),),
    "google_sql_database_instance": (("backups", ("backup_configuration",)),),
    "google_spanner_database": ((_GUARD, ("deletion_protection", "enable_drop_protection", "prevent_destroy")),),
    "google_bigtable_instance": ((_GUARD, ("deletion_protection", "prevent_destroy")),),
}
_COPY = re.compile(r"\b(replicate_source_db|replication_source_identifier|master_instance_name|snapshot_identifier)\b")
_PASSING = re.compile(r"(^|[_.-])(tmp|temp|cache|scratch|test\w*|dev|sandbox|lock\w*)([_.-]|$)", re.IGNORECASE)


def check(context: Context) -> Iterator[Hit]:
    """Name new stores and what they lack."""
    rows = [row for source in context.sources if source.kind == "terraform" for row in source.new]
    for old, new in paired_blocks(context):
        if old is not None or new is None or new.block.type != "resource" or is_nonproduction(new.source.path):
            continue
        needs = _NEEDS.get(new.block.labels[0], ()) if len(new.block.labels) == 2 else ()
        body = new.text(Side.NEW) if needs else ""
        if not needs or _COPY.search(body) or _PASSING.search(new.block.labels[1]):
            continue
        lacks = [what for what, answers in needs if not _answered(new, body, answers, rows)]
        if lacks:
            message = (
                f"{new.block.address} is new and has no {' and no '.join(each.removeprefix('a ') for each in lacks)}"
            )
            yield from changed_at(PAGE.rule, new.source, Side.NEW, (new.block.first, new.block.first), message)


def _answered(new: Placed, body: str, answers: Sequence[str], rows: Sequence[str]) -> bool:
    address = f"{new.block.labels[0]}.{new.block.labels[1]}."
    return any(
        answer in body
        or (answer.startswith("aws_") and any(answer in row for row in rows) and any(address in row for row in rows))
        for answer in answers
    )


CHECK = Check(page=PAGE, run=check)
