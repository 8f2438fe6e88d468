"""Name the resources with data that a change touches, for its risk."""

from collections.abc import Sequence

from reviewconsole import lazy_re as re
from reviewconsole.detection.source import Source, read
from reviewconsole.diff import FileDiff
from reviewconsole.finding import Side

_TERRAFORM = re.compile(
    r"resource\.(?:aws_(?:db_|rds_|s3_bucket|dynamodb_|efs_|ebs_|kms_|route53_zone|secretsmanager_secret|ecr_repository"
    r"|elasticache_|eks_cluster|docdb_|neptune_|redshift_|opensearch_|cognito_user_pool|backup_vault|kinesis_|msk_)"
    r"|google_(?:sql_|storage_bucket|bigquery_|spanner_|compute_disk|container_cluster|kms_|dns_managed_zone|redis_)"
    r"|azurerm_(?:\w*sql|storage_|cosmosdb_|key_vault|managed_disk|kubernetes_cluster|redis_|dns_zone))\w*\.[\w-]+"
)
_KUBERNETES = re.compile(
    r"(?:StatefulSet|PersistentVolumeClaim|PersistentVolume|StorageClass|CustomResourceDefinition)/.+"
)
_MOST = 50


def stateful(files: Sequence[FileDiff]) -> tuple[str, ...]:
    """Addresses of Terraform resources and Kubernetes objects that hold data, with a changed line in them."""
    found: set[str] = set()
    for file in files:
        if not file.path.endswith((".tf", ".tofu", ".yml", ".yaml")):
            continue
        source = read(file)
        if isinstance(source, Source):
            for side in Side:
                found |= _touched(source, side)
    return tuple(sorted(found)[:_MOST])


def _touched(source: Source, side: Side) -> set[str]:
    changed = source.changed(side)
    pattern = _TERRAFORM if source.kind == "terraform" else _KUBERNETES
    return {
        item.name.removeprefix("resource.")
        for item in source.constructs(side)
        if item.unit and pattern.fullmatch(item.name) and any(item.first <= at <= item.last for at in changed)
    }
