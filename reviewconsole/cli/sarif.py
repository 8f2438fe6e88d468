"""SARIF 2.1.0 (OASIS), so that a forge or an editor shows findings and open requirements in place."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from reviewconsole import __version__
from reviewconsole.casefile import OpenedChange
from reviewconsole.change import encode
from reviewconsole.decision import Verdict
from reviewconsole.finding import Finding, Severity, Side
from reviewconsole.loading.judging import ChangeVerdict
from reviewconsole.policy import POLICY_PATH
from reviewconsole.verify import RangeVerdict

Document = dict[str, Any]

_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def _uri(path: str) -> str:
    """A path as a relative URI (RFC 3986), bytes that are not UTF-8 included."""
    return quote(encode(path))


def _log(rules: Iterable[Document], results: list[Document], properties: Mapping[str, object]) -> Document:
    driver = {"name": "reviewconsole", "version": __version__, "rules": list(rules)}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": dict(properties),
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(finding: Finding) -> Document:
    rule: Document = {
        "id": finding.rule,
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {"tags": [finding.family.value]},
    }
    if finding.why:
        rule["fullDescription"] = {"text": finding.why}
    if finding.instead:
        rule["help"] = {"text": finding.instead}
    if finding.references and finding.references[0].startswith("https://"):
        rule["helpUri"] = finding.references[0]
    return rule


def _place(finding: Finding) -> list[Document]:
    """The location in the new tree; a removed line has none there, so the file alone is named."""
    place = finding.location
    if not place.path:
        return []
    physical: Document = {"artifactLocation": {"uri": _uri(place.path)}}
    if place.side is Side.NEW and place.line > 0:
        physical["region"] = {"startLine": place.line, "endLine": max(place.line, place.end_line)}
    return [{"physicalLocation": physical}]


def _result(finding: Finding) -> Document:
    place = finding.location
    removed = f" (removed line {place.line})" if place.side is Side.OLD and place.line else ""
    result: Document = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message + removed},
        "locations": _place(finding),
        "partialFingerprints": {"reviewconsole/v1": finding.fingerprint},
        "properties": {
            "id": finding.id,
            "family": finding.family.value,
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            "side": place.side.value,
        },
    }
    if finding.suppressed:
        result["suppressions"] = [{"kind": "inSource", "justification": finding.suppressed}]
    return result


def inspect(opened: OpenedChange) -> Document:
    """The findings of one change, broken constraints included."""
    rules = {finding.rule: _rule(finding) for finding in opened.findings}
    about = {"change": opened.change.id, "head": opened.change.head, "verdict": opened.verdict.value}
    return _log(rules.values(), [_result(finding) for finding in opened.findings], about)


def verify(result: RangeVerdict) -> Document:
    """What the gate still asks for: one result a requirement that is not satisfied, placed on the policy."""
    results = [row for item in result.changes for row in _open(item)]
    rules = {row["ruleId"]: {"id": row["ruleId"]} for row in results}
    return _log(rules.values(), results, {"verdict": result.verdict.value, "target": result.target})


def _open(item: ChangeVerdict) -> Iterable[Document]:
    report = item.report
    if report.verdict is Verdict.SATISFIED:
        return
    asked = [(each.id, each.why) for each in report.requirements if each.verdict is not Verdict.SATISFIED]
    for name, why in asked or [("gate", "; ".join(report.why))]:
        yield {
            "ruleId": f"gate/{name}",
            "level": "error",
            "message": {"text": f"{item.change.head[:12]} {item.change.title}: {report.verdict.value}: {why}"},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(POLICY_PATH)}}}],
            "partialFingerprints": {"reviewconsole/v1": f"{item.change.head}/{name}"},
            "properties": {"commit": item.change.head, "verdict": report.verdict.value},
        }
