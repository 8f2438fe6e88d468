"""Find guards against deletion that are lifted where no single pattern shows it."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection import packs
from reviewconsole.detection.destroying import is_ephemeral
from reviewconsole.detection.guard_names import Turn, turns
from reviewconsole.detection.hits import hit
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.references import is_open
from reviewconsole.detection.settings import hosts
from reviewconsole.finding import Severity, Side

PAGE = packs.page("destroy-guard-off")
_GUARD = re.compile(
    r"(^|_)(prevent_destroy|deletion_protection(_enabled)?|termination_protection(_enabled)?|disable_api_termination"
    r"|purge_protection_enabled|delete_protection|prevent_deletion\w*)$"
)
_ON = frozenset({"true", "active", "enabled", "prevent"})
_OFF = frozenset({"false", "inactive", "disabled", "null"})
_PROTECTED = re.compile(r"google|gcp", re.IGNORECASE)
"""Whose resources are protected where nothing is said."""
_LOCKS = re.compile(
    r"azurerm_management_lock|aws_backup_vault_lock_configuration|google_resource_manager_lien"
    r"|aws_s3_bucket_object_lock_configuration|google_backup_dr_\w*lock\w*"
)


def check(context: Context) -> Iterator[Hit]:
    """Name guards lifted through variables, module arguments and tfvars or on the way to another file, and locks."""
    for turn in turns(context, _GUARD):
        severity = _severity(turn)
        if severity:
            message = f"The guard {turn.name} is lifted" if turn.old else f"{turn.name} is set to {turn.new}"
            yield hit(PAGE, turn.source, turn.side, turn.span, message, severity=severity)
    yield from _locks(context)


def _severity(turn: Turn) -> Severity | None:
    old, new = turn.old.lower(), turn.new.lower()
    if new in _OFF and not old and turn.side is Side.NEW and not _PROTECTED.search(_around(turn)):
        return Severity.MEDIUM  # It says what was so before.
    if new in _OFF and old not in _OFF:
        return Severity.MEDIUM if is_ephemeral(turn.source.path) or turn.declared else Severity.CRITICAL
    if old in _ON and new not in _ON:
        # What the module or the other file says instead is out of sight.
        return Severity.MEDIUM if new == "" or is_open(new) else Severity.CRITICAL
    return None


def _around(turn: Turn) -> str:
    host = next((host for host in hosts(turn.source, Side.NEW) if host.first <= turn.span[0] <= host.last), None)
    stood = host is not None and any(each.name == host.name for each in hosts(turn.source, Side.OLD))
    return f"{host.kind} {host.value('source')}" if host and stood else "google"


def _locks(context: Context) -> Iterator[Hit]:
    after = {host.name for source in context.sources for host in hosts(source, Side.NEW)}
    for source in context.sources:
        if source.kind != "terraform" or not source.has_new:
            continue
        for host in hosts(source, Side.OLD):
            lock = _LOCKS.fullmatch(host.kind) and host.name not in after and host.first in source.removed
            if lock and any(other.name in after and other.kind != host.kind for other in hosts(source, Side.OLD)):
                yield hit(PAGE, source, Side.OLD, (host.first, host.first), f"The lock {host.name} is removed")


CHECK = Check(page=PAGE, run=check)
