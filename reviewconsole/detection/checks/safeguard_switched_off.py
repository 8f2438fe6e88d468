"""Find settings that switch a safeguard off."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at, fresh
from reviewconsole.detection.source import Source
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "safeguard-switched-off",
    title="A setting switches a safeguard off",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds settings and environment variables of manifests, charts, compose files, Terraform, Dockerfiles and "
    "property files that are added with the value that turns approval, authorization, verification, audit, "
    "encryption, backups or rate limits off (`DISABLE_APPROVER_CHECK: true`, `audit_enabled = false`). A plain "
    "check or validation, pipelines, and files for development or tests weigh medium.",
    why="The safeguard is written, tested and in the code, and does not run. Such a switch is added to get a first "
    "version going and is found by the incident.",
    example='+ - name: DISABLE_APPROVER_CHECK\n+   value: "true"',
    instead="Leave it on; where it must be off for a while, give the reason and the end beside it, and alarm on it.",
    references=("CWE-693", "CWE-1188", "Knight Capital, SEC release 70694"),
    languages=("kubernetes", "yaml", "terraform", "dockerfile", "compose", "properties", "shell"),
    alias="f-06",
)
_KINDS = frozenset({"yaml", "workflow", "terraform", "dockerfile", "text", "json", "shell", "makefile"})
_GUARD = (
    r"auth|approv|permission|verif|signature|csrf|mfa|2fa|encrypt|audit|backup|rate_?limit|quota|integrity|policy"
    r"|validat|check"
)
_OFF = (
    r"(?:disable|skip|bypass|ignore|no|without|allow_?unauthenticated|allow_?insecure|unsafe)"
    rf"[_.-]?[\w.-]*?(?:{_GUARD})[\w.-]*"
)
_ON = (
    rf"(?:[\w.-]*?(?:{_GUARD})[\w.-]*?[_.-]?(?:enabled?|required?|enforced?)"
    rf"|(?:enable|require|enforce)[_.-]?[\w.-]*?(?:{_GUARD})[\w.-]*)"
)
_YES, _NO = r"(?:true|1|yes|on)", r"(?:false|0|no|off)"
_LINE = re.compile(
    rf"^\s*(?:-\s+|export\s+|ENV\s+)?[\"']?(?:(?P<off>{_OFF})[\"']?\s*[:=]\s*[\"']?{_YES}|(?P<on>{_ON})[\"']?\s*[:=]\s*[\"']?{_NO})[\"']?\s*[,;]?\s*(?:#.*)?$",
    re.IGNORECASE,
)
_NAME = re.compile(rf"^\s*-\s+name:\s*[\"']?(?:(?P<off>{_OFF})|(?P<on>{_ON}))[\"']?\s*$", re.IGNORECASE)
_VALUE = re.compile(rf"^\s*value:\s*[\"']?(?:(?P<yes>{_YES})|(?P<no>{_NO}))[\"']?\s*$", re.IGNORECASE)
_GRAVE = re.compile(
    r"auth|approv|permission|verif|signature|csrf|mfa|2fa|encrypt|audit|backup|rate_?limit", re.IGNORECASE
)
_OTHER = re.compile(
    r"healthcheck|health_check|update_?check|version_?check|spell|type_?check|lint|typo|link_?check|host_?key|pre_?check"
    r"|check_?out|checkpoint|tls|ssl|cert|author|verif\w*_?(email|docs)|policy_?(url|page)|disk_?check|skip_?check_?(rc|file)",
    re.IGNORECASE,
)
"""What merely reads like a safeguard, or is a matter of `tls-verify-off`."""
_ASIDE = re.compile(
    r"(^|[/_.-])(dev|devel\w*|local|test\w*|e2e|ci|sandbox|example|sample|demo)([/_.-]|$)", re.IGNORECASE
)


def check(context: Context) -> Iterator[Hit]:
    """Name each such setting that the change brings."""
    for source, at, match in fresh(context, _KINDS, _LINE):
        yield from _named(source, at, at, match["off"] or match["on"])
    for source, at, match in fresh(context, ("yaml",), _NAME):
        value = _VALUE.match(source.new[at]) if at < len(source.new) else None
        if value and ((match["off"] and value["yes"]) or (match["on"] and value["no"])):
            yield from _named(source, at, at + 1, match["off"] or match["on"])


def _named(source: Source, first: int, last: int, name: str) -> Iterator[Hit]:
    if _OTHER.search(name):
        return
    light = source.kind == "workflow" or _ASIDE.search(source.path) or not _GRAVE.search(name)
    message = f"{name} leaves a safeguard switched off where this runs"
    severity = Severity.MEDIUM if light else None
    yield from changed_at(PAGE.rule, source, Side.NEW, (first, last), message, severity=severity)


CHECK = Check(page=PAGE, run=check)
