"""Catalogue 5.6: alarms, runbooks, flags, routes."""

import re
from collections.abc import Iterator

from benchmarks.changes import Sides
from benchmarks.seeding.edits import Block, hcl_blocks, indent_of, insert, replace
from benchmarks.seeding.model import Case, Draw, H, M, Material, Twin, added, edited, operator
from benchmarks.seeding.operators.common import PY, TF, YAML

_ALARM = re.compile(
    r"^(aws_cloudwatch_metric_alarm|aws_cloudwatch_composite_alarm|google_monitoring_alert_policy"
    r"|azurerm_monitor_(metric|scheduled_query_rules)_alert\w*|datadog_monitor)$"
)
_ALARM_NEEDS = r'^resource\s+"(aws_cloudwatch_(metric|composite)_alarm|google_monitoring_alert_policy|azurerm_monitor_\w*alert\w*|datadog_monitor)"'
_WATCHED = {
    "aws_sqs_queue": ("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName"),
    "aws_db_instance": ("AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier"),
    "aws_lambda_function": ("AWS/Lambda", "Errors", "FunctionName"),
    "aws_dynamodb_table": ("AWS/DynamoDB", "ThrottledRequests", "TableName"),
    "aws_lb": ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "LoadBalancer"),
    "aws_ecs_service": ("AWS/ECS", "CPUUtilization", "ServiceName"),
    "aws_elasticache_replication_group": ("AWS/ElastiCache", "Evictions", "ReplicationGroupId"),
}
_WATCHED_NEEDS = r'^resource\s+"aws_(sqs_queue|db_instance|lambda_function|dynamodb_table|lb|ecs_service|elasticache_replication_group)"'


def _alarms(text: str) -> list[Block]:
    return [block for block in hcl_blocks(text) if _ALARM.match(block.kind)]


def _alarm_for(block: Block, name: str = "watch") -> list[str]:
    space, metric, dimension = _WATCHED[block.kind]
    own = block.name.split(".", 1)[1]
    return ["", f'resource "aws_cloudwatch_metric_alarm" "{own}_{name}" {{', f'  alarm_name          = "{own}-{name}"', f'  namespace           = "{space}"', f'  metric_name         = "{metric}"', '  comparison_operator = "GreaterThanThreshold"', "  threshold           = 5", "  evaluation_periods  = 3", "  period              = 60", '  statistic           = "Maximum"', "  alarm_actions       = [var.pager_topic]", "", "  dimensions = {", f"    {dimension} = {block.kind}.{own}.name", "  }", "}"]  # fmt: skip


@operator("alarm-removed/terraform", "o-01", H, files=TF, needs=rf"{_ALARM_NEEDS}|{_WATCHED_NEEDS}")
def alarm_removed(material: Material, draw: Draw) -> Iterator[Case]:
    """Nobody is called any more for what is still there."""
    text, path = material.text, material.path
    real = _alarms(text)
    if real:
        block = draw.rng.choice(real)
        own = block.name.split(".", 1)[1]
        renamed = re.sub(rf'"{re.escape(own)}"', f'"{own}_page"', text, count=1)
        yield edited(
            "real alarm",
            path,
            text,
            replace(text, block.first, block.last),
            safe={"renamed": renamed},
            twins=(_elsewhere(path, text, block),),
        )
        return
    watched = [b for b in hcl_blocks(text) if b.kind in _WATCHED]
    for block in draw.rng.sample(watched, min(1, len(watched))):
        alarm = _alarm_for(block)
        on = insert(text, block.last + 1, alarm)
        gone = Twin("watched thing removed too", (Sides(path, on, replace(text, block.first, block.last)),))
        renamed = insert(text, block.last + 1, _alarm_for(block, "page"))
        yield edited(f"beside {block.kind}", path, on, text, planted=True, twins=(gone,), safe={"renamed": renamed})


