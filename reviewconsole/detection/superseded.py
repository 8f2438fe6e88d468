"""Leave out a finding whose lines another one names for a stronger or more exact reason."""

from collections.abc import Sequence

from reviewconsole.finding import Finding, Side

_STRONGER = {
    "broad-handler-added": ("swallowed-error",),
    "bulk-delete-job": ("backfill-unbatched",),
    "destroy-command": ("recreate-pair",),
    "dns-or-route-changed": ("stateful-resource-removed", "renamed-without-moved"),
    "drop-in-upgrade": ("column-still-used",),
    "flag-default-flip": ("backup-off", "destroy-guard-off", "no-last-copy", "tls-verify-off"),
    "safeguard-switched-off": ("no-last-copy", "backup-off", "destroy-guard-off"),
    "forces-replacement": ("renamed-without-moved", "stateful-resource-removed"),
    "timeout-loosened": ("call-without-timeout", "timeout-removed"),
}
"""A rule, and those that say all of it and more of the same lines."""


def superseded(findings: Sequence[Finding]) -> list[Finding]:
    """Keep what no finding of a stronger rule, at least as severe, overlaps."""
    spans: dict[tuple[str, str, Side], list[Finding]] = {}
    for finding in findings:
        spans.setdefault((finding.rule, finding.location.path, finding.location.side), []).append(finding)
    return [finding for finding in findings if not _covered(finding, spans)]


def _covered(finding: Finding, spans: dict[tuple[str, str, Side], list[Finding]]) -> bool:
    place = finding.location
    return any(
        other.location.line <= place.end_line
        and place.line <= other.location.end_line
        and other.severity.rank >= finding.severity.rank
        and not other.suppressed
        for rule in _STRONGER.get(finding.rule, ())
        for other in spans.get((rule, place.path, place.side), ())
    )
