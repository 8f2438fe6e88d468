"""Read what other scanners found: SARIF 2.1.0 (OASIS), mapped on the lines a change adds.

Bounded as code scanning at GitHub is: 10 MB, 20 runs, 25,000 results a run. What is not on a
changed line is counted, not shown.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from reviewconsole import lazy_re as re
from reviewconsole.detection.families import family_of
from reviewconsole.detection.source import Source, read
from reviewconsole.diff import FileDiff
from reviewconsole.errors import FormatError
from reviewconsole.finding import Confidence, Finding, Location, Severity, Side

LARGEST = 10_000_000
MOST_RUNS = 20
MOST_RESULTS = 25_000
_LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "note": Severity.LOW}
_NAME = re.compile(r"[^\w.:/@+-]+")

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What one SARIF document says about a change."""

    findings: tuple[Finding, ...]
    """Not numbered yet; `external` names the scanner."""
    notes: tuple[str, ...]


def read_sarif(data: bytes, files: Sequence[FileDiff], *, name: str) -> Report:
    """Read one document; FormatError names it where it is no SARIF 2.1.0 or beyond the limits."""
    if len(data) > LARGEST:
        raise FormatError(f"larger than {LARGEST:,} bytes", place=name)
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise FormatError(f"no JSON: {str(error)[:100]}", place=name) from error
    if not isinstance(document, dict) or not isinstance(document.get("runs"), list):
        raise FormatError("no SARIF: it has no runs", place=name)
    if str(document.get("version", "")) != "2.1.0":
        raise FormatError(f"SARIF {str(document.get('version'))[:20]!r}, not 2.1.0", place=name)
    runs = [run for run in document["runs"] if isinstance(run, dict)]
    if len(runs) > MOST_RUNS:
        raise FormatError(f"more than {MOST_RUNS} runs", place=name)
    sources = {source.path: source for file in files if isinstance(source := read(file), Source)}
    findings: list[Finding] = []
    left: Counter[str] = Counter()
    for run in runs:
        results = _list(run.get("results"))
        if len(results) > MOST_RESULTS:
            raise FormatError(f"more than {MOST_RESULTS:,} results in a run", place=name)
        findings += _run(run, results, sources, left)
    notes = [f"{name}: {count} results {why}, left out" for why, count in sorted(left.items())]
    return Report(findings=tuple(findings), notes=tuple(notes))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _table(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _text(value: object, limit: int = 400) -> str:
    return " ".join(value.split())[:limit] if isinstance(value, str) else ""


def _run(run: Json, results: list[Any], sources: Mapping[str, Source], left: Counter[str]) -> Iterator[Finding]:
    driver = _table(_table(run.get("tool")).get("driver"))
    scanner = _NAME.sub(" ", _text(driver.get("name"), 60)).strip() or "scanner"
    components = [driver, *(_table(item) for item in _list(_table(run.get("tool")).get("extensions")))]
    rules = {
        str(rule.get("id")): rule
        for component in components
        for rule in _list(component.get("rules"))
        if isinstance(rule, dict)
    }
    ordered = [_table(rule) for rule in _list(driver.get("rules"))]
    for result in results:
        if not isinstance(result, dict) or result.get("kind", "fail") != "fail":
            left["are no failures"] += 1
            continue
        if result.get("baselineState") in ("absent", "unchanged"):
            left["are not new by their baseline"] += 1
            continue
        rule = _rule(result, rules, ordered)
        severity = _severity(result, rule)
        place = _place(result, run, sources)
        if severity is None:
            left["have the level none"] += 1
        elif place is None:
            left["lie outside the changed lines"] += 1
        else:
            yield _finding(scanner, result, rule, severity, place)


def _rule(result: Json, rules: Mapping[str, Json], ordered: list[Json]) -> Json:
    named = result.get("ruleId") or _table(result.get("rule")).get("id")
    if isinstance(named, str) and named in rules:
        return rules[named]
    index = result.get("ruleIndex", _table(result.get("rule")).get("index"))
    if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(ordered):
        return ordered[index]
    return {"id": named} if isinstance(named, str) else {}


def _severity(result: Json, rule: Json) -> Severity | None:
    for holder in (result, rule):
        score = _table(holder.get("properties")).get("security-severity")
        try:
            number = float(score) if isinstance(score, (str, int, float)) else -1.0
        except ValueError:
            continue
        if 0 < number <= 10:
            steps = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.0, Severity.LOW))
            return next(severity for least, severity in steps if number >= least)
    level = result.get("level") or _table(rule.get("defaultConfiguration")).get("level") or "warning"
    return None if level == "none" else _LEVELS.get(str(level), Severity.MEDIUM)


