"""Name changes to what decides who reviews, and to what instructs the agents."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.hits import exact
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.source import Source
from reviewconsole.finding import Confidence, Family, Severity, Side

PAGE = page_of(
    "reviewer-config-touched",
    title="The reviewer's own configuration is touched",
    family=Family.BOUNDARY,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    what="Finds changes to the review policy, code owners, git hooks and agent instructions. What is added to "
    "instructions counts as medium unless it says to skip or ignore something, as do more "
    "owners and owners of narrower paths; another version of a hook as low, "
    "`.gitattributes` as high where it hides files from review and as low otherwise.",
    why="Who may change the rules of a review can pass it. Instructions decide what the next agent does, "
    "before anyone reads its work.",
    example="+ * @example/everyone   (CODEOWNERS)",
    instead="Change review rules in a change of their own that somebody else approves.",
    references=("CWE-284", "SLSA v1.1 source track"),
    languages=("any file",),
    alias="b-06",
)
_RULES = re.compile(
    r"(^|/)(\.reviewconsole/|CODEOWNERS$|\.githooks/|\.husky/(?!post-)|\.pre-commit-config\.yaml$|lefthook\.ya?ml$)"
)
_ATTRIBUTES = re.compile(r"(^|/)\.gitattributes$")
_RECORDED = re.compile(
    r"fixtures?|cassettes?|snapshots?|testdata|golden|\.(png|jpe?g|gif|svg|ico|pdf|woff2?|snap|lock)$|lock\.(json|ya?ml)$"
)
"""What is recorded for tests, drawn or locked: nobody reads it line by line."""
_HIDES = re.compile(
    r"\s(-diff|binary|linguist-generated|linguist-vendored|diff=(?!git-crypt\b|sops\w*\b|astextplain\b|\w{1,10}(\s|$))\S+|filter=(?!lfs\b|git-crypt\b|sops\b)\S+)(\s|=true|$)"
)
_INSTRUCTIONS = re.compile(
    r"(^|/)(AGENTS\.md$|CLAUDE\.md$|GEMINI\.md$|\.cursor/|\.cursorrules$|\.claude/|copilot-instructions\.md$)"
)
_VERSION = re.compile(
    r"\s*(-?\s*rev:|#|-\s*[\w.@/\[\]-]+\s*(==|@)\s*v?\d|additional_dependencies:.*(==|@)\s*v?\d)|\s*$"
)
"""Rows that say only which version of a hook runs."""
_LOOSER = re.compile(r"exclude|skip|manual|disable|ignore", re.IGNORECASE)
_PROSE = re.compile(r"(^|/)(docs?/|CHANGELOG|README)|\.(md|rst|txt)$", re.IGNORECASE)
_EXCLUDES = re.compile(r"\s*exclude:\s*[\"']?([^\s\"']*[\w)][/.][^\s\"']*)[\"']?\s*$")
_OBLIGES = re.compile(
    r"\b(must|never|always|only|require\w*|forbid\w*|do not|don't|don\u2019t|not allowed|avoid|ensure|run|ask"
    r"|confirm)\b",
    re.IGNORECASE,
)
_LOOSENS = re.compile(
    r"\b((skip(s|ped|ping)?|disabl\w+)\b.{0,20}\b(tests?|checks?|lint\w*|hooks?|reviews?|validation|ci|types?|scan\w*)"
    r"|bypass\w*|no need to|need not|don't (run|ask|wait)|do not (run|ask|wait)"
    r"|without (review|approval|asking|tests?)|auto-?approve|ignore (failing|the|errors?|warnings?)|--no-verify"
    r"|dangerously)\b",
    re.IGNORECASE,
)


def check(context: Context) -> Iterator[Hit]:
    """Name each such file once, at its first changed line."""
    for source in context.sources:
        severity = _severity(source) if source.added or source.removed else None
        if severity is Severity.CRITICAL and not source.added and _tidied(source, context):
            severity = Severity.LOW
        if severity is None:
            continue
        side = Side.NEW if source.added else Side.OLD
        line = min(source.changed(side))
        message = "This file decides how changes are reviewed or what agents are told"
        yield exact(PAGE.rule, source, side, (line, line), message, severity=severity, lowered=False)


def _severity(source: Source) -> Severity | None:
    """How bad it is that this file changed; None where it decides nothing."""
    rows = [source.new[at - 1] for at in source.added] + [source.old[at - 1] for at in source.removed]
    if source.path.startswith("vendor/") or "/vendor/" in source.path or "node_modules/" in source.path:
        return None
    if _RULES.search(source.path):
        grows = source.path.endswith(".pre-commit-config.yaml") and source.has_old and not source.removed
        if grows and not any(_LOOSER.search(row[:300]) for row in rows):
            return Severity.LOW
        if source.path.endswith("CODEOWNERS") and (not source.has_old or _routes(source)):
            return Severity.MEDIUM
        hooks = source.path.endswith((".pre-commit-config.yaml", "lefthook.yml", "lefthook.yaml"))
        if hooks and (not source.has_old or _spares(source)):
            return Severity.MEDIUM
        versions = all(_VERSION.match(row[:300]) and not _LOOSENS.search(row[:300]) for row in rows)
        return Severity.LOW if versions else Severity.CRITICAL
    if _ATTRIBUTES.search(source.path):
        more = {each for each in _hidden(source, Side.NEW) - _hidden(source, Side.OLD) if not _RECORDED.search(each[0])}
        grows = len(_hidden(source, Side.NEW)) > len(_hidden(source, Side.OLD))
        return Severity.HIGH if more and grows else Severity.LOW
    if _INSTRUCTIONS.search(source.path):
        # A rule that is taken away is one that the next agent does not keep; a new one is read by everybody.
        rules = sum(bool(_OBLIGES.search(source.old[at - 1][:1000])) for at in source.removed)
        taken = rules > sum(bool(_OBLIGES.search(source.new[at - 1][:1000])) for at in source.added)
        loosens = any(_LOOSENS.search(source.new[at - 1][:1000]) for at in source.added)
        return Severity.CRITICAL if taken or loosens else Severity.MEDIUM
    return None


def _spares(source: Source) -> bool:
    """Tell whether hooks are only added, or told which one folder or kind of file is none of theirs."""
    rows = [source.new[at - 1][:300] for at in source.added]
    spared = [match[1] for row in rows if (match := _EXCLUDES.match(row))]
    others = any(_LOOSER.search(row) for row in rows if not _EXCLUDES.match(row))
    return (
        not source.removed and bool(spared) and not others and all(len(each.strip("^.*$/()|")) > 3 for each in spared)
    )


def _routes(source: Source) -> bool:
    """Tell whether code owners only grow: owners for narrower paths, and more owners for those that had some."""
    after = dict(map(_owned, (source.new[at - 1] for at in source.added)))
    before = dict(map(_owned, (source.old[at - 1] for at in source.removed)))
    after.pop("", None)
    before.pop("", None)
    if any(not owners and not _PROSE.search(path) for path, owners in after.items()) or any(
        path.strip("/*") == "" for path in after.keys() - before
    ):
        return False
    return bool(after) and all(owners <= after.get(path, frozenset()) for path, owners in before.items())


def _owned(row: str) -> tuple[str, frozenset[str]]:
    """A path and its owners; the empty path for a row without one."""
    words = row.partition("#")[0].split()
    return (words[0], frozenset(words[1:])) if words else ("", frozenset())


def _tidied(source: Source, context: Context) -> bool:
    """Tell whether every removed row speaks of a path that the change deletes."""
    gone = [other.path for other in context.sources if not other.has_new]
    rows = [row.split()[0].strip("/") for at in source.removed if (row := source.old[at - 1]).strip()]
    return bool(rows) and all(any(path == row or path.startswith(f"{row}/") for path in gone) for row in rows)


def _hidden(source: Source, side: Side) -> set[tuple[str, str]]:
    """The paths that changed rows of a `.gitattributes` hide, each with how."""
    rows = (source.lines(side)[at - 1][:300] for at in source.changed(side))
    return {(row.split()[0], match[1]) for row in rows if row.strip() for match in _HIDES.finditer(row)}


CHECK = Check(page=PAGE, run=check)
