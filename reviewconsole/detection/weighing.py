"""Weigh a hit by what stands around it: whose script it is, what a mark says, what the text is made of.

Patterns see one place; a senior also sees that the names in a statement are constants, that the reason
stands in the comment above, or that the script builds and clears a developer's own machine.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from reviewconsole import lazy_re as re
from reviewconsole.detection.destroying import destroys, is_own_tool
from reviewconsole.detection.guards import plain
from reviewconsole.detection.model import Hit
from reviewconsole.detection.source import MAX_LINE, is_screen, is_tooling
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
_SEVERAL = 2
_SPOKEN = 3
_BEFORE, _AFTER = 3, 6
_SAFEGUARDS = frozenset(
    {
        "auth-removed", "flag-check-removed", "handler-removed", "lock-removed", "retry-or-breaker-removed",
        "status-check-removed", "timeout-removed", "transaction-removed", "validation-removed",
    }
)  # fmt: skip
"""Rules on what guards the code around it."""
_RUNNING = frozenset(
    {
        "call-without-timeout", "error-to-default", "handler-removed", "hard-coded-fallback", "retry-uncapped",
        "retry-without-backoff", "status-check-removed", "swallowed-error", "timeout-removed", "unbounded-concurrency",
        "validation-removed",
    }
)  # fmt: skip
"""Rules on what happens when something fails while a service runs."""
_ENTRANCE = frozenset({"auth-removed", "flag-check-removed"})
"""What a screen leaves out is no protection, since whoever asks the server need not use the screen."""
_CLEANS = re.compile(r"[\w/.-]*(clean|purge|reset)", re.IGNORECASE)
_TICKET = re.compile(r"#\d+|https?://|\b[A-Z][A-Z0-9]+-\d+")
_NEEDS = re.compile(r"(?i)[\"'](only |this test )?(requires?|needs|runs only|manual)\b")
_LEAVES = re.compile(r"\{\s*break\s*\}$")
_GIVES_BACK = re.compile(r"\s*return\b.*\berr\b")
_SERVED = re.compile(r"(^|/)(static|public|assets|browser)/.*\.[cm]?jsx?$")
_HERE = re.compile(r",\s*(default\s*=\s*)?[\"'](https?://)?(localhost|127\.0\.0\.1)\b")
_RELATIVE = re.compile(r"\b(fetch|get|post|put|patch|delete)\(\s*[\"'`]/")
_SETTING = re.compile(r"\b([\w.]+)\(\s*[\"'][A-Z][A-Z0-9_]+[\"']\s*,\s*(?:default=)?f?[\"']https?://")
_LAST_VALUE = re.compile(r"(?:[\"']|:-|:=)([\w./:@-]{4,})[\"'}]+\s*\)?;?\s*[\"']?$")
_CATCHES = re.compile(r"\s*[})]*\s*(except|catch|rescue)\b")
_TRIAL = re.compile(r"(?i)(\b|_)(tests?|dev|local|tmp|scratch|ci)(_|\b)")
_RAISES = re.compile(
    r"\b(raise|throw|reject|log\w*|print|warn\w*|error|exception|capture\w*|console|abort|exit|panic|fatal)\b",
    re.IGNORECASE,
)
_THROWN_AWAY = frozenset({"dockerfile", "workflow"})
_HYGIENE = re.compile(
    r"CKV_TF_1\b|enable-tracing|use-cmk|customer-key|\bCKV_AWS_(7|18|21|26|50|115|116|117|119|144|145|149|158|173|272|338)\b"
    r"|\bCKV2_AWS_(5|57|61|62)\b"
)
"""Rules on good order rather than on who gets in: tracing, pinned sources, keys of one's own, replication."""
_HEAD = 6
_WRITTEN = re.compile(
    r"(?i)\bgenerated\b.*\b(do not|not be|by)\b|@generated|do not edit|code generated|auto-?generated"
)
_INDEXES = ("__init__.py", "index.ts", "index.js", "mod.rs")
_GIVES_ON = re.compile(r"from\b|import\b|export\b|__\w+__\b|pub (use|mod)\b|[)}\]\w\"', ]+,?$")
_REMOVES = re.compile(r"\brm\s+-[^&|;]*")
_SAID_NOT = re.compile(r"\s*(prevent_destroy|\w*deletion_protection\w*|\w*termination_protection\w*)\s*=\s*false\b")
_HELD = re.compile(
    r"/(data|srv|home|mnt|backups?|volumes?)\b|\b(mysql|maria|postgres|pgsql|mongo|redis|etcd|elastic\w*|kafka|clickhouse|cassandra"
    r"|influx\w*|prometheus|grafana|consul|vault|docker/volumes|rabbitmq|ldap|minio)\b|\$"
)
"""Where data lives, by the name of the folder."""
_WORD = re.compile(r"\w+")
_CONDITION = re.compile(
    r"[^(]*\b(skip|fixme|failing)\(\s*(\(\{[^}]*\}\)\s*=>(?!\s*\{)"
    r"|(?!true\b|async\b|function\b)[^\"'`(),]*(===?|!==?|&&|\|\||!|[<>]=?)"
    r"|(?!true\b|async\b|function\b)!?[\w.$]+\s*(\)|,\s*[\"'`]))"
)
_BROWSER = re.compile(r"\b(window|document|localStorage|sessionStorage|navigator)\.\w")
_NEUTRAL = re.compile(
    r"(,|\bor\b|\|\||\?\?|=)\s*[\"'](default|postgres|main|unknown|none|n/a|local|test|\d+|true|false|yes|no|on|off)[\"']",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"(?:^|\.)(?:is|has|can|should|matches|contains|exists)[A-Z]\w*$")
