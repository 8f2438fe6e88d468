"""Find stateful resources that get another address without a moved block."""

from collections.abc import Iterator

from reviewconsole.detection.addresses import added, alike, handed_over, is_data, removed
from reviewconsole.detection.hits import hit
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.settings import Pair, pairs
from reviewconsole.detection.stateful import holds_data, is_stateful
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "renamed-without-moved",
    title="A stateful resource is renamed without a moved block",
    family=Family.RISK,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    what="Finds resources and modules with data that leave under one name and come under another with a similar body, "
    "and those that change between count and for_each, without a `moved` block. A changed logical id of "
    "CloudFormation, CDK or Pulumi is the same.",
    why="The tool knows a resource by its address: a new name is a removal and a creation, and the data stays with the "
    "old one, which is destroyed.",
    example='- resource "aws_s3_bucket" "logs" {\n+ resource "aws_s3_bucket" "audit_logs" {',
    instead="Add `moved { from = ..., to = ... }` in the same change, and see that the plan says 0 to destroy.",
    references=("Terraform documentation: moved blocks", "Pulumi documentation: aliases"),
    languages=("terraform", "cloudformation", "typescript", "python", "go"),
    alias="d-05",
)
_INDEX = ("count", "for_each")


def check(context: Context) -> Iterator[Hit]:
    """Name each new address whose body was there under another."""
    kept = handed_over(context)
    fresh = list(added(context))
    for gone in removed(context):
        if gone.host.name in kept:
            continue
        successors = alike(gone, fresh)
        if not successors:
            continue
        new = successors[0]
        fresh.remove(new)
        if any(item.name == "aliases" for item in new.host.settings):
            continue
        message = (
            f"{gone.host.name} becomes {new.host.name}: without a moved block the old one is destroyed with its data"
        )
        weak = is_stateful(gone.host.kind) and not holds_data(gone.host.kind)
        severity = Severity.HIGH if weak else None
        yield hit(PAGE, new.source, Side.NEW, (new.host.first, new.host.first), message, severity=severity)
    for pair in pairs(context):
        if pair.new_source.kind == "terraform" and pair.old.name not in kept and is_data(pair.new):
            before, after = (next((p for p in _INDEX if host.value(p)), "") for host in (pair.old, pair.new))
            # Terraform itself moves between no index and count.
            if before != after and "for_each" in (before, after):
                yield _indexed(pair)


def _indexed(pair: Pair) -> Hit:
    message = (
        f"The addresses of {pair.new.name} change with its index: without a moved block it is destroyed and made anew"
    )
    item = next((item for item in pair.new.settings if item.path in _INDEX), None)
    if item:
        return hit(PAGE, pair.new_source, Side.NEW, (item.first, item.last), message)
    item = next(item for item in pair.old.settings if item.path in _INDEX)
    return hit(PAGE, pair.old_source, Side.OLD, (item.first, item.last), message)


CHECK = Check(page=PAGE, run=check)
