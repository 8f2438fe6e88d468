"""Find changes of infrastructure that run without anybody's yes."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.commands import Command, added
from reviewconsole.detection.destroying import PRODUCTION, destroys
from reviewconsole.detection.hits import hit
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.moves import command_moves
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.settings import fresh
from reviewconsole.detection.source import Source
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "unattended-apply",
    title="Infrastructure is changed without a confirmation",
    family=Family.RISK,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    what="Finds -auto-approve, --yes, --force and their like on commands that apply or destroy infrastructure. It is "
    "high where the target is production or the command destroys, else medium; the apply of a saved plan is none.",
    why="The question is the only moment at which somebody reads the plan. At DataTalks.Club an unattended destroy by "
    "an agent removed production with its database.",
    example="+ terraform apply -auto-approve",
    instead="Save the plan, have it reviewed, and apply exactly that file; or put an approval in front of the job.",
    references=("DataTalks.Club 2026 post-mortem", "Terraform documentation: running Terraform in automation"),
    languages=("shell", "makefile", "dockerfile", "workflow", "python", "typescript", "go", "terraform"),
    alias="d-03",
)
_TERRAFORM = re.compile(r"\b(terraform|tofu|terragrunt|tf)\b.*\b(apply|destroy)\b", re.IGNORECASE)
_AUTO = re.compile(r"-auto-approve\b(?!=false)|--non-interactive\b|--terragrunt-non-interactive\b|--yes\b|-force\b")
_PLAN = re.compile(
    r"\bapply\b(\s+-\S+(\s+[^-\s]\S*=\S+)?)*\s+[\"']?(?!-)[$\w./{}-]*plan[\w./${}-]*[\"']?(\s|$)", re.IGNORECASE
)
_OTHERS = re.compile(
    r"\bpulumi\s+(up|update|destroy|refresh)\b.*\s(--yes|-y|--skip-preview)\b"
    r"|\bcdk\s+deploy\b.*--require-approval[= ]never|\bcdk\s+destroy\b.*\s(--force|-f)\b"
    r"|\baz\s.*\bdelete\b.*\s(--yes|-y)\b|\bgcloud\s.*\bdelete\b.*\s(--quiet|-q)\b|\beb\s+terminate\b.*--force"
    r"|\bheroku\s+apps:destroy\b.*--confirm|\bkubectl\s.*\bdelete\b.*--force|\byes\s*\|\s*(terraform|tofu|terragrunt|pulumi)\b"
    r"|\b(sls|serverless)\s+remove\b.*--force|\bTF_CLI_ARGS(_apply|_destroy)?[\"']?\s*[:=].*-auto-approve"
    r"|\baws\s+s3\s+rb\b.*--force|\bansible-playbook\b.*\bdestroy.*\s(-y|--yes)\b|\bflyctl?\s+apps\s+destroy\b.*\s(-y|--yes)"
)
_SAID = frozenset({"terraform", "workflow", "yaml"})
_INPUT = re.compile(r"^(auto[_-]?approve|auto_apply|autoApply|skip_preview)$")


def check(context: Context) -> Iterator[Hit]:
    """Name added unattended commands, and inputs of actions and workspaces that say the same."""
    moves = command_moves(context)
    for source in context.sources:
        for command in added(source):
            if _unattended(command.text) and not moves.took(source.path, command.text):
                yield _hit(source, command)
    for source, host, item in fresh(context):
        said = source.kind in _SAID and host.name and _INPUT.match(item.name) and item.value == "true"
        if said and not any(item.name in row and "true" in row for row in source.old):
            severity = None if _production(source, item.first, host.name) else Severity.MEDIUM
            message = "Plans are applied without a confirmation"
            yield hit(PAGE, source, Side.NEW, (item.first, item.last), message, severity=severity)


def _unattended(text: str) -> bool:
    if _TERRAFORM.search(text) and _AUTO.search(text):
        return not (_PLAN.search(text) and not re.search(r"\bdestroy\b", text))
    return bool(_OTHERS.search(text))


def _hit(source: Source, command: Command) -> Hit:
    grave = destroys("shell", command.text) or re.search(r"\b(destroy|delete|terminate|remove|rb)\b", command.text)
    severity = None if grave or _production(source, command.first, command.text) else Severity.MEDIUM
    message = (
        "Infrastructure is destroyed without a confirmation" if grave else "A plan is applied without a confirmation"
    )
    return hit(PAGE, source, Side.NEW, (command.first, command.last), message, severity=severity)


def _production(source: Source, line: int, text: str) -> bool:
    """Tell whether the command, its file, its job or the lines around speak of production."""
    near = "\n".join(source.new[max(0, line - 15) : line + 5]) if source.kind in ("workflow", "yaml") else ""
    return any(PRODUCTION.search(part) for part in (text, source.path, source.host_name(Side.NEW, line), near))


CHECK = Check(page=PAGE, run=check)
