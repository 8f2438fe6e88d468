"""Read the commands of scripts, workflows, build files and program strings as one would type them.

Continued lines are joined, quotes and list marks of program strings dropped, and variables that
the file sets to a program's name replaced by it (`TF=terraform`, then `$TF destroy`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from reviewconsole import lazy_re as re
from reviewconsole.detection.quick import rows_matching, search
from reviewconsole.detection.source import MAX_LINE, Source
from reviewconsole.finding import Side

SCRIPTS = frozenset({"shell", "makefile", "dockerfile", "workflow", "yaml", "text", "terraform"})
CODE = frozenset({"python", "typescript", "go", "json", "ruby", "java"})
_MARKS = re.compile(r"[\"'`]\s*,\s*\[\s*(?=[\"'`])|[\"'`]\s*,?\s*|\s*\+\s*(?=[\"'`])")
_ASSIGNED = re.compile(
    r"^\s*(?:export\s+|local\s+|readonly\s+|const\s+|let\s+|var\s+)?([A-Za-z_]\w*)\s*[:?]?=\s*[\"'(\[]*"
    r"((?:/usr(?:/local)?/bin/)?(?:terraform|tofu|terragrunt|kubectl|helm|aws|gcloud|az|pulumi|cdk|psql|mysql|docker"
    r"|redis-cli|mongosh?|gsutil|eb|rm|dropdb)(?:\s+[^\"')\]]*)?)[\"')\]]*\s*;?\s*$"
)
_SET = re.compile(r"^\s*(?:export\s+|local\s+)?([A-Za-z_]\w*)=")
_SPOKEN = re.compile(
    r"^\s*(-\s+)?(name|description|title|summary|help|message|label)\s*:|\b(echo|printf|log|print)\s+[\"']"
)
_SAID = re.compile(
    r"\b(print|log\w*|console|logger|logging|raise|throw|warn\w*|help|description|fmt\.(Print|Errorf))\b\s*[.(\w]*\(?"
)
_PROGRAM = re.compile(
    r"\b(terraform|tofu|terragrunt|kubectl|oc|helm|helmfile|aws|gcloud|az|pulumi|cdk|psql|mysql|docker|redis"
    r"|mongo|gsutil|rm|drop|heroku|fly|doctl|eksctl|kops|velero|eb|sls|etcdctl|rake|rails|alembic|sudo|bash|sh)\b"
    r"|rmtree|drop_all|create_all|(delete|create|Delete|Create)_?(s|S|t|T)(tack|able)",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"[\"'`(\[]")
_ALIAS = re.compile(r"^\s*alias\s+([\w-]+)=[\"']?([\w./-]+[^\"']*)[\"']?\s*$")
_COMMENT = re.compile(r"(^|\s)#(?![!{(]).*$")
_JOINED = 30
"""Lines one command may have."""
_LONGEST = 1500
"""Characters of a command that rules read: several of their patterns are not linear."""
_NAMES = 50
"""Variables of one file that are replaced."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A logical line; first and last are 1-based."""

    text: str
    first: int
    last: int


def commands(source: Source, side: Side) -> tuple[Command, ...]:
    """Every logical line of one side that may be a command; comments, labels and messages are none."""
    if source.kind in SCRIPTS or source.kind in CODE:
        return source.once("commands", side, lambda: _commands(source.kind, source.lines(side)))
    return ()


def added(source: Source) -> Iterator[Command]:
    """The commands of the new side of which a line is new."""
    if source.added:
        for command in commands(source, Side.NEW):
            if source.touched(Side.NEW, command.first, command.last):
                yield command


def _commands(kind: str, lines: tuple[str, ...]) -> tuple[Command, ...]:
    names = _variables(lines)
    aliases = {
        match[1]: match[2].strip() for line in lines[:2000] if "alias" in line and (match := _ALIAS.match(line[:200]))
    }
    programs = rows_matching(_PROGRAM, lines) if kind in CODE else frozenset()
    found = []
    at = 0
    while at < len(lines):
        first = at
        text = lines[at]
        at += 1
        if len(text) > MAX_LINE:
            continue
        if kind in CODE:
            opens = text.rstrip().endswith(("(", "[")) or (first in programs and _QUOTE.search(text))
            if not opens and not any(name in text for name in names):
                continue
        if _ignored(kind, text):
            continue
        if kind in CODE:
            text = _joined_code(lines, first)
        else:
            text = _uncommented(kind, text)
            while text.rstrip().endswith("\\") and at < len(lines) and at - first < _JOINED:
                text = text.rstrip()[:-1] + " " + _uncommented(kind, lines[at][:MAX_LINE]).strip()
                at += 1
        last = max(at, first + 1)
        spoken = _MARKS.sub(" ", text) if kind in CODE or (kind == "dockerfile" and "[" in text) else text
        spoken = _substituted(kind, spoken, names, aliases)
        if kind in CODE:
            spoken = re.sub(r"\s*\+\s*\[\s*|\[\s+", " ", spoken)
        found.append(Command(text=" ".join(spoken.split())[:_LONGEST], first=first + 1, last=last))
    return tuple(found)


def _substituted(kind: str, text: str, names: dict[str, str], aliases: dict[str, str]) -> str:
    """A command with the variables and aliases of the file replaced by the programs they stand for."""
    for name, program in names.items():
        if name in text:
            bare = rf"|(?<![\w.$]){name}(?=[\s,+])" if kind in CODE else ""
            pattern = rf"\$\({name}\)|\$\{{{name}\}}|\${name}\b{bare}"
            text = re.sub(pattern, program.replace("\\", r"\\"), text)
    for name, program in aliases.items():
        pattern = rf"(^|[;&|]\s*|\b(?:then|do|sudo|run:)\s+){re.escape(name)}(?=\s)"
        text = re.sub(pattern, r"\g<1>" + program.replace("\\", r"\\"), text)
    return text


def _ignored(kind: str, text: str) -> bool:
    body = text.lstrip()
    if not body or (body.startswith("//") and kind in ("typescript", "go", "java")):
        return True
    if body.startswith("#") and kind not in ("typescript", "go", "java", "json") and not body.startswith("#!"):
        return True
    return bool(search(_SPOKEN, text)) or (kind in CODE and bool(search(_SAID, text)))


def _uncommented(kind: str, text: str) -> str:
    return _COMMENT.sub("", text) if kind in ("shell", "makefile", "dockerfile", "workflow", "yaml") else text


def _joined_code(lines: tuple[str, ...], at: int) -> str:
    """A line of program text, with the list or call that it opens."""
    text = lines[at][:MAX_LINE]
    depth = _open(text)
    to = at + 1
    while depth > 0 and text.rstrip().endswith(("(", "[", ",", "+", "\\")) and to < len(lines) and to - at < _JOINED:
        text += " " + lines[to][:MAX_LINE].strip()
        depth += _open(lines[to])
        to += 1
    return text


def _open(text: str) -> int:
    return text.count("(") + text.count("[") - text.count(")") - text.count("]")


def _variables(lines: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    several: set[str] = set()
    for line in lines:
        if "=" in line and len(line) < 300:
            match = _ASSIGNED.match(line) if len(found) < _NAMES else None
            again = _SET.match(line)
            if again and again[1] in found and match is None:
                several.add(again[1])
            if match:
                found[match[1]] = re.sub(r"[\"',\s]+", " ", match[2]).strip()
    return {name: program for name, program in found.items() if name not in several}