def _elsewhere(path: str, text: str, block: Block) -> Twin:
    folder = path.rpartition("/")[0]
    other = f"{folder}/alarms_moved.tf".lstrip("/")
    return Twin(
        "moved", (Sides(path, text, replace(text, block.first, block.last)), Sides(other, None, block.text + "\n"))
    )


_RULE = re.compile(r"(?m)^(\s*)- alert: *(\S+)")


@operator("alarm-removed/prometheus", "o-01", H, files=YAML, needs=r"^\s*- alert: ")
def alert_removed(material: Material, draw: Draw) -> Iterator[Case]:
    """A rule that called somebody goes; the group stays."""
    blocks = _alerts(material)
    if len(blocks) < 2:
        return
    block = draw.rng.choice(blocks)
    text = material.text
    renamed = text.replace(f"alert: {block.name}", f"alert: {block.name}Page", 1)
    yield edited("rule", material.path, text, replace(text, block.first, block.last), safe={"renamed": renamed})


def _alerts(material: Material) -> list[Block]:
    rows = material.text.split("\n")
    found = []
    for match in _RULE.finditer(material.text):
        first = material.text.count("\n", 0, match.start()) + 1 + match[0].count("\n")
        width = len(indent_of(rows[first - 1]))
        last = first
        for at in range(first, len(rows)):
            if rows[at].strip() and len(indent_of(rows[at])) <= width:
                break
            if rows[at].strip():
                last = at + 1
        found.append(Block("alert", match[2], first, last, "\n".join(rows[first - 1 : last]), first + 1))
    return found


@operator("alarm-muted/prometheus", "o-02", H, files=YAML, needs=r"^\s*- alert: ")
def alert_muted(material: Material, draw: Draw) -> Iterator[Case]:
    """A rule waits longer, weighs less or fires later."""
    options = []
    text = material.text
    for block in _alerts(material):
        for offset, row in enumerate(block.text.split("\n")):
            line = block.first + offset
            wait = re.match(r"^(\s+for: *)(\d+)([smh])\s*$", row)
            if wait:
                good = replace(text, line, line, [f"{wait[1]}{max(1, int(wait[2]) // 2)}{wait[3]}"])
                options.append(
                    ("for longer", replace(text, line, line, [f"{wait[1]}{int(wait[2]) * 12}{wait[3]}"]), good)
                )
            weight = re.match(r"^(\s+severity: *)(\"?)(critical|page|warning)\"?\s*$", row)
            if weight:
                up = replace(text, line, line, [f"{weight[1]}{weight[2]}critical{weight[2]}"])
                options.append(
                    ("severity lower", replace(text, line, line, [f"{weight[1]}{weight[2]}info{weight[2]}"]), up)
                )
            limit = re.match(r"^(\s+.*[^=!<]> *)(\d+(?:\.\d+)?)\s*$", row)
            if limit and float(limit[2]) > 0 and "{{" not in row:
                higher = replace(text, line, line, [f"{limit[1]}{float(limit[2]) * 10:g}"])
                options.append(
                    ("threshold looser", higher, replace(text, line, line, [f"{limit[1]}{float(limit[2]) * 0.9:g}"]))
                )
    kinds = sorted({option[0] for option in options})
    if not kinds:
        return
    kind = draw.take(kinds)
    shape, after, good = draw.rng.choice([option for option in options if option[0] == kind])
    yield edited(shape, material.path, text, after, safe={"stricter": good} if good != text else {})


