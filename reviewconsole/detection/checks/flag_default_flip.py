"""Find switches whose default turns."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.source import Source, is_test
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "flag-default-flip",
    title="A switch turns by default",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds defaults of feature flags and settings that go from off to on, and controls that go from "
    "closed to open "
    "on failure. Outside of settings an `enabled` that belongs to no flag weighs less.",
    why="The new path goes live for everyone at the next deployment, with no share to begin with. Knight Capital lost "
    "440 million dollars in 2012 when an old switch turned on code nobody expected to run.",
    example='-    "new_checkout": False,\n+    "new_checkout": True,',
    instead="Turn it on in the flag system for a small share, watch, and change the default when it has been at 100 % "
    "for a while.",
    references=("SEC Release 34-70694 (Knight Capital)", "https://martinfowler.com/articles/feature-toggles.html"),
    languages=("python", "typescript", "go", "java", "ruby", "yaml", "json", "terraform"),
    alias="f-01",
)
_ROW = 300
"""Longer rows are no settings."""
_VALUE = r"true|false|on|off|yes|no|enabled|disabled"
_TURNS = re.compile(rf"\b({_VALUE}|open|closed|[01])\b", re.IGNORECASE)
# Every part is bounded: the rows come from strangers.
_PAIR = re.compile(
    r"(?P<name>[\w.\"'\[\]/-]{0,80}\w[\"'\]]{0,3})\s{0,20}(?::\s{0,5}[\w\[\]| .]{1,40}\s{0,5})?(?::=|=|:|=>)\s{0,20}"
    rf"(?P<value>{_VALUE}|[\"'](?:{_VALUE}|open|closed)[\"'])\s{{0,20}}(?P<rest>[,;}}#)/].*)?$",
    re.IGNORECASE,
)
_DEFAULT = re.compile(
    r"(?P<name>[\w./\"':-]{1,80})[\"'](?:\s{0,5},|\)\s{0,5}(?:\?\?|\|\||or)|\s{0,5},\s{0,5}default\s{0,5}=)\s{0,5}"
    r"(?:default\s{0,5}=\s{0,5}|defaultValue\s{0,5}[:=]\s{0,5}|fallback\s{0,5}=\s{0,5})?"
    r"(?P<value>[\"']?(?:true|false|on|off|1|0|yes|no)[\"']?)\s{0,5}\)?",
    re.IGNORECASE,
)
_ON = re.compile(r"^[\"']?(true|on|yes|enabled|open|1)[\"']?$", re.IGNORECASE)
_FLAG = re.compile(
    r"flag|feature|toggle|experiment|rollout|kill_?switch|(^|[._/\"'])(use|enable)_?new|_v\d\b"
    r"|ff_|treatment",
    re.IGNORECASE,
)
_OPENED = re.compile(
    r"fail[-_]?open|failOpen|allow(?!ed_hosts)|bypass|skip|disable|insecure|permissive|ignore|debug|dry_?run"
    r"|unsafe|anonymous|public",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    r"fail[-_]?closed|failClosed|require|enforce|strict|verify|validate|dry_?run|protect|guard|check", re.IGNORECASE
)
_TRIAL = re.compile(
    r"(^|[/_.-])(integration|staging|stage|develop(ment)?|dev|qa|uat|preview|sandbox|local)([/_.-]|$)", re.IGNORECASE
)
_DEPLOYED = re.compile(r"(^|/)(helmfile\.d|environments?|envs?|overlays|clusters|deployments?|releases?)/")
"""Values of one deployment, which somebody turns on there, and no defaults."""
_SETTINGS = re.compile(r"(^|/)(settings?|config|conf|configuration)([/_.-]|$)", re.IGNORECASE)
_SAFE = re.compile(
    r"trac(e|ing)|metrics?|monitor|telemetry|logg?(ing|s)?\b|prometheus|grafana|dashboard|alert|probe|budget|pdb"
    r"|network_?polic|tls|ssl|backup|persist|affinity|spread|limit|health|audit|encrypt|versioning|protect|scan",
    re.IGNORECASE,
)
"""What watches or protects is turned on to see and to guard more."""
_NO_FLAG = re.compile(
    r"required|readonly|optional|multiple|nullable|null\b|blank|autoescape|editable|unique|private|checked"
    r"|visible|hidden|selected|open_|sticky|bold|inline",
    re.IGNORECASE,
)


_REACH = 60
_OPENS = re.compile(r"^\s*(?:export\s+)?(?:(?:const|let|var)\s+)?([\w.]+)\s*(?::[^={]*)?:?=\s*(?:[\w.\[\]]+)?[{(]\s*$")


def check(context: Context) -> Iterator[Hit]:
    """Name the switches that turned."""
    for source in context.sources:
        if (
            not source.added
            or not source.removed
            or is_test(source.path)
            or source.kind in ("markdown", "shell", "sql", "workflow")
        ):
            continue
        before = _values(source, Side.OLD)
        for key, (value, at) in _values(source, Side.NEW).items():
            was = before.get(key)
            if was is None or bool(_ON.match(was[0])) == bool(_ON.match(value)):
                continue
            severity = _judged(source, at, key[1], on=bool(_ON.match(value)))
            if severity is not None:
                message = f"{key[1]} turns {'on' if _ON.match(value) else 'off'} by default"
                yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), message, severity=severity)


def _values(source: Source, side: Side) -> dict[tuple[str, str, int], tuple[str, int]]:
    """Value and row of each switch on a changed row, by host, name and order."""
    found: dict[tuple[str, str, int], tuple[str, int]] = {}
    seen: dict[tuple[str, str], int] = {}
    for at in sorted(source.changed(side)):
        row = source.lines(side)[at - 1]
        if len(row) > _ROW or source.is_comment(side, at) or not _TURNS.search(row):
            continue
        match = _DEFAULT.search(row) or _PAIR.search(row)
        if match:
            name = match["name"].strip("\"'[].- ")
            where = (source.host_name(side, at), name)
            seen[where] = seen.get(where, 0) + 1
            found[(*where, seen[where])] = (match["value"], at)
    return found


def _table(source: Source, at: int) -> str:
    """The name of the dictionary or object that an entry of program text stands in; empty without."""
    if source.kind not in ("python", "typescript", "go", "ruby"):
        return ""
    for row in reversed(source.new[max(0, at - _REACH) : at - 1]):
        opened = _OPENS.match(row[:200])
        if opened:
            return opened[1]
        if row and not row[0].isspace():
            return ""
    return ""


def _judged(source: Source, at: int, name: str, *, on: bool) -> Severity | None:
    """How bad it is; None for a switch that is none."""
    around = f"{source.host_name(Side.NEW, at)} {_table(source, at)} {name}"
    row = source.new[at - 1]
    flagged = bool(
        _FLAG.search(around)
        or _FLAG.search(source.path)
        or re.search(r"flag|feature|toggle|is_?enabled|variation", row, re.IGNORECASE)
    )
    if _NO_FLAG.search(name):
        return None
    if _TRIAL.search(source.path):
        return Severity.LOW
    if (on and re.search(r"fail[-_]?open", name, re.IGNORECASE)) or (
        not on and re.search(r"fail[-_]?closed|enforce", name, re.IGNORECASE)
    ):
        return Severity.HIGH
    if on and flagged:
        return Severity.HIGH
    if on and _OPENED.search(name):
        return Severity.MEDIUM
    if not on and (_CLOSED.search(name) or flagged):
        return Severity.MEDIUM
    generic = re.search(r"enabled?$|^enable|_enabled|active$", name, re.IGNORECASE)
    if not on or not generic or source.kind == "typescript":
        return None
    if _SAFE.search(around):
        return Severity.LOW
    if source.kind == "yaml" and _DEPLOYED.search(source.path):
        return Severity.MEDIUM
    return Severity.HIGH if source.kind == "yaml" or _SETTINGS.search(source.path) else Severity.MEDIUM


CHECK = Check(page=PAGE, run=check)
