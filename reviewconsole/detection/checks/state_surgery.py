"""Find edits of Terraform's state, and moves of where it is kept."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.commands import added
from reviewconsole.detection.hits import hit
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.moves import command_moves
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.settings import changes
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "state-surgery",
    title="Terraform's state is edited or moved",
    family=Family.RISK,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    what="Finds `state rm`, `state mv`, `state push`, `force-unlock` and `-lock=false`, and changes of a backend "
    "block, a local backend among them.",
    why="What the state does not know Terraform builds a second time, and what an old state still knows it destroys. "
    "DataTalks.Club lost its database after a lost and then restored state.",
    example="+ terraform state rm aws_db_instance.main",
    instead="Use moved, removed and import blocks, which a plan shows; keep a copy of the state before a migration and "
    "name the way back.",
    references=(
        "DataTalks.Club 2026 post-mortem",
        "Terraform documentation: refactoring",
        "Terraform documentation: backends",
    ),
    languages=("shell", "makefile", "workflow", "python", "typescript", "go", "terraform"),
    alias="d-13",
)
_COMMAND = re.compile(
    r"\b(terraform|tofu|terragrunt)\s+(-\S+\s+)*(state\s+(rm|mv|push|replace-provider)\b|force-unlock\b)"
    r"|\b(terraform|tofu|terragrunt)\s.*(-lock=false|-migrate-state|-force-copy)\b"
    r"|\bpulumi\s+(state\s+(delete|rename|unprotect)|stack\s+import)\b"
)


def check(context: Context) -> Iterator[Hit]:
    """Name added commands on the state, and backends that changed."""
    moves = command_moves(context)
    for source in context.sources:
        for command in added(source):
            if _COMMAND.search(command.text) and not moves.took(source.path, command.text):
                severity = Severity.MEDIUM if source.kind in ("markdown", "text") else None
                yield hit(
                    PAGE, source, Side.NEW, (command.first, command.last), "Terraform's state is edited by hand",
                    severity=severity,
                )  # fmt: skip
    told = set()
    for change in changes(context):
        source, side, span = change.place
        if change.item.host == "terraform" and change.item.path.startswith("backend.") and source.path not in told:
            told.add(source.path)
            yield hit(PAGE, source, side, span, "The place where the state is kept changes")


CHECK = Check(page=PAGE, run=check)
