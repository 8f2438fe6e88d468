"""Find Terraform resources with data that leave the configuration."""

import re
from collections.abc import Iterator

from reviewconsole.detection.constructs import Construct
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "stateful-resource-removed",
    title="A resource with data leaves the configuration",
    family=Family.RISK,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    what="Finds removed or renamed Terraform resources that hold data or identity (databases, buckets, volumes, keys, "
    "zones, secrets, clusters) without a moved, removed or import block.",
    why="The next apply destroys what the configuration no longer names; a rename is a removal and a creation. In 2023 "
    "DNS records and certificates of rust-lang.org were made anew that way.",
    example='- resource "aws_db_instance" "main" {',
    instead="For a rename add a `moved` block; to hand over use `removed` with destroy = false; to delete, say so in a "
    "change of its own after a verified backup.",
    references=("Terraform documentation: moved and removed blocks", "rust-lang.org DNS incident 2023"),
    languages=("terraform",),
    alias="d-04",
)
_STATEFUL = re.compile(
    r"aws_(db_instance|db_cluster|rds_cluster|rds_cluster_instance|s3_bucket|dynamodb_table|efs_file_system|ebs_volume"
    r"|kms_key|route53_zone|secretsmanager_secret|ecr_repository|elasticache_\w+|eks_cluster|ecs_cluster|docdb_cluster"
    r"|neptune_cluster|redshift_cluster|opensearch_domain|elasticsearch_domain|cognito_user_pool|backup_vault"
    r"|cloudwatch_log_group|kinesis_stream|msk_cluster|sqs_queue)"
    r"|google_(sql_database\w*|storage_bucket|bigquery_(dataset|table)|spanner_\w+|compute_disk|container_cluster"
    r"|kms_crypto_key|dns_managed_zone|secret_manager_secret|redis_instance|firestore_database|pubsub_(topic"
    r"|subscription))"
    r"|azurerm_(\w*sql\w*|storage_(account|container)|cosmosdb_\w+|key_vault|managed_disk|kubernetes_cluster"
    r"|redis_cache"
    r"|dns_zone|resource_group)|digitalocean_(database_\w+|volume|spaces_bucket|kubernetes_cluster)"
)
_SUMMARY = 3
"""More removals than this in one folder are told as one."""


def check(context: Context) -> Iterator[Hit]:
    """Name stateful resources whose address is nowhere on the new side."""
    sources = [source for source in context.sources if source.kind == "terraform"]
    new = {item.name for source in sources for item in source.constructs(Side.NEW)}
    rows = [row for source in sources for row in source.new]
    folders: dict[str, list[tuple[Source, Construct]]] = {}
    for source in sources:
        for item in source.constructs(Side.OLD):
            _, _, address = item.name.partition("resource.")
            if not address or not _STATEFUL.fullmatch(address.split(".", 1)[0]) or item.name in new:
                continue
            if item.first in source.removed and not _handed_over(address, rows):
                folders.setdefault(source.path.rpartition("/")[0], []).append((source, item))
    for gone in folders.values():
        for source, item in gone[:1] if len(gone) > _SUMMARY else gone:
            yield _hit(source, item, gone, new)


def _handed_over(address: str, rows: list[str]) -> bool:
    """Tell whether a moved, removed or import block speaks of the address."""
    pattern = re.compile(r"\s*(from|to)\s*=\s*" + re.escape(address) + r"(\[.*)?\s*(#.*)?")
    return any(pattern.fullmatch(row[:500]) for row in rows)


def _hit(source: Source, item: Construct, gone: list[tuple[Source, Construct]], new: set[str]) -> Hit:
    address = item.name.removeprefix("resource.")
    kind = address.split(".", 1)[0]
    message = f"{address} is removed: the next apply destroys it with its data"
    if len(gone) > _SUMMARY:
        message = f"{len(gone)} resources with data are removed here, {address} first"
    elif any(name.startswith(f"resource.{kind}.") for name in new):
        message = f"{address} is removed; if it was renamed, a moved block is missing and the data goes"
    return Hit(
        rule=PAGE.rule,
        source=source,
        side=Side.OLD,
        line=item.first,
        end_line=item.last if set(range(item.first, item.last + 1)) <= source.removed else item.first,
        text=source.old[item.first - 1].strip(),
        message=message,
    )


CHECK = Check(page=PAGE, run=check)
