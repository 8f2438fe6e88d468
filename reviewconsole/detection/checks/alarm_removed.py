"""Find alarms that go while the thing they watch stays."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.alarms import ALARMING, Alarm, alarms
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at, lost
from reviewconsole.detection.tf_pairs import placed
from reviewconsole.detection.yaml_tree import documents
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "alarm-removed",
    title="An alarm is removed",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds alarms, alert rules and monitors (Terraform, Prometheus, CloudFormation, Datadog, code that creates "
    "alarms) that are removed while what they watch stays. An alarm that returns under another name or file, or goes "
    "with its resource, does not count.",
    why="The next failure of that thing is found by its users. Nobody misses an alarm on the day it is deleted.",
    example='- resource "aws_cloudwatch_metric_alarm" "queue_age" {',
    instead="Keep it, and tune the threshold or the route if it cried wolf; if another alarm covers the case, name it.",
    references=("https://sre.google/sre-book/monitoring-distributed-systems/", "AWS Well-Architected OPS08-BP04"),
    languages=("terraform", "yaml", "json", "python", "typescript", "go"),
    alias="o-01",
)
_CODE = re.compile(r"\b(?:new\s+)?(?:\w+\.)?(?:Alarm|CompositeAlarm|MetricAlarm|MetricAlert|AlertPolicy)\("
                   r"|\.create_?alarm\(|put_metric_alarm\("
                   r"|datadog\.Monitor\(|\.addAlarm\(", re.IGNORECASE)  # fmt: skip
_MONITOR = re.compile(r"\"type\"\s*:\s*\"[\w -]*(alert|check)\"")
_SUMMARY = 3


def check(context: Context) -> Iterator[Hit]:
    """Name removed alarms; many in one folder are told as one."""
    news = list(alarms(context, Side.NEW))
    here = {alarm.key for alarm in news}
    olds = list(alarms(context, Side.OLD))
    before = {alarm.key for alarm in olds}
    fresh = [alarm for alarm in news if alarm.key not in before]
    gone = _gone(context)
    folders: dict[str, list[Alarm]] = {}
    for alarm in olds:
        if alarm.key in here or _moved(alarm, fresh) or _watched_gone(alarm, gone, context):
            continue
        folders.setdefault(alarm.source.path.rpartition("/")[0], []).append(alarm)
    for found in folders.values():
        for alarm in found[:1] if len(found) > _SUMMARY else found:
            more = f" and {len(found) - 1} more here" if len(found) > _SUMMARY else ""
            message = f"Alarm {alarm.name}{more} is removed, and what it watches stays"
            yield from changed_at(PAGE.rule, alarm.source, Side.OLD, (alarm.line, alarm.end_line), message)
    yield from _files(context)
    for source, at, _ in lost(context, ("python", "typescript", "go"), _CODE):
        yield from changed_at(PAGE.rule, source, Side.OLD, (at, at), "The creation of an alarm is removed")


def _moved(alarm: Alarm, fresh: list[Alarm]) -> bool:
    """Tell whether an added alarm measures the same, or has the same name elsewhere."""
    return any(
        each.name == alarm.name
        or (each.metrics and each.metrics == alarm.metrics and (each.watched == alarm.watched or not alarm.watched))
        or (alarm.metrics and alarm.metrics < each.metrics)
        for each in fresh
    )


def _gone(context: Context) -> frozenset[str]:
    """Addresses and names of what the change removes, alarms aside."""
    news = {(item.folder, item.block.address) for item in placed(context, Side.NEW)}
    found: set[str] = set()
    for item in placed(context, Side.OLD):
        if (item.folder, item.block.address) not in news:
            found.add(item.block.address)
            if not re.search(r"alarm|alert|monitor", item.block.address):
                found.update(re.findall(r"\w+", item.block.attribute("name").strip('"'))[:1])
                found.add(item.block.attribute("name").strip('"'))
    for source in context.sources:
        if source.kind == "yaml" and source.removed:
            kept = {document.label for document in documents(source, Side.NEW)}
            found.update(
                d.name for d in documents(source, Side.OLD) if d.kind and d.label not in kept and "Rule" not in d.kind
            )
            found.update(_resources(source.old) - _resources(source.new))
    return frozenset(found - {""})


def _resources(rows: tuple[str, ...]) -> set[str]:
    return {match[1] for row in rows if (match := re.match(r"  (\w+):\s*$", row))}


def _watched_gone(alarm: Alarm, gone: frozenset[str], context: Context) -> bool:
    if alarm.watched & gone:
        return True
    if alarm.source.has_new:
        return False
    # The file went: with other things of the same name, or with its whole folder, it is a retirement.
    folder, _, name = alarm.source.path.rpartition("/")
    stem = re.sub(
        r"[-_.]?(alerts?|alarms?|rules?|monitors?|monitoring|prometheus)",
        "",
        name.split(".", 1)[0],
        flags=re.IGNORECASE,
    )
    others = [
        s.path for s in context.sources if not s.has_new and s is not alarm.source and not ALARMING.search(s.path)
    ]
    if len(stem) > 2 and any(stem in path for path in others):
        return True
    inside = (
        [path for path in context.paths_new() if path.startswith(f"{folder}/")] if folder and context.whole else [name]
    )
    return not inside and any(path.startswith(f"{folder}/") for path in others)


def _files(context: Context) -> Iterator[Hit]:
    """Monitors kept as one JSON file each."""
    for source in context.sources:
        if source.kind != "json" or source.has_new or not source.old:
            continue
        rows = [at for at, row in enumerate(source.old, 1) if _MONITOR.search(row[:500])]
        if rows and any('"query"' in row for row in source.old):
            name = source.path.rsplit("/", 1)[-1]
            if not any(
                each.has_new and not each.has_old and each.path.endswith(f"/{name}") for each in context.sources
            ):
                yield from changed_at(PAGE.rule, source, Side.OLD, (rows[0], rows[0]), f"Monitor {name} is removed")


CHECK = Check(page=PAGE, run=check)
