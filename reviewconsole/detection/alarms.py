"""Read alarms out of Terraform, Prometheus rules, CloudFormation and monitor objects."""

from collections.abc import Iterator
from dataclasses import dataclass

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Context
from reviewconsole.detection.source import Source
from reviewconsole.detection.tf_pairs import Placed, placed
from reviewconsole.detection.yaml_nodes import get, scalar
from reviewconsole.detection.yaml_tree import Document, documents
from reviewconsole.finding import Side

TYPES = re.compile(
    r"aws_cloudwatch_(metric_alarm|composite_alarm)|aws_route53_health_check|google_monitoring_(alert_policy"
    r"|uptime_check_config)"
    r"|azurerm_monitor_\w*alert\w*|azurerm_application_insights_\w*test|datadog_(monitor\w*|synthetics_test"
    r"|service_level_objective)"
    r"|newrelic_\w*(alert_condition|condition|monitor)|grafana_rule_group|signalfx_detector|sentry_\w*alert"
    r"|honeycombio_trigger"
    r"|(pingdom|statuscake|uptimerobot|betteruptime)_\w+|checkly_check\w*|opsgenie_alert_policy"
    r"|logzio_alert\w*|splunk_saved_searches"
)
ALARMING = re.compile(r"alarm|alert|monitor", re.IGNORECASE)
"""What alarms, and the modules and files that hold them, are called."""
_KINDS = frozenset(
    {"DatadogMonitor", "DatadogSLO", "GrafanaAlertRuleGroup", "MonitoringAlertPolicy", "MetricAlarm", "AlertPolicy"}
)
_REFERENCE = re.compile(
    r"\b((?:aws|google|azurerm|kubernetes|helm|cloudflare|digitalocean|github)_\w+\.\w+|module\.\w+)"
)
_LABELLED = re.compile(r"(?:job|service|app|deployment|statefulset|daemonset|namespace|container|queue|name"
                       r"|database|topic|cronjob|job_name)"
                       r"\s*=~?\s*\"([^\"]+)\"")  # fmt: skip
_METRIC = re.compile(r"[a-zA-Z_:][\w:.]*(?=\s*[{\[])|\b[a-z]+(?:[_:][a-z0-9]+){2,}\b")
_QUOTED = re.compile(r"\"([\w./-]{3,80})\"")


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """One alarm on one side."""

    source: Source
    key: str
    """What it goes by across the change."""
    name: str
    line: int
    end_line: int
    metrics: frozenset[str]
    """What it measures."""
    watched: frozenset[str]
    """Addresses and names it speaks of."""


def alarms(context: Context, side: Side) -> Iterator[Alarm]:
    """Every alarm of one side of the changed files."""
    for item in placed(context, side):
        if is_alarm(item):
            yield _terraform(item, side)
    for source in context.sources:
        if source.kind == "yaml" and (source.added or source.removed):
            for document in documents(source, side):
                yield from _yaml(document)


def is_alarm(item: Placed) -> bool:
    """Tell whether a Terraform block is an alarm, or a module of alarms."""
    block = item.block
    if block.type == "resource" and len(block.labels) == 2:
        return bool(TYPES.fullmatch(block.labels[0]))
    named = " ".join((*block.labels, block.attribute("source")))
    return block.type == "module" and bool(ALARMING.search(named))


def _terraform(item: Placed, side: Side) -> Alarm:
    block, text = item.block, item.text(side)
    measured: set[str] = set()
    for path, attribute in block.walk():
        last = path.rsplit(".", 1)[-1]
        if last in (
            "metric_name",
            "query",
            "filter",
            "expr",
            "nrql",
            "query_string",
            "program_text",
            "condition",
            "fqdn",
            "url",
        ):
            measured.add(" ".join(re.sub(r"[<>]=?\s*[\d.]+", "", attribute.value).split()))
    own = ".".join(block.labels)
    watched = {
        match
        for match in _REFERENCE.findall(text)
        if match != own and not match.startswith(("aws_sns", "aws_cloudwatch"))
    }
    literal = {
        match
        for path, each in block.walk()
        if "dimensions" in path or "tags" in path
        for match in _QUOTED.findall(each.value)
    }
    return Alarm(
        source=item.source,
        key=f"{item.folder}:{block.address}",
        name=block.address,
        line=block.first,
        end_line=block.last,
        metrics=frozenset(measured),
        watched=frozenset(watched | literal),
    )


def _yaml(document: Document) -> Iterator[Alarm]:
    if document.kind in _KINDS:
        spec = document.get("spec")
        metric = scalar(get(spec, "query"))
        yield _alarm(
            document, f"{document.kind}/{document.name}", document.name, (document.line, document.end_line), metric
        )
    for place, entry in document.entries.items():
        if place[-1] == "alert" and scalar(entry.node) and document.entries.get(place[:-1]) is not None:
            item = document.entries[place[:-1]]
            expression = scalar(get(item.node, "expr"))
            if expression or get(item.node, "labels") is not None:
                name = scalar(entry.node)
                yield _alarm(document, f"alert:{name}", name, (item.line, item.end_line), expression)
        elif place[-1] == "Type" and scalar(entry.node) in (
            "AWS::CloudWatch::Alarm",
            "AWS::CloudWatch::CompositeAlarm",
        ):
            name = place[-2] if len(place) > 1 else ""
            host = document.entries.get(place[:-1])
            if host is not None:
                metric = scalar(get(host.node, "Properties", "MetricName"))
                text = document.source.text(document.side, host.line, host.end_line)
                watched = frozenset(re.findall(r"!(?:Ref|GetAtt)\s+([\w]+)", text))
                yield Alarm(
                    source=document.source,
                    key=f"cfn:{document.source.path}:{name}",
                    name=name,
                    line=host.line,
                    end_line=host.end_line,
                    metrics=frozenset({metric} - {""}),
                    watched=watched,
                )


def _alarm(document: Document, key: str, name: str, span: tuple[int, int], expression: str) -> Alarm:
    return Alarm(
        source=document.source,
        key=key,
        name=name,
        line=span[0],
        end_line=span[1],
        metrics=frozenset(_METRIC.findall(expression)),
        watched=frozenset(part for match in _LABELLED.findall(expression) for part in match.split("|")),
    )