@operator("alarm-muted/terraform", "o-02", H, files=TF, needs=rf"{_ALARM_NEEDS}|{_WATCHED_NEEDS}")
def alarm_muted(material: Material, draw: Draw) -> Iterator[Case]:
    """An alarm no longer acts, or acts late."""
    text, planted = material.text, False
    blocks = [b for b in _alarms(text) if b.kind == "aws_cloudwatch_metric_alarm"]
    if not blocks:
        watched = [b for b in hcl_blocks(text) if b.kind in _WATCHED]
        if not watched:
            return
        block = draw.rng.choice(watched)
        text, planted = insert(text, block.last + 1, _alarm_for(block)), True
        blocks = [b for b in _alarms(text) if b.kind == "aws_cloudwatch_metric_alarm"]
    block = draw.rng.choice(blocks)
    options = []
    for offset, row in enumerate(block.text.split("\n")):
        line = block.first + offset
        limit = re.match(r'^(\s+threshold\s*=\s*"?)(\d+(?:\.\d+)?)("?)\s*$', row)
        if limit and "Greater" in block.text and float(limit[2]) > 0:
            options.append(("threshold", replace(text, line, line, [f"{limit[1]}{float(limit[2]) * 10:g}{limit[3]}"])))
        times = re.match(r'^(\s+evaluation_periods\s*=\s*"?)(\d+)("?)\s*$', row)
        if times:
            options.append(("periods", replace(text, line, line, [f"{times[1]}{int(times[2]) * 12}{times[3]}"])))
        missing = re.match(r'^(\s+treat_missing_data\s*=\s*)"(breaching|missing)"', row)
        if missing:
            options.append(("missing data", replace(text, line, line, [f'{missing[1]}"notBreaching"'])))
        acts = re.match(r"^(\s+alarm_actions\s*=\s*)\[[^\]]+\]\s*$", row)
        if acts:
            options.append(("no action", replace(text, line, line, [f"{acts[1]}[]"])))
    if "actions_enabled" not in block.text:
        options.append(("actions off", insert(text, block.last, ["  actions_enabled     = false"])))
    if "treat_missing_data" not in block.text:
        options.append(("missing data added", insert(text, block.last, ['  treat_missing_data  = "notBreaching"'])))
    shape, after = draw.take(options)
    strict = insert(text, block.last, ["  # watched by the on-call of payments"])
    yield edited(shape, material.path, text, after, planted=planted, safe={"comment added": strict})


@operator("resource-without-alarm/terraform", "o-03 o-04", M, files=TF, needs=_WATCHED_NEEDS, reverse=False)
def without_alarm(material: Material, draw: Draw) -> Iterator[Case]:
    """A new queue, database or function that nobody watches."""
    watched = [b for b in hcl_blocks(material.text) if b.kind in _WATCHED]
    if _alarms(material.text) or "alarm" in material.text.lower():
        return
    for block in draw.rng.sample(watched, min(1, len(watched))):
        plain = replace(material.text, block.first, block.last)
        yield edited(
            block.kind,
            material.path,
            plain,
            material.text,
            safe={"with alarm": insert(material.text, block.last + 1, _alarm_for(block))},
        )


@operator("queue-without-dlq/terraform", "o-04", M, files=TF, needs=r'^resource\s+"', reverse=False)
def without_dlq(material: Material, draw: Draw) -> Iterator[Case]:
    """A new queue that loses or repeats what cannot be handled."""
    text = material.text.rstrip("\n") + "\n\n"
    shape, rows = draw.take(
        [
            ("queue", ['resource "aws_sqs_queue" "invoices" {', '  name                       = "invoices"', "  visibility_timeout_seconds = 60", "  message_retention_seconds  = 345600", "}", ""]),
            ("subscription", ['resource "aws_sns_topic_subscription" "invoices" {', "  topic_arn = aws_sns_topic.billing.arn", '  protocol  = "lambda"', "  endpoint  = aws_lambda_function.invoices.arn", "}", ""]),
            ("encrypted queue", ['resource "aws_sqs_queue" "this" {', '  name              = "${local.name}-jobs"', "  kms_master_key_id = aws_kms_key.this.id", "  tags              = local.tags", "}", ""]),
        ]
    )  # fmt: skip
    redrive = [
        rows[0],
        *rows[1:-2],
        "  redrive_policy = jsonencode({",
        "    deadLetterTargetArn = aws_sqs_queue.invoices_dlq.arn",
        "    maxReceiveCount     = 5",
        "  })",
        *rows[-2:],
    ]
    own = [
        'resource "aws_sqs_queue" "invoices_dlq" {',
        '  name                      = "invoices-dlq"',
        "  message_retention_seconds = 1209600",
        "}",
        "",
    ]
    safe = {"with redrive": text + "\n".join(redrive), "is the dead-letter queue": text + "\n".join(own)}
    yield edited(shape, material.path, text, text + "\n".join(rows), safe=safe)


