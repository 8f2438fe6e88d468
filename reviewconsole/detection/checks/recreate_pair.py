"""Find what is destroyed only to be made again."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.commands import Command, commands
from reviewconsole.detection.destroying import is_own_tool
from reviewconsole.detection.hits import hit
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "recreate-pair",
    title="Destroyed and created again",
    family=Family.RISK,
    severity=Severity.CRITICAL,
    what="Finds a destroying command followed by the creating one in the same script part, forced replacement "
    "(taint, -replace, kubectl replace --force), and tables dropped and created again.",
    why="The new thing has the same name and none of the data. Between the two commands there is nothing, and when the "
    "second one fails there stays nothing; that is the shape of the 13-hour outage of December 2025.",
    example="+ terraform destroy -auto-approve && terraform apply -auto-approve",
    instead="Change in place, or build the new one beside the old, move over, verify, and only then remove the old.",
    references=("https://github.com/danluu/post-mortems", "Terraform documentation: lifecycle create_before_destroy"),
    languages=("shell", "makefile", "workflow", "python", "typescript", "go", "sql"),
    alias="d-02",
)
_PAIRS = tuple(
    (re.compile(first, re.IGNORECASE), re.compile(then, re.IGNORECASE))
    for first, then in (
        (
            r"\b(terraform|tofu|terragrunt)\s+(-\S+\s+)*(destroy|taint)\b",
            r"\b(terraform|tofu|terragrunt)\s+(-\S+\s+)*apply\b",
        ),
        (r"\bdelete-stack\b", r"\b(create-stack|cloudformation deploy)\b"),
        (r"\b(pulumi|cdk)\s+destroy\b", r"\b(pulumi up|cdk deploy)\b"),
        (r"\bkubectl\s.{0,80}\bdelete\b", r"\bkubectl\s.{0,80}\b(apply|create)\b"),
        (r"\bhelm\s+(uninstall|delete)\b", r"\bhelm\s+(upgrade|install)\b"),
        (r"\bdropdb\b", r"\bcreatedb\b"),
        (r"\bDROP\s+(DATABASE|SCHEMA)\b", r"\bCREATE\s+(DATABASE|SCHEMA)\b"),
        (r"\bdrop_all\(", r"\bcreate_all\("),
        (r"\b(delete_stack|deleteStack|DeleteStack)\b", r"\b(create_stack|createStack|CreateStack)\b"),
        (r"\b(delete_table|deleteTable|DeleteTable)\(", r"\b(create_table|createTable|CreateTable)\("),
        (r"\bdelete-db-(instance|cluster)\b", r"\b(create|restore)-db-(instance|cluster)"),
        (r"\baws\s.*\bs3\s+rb\b", r"\baws\s.*\bs3\s+mb\b"),
        (r"\bgcloud\s.*\bdelete\b", r"\bgcloud\s.*\bcreate\b"),
        (r"\baz\s.*\bdelete\b", r"\baz\s.*\bcreate\b"),
        (
            r"\b(eksctl|kops|doctl|linode-cli|hcloud|fly|flyctl)\s.*\b(delete|destroy)\b",
            r"\b(eksctl|kops|doctl|linode-cli|hcloud|fly|flyctl)\s.*\b(create|launch)\b",
        ),
        (r"\bdb:drop\b", r"\bdb:(create|setup|migrate|schema:load)\b"),
        (r"\beb\s+terminate\b|\bterminate-environment\b", r"\beb\s+create\b|\bcreate-environment\b"),
    )
)
_FORCED = re.compile(r"\bterraform\s.{0,200}-replace=|\bkubectl\s+replace\s.{0,200}--force\b")
_DROP = re.compile(r"\bDROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?[\"`]?([\w.]+)", re.IGNORECASE)
_CREATE = re.compile(r"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?[\"`]?([\w.]+)", re.IGNORECASE)
_TEMPORARY = re.compile(r"(^|[._])(tmp|temp|staging|new|old)([._]|$)", re.IGNORECASE)
_SAID = re.compile(r"^\s*(-\s+)?(name|description)\s*:|\becho\s+[\"']|localhost")
_SCRIPTS = frozenset({"shell", "makefile", "workflow", "python", "typescript", "go"})
_REACH = 40
"""Lines between the two commands."""


def check(context: Context) -> Iterator[Hit]:
    """Name each pair of which at least one half is new, at the destroying line."""
    for source in context.sources:
        if source.added and source.kind in _SCRIPTS:
            yield from _commands(source)
        elif source.added and source.kind == "sql":
            yield from _tables(source)


def _commands(source: Source) -> Iterator[Hit]:
    found = [command for command in commands(source, Side.NEW) if not _SAID.search(command.text)]
    whole = "\n".join(command.text for command in found)
    pairs = [(destroy, create) for destroy, create in _PAIRS if destroy.search(whole) and create.search(whole)]
    if not pairs and not _FORCED.search(whole):
        return
    for index, command in enumerate(found):
        if _is_new(source, command) and _FORCED.search(command.text):
            yield _hit(source, command, command, "A replacement is forced: the old one is destroyed first")
            continue
        for destroy, create in pairs:
            match = destroy.search(command.text)
            then = _then(source, found[index:], command.text[match.end() :], create) if match else None
            if match and then and not _made_before(found[:index], command, create):
                again = create.search(then.text)
                said = f"{_short(match)} destroys what {_short(again) if again else 'a later line'} then creates anew"
                yield _hit(source, command, then, said)
                break


def _short(match: re.Match[str]) -> str:
    """The command's words, without what stands between its name and its verb."""
    words = match[0].split()
    return f"`{words[0]} {words[-1]}`" if len(words) > 1 else f"`{match[0].strip()}`"


