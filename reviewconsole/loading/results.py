"""Scan results as JSON and back, for the cache. What does not fit exactly is no result."""

from collections.abc import Mapping
from typing import Any

from reviewconsole.detection import ScanResult
from reviewconsole.finding import Confidence, Dropped, Family, Finding, Location, Severity, Side

UNFINISHED = ("did not run", "did not finish", "are incomplete", "could not be asked")


def whole(result: ScanResult) -> bool:
    """Whether every rule ran to its end: only then is a result worth keeping."""
    return not any(word in note for note in result.notes for word in UNFINISHED)


def to_json(result: ScanResult) -> dict[str, Any]:
    """A result as plain values."""
    return {
        "findings": [
            {
                "rule": f.rule,
                "family": f.family.value,
                "severity": f.severity.value,
                "confidence": f.confidence.value,
                "place": [
                    f.location.path, f.location.side.value, f.location.line, f.location.end_line, f.location.construct
                ],
                "texts": [f.message, f.evidence, f.why, f.instead, f.id, f.suppressed, f.external],
                "references": list(f.references),
                "ordinal": f.ordinal,
            }
            for f in result.findings
        ],
        "notes": list(result.notes),
        "dropped": dict(result.dropped),
        "places": [[d.guard, d.rule, d.path, d.side.value, d.line] for d in result.dropped_places],
    }  # fmt: skip


def from_json(raw: object) -> ScanResult | None:
    """A result from plain values; None where they are not of that shape."""
    try:
        if not isinstance(raw, dict):
            return None
        return ScanResult(
            findings=tuple(_finding(item) for item in raw["findings"]),
            notes=tuple(map(str, raw["notes"])),
            dropped={str(guard): int(count) for guard, count in raw["dropped"].items()},
            dropped_places=tuple(
                Dropped(guard=str(guard), rule=str(rule), path=str(path), side=Side(side), line=int(line))
                for guard, rule, path, side, line in raw["places"]
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _finding(item: Mapping[str, Any]) -> Finding:
    path, side, line, end, construct = item["place"]
    message, evidence, why, instead, id_, suppressed, external = map(str, item["texts"])
    return Finding(
        rule=str(item["rule"]),
        family=Family(item["family"]),
        severity=Severity(item["severity"]),
        confidence=Confidence(item["confidence"]),
        location=Location(path=str(path), side=Side(side), line=int(line), end_line=int(end), construct=str(construct)),
        message=message,
        evidence=evidence,
        why=why,
        instead=instead,
        references=tuple(map(str, item["references"])),
        id=id_,
        ordinal=int(item["ordinal"]),
        suppressed=suppressed,
        external=external,
    )
