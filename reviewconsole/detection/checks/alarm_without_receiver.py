"""Ask whether a new alarm reaches anybody, and says what to do."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.source import is_nonproduction
from reviewconsole.detection.tf_pairs import Placed, paired_blocks
from reviewconsole.detection.yaml_nodes import get, pairs, scalar
from reviewconsole.detection.yaml_tree import documents
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "alarm-without-receiver",
    title="A new alarm that reaches nobody or explains nothing",
    family=Family.GAP,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    what="Finds new alarms in Terraform without an action, channel or addressee, and new Prometheus alerts without any "
    "annotation.",
    why="An alarm that notifies nobody is found in a list after the incident. One that says only its name wakes a "
    "person who then has to read its expression before they can begin.",
    example='+ resource "aws_cloudwatch_metric_alarm" "errors" {\n+   metric_name = "Errors"\n+ }',
    instead="Name the topic or channel it notifies, and give it a summary and the address of its runbook.",
    references=("AWS Well-Architected OPS10-BP02", "https://prometheus.io/docs/practices/alerting/", "CKV_AWS_319"),
    languages=("terraform", "prometheus"),
    alias="o-10",
)
_REACHES = {
    "aws_cloudwatch_metric_alarm": re.compile(r"\balarm_actions\b"),
    "aws_cloudwatch_composite_alarm": re.compile(r"\balarm_actions\b"),
    "google_monitoring_alert_policy": re.compile(r"\bnotification_channels\b"),
    "azurerm_monitor_metric_alert": re.compile(r"\baction\b"),
    "azurerm_monitor_scheduled_query_rules_alert_v2": re.compile(r"\baction\b"),
    "datadog_monitor": re.compile(r"@|\bvar\.|\blocal\.|<<"),
    "newrelic_alert_policy": re.compile(r"\bchannel_ids\b|newrelic_workflow"),
}
_TELLS = re.compile(r"summary|description|runbook|message|dashboard|title")


def check(context: Context) -> Iterator[Hit]:
    """Name such alarms that are new."""
    rows = [row for source in context.sources if source.kind == "terraform" for row in source.new]
    for old, new in paired_blocks(context):
        if old is None and new is not None and not is_nonproduction(new.source.path):
            yield from _unheard(new, rows)
    yield from _silent(context)


def _unheard(new: Placed, rows: list[str]) -> Iterator[Hit]:
    block = new.block
    reaches = _REACHES.get(block.labels[0]) if block.type == "resource" and len(block.labels) == 2 else None
    if reaches is None or reaches.search(new.text(Side.NEW)):
        return
    # What a composite alarm or a scaling policy looks at needs no receiver of its own.
    if any(block.address in row for row in rows if not row.lstrip().startswith("resource ")):
        return
    message = f"{block.address} is new and notifies nobody"
    yield from changed_at(PAGE.rule, new.source, Side.NEW, (block.first, block.first), message)


def _silent(context: Context) -> Iterator[Hit]:
    before = {name for name, *_ in _alerts(context, Side.OLD)}
    for source in context.sources:
        if source.kind != "yaml" or not source.added or is_nonproduction(source.path):
            continue
        for document in documents(source, Side.NEW) if any("alert:" in row for row in source.new) else ():
            if document.templated:
                continue
            for place, entry in document.entries.items():
                item = document.entries.get(place[:-1]) if place[-1] == "alert" else None
                name = scalar(entry.node)
                if item is None or not name or name in before or get(item.node, "expr") is None:
                    continue
                if not any(_TELLS.search(key) for key, _, _ in pairs(get(item.node, "annotations"))):
                    message = f"Alert {name} tells whom it wakes nothing: no summary and no runbook"
                    yield from changed_at(PAGE.rule, source, Side.NEW, (entry.line, entry.line), message)


def _alerts(context: Context, side: Side) -> Iterator[tuple[str, int]]:
    for source in context.sources:
        if source.kind == "yaml" and any("alert:" in row for row in source.lines(side)):
            for document in documents(source, side):
                for place, entry in document.entries.items():
                    if place[-1] == "alert":
                        yield scalar(entry.node), entry.line


CHECK = Check(page=PAGE, run=check)
