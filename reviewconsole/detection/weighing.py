"""Weigh a hit by what stands around it: whose script it is, what a mark says, what the text is made of.

Patterns see one place; a senior also sees that the names in a statement are constants, that the reason
stands in the comment above, or that the script builds and clears a developer's own machine.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from reviewconsole import lazy_re as re
from reviewconsole.detection.destroying import is_own_tool
from reviewconsole.detection.model import Hit
from reviewconsole.detection.source import MAX_LINE
from reviewconsole.finding import Severity, Side

_TOOL = re.compile(
    r"(^|/)(manage|setup|tasks|fabfile|noxfile)\.py$|(^|/)(scripts?|tools?|hack|bin|ci|build|dev|devel)/", re.IGNORECASE
)
_SHELL = re.compile(r"\bshell\s*=\s*True\b|\bos\.(system|popen)\(")
_DEFINITION = re.compile(
    r"[\"'`]\s*(CREATE|ALTER|DROP|RENAME|TRUNCATE|REINDEX|VACUUM|ANALYZE)\s+(UNIQUE\s+)?(TABLE|INDEX|COLUMN|VIEW|SCHEMA"
    r"|SEQUENCE|TYPE|TRIGGER|DATABASE|ROLE)\b",
    re.IGNORECASE,
)
"""Names of tables and columns cannot be passed as parameters."""
_MIGRATES = re.compile(r"migrat|alembic|(^|/)versions/|schema", re.IGNORECASE)
_PUT_IN = re.compile(r"\{(\w+)\}")
_CODE_NAME = re.compile(r"\b[A-Z][A-Z_]*\d{2,}(?:_\d+)?\b|\b[A-Z]{3,}_[A-Z0-9]+_\d+\b")
_SAID = re.compile(r"([A-Za-z-]{2,}\s+){3,}")
_NEAR = 5
_QUESTION = re.compile(r"(?:^|\.)(?:is|has|can|should|matches|contains|exists)[A-Z]\w*$")
_TELLS = re.compile(r"\)\s*bool\s*\{")


def weighed(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Give the hits with what they weigh here, without those that say nothing here."""
    for hit in hits:
        judge = _JUDGES.get(hit.rule)
        found = judge(hit) if judge and hit.side is Side.NEW else hit
        if found is not None:
            yield found


def _at_most(hit: Hit, severity: Severity) -> Hit:
    lower = hit.severity is None or hit.severity.rank > severity.rank
    return replace(hit, severity=severity) if lower else hit


def _destroying(hit: Hit) -> Hit:
    return _at_most(hit, Severity.MEDIUM) if is_own_tool(hit.source.kind, hit.source.path, hit.text) else hit


def _injection(hit: Hit) -> Hit | None:
    if _constant(hit):
        return None
    if _DEFINITION.search(hit.text):
        return None if _MIGRATES.search(hit.source.path) else _at_most(hit, Severity.MEDIUM)
    if _SHELL.search(hit.text) and _TOOL.search(hit.source.path):
        return _at_most(hit, Severity.MEDIUM)
    return hit


def _constant(hit: Hit) -> bool:
    """Tell whether every value that is put into a Python text is taken from a list of texts in the same file."""
    names = set(_PUT_IN.findall(hit.text))
    if hit.source.kind != "python" or not names:
        return False
    text = "\n".join(row[:MAX_LINE] for row in hit.source.new)
    return all(_listed(name, text) for name in names)


def _listed(name: str, text: str) -> bool:
    loop = re.search(rf"\bfor\s+{re.escape(name)}\s+in\s+(?:(\w+)\s*[:\n]|[(\[{{]\s*[\"'])", text)
    if loop is None:
        return False
    values = loop[1]
    if values is None:
        return True
    made = re.findall(rf"\b{re.escape(values)}\s*(?::[^=\n]*)?=\s*(\S)\s*(\S)", text)
    return bool(made) and all(opened in "([{" and first in "\"'" for opened, first in made)


def _suppression(hit: Hit) -> Hit:
    return _at_most(hit, Severity.MEDIUM) if _constant(hit) or _explained(hit) else hit


def _explained(hit: Hit) -> bool:
    """Tell whether a comment close by names the silenced rule and says more about it."""
    codes = set(_CODE_NAME.findall(hit.text))
    rows = [
        hit.source.new[at - 1][:MAX_LINE]
        for at in range(max(1, hit.line - _NEAR), min(len(hit.source.new), hit.line + 1) + 1)
        if at != hit.line and hit.source.is_comment(Side.NEW, at)
    ]
    return any(code in row and _SAID.search(row.split(code, 1)[1]) for code in codes for row in rows)


def _swallowed(hit: Hit) -> Hit:
    """An error that answers a question by no weighs less: nobody goes on with data that is not there."""
    host = hit.source.host(Side.NEW, hit.line) if hit.source.kind == "go" else None
    asked = (
        host is not None and _QUESTION.search(host.name) and _TELLS.search(hit.source.new[host.header - 1][:MAX_LINE])
    )
    return _at_most(hit, Severity.MEDIUM) if asked else hit


_JUDGES: Mapping[str, Callable[[Hit], Hit | None]] = {
    "destroy-command": _destroying,
    "injection-sink": _injection,
    "rm-rf-variable": _destroying,
    "suppression-added": _suppression,
    "swallowed-error": _swallowed,
}
