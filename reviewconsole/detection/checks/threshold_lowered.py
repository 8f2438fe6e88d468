"""Find thresholds of checks that let more pass than before, and baselines of known findings that grow."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection import packs
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.places import changed_at
from reviewconsole.detection.source import Source
from reviewconsole.finding import Severity, Side

PAGE = packs.page("suppression-added")
_LEAST = re.compile(
    r"(?P<name>fail[_-]under|min(imum)?[_-]?coverage|coverage[_-]?min\w*|\b(branches|lines|statements|functions|minimum"
    r"|target|min[_-]?score|fail[_-]?under[_-]?\w*)\b)[\"']?\s{0,5}[:=> ]\s{0,5}[\"']?(?P<value>\d{1,3}(\.\d{1,4})?)\b",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"(?P<name>max[_-](warnings|complexity|branches|statements|args|returns|issues|violations|new[_-]\w+)"
    r"|\bmaxWarnings|\bthreshold)[\"']?\s{0,5}[:= ]\s{0,5}[\"']?(?P<value>\d{1,5}(\.\d{1,4})?)\b"
)
_OF_CHECKS = re.compile(
    r"(^|/)(pyproject\.toml|setup\.cfg|tox\.ini|\.coveragerc|\.?codecov\.ya?ml|(jest|vitest|karma|nyc|eslint)\.config\.\w+"
    r"|\.nycrc(\.json)?|\.eslintrc[\w.]*|package\.json|pom\.xml|build\.gradle(\.kts)?|\.?(flake8|pylintrc|ruff\.toml)"
    r"|\.golangci\.ya?ml|\.testcoverage\.ya?ml|Makefile|sonar-project\.properties|\.rubocop\.yml|\.simplecov"
    r"|\.gitlab-ci\.yml)$|\.github/workflows/",
    re.IGNORECASE,
)
_ANY_TARGET = re.compile(r"codecov|jest|vitest|nyc|coverage", re.IGNORECASE)
_BASELINE = re.compile(
    r"(^|/)(\.secrets\.baseline|[\w.-]*(baseline|known[_-]?(issues|findings|violations)|allow-?list-?findings)[\w.-]*"
    r"\.(json|xml|neon|ya?ml|txt|toml)|\.rubocop_todo\.yml)$",
    re.IGNORECASE,
)
_IGNORES = re.compile(
    r"(^|/)(\.(gitleaksignore|trivyignore(\.ya?ml)?|snyk|semgrepignore|checkov\.ya?ml|bandit|grype\.ya?ml|nsprc|secretlintignore"
    r"|trufflehog-?ignore|kics\.ya?ml|safety-policy\.yml)|\.tfsec/[^/]*|osv-scanner\.toml|audit-ci\.jsonc?|zizmor\.yml)$"
)
_LINT = re.compile(
    r"secrets|lint|detekt|psalm|phpstan|rubocop|bandit|checkov|tfsec|semgrep|mypy|pyright|eslint|spotbugs|findings"
    r"|violations|known",
    re.IGNORECASE,
)


def check(context: Context) -> Iterator[Hit]:
    """Name each bar that is lower now."""
    for source in context.sources:
        if not (source.has_old and source.has_new and source.added):
            continue
        if _OF_CHECKS.search(source.path) and source.removed:
            yield from _bars(source)
        if _BASELINE.search(source.path) and _LINT.search(source.path):
            yield from _baseline(source)
    for source in context.sources:
        if source.has_new and source.added and _IGNORES.search(source.path):
            yield from _ignored(source)


def _ignored(source: Source) -> Iterator[Hit]:
    """Entries that a list of what a security scanner leaves out gains, by more than it loses."""
    fresh, gone = (
        [at for at in sorted(source.changed(side)) if _entry(source.lines(side)[at - 1])]
        for side in (Side.NEW, Side.OLD)
    )
    if len(fresh) > len(gone):
        many = len(fresh) - len(gone)
        message = f"{many} more {'entry' if many == 1 else 'entries'} of what a security scanner no longer reports"
        yield from changed_at(PAGE.rule, source, Side.NEW, (fresh[0], fresh[0]), message, severity=Severity.MEDIUM)


def _entry(row: str) -> bool:
    return bool(row.strip()) and not row.lstrip().startswith(("#", "//", ";"))


def _baseline(source: Source) -> Iterator[Hit]:
    secrets = source.path.endswith(".secrets.baseline")
    fresh, gone = (
        sorted(at for at in source.changed(side) if not secrets or "hashed_secret" in source.lines(side)[at - 1])
        for side in (Side.NEW, Side.OLD)
    )
    if len(fresh) > len(gone):
        # A baseline of secrets holds words of tests above all.
        severity = Severity.MEDIUM if secrets else None
        message = "The baseline of known findings grows"
        yield from changed_at(PAGE.rule, source, Side.NEW, (fresh[0], fresh[0]), message, severity=severity)


def _bars(source: Source) -> Iterator[Hit]:
    for pattern, lower in ((_LEAST, True), (_MOST, False)):
        before, after = _values(source, Side.OLD, pattern), _values(source, Side.NEW, pattern)
        for key, (value, at) in after.items():
            was = before.get(key)
            if was is None or value == was[0] or (value < was[0]) != lower:
                continue
            severity = None if lower else Severity.MEDIUM
            message = f"{key[1]} lets more pass: {was[0]:g} before, {value:g} now"
            yield from changed_at(PAGE.rule, source, Side.NEW, (at, at), message, severity=severity)


def _values(source: Source, side: Side, pattern: re.Pattern[str]) -> dict[tuple[str, str, int], tuple[float, int]]:
    """Value and row of each bar on a changed row, by host, name and order."""
    found: dict[tuple[str, str, int], tuple[float, int]] = {}
    seen: dict[tuple[str, str], int] = {}
    about = _ANY_TARGET.search(source.path) or any(_ANY_TARGET.search(row[:300]) for row in source.lines(side))
    for at in sorted(source.changed(side)):
        row = source.lines(side)[at - 1]
        match = pattern.search(row[:300]) if not source.is_comment(side, at) else None
        if match is None or not (about or re.search(r"[-_]|max", match["name"])):
            continue
        where = (source.host_name(side, at), match["name"])
        seen[where] = seen.get(where, 0) + 1
        found[(*where, seen[where])] = (float(match["value"]), at)
    return found


CHECK = Check(page=PAGE, run=check)
