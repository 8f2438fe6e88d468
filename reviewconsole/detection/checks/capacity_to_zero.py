"""Find capacity that is cut to nothing, to one, or by half and more."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.commands import added
from reviewconsole.detection.destroying import is_ephemeral
from reviewconsole.detection.guard_names import named, value_of
from reviewconsole.detection.hits import hit
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.moves import command_moves
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.settings import Change, Setting, changes
from reviewconsole.detection.source import is_nonproduction
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "capacity-to-zero",
    title="Capacity is cut to nothing, or by half",
    family=Family.RISK,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    what="Finds replicas, minimum and desired sizes, node and instance counts that become 0 or 1, or fall by half or "
    "more, and commands that scale to 0. In a file for development or staging it counts as low.",
    why="In February 2017 a command at AWS S3 removed more servers than was meant, and the subsystems had to restart "
    "from cold; at Slack in February 2022 removed cache nodes overloaded the database behind them.",
    example="-  replicas: 6\n+  replicas: 1",
    instead="Go down in steps, with a floor that carries today's peak and one failure; say how to scale up again.",
    references=("AWS: summary of the S3 disruption of 28 February 2017", "Slack incident of 22 February 2022"),
    languages=("terraform", "cloudformation", "kubernetes", "yaml", "workflow", "shell", "typescript", "python"),
    alias="d-14",
)
_NAME = re.compile(
    r"^(replicas?|replica_count|num_replicas|number_of_replicas|min_replicas?|min_replica_count|minimum_replicas"
    r"|min_size|min_capacity|min_count|min_nodes?|min_node_count|total_min_node_count|min_instances?|min_instance_count"
    r"|min_tasks?|minimum_(healthy_)?(capacity|size|count)|min_scale|desired_(count|capacity|size|tasks?|nodes)|count"
    r"|node_count|initial_node_count|num_nodes|instance_count|instances|num_instances|number_of_(nodes|broker_nodes)"
    r"|num_cache_(nodes|clusters)|number_cache_clusters|replicas_per_node_group|num_node_groups|shard_count|num_shards"
    r"|broker_count|worker_count|server_count|task_count|provisioned_concurrent_executions|reserved_concurrent_executions"
    r"|\w+_(replicas|min_size|desired_count|desired_capacity|node_count|instance_count|min_replicas|min_capacity))$"
)
_SHORT = re.compile(r"^(min|minimum|desired|size)$")
_SCALING = re.compile(r"scal|capacity|replica|node_?(pool|group)|\basg\b|autoscaling|instances", re.IGNORECASE)
_COMMAND = re.compile(
    r"\bkubectl\s.*\bscale\b.*--replicas[= ]0\b|\baws\s.*--(desired-count|desired-capacity|min-size|max-size)[= ]0\b"
    r"|\bgcloud\s.*\b(resize|update)\b.*--(size|num-nodes|min-instances)[= ]0\b|\bheroku\s+ps:scale\s.*=0\b"
    r"|\baz\s.*\bscale\b.*--(new-capacity|node-count|replica)[= ]0\b|\bfly(ctl)?\s+scale\s+count\s+0\b"
    r"|\bdocker\s+service\s+scale\s.*=0\b|\boc\s+scale\b.*--replicas[= ]0\b|\bnomad\s+job\s+scale\s.*\s0\b"
    r"|\beksctl\s+scale\s.*--nodes[= ]0\b"
)
_STAGING = re.compile(
    r"(^|[/_.-])(dev|development|staging|stage|stg|sandbox|preview|test|qa|local|uat|integration)([/_.-]|$)"
)


def check(context: Context) -> Iterator[Hit]:
    """Name each cut of a surviving host, and added commands that scale to nothing."""
    for change in changes(context):
        message = _cut(context, change)
        if message:
            source, side, span = change.place
            yield hit(
                PAGE, source, side, span, message, severity=_severity(source.path, change.pair.new.name), lowered=False
            )
    moves = command_moves(context)
    for source in context.sources:
        for command in added(source):
            if _COMMAND.search(command.text) and not moves.took(source.path, command.text):
                severity = _severity(source.path, "")
                yield hit(
                    PAGE, source, Side.NEW, (command.first, command.last), "A command scales to nothing",
                    severity=severity, lowered=False,
                )  # fmt: skip


def _severity(path: str, host: str) -> Severity | None:
    low = is_nonproduction(path) or is_ephemeral(path) or _STAGING.search(path) or _STAGING.search(host)
    return Severity.LOW if low else None


def _cut(context: Context, change: Change) -> str:
    name = named(change.pair.new, change.item)
    if change.new is None or not (_NAME.match(name) or (_SHORT.match(name) and _SCALING.search(change.item.path))):
        return ""
    source = change.pair.new_source
    if source.kind in ("python", "typescript", "go") and (
        not change.pair.new.name or name in ("count", "size", "instances")
    ):
        return ""
    if name in ("count", "instances") and source.kind != "terraform" and not _SCALING.search(change.item.path):
        return ""
    old, new = (_number(context, change, item) for item in (change.old, change.new))
    if new is None:
        return ""
    if old is None:
        grown = change.old is None and new == 0 and name != "count" and change.pair.new_source.kind != "workflow"
        return f"{change.item.path} is set to 0" if grown else ""
    if new < old and (new <= 1 or new <= old / 2):
        return f"{change.item.path} goes from {old:g} to {new:g}"
    return ""


def _number(context: Context, change: Change, item: Setting | None) -> float | None:
    value = value_of(context, change, item)
    return float(value) if re.fullmatch(r"\d+(\.\d+)?", value) else None


CHECK = Check(page=PAGE, run=check)
