"""Which resources a change takes out of the configuration, adds to it, and hands over."""

from collections.abc import Iterator
from dataclasses import dataclass

from reviewconsole import lazy_re as re
from reviewconsole.detection import terraform
from reviewconsole.detection.model import Context
from reviewconsole.detection.settings import Host, hosts
from reviewconsole.detection.source import Source
from reviewconsole.detection.stateful import is_stateful, is_stateful_module
from reviewconsole.finding import Side

_CODE_STATEFUL = re.compile(
    r"(^|\.)(rds\.(Instance|Cluster|DatabaseInstance|DatabaseCluster)|DatabaseInstance|DatabaseCluster|ServerlessCluster"
    r"|(s3|storage)\.Bucket(V2)?|Bucket|BucketV2|(dynamodb|globaltables)\.Table(V2)?|TableV2|(efs)\.FileSystem|FileSystem"
    r"|ebs\.Volume|Volume|kms\.(Key|CryptoKey)|HostedZone|PublicHostedZone|route53\.Zone|secretsmanager\.Secret|UserPool"
    r"|ReplicationGroup|CfnReplicationGroup|eks\.Cluster|gke\.Cluster|container\.Cluster|ecs\.Cluster|opensearch\.Domain"
    r"|ecr\.Repository|backup\.(Vault|BackupVault)|sqs\.Queue|kinesis\.Stream|(sql|gcp\.sql)\.DatabaseInstance"
    r"|bigquery\.(Dataset|Table)|CfnDBInstance|CfnDBCluster|CfnTable|CfnBucket|LogGroup)$"
)
_ALIKE = 0.6
"""Share of settings in common from which a new address is a renamed old one."""
_CANDIDATES = 100
_RETAINED = frozenset({"Retain", "RetainExceptOnCreate", "Snapshot"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A host in a file."""

    source: Source
    host: Host


def removed(context: Context) -> Iterator[Place]:
    """Stateful resources, modules and constructs of the old side whose address is nowhere on the new side."""
    after = {
        (source.kind, host.name) for source in context.sources if source.has_new for host in hosts(source, Side.NEW)
    }
    for source in context.sources:
        if not source.removed and not source.added:
            continue
        for host in hosts(source, Side.OLD):
            if host.name and (source.kind, host.name) not in after and is_data(host):
                yield Place(source=source, host=host)


def added(context: Context) -> Iterator[Place]:
    """Hosts of the new side that the old side does not have."""
    before = {
        (source.kind, host.name) for source in context.sources if source.has_old for host in hosts(source, Side.OLD)
    }
    for source in context.sources:
        if source.added:
            for host in hosts(source, Side.NEW):
                if host.name and (source.kind, host.name) not in before:
                    yield Place(source=source, host=host)


def alike(gone: Place, fresh: list[Place]) -> list[Place]:
    """The new hosts of the same kind whose settings are mostly those of one that went, best first."""
    same = [new for new in fresh if gone.source.kind == new.source.kind and gone.host.kind == new.host.kind]
    scored = [(similarity(gone.host, new.host), at) for at, new in enumerate(same[:_CANDIDATES])]
    return [same[at] for score, at in sorted(scored, key=lambda each: -each[0]) if score >= _ALIKE]


def is_data(host: Host) -> bool:
    """Tell whether a host holds data or identity, and is not told to be kept when it goes."""
    if host.kind == "module":
        return is_stateful_module(host.value("source").strip('"'))
    if "(" in host.name:
        return bool(_CODE_STATEFUL.search(host.kind))
    return is_stateful(host.kind) and host.value("DeletionPolicy") not in _RETAINED


def handed_over(context: Context) -> frozenset[str]:
    """Addresses that a moved or import block takes on, or a removed block that keeps the object."""
    found = set()
    for source in context.sources:
        if source.kind == "terraform":
            for block in terraform.parse(source.new):
                if block.type == "moved":
                    found.add(block.attribute("from"))
                elif block.type == "import":
                    found.add(block.attribute("to"))
                elif block.type == "removed" and any(
                    p == "lifecycle.destroy" and a.value == "false" for p, a in block.walk()
                ):
                    found.add(block.attribute("from"))
    return frozenset(address.split("[", 1)[0] for address in found)


def similarity(one: Host, other: Host) -> float:
    """Share of settings that two hosts have in common, 0 to 1; equal sources of modules count for all."""
    if one.kind == "module" and one.value("source") and one.value("source") == other.value("source"):
        return 1.0
    first = {(item.path, item.value) for item in one.settings}
    second = {(item.path, item.value) for item in other.settings}
    if not first and not second:
        return 1.0
    paths = len({path for path, _ in first} & {path for path, _ in second})
    same = len(first & second)
    return (same + paths) / (len(first) + len(second))