def _place(result: Json, run: Json, sources: Mapping[str, Source]) -> tuple[Source, int, int] | None:
    """The first location that lies on an added line."""
    for location in _list(result.get("locations")):
        physical = _table(_table(location).get("physicalLocation"))
        source = _source(_table(physical.get("artifactLocation")), run, sources)
        region = _table(physical.get("region"))
        first = region.get("startLine")
        if source is None or not isinstance(first, int) or isinstance(first, bool):
            continue
        last = region.get("endLine")
        last = last if isinstance(last, int) and not isinstance(last, bool) else first
        first, last = max(1, first), min(max(first, last), len(source.new))
        if source.touched(Side.NEW, first, last):
            return source, first, last
    return None


def _source(artifact: Json, run: Json, sources: Mapping[str, Source]) -> Source | None:
    uri = artifact.get("uri")
    index = artifact.get("index")
    known = _list(run.get("artifacts"))
    if uri is None and isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(known):
        uri = _table(_table(known[index]).get("location")).get("uri")
    if not isinstance(uri, str):
        return None
    path = unquote(uri).removeprefix("file://").replace("\\", "/").removeprefix("./")
    if path in sources:
        return sources[path]
    # An absolute path of the scanner's machine: the changed path that it ends with, the longest first.
    ends = [known for known in sources if path.endswith(f"/{known}")]
    return sources[max(ends, key=len)] if ends else None


def _finding(scanner: str, result: Json, rule: Json, severity: Severity, place: tuple[Source, int, int]) -> Finding:
    source, first, last = place
    id_ = _NAME.sub("-", _text(rule.get("id"), 100)).strip("-") or "unnamed"
    said = _text(_table(result.get("message")).get("text")) or _message(result, rule) or id_
    description = _text(_table(rule.get("fullDescription")).get("text")) or _text(
        _table(rule.get("shortDescription")).get("text")
    )
    suppressed = [_text(_table(item).get("justification")) for item in _list(result.get("suppressions"))]
    help_uri = _text(rule.get("helpUri"), 200)
    return Finding(
        rule=id_,
        family=family_of(scanner, id_, _tags(rule)),
        severity=severity,
        confidence=Confidence.MEDIUM,
        location=Location(
            path=source.path,
            side=Side.NEW,
            line=first,
            end_line=last,
            construct=source.host_name(Side.NEW, first),
        ),
        message=f"{scanner}: {said}",
        evidence=source.text(Side.NEW, first, last)[:400].strip(),
        why=description,
        instead=_text(_table(rule.get("help")).get("text")),
        references=(help_uri,) if help_uri.startswith(("https://", "http://")) else (),
        suppressed=(suppressed[0] or f"suppressed for {scanner}") if suppressed else "",
        external=scanner,
    )


def _tags(rule: Json) -> str:
    tags = _list(_table(rule.get("properties")).get("tags"))
    return " ".join([_text(tag, 60) for tag in tags[:20]] + [_text(rule.get("name"), 100)])


def _message(result: Json, rule: Json) -> str:
    """A message given by id, with its arguments filled in."""
    message = _table(result.get("message"))
    strings = _table(_table(rule.get("messageStrings")).get(str(message.get("id"))))
    text = _text(strings.get("text"))
    for index, argument in enumerate(_list(message.get("arguments"))[:10]):
        text = text.replace(f"{{{index}}}", _text(argument, 100))
    return text[:400]


def deduplicated(external: Sequence[Finding], own: Sequence[Finding]) -> tuple[list[Finding], int]:
    """Leave out what our rules found at the same lines under that scanner's id, and what two runs both say."""
    named: dict[str, list[tuple[range, str]]] = {}
    for finding in own:
        span = range(finding.location.line, finding.location.end_line + 1)
        said = " ".join((finding.rule, *finding.references)).lower()
        if finding.location.side is Side.NEW:
            named.setdefault(finding.location.path, []).append((span, said))
    kept: list[Finding] = []
    seen: set[tuple[str, str, int, str]] = set()
    for finding in external:
        place = finding.location
        key = (finding.rule.lower(), place.path, place.line, finding.external)
        ids = {part for part in re.split(r"[./:]", finding.rule.lower()) if len(part) > 3} | {finding.rule.lower()}
        known = any(
            place.line < span.stop and span.start <= place.end_line and any(_named(id_, said) for id_ in ids)
            for span, said in named.get(place.path, ())
        )
        if key not in seen and not known:
            kept.append(finding)
        seen.add(key)
    return kept, len(external) - len(kept)


def _named(id_: str, said: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(id_)}(?![\w-])", said) is not None