_BACK = re.compile(r"(?i)roll ?back|revert|undo|back out|restore|roll-back")
_LOOK = re.compile(r"(?i)diagnos|symptom|triage|verif|confirm|check|expected|meaning|impact|validate")
_CALL = re.compile(r"(?i)escalat|on-?call|owner|contact|pager|slack|team")


def _written(name: str, *, back: bool, look: bool, call: bool) -> list[str]:
    rows = [
        f"## {name}",
        "",
        "### Steps",
        "",
        "1. Scale the workers down: `kubectl scale deploy/workers --replicas=0`.",
        "2. Change the connection string in the secret.",
        "3. Scale the workers up again.",
        "",
    ]
    if look:
        rows += [
            "### Symptoms and diagnosis",
            "",
            "The queue grows and workers log `connection refused`.",
            "",
            "### Verify",
            "",
            "`kubectl get pods` shows 3 of 3 ready; the queue is empty after 10 minutes.",
            "",
        ]
    if back:
        rows += ["### Rollback", "", "Put the old secret version back and restart the workers.", ""]
    if call:
        rows += ["### Escalation", "", "Page the payments on-call; owner: team payments.", ""]
    return rows


def _runbook(material: Material, draw: Draw, part: str) -> Iterator[Case]:
    path = draw.take(
        [
            "docs-ops/runbooks/move-database.md",
            "runbooks/rotate-credentials.md",
            "ops/playbook-queue-stuck.md",
            "oncall/incident-workers.md",
        ]
    )
    keep = {"back": True, "look": True, "call": True}
    whole = "\n".join(["# Move the workers", "", *_written("Procedure", **keep)])
    less = "\n".join(["# Move the workers", "", *_written("Procedure", **{**keep, part: False})])
    del material
    yield added("new file", path, whole, less, anywhere=True, safe={"whole": whole})


def _sections(text: str) -> list[Block]:
    rows = text.split("\n")
    heads = [i for i, row in enumerate(rows, 1) if re.match(r"#{1,4} ", row)]
    found = []
    for first in heads:
        depth = len(rows[first - 1].split(" ")[0])
        end = next((h for h in heads if h > first and len(rows[h - 1].split(" ")[0]) <= depth), len(rows) + 1)
        found.append(
            Block(
                "section", rows[first - 1].lstrip("# "), first, end - 1, "\n".join(rows[first - 1 : end - 1]), first + 1
            )
        )
    return found


def _runbook_path(path: str) -> str:
    """A path that says what the file is; a repository of runbooks says it in its name alone."""
    return path if re.search(r"(?i)(^|/)[^/]*(runbook|playbook)", path) else f"runbooks/{path}"


def _section_gone(material: Material, draw: Draw, pattern: re.Pattern[str]) -> Iterator[Case]:
    text = material.text
    sections = [s for s in _sections(text) if pattern.search(s.name) and s.first > 1]
    steps = re.search(r"(?m)^\s*(\d+\.|[-*]) |```", text)
    if not sections or not steps:
        return
    after = text
    for section in reversed(sections):
        rows = after.split("\n")
        if section.first <= len(rows) and rows[section.first - 1].lstrip("# ") == section.name:
            after = replace(after, section.first, section.last)
    if pattern.search(after) and draw.turn % 2:
        after = "\n".join(row for row in after.split("\n") if not pattern.search(row) or row.startswith("```"))
    path = _runbook_path(material.path)
    yield added("real, section removed", path, text, after, anywhere=True, safe={"as it was": text})


@operator(
    "runbook-no-rollback/real",
    "o-05",
    H,
    files=r"\.md$",
    needs=r"(?i)^#+ .*(roll ?back|revert|undo|restore)",
    reverse=False,
)
def no_rollback(material: Material, draw: Draw) -> Iterator[Case]:
    """A real procedure loses its way back."""
    yield from _section_gone(material, draw, _BACK)