_TELLS = re.compile(r"\)\s*bool\s*\{")


def weighed(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Give the hits with what they weigh here, without those that say nothing here."""
    for hit in hits:
        judge = _JUDGES.get(hit.rule)
        found: Hit | None = hit
        if hit.side is Side.OLD:
            found = _at_most(hit, Severity.MEDIUM) if hit.rule in _SAFEGUARDS and _went_along(hit) else hit
        elif hit.source.old_path and not hit.source.has_old:
            found = _at_most(hit, Severity.LOW)
        elif judge:
            found = judge(hit)
        if found is not None and _aside(found):
            found = _at_most(found, Severity.MEDIUM)
        if found is not None:
            yield found


def _at_most(hit: Hit, severity: Severity) -> Hit:
    lower = hit.severity is None or hit.severity.rank > severity.rank
    return replace(hit, severity=severity) if lower else hit


def _aside(hit: Hit) -> bool:
    """Tell whether what fails here keeps no service from working: a screen, or a tool of the project.

    A safeguard that is taken off a screen weighs as anywhere: somebody had a reason to put it there.
    """
    screen, tool = is_screen(hit.source.path), is_tooling(hit.source.path)
    fresh = screen and hit.side is Side.NEW
    return (hit.rule in _RUNNING and (fresh or tool)) or (hit.rule in _ENTRANCE and screen)


def _went_along(hit: Hit) -> bool:
    """Tell whether all that stood around a safeguard went with it and did not come back: there is nothing to guard."""
    source = hit.source
    back = source.once("plain-added", Side.NEW, lambda: {plain(source.new[at - 1]) for at in source.added})
    spoken = [at for at in range(1, len(source.old) + 1) if len(source.old[at - 1].strip()) > _SPOKEN]
    before = [at for at in spoken if at < hit.line][-_BEFORE:]
    after: list[int] = []
    for at in range(hit.end_line + 1, len(source.old) + 1):
        if len(after) >= _AFTER or (len(after) > 1 and not source.old[at - 1].strip()):
            break
        after += [at] if len(source.old[at - 1].strip()) > _SPOKEN else []
    return len(after) > 1 and all(
        at in source.removed and plain(source.old[at - 1]) not in back for at in before + after
    )


def _destroying(hit: Hit) -> Hit | None:
    if hit.source.kind in _THROWN_AWAY and "rm " in hit.text and not destroys("shell", _REMOVES.sub(" ", hit.text)):
        return None  # An image is built, or a runner cleared: nothing lived there before.
    if "rm " in hit.text and not _HELD.search(hit.text) and not destroys("shell", _REMOVES.sub(" ", hit.text)):
        return _at_most(hit, Severity.MEDIUM)
    return _removing(hit)


def _removing(hit: Hit) -> Hit:
    own = is_own_tool(hit.source.kind, hit.source.path, hit.text) or (
        hit.source.kind == "makefile" and _CLEANS.match(hit.source.host_name(Side.NEW, hit.line))
    )
    return _at_most(hit, Severity.MEDIUM) if own or _like_neighbours(hit) else hit


def _unguarded(hit: Hit) -> Hit:
    """To say of a resource what holds where nothing is said takes no guard away."""
    said = _SAID_NOT.match(hit.source.new[hit.line - 1]) if hit.source.kind == "terraform" else None
    if said is None:
        return hit
    host = hit.source.host(Side.NEW, hit.line)
    old = next((each for each in hit.source.constructs(Side.OLD) if host and each.name == host.name), None)
    before = hit.source.old[old.first - 1 : old.last] if old else ()
    stood = any(said[1] in row for row in before)
    nothing = said[1] == "prevent_destroy" or (old is not None and host is not None and "aws_" in host.name)
    return _at_most(hit, Severity.MEDIUM) if nothing and not stood else hit


def _bulk(hit: Hit) -> Hit:
    return _at_most(hit, Severity.MEDIUM) if _like_neighbours(hit) else hit


def _like_neighbours(hit: Hit) -> bool:
    """Tell whether the host does the same to other things already, so that doing so is what it is for."""
    host = hit.source.host(hit.side, hit.line)
    if host is None:
        return False
    shape = _shape(hit.source.new[hit.line - 1])
    rows = (at for at in range(host.first, host.last + 1) if at not in hit.source.added)
    return sum(_shape(hit.source.new[at - 1]) == shape for at in rows) >= _SEVERAL


def _shape(row: str) -> str:
    return _WORD.sub("w", row[:MAX_LINE].strip(), count=1)


def _skipped(hit: Hit) -> Hit | None:
    """A test that is skipped under a condition runs elsewhere; one whose reason goes on may name its ticket there."""
    rows = " ".join(row.strip() for row in hit.source.new[hit.line - 1 : hit.line + 4])
    if hit.text.rstrip().endswith("(") and _TICKET.search(rows.partition(")")[0]):
        return None
    if hit.source.kind == "typescript" and _CONDITION.match(rows[:MAX_LINE]):
        return None
    return _at_most(hit, Severity.MEDIUM) if _NEEDS.search(hit.text) else hit


def _waiting(hit: Hit) -> Hit:
    """In a browser one person waits, and can leave; only a browser knows what an address without a host means."""
    browser = hit.source.kind == "typescript" and (
        _SERVED.search(hit.source.path)
        or _RELATIVE.search(hit.text)
        or any(_BROWSER.search(row[:MAX_LINE]) for row in hit.source.new)
    )
    return _at_most(hit, Severity.MEDIUM) if browser else hit


def _fallback(hit: Hit) -> Hit | None:
    """A name that means no more than `default` leads nowhere else, nor does what was written there before."""
    if _NEUTRAL.search(hit.text) or _HERE.search(hit.text):
        return _at_most(hit, Severity.MEDIUM)
    own = _SETTING.match(" ".join(hit.text.split()))
    kept = (row[:MAX_LINE] for at, row in enumerate(hit.source.new, 1) if at not in hit.source.added)
    if own and sum(bool((like := _SETTING.search(row)) and like[1] == own[1]) for row in kept) >= _SEVERAL:
        return _at_most(hit, Severity.MEDIUM)  # So the file names every service it calls.
    value = _LAST_VALUE.search(hit.text)
    gone = (hit.source.old[at - 1][:MAX_LINE] for at in hit.source.removed)
    return None if value and any(value[1] in row for row in gone) else hit


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
    if not hit.source.has_old and any(_WRITTEN.search(row[:MAX_LINE]) for row in hit.source.new[:_HEAD]):
        return _at_most(hit, Severity.LOW)
    mild = _constant(hit) or _explained(hit) or _passes_on(hit) or _HYGIENE.search(hit.text)
    return _at_most(hit, Severity.MEDIUM) if mild else hit


def _passes_on(hit: Hit) -> bool:
    """Tell whether a file only gives on what others define, so that every name of it looks unused."""
    rows = [row.strip() for row in hit.source.new if row.strip() and not row.lstrip().startswith(("#", "//", "/*"))]
    return hit.source.path.endswith(_INDEXES) and all(_GIVES_ON.match(row[:MAX_LINE]) for row in rows)


def _explained(hit: Hit) -> bool:
    """Tell whether a comment close by names the silenced rule and says more about it."""
    codes = set(_CODE_NAME.findall(hit.text))
    rows = [
        hit.source.new[at - 1][:MAX_LINE]
        for at in range(max(1, hit.line - _NEAR), min(len(hit.source.new), hit.line + 1) + 1)
        if at != hit.line and hit.source.is_comment(Side.NEW, at)
    ]
    return any(code in row and _SAID.search(row.split(code, 1)[1]) for code in codes for row in rows)


def _swallowed(hit: Hit) -> Hit | None:
    """An error that answers a question by no, a handler that dropped it before, or a test's own command weighs less."""
    if hit.source.kind == "shell" and _TRIAL.search(hit.text):
        return _at_most(hit, Severity.MEDIUM)
    if hit.line not in hit.source.added and _CATCHES.match(hit.source.new[hit.line - 1]):
        gone = (hit.source.old[at - 1][:MAX_LINE] for at in hit.source.removed)
        if not any(_RAISES.search(row) for row in gone):
            return _at_most(hit, Severity.MEDIUM)
    host = hit.source.host(Side.NEW, hit.line) if hit.source.kind == "go" else None
    if host is not None and _LEAVES.search(hit.text):
        after = hit.source.new[hit.end_line : host.last]
        if any(_GIVES_BACK.match(row[:MAX_LINE]) for row in after):
            return None  # The loop is left, and what follows gives the error back.
    asked = (
        host is not None and _QUESTION.search(host.name) and _TELLS.search(hit.source.new[host.header - 1][:MAX_LINE])
    )
    return _at_most(hit, Severity.MEDIUM) if asked else hit


_JUDGES: Mapping[str, Callable[[Hit], Hit | None]] = {
    "bulk-delete-job": _bulk,
    "call-without-timeout": _waiting,
    "destroy-guard-off": _unguarded,
    "hard-coded-fallback": _fallback,
    "skip-added": _skipped,
    "destroy-command": _destroying,
    "injection-sink": _injection,
    "rm-rf-variable": _removing,
    "suppression-added": _suppression,
    "swallowed-error": _swallowed,
}