def _is_new(source: Source, command: Command) -> bool:
    return source.touched(Side.NEW, command.first, command.last)


def _then(source: Source, found: list[Command], rest: str, create: re.Pattern[str]) -> Command | None:
    """The creating command after a destroying one, in the same construct, of which at least one is new."""
    start = found[0]
    if create.search(rest):
        return start if _is_new(source, start) else None
    host = _host(source, start.first)
    for command in found[1:]:
        if command.first > start.first + _REACH:
            return None
        if create.search(command.text) and _host(source, command.first) == host:
            return command if _is_new(source, command) or _is_new(source, start) else None
    return None


def _host(source: Source, line: int) -> str:
    """The construct around a line; of a workflow the job, since its steps run one after the other."""
    return source.host_name(Side.NEW, line).split(".steps[", 1)[0]


def _made_before(before: list[Command], command: Command, create: re.Pattern[str]) -> bool:
    """Tell whether the object was made above in the same file: then it is the script's own."""
    words = set(re.findall(r"[\w./-]{4,}", command.text)) - {"delete", "destroy", "drop", "name", "stack-name"}
    return any(
        create.search(other.text) and len(words & set(re.findall(r"[\w./-]{4,}", other.text))) >= 2 for other in before
    )


def _tables(source: Source) -> Iterator[Hit]:
    for at in sorted(source.added):
        text = source.new[at - 1][:2000]
        drop = None if source.is_comment(Side.NEW, at) else _DROP.search(text)
        if not drop or _TEMPORARY.search(drop[1]):
            continue
        for then in range(at, len(source.new) + 1):
            create = _CREATE.search(source.new[then - 1][:2000])
            if create and create[1].lower() == drop[1].lower() and "goose" not in source.text(Side.NEW, at, then):
                one, two = (Command(text="", first=spot, last=spot) for spot in (at, then))
                yield _hit(source, one, two, f"Table {drop[1]} is dropped and created again, empty")
                break


def _hit(source: Source, one: Command, two: Command, message: str) -> Hit:
    # The location is the added half where only one is new.
    place = one if _is_new(source, one) else two
    text = "\n".join(dict.fromkeys((source.new[one.first - 1].strip(), source.new[two.first - 1].strip())))
    severity = Severity.MEDIUM if is_own_tool(source.kind, source.path, text) else None
    return hit(PAGE, source, Side.NEW, (place.first, place.last), message, text=text, severity=severity)


CHECK = Check(page=PAGE, run=check)