@operator("runbook-no-rollback/written", "o-05", H, files=r"\.md$", reverse=False)
def no_rollback_written(material: Material, draw: Draw) -> Iterator[Case]:
    """A new procedure without a way back."""
    yield from _runbook(material, draw, "back")


@operator(
    "runbook-no-diagnosis/real",
    "o-06",
    H,
    files=r"\.md$",
    needs=r"(?i)^#+ .*(diagnos|verif|symptom|meaning)",
    reverse=False,
)
def no_diagnosis(material: Material, draw: Draw) -> Iterator[Case]:
    """A real procedure loses how to know that it applies and that it worked."""
    yield from _section_gone(material, draw, _LOOK)


@operator("runbook-no-diagnosis/written", "o-06", H, files=r"\.md$", reverse=False)
def no_diagnosis_written(material: Material, draw: Draw) -> Iterator[Case]:
    """A new procedure without diagnosis or verification."""
    yield from _runbook(material, draw, "look")


@operator("runbook-no-escalation/written", "o-07", M, files=r"\.md$", reverse=False)
def no_escalation(material: Material, draw: Draw) -> Iterator[Case]:
    """A new procedure that names nobody."""
    yield from _runbook(material, draw, "call")


@operator(
    "runbook-destructive-step/real",
    "o-08 d-01",
    H,
    files=r"\.md$",
    needs=r"(?i)^#+ .*(diagnos|verif|symptom|meaning|mitigat|troubleshoot|alert|recover|procedure)",
    standing=True,
)
def destructive_step(material: Material, draw: Draw) -> Iterator[Case]:
    """A command that destroys, with nothing before it."""
    shape, rows = draw.take(
        [
            ("fence", ["", "## Fix", "", "```bash", "kubectl delete pvc data-postgres-0 -n production", "```", ""]),
            ("console", ["", "## Mitigation", "", "```console", "$ terraform destroy -target=aws_db_instance.orders", "```", ""]),
            ("tilde fence", ["", "## Recreate", "", "~~~sh", "aws s3 rm s3://customer-uploads --recursive", "~~~", ""]),
            ("indented in a list", ["", "1. Remove the claim:", "", "   ```sh", "   kubectl delete statefulset postgres -n prod", "   ```", ""]),
        ]
    )  # fmt: skip
    text = material.text.rstrip("\n") + "\n"
    checked = [
        "",
        "## Fix",
        "",
        "Confirm the backup of today exists and that this is the right cluster:",
        "",
        "```bash",
        "kubectl config current-context",
        "kubectl delete pvc <claim> -n <namespace> --dry-run=server",
        "```",
        "",
    ]
    yield edited(
        shape,
        _runbook_path(material.path),
        text,
        text + "\n".join(rows),
        safe={"checked, placeholder": text + "\n".join(checked)},
    )


@operator(
    "flag-default-flip/python",
    "f-01",
    H,
    files=PY,
    needs=r"^[A-Z_]*(ENABLE|FEATURE|ALLOW|REQUIRE|VERIFY|STRICT|DISABLE|USE_)[A-Z_]* *= *(True|False)\b",
)
def flag_python(material: Material, draw: Draw) -> Iterator[Case]:
    """A setting is turned over for everybody."""
    if re.search(r"test|local|dev", material.path):
        return
    on = r"(?m)^([A-Z_]*(?:ENABLE|FEATURE|ALLOW|USE_)[A-Z_]*(?:: bool)? *= *)(False)\b"
    off = r"(?m)^([A-Z_]*(?:REQUIRE|VERIFY|STRICT|SECURE)[A-Z_]*(?:: bool)? *= *)(True)\b"
    sites = [*re.finditer(on, material.text), *re.finditer(off, material.text)]
    for match in draw.rng.sample(sites, min(1, len(sites))):
        other = "False" if match[2] == "True" else "True"
        text = material.text
        yield edited(
            f"{match[2]} to {other}",
            material.path,
            text,
            text[: match.start()] + match[1] + other + text[match.end() :],
        )


