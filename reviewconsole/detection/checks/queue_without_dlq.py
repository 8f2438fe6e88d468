"""Ask where a message goes that cannot be handled."""

import re
from collections.abc import Iterator

from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "queue-without-dlq",
    title="A queue without a dead-letter queue",
    family=Family.GAP,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    what="Finds new SQS queues in Terraform without a redrive policy.",
    why="A message that always fails comes back until it expires; it holds up the others, and then it is gone "
    "without a trace.",
    example='+ resource "aws_sqs_queue" "orders" {\n+   name = "orders"\n+ }',
    instead="Add a redrive_policy to a dead-letter queue, and an alarm on that queue's length.",
    references=("CKV_AWS_116", "AWS SQS developer guide: dead-letter queues"),
    languages=("terraform",),
    alias="o-04",
)
_DEAD = re.compile(r"dlq|dead|redrive|poison", re.IGNORECASE)
_QUEUE = "resource.aws_sqs_queue."


def check(context: Context) -> Iterator[Hit]:
    """Name new queues without redrive policy that are no dead-letter queue themselves."""
    sources = [source for source in context.sources if source.kind == "terraform"]
    rows = [row for source in sources for row in source.new]
    for source in sources:
        before = {item.name for item in source.constructs(Side.OLD)}
        for item in source.constructs(Side.NEW):
            if not item.name.startswith(_QUEUE) or item.first not in source.added or item.name in before:
                continue
            name = item.name.removeprefix(_QUEUE)
            body = source.text(Side.NEW, item.first, item.last)
            if "redrive_policy" in body or _DEAD.search(body):
                continue
            named = [row for row in rows if f"aws_sqs_queue.{name}." in row]
            if any("deadLetterTargetArn" in row for row in named) or _redriven(rows, name):
                continue
            yield Hit(
                rule=PAGE.rule,
                source=source,
                side=Side.NEW,
                line=item.first,
                end_line=item.first,
                text=source.new[item.first - 1].strip(),
                message=f"Queue {name} has no dead-letter queue",
            )


def _redriven(rows: list[str], name: str) -> bool:
    """Tell whether a policy resource of its own names the queue."""
    return any("aws_sqs_queue_redrive_policy" in row for row in rows) and any(
        "queue_url" in row and f"aws_sqs_queue.{name}." in row for row in rows
    )


CHECK = Check(page=PAGE, run=check)
