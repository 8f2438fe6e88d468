"""Find alarms that stay and no longer speak, or speak later."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.alarms import is_alarm
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.terraform import Attribute
from reviewconsole.detection.tf_pairs import Placed, attributes, paired_blocks
from reviewconsole.detection.yaml_nodes import get, items, scalar
from reviewconsole.detection.yaml_tree import Document, Place, at_entry, number, numeric, paired
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "alarm-muted",
    title="An alarm is muted or made deaf",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds alarms that stay but lose their actions, are disabled, treat missing data as good, wait at least twice "
    "as long, take a looser threshold or a lower severity, and routes that end in a null receiver.",
    why="The configuration still shows an alarm, so nobody notices that it cannot wake anyone.",
    example="-        for: 5m\n+        for: 2h",
    instead="Silence for a bounded time in the alerting system; change a threshold by what the measurements show, with "
    "the numbers in the change.",
    references=("CKV_AWS_319", "https://sre.google/workbook/alerting-on-slos/"),
    languages=("terraform", "yaml"),
    alias="o-02",
)
_LONGER = 2.0
_LOOSER = 1.25
_WAITS = frozenset(
    {
        "evaluation_periods",
        "period",
        "datapoints_to_alarm",
        "duration",
        "window_size",
        "frequency",
        "evaluation_delay",
        "new_group_delay",
        "no_data_timeframe",
        "aggregation_window",
        "lookback",
        "renotify_interval",
        "timeout_h",
    }
)
_ACTIONS = frozenset(
    {
        "alarm_actions",
        "notification_channels",
        "ok_actions",
        "insufficient_data_actions",
        "action_group_id",
        "contact_point",
    }
)
_COMPARED = re.compile(r"(>=|<=|>|<)\s*(?:bool\s*)?(-?\d+(?:\.\d+)?(?:e-?\d+)?)")
_RANKS = {
    "critical": 5,
    "page": 5,
    "p1": 5,
    "emergency": 5,
    "sev1": 5,
    "high": 4,
    "error": 4,
    "major": 4,
    "p2": 4,
    "sev2": 4,
    "ticket": 3,
    "warning": 3,
    "warn": 3,
    "medium": 3,
    "p3": 3,
    "minor": 2,
    "low": 2,
    "p4": 2,
    "info": 1,
    "informational": 1,
    "none": 0,
    "p5": 1,
    "debug": 0,
}
_NOWHERE = re.compile(
    r"^[\"']?(null|none|blackhole|devnull|/dev/null|noop|silence\w*|drop|ignore\w*)[\"']?$", re.IGNORECASE
)


def check(context: Context) -> Iterator[Hit]:
    """Name what changed in a surviving alarm for the worse."""
    for old, new in paired_blocks(context):
        if old is not None and new is not None and is_alarm(new):
            yield from _block(old, new)
    for before, after in paired(context):
        if after is not None and before.source.kind == "yaml":
            yield from _rules(before, after)
            yield from _routes(before, after)
            yield from _cloudformation(before, after)


def _block(old: Placed, new: Placed) -> Iterator[Hit]:
    before, after = attributes(old.block), attributes(new.block)
    for path, item in after.items():
        reason = _worse(path, before.get(path), item, after)
        if reason:
            yield from changed_at(
                PAGE.rule, new.source, Side.NEW, (item.first, item.last), f"{new.block.address} {reason}"
            )
    for path, item in before.items():
        if path in _ACTIONS and path not in after and item.value not in ("[]", "null"):
            message = f"{new.block.address} no longer tells anyone"
            if path == "alarm_actions" or "alarm_actions" not in after:
                yield from changed_at(PAGE.rule, old.source, Side.OLD, (item.first, item.last), message)


def _worse(path: str, was: Attribute | None, now: Attribute, after: dict[str, Attribute]) -> str:
    name, value, before = (
        path.rpartition(".")[2].partition("#")[0],
        now.value.strip('"'),
        was.value.strip('"') if was else "",
    )
    if value == before:
        return ""
    if (
        name in ("actions_enabled", "enabled", "notify_no_data", "is_enabled")
        and value == "false"
        and before != "false"
    ):
        return "is switched off"
    if name in ("muted", "silenced", "mute", "disabled", "paused", "is_paused") and value not in ("false", "{}", "[]"):
        return "is muted"
    if (name == "count" and value == "0") or (name == "for_each" and value in ("{}", "[]", "toset([])")):
        return "is no longer created"
    if name == "treat_missing_data" and value in ("notBreaching", "ignore"):
        return "takes missing data for good news"
    if name in _ACTIONS and value in ("[]", "null", '""', ""):
        return "no longer tells anyone"
    if name in ("severity", "priority") and _rank(before) > _rank(value) and before:
        return f"goes down from {before} to {value}"
    old_number, new_number = number(before), number(value)
    if name in ("query", "condition", "expr", "filter") and was is not None:
        return _looser(before, value)
    if old_number is None or new_number is None:
        return ""
    if name in _WAITS and new_number >= old_number * _LONGER:
        return f"waits longer: {name} {before} to {value}"
    if name in ("threshold", "threshold_value", "critical", "warning", "critical_recovery"):
        below = any(
            "LessThan" in each.value or "LT" in each.value
            for key, each in after.items()
            if key.endswith(("comparison_operator", "comparison", "operator"))
        )
        if _loose(old_number, new_number, below=below):
            return f"has a looser threshold: {before} to {value}"
    return ""


def _rank(text: str) -> int:
    return _RANKS.get(text.lower(), 6 - int(text) if text.isdigit() and int(text) < 6 else -1)


def _loose(before: float, after: float, *, below: bool) -> bool:
    if below:
        return after < before and (after <= 0 or before / after >= _LOOSER)
    return after > before and (before <= 0 or after / before >= _LOOSER)


def _looser(before: str, after: str) -> str:
    """Compare the last comparison of two expressions that are equal otherwise."""
    ours, theirs = _COMPARED.findall(before), _COMPARED.findall(after)
    if len(ours) != len(theirs) or _COMPARED.sub("", before).split() != _COMPARED.sub("", after).split():
        return ""
    for (sign, old), (now, new) in zip(ours, theirs, strict=True):
        if sign[0] == now[0] and _loose(float(old), float(new), below=sign[0] == "<"):
            return f"has a looser threshold: {old} to {new}"
    return ""


def _rules(old: Document, new: Document) -> Iterator[Hit]:
    before = {place[-2]: place[:-1] for place in old.entries if place[-1] == "alert" and len(place) > 1}
    for place in [place for place in new.entries if place[-1] == "alert" and place[-2:-1] and place[-2] in before]:
        ours, theirs = before[place[-2]], place[:-1]
        was, now = old.entries[ours].node, new.entries[theirs].node
        name = scalar(get(now, "alert"))
        for key in ("for", "keep_firing_for", "expr", "labels"):
            reason, entry = _rule(key, was, now), new.entries.get((*theirs, key))
            if reason and entry is not None:
                yield from at_entry(PAGE.rule, new, entry, f"Alert {name} {reason}")


def _rule(key: str, was: object, now: object) -> str:
    first, second = get(was, key), get(now, key)  # type: ignore[arg-type]
    if key == "labels":
        for label in ("severity", "priority", "page"):
            before, after = scalar(get(first, label)), scalar(get(second, label))
            if before != after and before and (_rank(before) > _rank(after) or (before == "true" and after != "true")):
                return f"goes down from {before} to {after or 'no severity'}"
        return ""
    if key == "expr":
        return _looser(scalar(first), scalar(second))
    before_, after_ = numeric(first) or 0.0, numeric(second) or 0.0
    if key == "for" and after_ >= max(before_ * _LONGER, before_ + 60):
        return f"waits longer: {scalar(first) or '0s'} to {scalar(second)}"
    return ""


def _routes(old: Document, new: Document) -> Iterator[Hit]:
    for place, entry in new.entries.items():
        was = old.entries.get(place)
        lost = place[-1] == "receiver" and _NOWHERE.match(scalar(entry.node)) and "receivers" not in place
        if lost and not (was and _NOWHERE.match(scalar(was.node))) and _catches(new, place):
            yield from at_entry(PAGE.rule, new, entry, "Alerts of this route reach nobody")
        if place[-1] in ("mute_time_intervals", "muteTimeIntervals") and was is None and items(entry.node):
            yield from at_entry(PAGE.rule, new, entry, "Alerts of this route are muted at times")
        if new.kind == "DatadogMonitor" and was is not None and scalar(was.node) != scalar(entry.node):
            reason = _looser(scalar(was.node), scalar(entry.node)) if place[-1] == "query" else ""
            if reason:
                yield from at_entry(PAGE.rule, new, entry, f"Monitor {new.name} {reason}")


def _catches(new: Document, place: Place) -> bool:
    """False for a route that names the one idle alert it swallows, such as Watchdog."""
    host = new.entries.get(place[:-1])
    text = new.source.text(Side.NEW, host.line, host.end_line) if host else ""
    return "Watchdog" not in text and "InfoInhibitor" not in text


def _cloudformation(old: Document, new: Document) -> Iterator[Hit]:
    for place, entry in new.entries.items():
        was = old.entries.get(place)
        if was is None or len(place) < 3 or place[-2] != "Properties" or scalar(was.node) == scalar(entry.node):
            continue
        kind = new.entries.get((*place[:-2], "Type"))
        if kind is None or scalar(kind.node) != "AWS::CloudWatch::Alarm":
            continue
        before, after = numeric(was.node), numeric(entry.node)
        below = "Less" in scalar(get(new.entries[place[:-1]].node, "ComparisonOperator"))
        longer = place[-1] in ("EvaluationPeriods", "Period", "DatapointsToAlarm")
        worse = (
            (place[-1] == "ActionsEnabled" and scalar(entry.node) == "false")
            or (place[-1] == "TreatMissingData" and scalar(entry.node) in ("notBreaching", "ignore"))
            or (before is not None and after is not None and longer and after >= before * _LONGER)
            or (
                place[-1] == "Threshold"
                and before is not None
                and after is not None
                and _loose(before, after, below=below)
            )
        )
        if worse:
            yield from at_entry(PAGE.rule, new, entry, f"Alarm {place[-3]} is muted or made deaf by {place[-1]}")


CHECK = Check(page=PAGE, run=check)