@operator(
    "flag-default-flip/python-default",
    "f-01",
    H,
    files=PY,
    needs=r"(env\.bool|config|get_bool|bool_env|getenv|BooleanField|os\.environ\.get)\([^)\n]*(True|False|\"(true|false)\")",
)
def flag_default(material: Material, draw: Draw) -> Iterator[Case]:
    """The default of a flag that the environment may set is turned over."""
    sites = list(
        re.finditer(
            r"(?m)^[^\n#]*(?i:enable|feature|allow|require|verify|flag|strict)[^\n]*?(?:env\.bool|config|get_bool\w*|bool_env|getenv|environ\.get)\([^)\n]*?(True|False)\b",
            material.text,
        )
    )
    strict = re.compile(r"(?i)require|verify|strict")
    sites = [m for m in sites if (m[1] == "True") == bool(strict.search(m[0]))]
    for match in draw.rng.sample(sites, min(1, len(sites))):
        other = "False" if match[1] == "True" else "True"
        text = material.text
        yield edited(
            f"{match[1]} to {other}", material.path, text, text[: match.start(1)] + other + text[match.end(1) :]
        )


@operator(
    "flag-default-flip/values",
    "f-01",
    H,
    files=YAML,
    needs=r"^\s+(enabled|\w*[eE]nabled|\w*[fF]eature\w*): *false\s*$",
)
def flag_values(material: Material, draw: Draw) -> Iterator[Case]:
    """A value that switches something on or off is turned over."""
    if re.search(r"(dev|stag|test|integration|\.github|(^|/)\.[\w-]+\.ya?ml$)", material.path):
        return
    sites = list(re.finditer(r"(?m)^(\s+(?:enabled|\w*[eE]nabled): *)(false)[ \t]*$", material.text))
    for match in draw.rng.sample(sites, min(1, len(sites))):
        other = "false" if match[2] == "true" else "true"
        text = material.text
        yield edited(
            f"{match[2]} to {other}",
            material.path,
            text,
            text[: match.start()] + match[1] + other + text[match.end() :],
        )


@operator(
    "dns-or-certificate/terraform",
    "f-05",
    H,
    files=TF,
    needs=r'^resource\s+"(aws_route53_record|aws_acm_certificate|google_dns_record_set|azurerm_dns_\w+_record|aws_route|azurerm_route)"',
)
def dns_removed(material: Material, draw: Draw) -> Iterator[Case]:
    """A name, certificate or route changes or goes."""
    kinds = (
        r"aws_route53_record|aws_acm_certificate|google_dns_record_set|azurerm_dns_\w+_record|aws_route|azurerm_route"
    )
    blocks = [
        b
        for b in hcl_blocks(material.text)
        if re.fullmatch(kinds, b.kind) and not re.search(r'"TXT"|validation|domain_validation', b.text)
    ]
    for block in draw.rng.sample(blocks, min(1, len(blocks))):
        text = material.text
        options = [(f"{block.kind} removed", replace(text, block.first, block.last))]
        for offset, row in enumerate(block.text.split("\n")):
            line = block.first + offset
            match = re.match(
                r"^(\s+(?:records|name|rrdatas|gateway_id|nat_gateway_id|destination_cidr_block|ttl)\s*=\s*)(\S.*?)\s*$",
                row,
            )
            if match and not match[2].endswith(("[", "(", "{")):
                other = (
                    "5"
                    if match[1].strip().startswith("ttl")
                    else '["203.0.113.7"]'
                    if match[2].startswith("[")
                    else f'"moved-{block.name.split(".")[-1]}"'
                )
                options.append((f"{row.split()[0]} changed", replace(text, line, line, [match[1] + other])))
        shape, after = draw.take(options)
        other_tag = insert(text, block.first, ["# owner: platform"])
        yield edited(
            shape,
            material.path,
            text,
            after,
            safe={"comment": other_tag},
            twins=(_elsewhere(material.path, text, block),),
        )
