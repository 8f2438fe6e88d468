"""Ask who is told when a new resource fails."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.alarms import ALARMING, TYPES
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.source import is_nonproduction
from reviewconsole.detection.tf_pairs import Placed, paired_blocks, placed
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "resource-without-alarm",
    title="A resource that nobody watches",
    family=Family.GAP,
    severity=Severity.MEDIUM,
    what="Finds new databases, queues, functions, load balancers, caches and services in Terraform that no "
    "alarm in the "
    "tree names.",
    why="It will fail some night, and the first to notice are its users. Generated infrastructure has every resource "
    "and no alarm.",
    example='+ resource "aws_db_instance" "orders" {   # and no alarm that names it',
    instead="Add an alarm on what its users feel (errors, age of the oldest message, free space) in the same change, "
    "or name the module or dashboard that covers it.",
    references=("AWS Well-Architected OPS08-BP04", "https://sre.google/sre-book/monitoring-distributed-systems/"),
    languages=("terraform",),
    alias="o-03",
)
_WATCHED = re.compile(
    r"aws_(db_instance|rds_cluster|sqs_queue|lambda_function|lb|alb|elb|elasticache_(cluster"
    r"|replication_group)|dynamodb_table|ecs_service"
    r"|opensearch_domain|elasticsearch_domain|mq_broker|msk_cluster|redshift_cluster|docdb_cluster"
    r"|neptune_cluster|kinesis_stream|eks_cluster"
    r"|sfn_state_machine|api_gateway_rest_api|apigatewayv2_api|nat_gateway|cloudfront_distribution)"
    r"|google_(sql_database_instance|redis_instance|cloud_run(_v2)?_service|cloudfunctions2?_function"
    r"|pubsub_subscription|container_cluster|spanner_instance)"
    r"|azurerm_(\w*sql\w*_server|redis_cache|linux_(web|function)_app|windows_(web|function)_app"
    r"|servicebus_queue|kubernetes_cluster|lb|application_gateway|cosmosdb_account)"
)
_DEAD = re.compile(r"dlq|dead", re.IGNORECASE)


def check(context: Context) -> Iterator[Hit]:
    """Name new resources that no alarm speaks of."""
    news = [new for old, new in paired_blocks(context) if old is None and new is not None and _concerned(new)]
    for new in news[:40]:
        if not _named(new, context):
            message = f"{new.block.address} is new and no alarm names it"
            yield from changed_at(PAGE.rule, new.source, Side.NEW, (new.block.first, new.block.first), message)


def _concerned(item: Placed) -> bool:
    block = item.block
    if block.type != "resource" or len(block.labels) != 2 or is_nonproduction(item.source.path):
        return False
    return bool(_WATCHED.fullmatch(block.labels[0])) and not (
        block.labels[0].endswith("queue") and _DEAD.search(block.labels[1])
    )


def _named(new: Placed, context: Context) -> bool:
    address, name = new.block.address, new.block.attribute("name").strip('"')
    for each in placed(context, Side.NEW):
        text = each.text(Side.NEW)
        labelled = " ".join((*each.block.labels, each.block.attribute("source")))
        alarm = TYPES.fullmatch(each.block.labels[0] if each.block.labels else "") or ALARMING.search(labelled)
        if alarm and (address in text or (len(name) > 3 and name in text)):
            return True
    if not context.whole:
        return False
    for wanted in (address, name if len(name) > 5 and "$" not in name else ""):
        for path, data in context.read_many_new(context.files_naming(wanted, cap=20) if wanted else ()).items():
            if path == new.source.path:
                continue
            if ALARMING.search(path) or ALARMING.search(data.decode("utf-8", "replace")):
                return True
    return False


CHECK = Check(page=PAGE, run=check)
