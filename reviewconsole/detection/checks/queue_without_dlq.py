"""Ask where a message goes that cannot be handled."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.tf_pairs import Placed, attributes, paired_blocks
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "queue-without-dlq",
    title="A queue without a dead-letter queue",
    family=Family.GAP,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    what="Finds new SQS queues, SNS and Pub/Sub subscriptions, and Lambda functions that are called asynchronously, "
    "without anywhere for messages that fail, and redrive policies that are taken off (Terraform).",
    why="A message that always fails comes back until it expires; it holds up the others, and then it is gone "
    "without a trace.",
    example='+ resource "aws_sqs_queue" "orders" {\n+   name = "orders"\n+ }',
    instead="Add a redrive_policy to a dead-letter queue, and an alarm on that queue's length.",
    references=("CKV_AWS_116", "AWS SQS developer guide: dead-letter queues"),
    languages=("terraform",),
    alias="o-04",
)
_DEAD = re.compile(r"dlq|dead|redrive|poison", re.IGNORECASE)
_ANSWERS = {
    "aws_sqs_queue": ("redrive_policy",),
    "aws_sns_topic_subscription": ("redrive_policy",),
    "google_pubsub_subscription": ("dead_letter_policy",),
    "aws_lambda_function": ("dead_letter_config",),
    "aws_lambda_event_source_mapping": ("destination_config",),
    "aws_lambda_function_event_invoke_config": ("destination_config",),
    "aws_cloudwatch_event_target": ("dead_letter_config",),
    "aws_scheduler_schedule": ("dead_letter_config",),
}
_NEW = frozenset({"aws_sqs_queue", "aws_sns_topic_subscription", "google_pubsub_subscription", "aws_lambda_function"})
_ASYNCHRONOUS = re.compile(
    r"aws_(sns_topic_subscription|cloudwatch_event_target|s3_bucket_notification|scheduler_schedule|lambda_event_source_mapping)"
)


def check(context: Context) -> Iterator[Hit]:
    """Name new queues without redrive policy that are no dead-letter queue themselves, and policies that go."""
    rows = [row for source in context.sources if source.kind == "terraform" for row in source.new]
    for old, new in paired_blocks(context):
        kind = new.block.labels[0] if new and new.block.type == "resource" and len(new.block.labels) == 2 else ""
        if new is None or kind not in _ANSWERS:
            continue
        if old is not None:
            yield from _removed(old, new, kind, rows)
        elif kind in _NEW and not _provided(new, kind, rows):
            name = new.block.labels[1]
            what = "Queue" if kind == "aws_sqs_queue" else "Function" if "lambda" in kind else "Subscription"
            span = (new.block.first, new.block.first)
            yield from changed_at(PAGE.rule, new.source, Side.NEW, span, f"{what} {name} has no dead-letter queue")


def _provided(new: Placed, kind: str, rows: list[str]) -> bool:
    name, body = new.block.labels[1], new.text(Side.NEW)
    if any(answer in body for answer in _ANSWERS[kind]) or (kind == "aws_sqs_queue" and _DEAD.search(body)):
        return True
    named = [row for row in rows if f"{kind}.{name}." in row]
    if kind == "aws_lambda_function":
        # Only what is called asynchronously drops events; the invoke configuration may hold the destination.
        called = any(_ASYNCHRONOUS.search(row) for row in rows) and bool(named)
        return not called or any("on_failure" in row for row in rows)
    if kind == "aws_sns_topic_subscription":
        return bool(re.search(r"protocol\s*=\s*\"(email|sms|application)", body))
    return any("deadLetterTargetArn" in row for row in named) or _redriven(rows, name)


def _redriven(rows: list[str], name: str) -> bool:
    """Tell whether a policy resource of its own names the queue."""
    return any("aws_sqs_queue_redrive_policy" in row for row in rows) and any(
        "queue_url" in row and f"aws_sqs_queue.{name}." in row for row in rows
    )


def _removed(old: Placed, new: Placed, kind: str, rows: list[str]) -> Iterator[Hit]:
    before, after = old.text(Side.OLD), new.text(Side.NEW)
    for answer in _ANSWERS[kind]:
        if answer in before and answer not in after and not _redriven(rows, new.block.labels[1]):
            for path, item in attributes(old.block).items():
                if path.split(".")[0] == answer:
                    message = f"{new.block.address} loses its dead-letter queue"
                    yield from changed_at(PAGE.rule, old.source, Side.OLD, (item.first, item.last), message)
                    break


CHECK = Check(page=PAGE, run=check)
