"""Find what is destroyed only to be made again."""

import re
from collections.abc import Iterator

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
        (r"\bDROP\s+DATABASE\b", r"\bCREATE\s+DATABASE\b"),
    )
)
_FORCED = re.compile(r"\bterraform\s.{0,200}-replace=|\bkubectl\s+replace\s.{0,200}--force\b")
_DROP = re.compile(r"\bDROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?[\"`]?([\w.]+)", re.IGNORECASE)
_CREATE = re.compile(r"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?[\"`]?([\w.]+)", re.IGNORECASE)
_TEMPORARY = re.compile(r"(^|[._])(tmp|temp|staging|new|old)([._]|$)", re.IGNORECASE)
_SAID = re.compile(r"^\s*(-\s+)?(name|description)\s*:|\becho\s+[\"']|localhost")
_MARKS = re.compile(r"[\"'`],?\s*")
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


def _line(source: Source, at: int) -> str:
    text = source.new[at - 1][:2000]
    if source.is_comment(Side.NEW, at) or _SAID.search(text):
        return ""
    return _MARKS.sub(" ", text) if source.kind in ("python", "typescript", "go") else text


def _commands(source: Source) -> Iterator[Hit]:
    last = len(source.new)
    spoken = [_line(source, at) for at in range(1, last + 1)]
    whole = "\n".join(spoken)
    pairs = [(destroy, create) for destroy, create in _PAIRS if destroy.search(whole)]
    if not pairs and not _FORCED.search(whole):
        return
    for at in range(1, last + 1):
        text = spoken[at - 1]
        if at in source.added and _FORCED.search(text):
            yield _hit(source, at, at, "A replacement is forced: the old one is destroyed first")
            continue
        for destroy, create in pairs:
            match = destroy.search(text)
            if not match:
                continue
            host = source.host_name(Side.NEW, at)
            for then in range(at, min(last, at + _REACH) + 1):
                rest = text[match.end() :] if then == at else spoken[then - 1]
                if not create.search(rest) or not {at, then} & source.added:
                    continue
                if source.host_name(Side.NEW, then) == host:
                    yield _hit(source, at, then, "Something is destroyed and created again")
                    break


def _tables(source: Source) -> Iterator[Hit]:
    for at in sorted(source.added):
        drop = _DROP.search(_line(source, at))
        if not drop or _TEMPORARY.search(drop[1]):
            continue
        for then in range(at, len(source.new) + 1):
            create = _CREATE.search(_line(source, then))
            if create and create[1].lower() == drop[1].lower() and "goose" not in source.text(Side.NEW, at, then):
                yield _hit(source, at, then, f"Table {drop[1]} is dropped and created again, empty")
                break


def _hit(source: Source, at: int, then: int, message: str) -> Hit:
    # The location is the added half where only one is new.
    place = at if at in source.added else then
    text = "\n".join(dict.fromkeys((source.new[at - 1].strip(), source.new[then - 1].strip())))
    return Hit(rule=PAGE.rule, source=source, side=Side.NEW, line=place, end_line=place, text=text, message=message)


CHECK = Check(page=PAGE, run=check)
