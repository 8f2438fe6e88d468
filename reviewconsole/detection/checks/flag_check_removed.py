"""Find switches that are taken out of code that stays."""

from collections.abc import Iterator

from reviewconsole import lazy_re as re
from reviewconsole.detection.code import CODE
from reviewconsole.detection.model import Check, Context, Hit
from reviewconsole.detection.pages import page_of
from reviewconsole.detection.places import changed_at, lost
from reviewconsole.detection.source import Source, is_test, kind_of
from reviewconsole.finding import Family, Severity, Side

PAGE = page_of(
    "flag-check-removed",
    title="A switch is taken out and the path stays",
    family=Family.RISK,
    severity=Severity.HIGH,
    what="Finds kill switches and feature flag checks that are removed while the code they guarded stays, and existing "
    "flag keys that get a new meaning.",
    why="The switch is what turns a bad release off in seconds; without it the way back is a deployment. "
    "Knight Capital "
    "reused an old flag and woke dead code.",
    example='-    if flags.is_enabled("new-pricing"):\n-        return new_price(order)\n+    return new_price(order)',
    instead="Remove a flag only after its path has run for everyone for a while, in a change that does nothing else; "
    "give new behaviour a new key.",
    references=("SEC Release 34-70694 (Knight Capital)", "Google Cloud incident report, 12 June 2025"),
    languages=("python", "typescript", "go", "java", "kotlin", "ruby", "rust"),
    alias="f-02",
)
_CHECK = re.compile(
    r"(?i:kill[_-]?switch)|\b(is_?enabled|isEnabled|IsEnabled|flag_is_active|flag_enabled|feature_enabled"
    r"|isFeatureEnabled|is_feature_enabled|is_active_for|isOn|is_on"
    r"|(bool|string|json|boolean)?_?[vV]ariation|getTreatment|get_treatment|useFeatureFlag|useFlag|useFeature"
    r"|checkGate|check_gate|switch_is_active|sample_is_active|Feature\.enabled\?|Flipper\.enabled\?|Flipper\["
    r"|feature_flag\w*|featureFlags?)\b\s*[(?\[.\"']",
)

_ASKS = re.compile(r"(is_?enabled|isEnabled|IsEnabled|isOn|is_on|is_active_for)\b\s*.?", re.IGNORECASE)
_NAMED = re.compile(r"(?i)flag|feature|toggle|experiment|switch|config|settings|[\"'][\w.-]+[\"']|[A-Z]{3,}_[A-Z]")
"""What is on or enabled by these words alone may be anything: a date, a button."""
_KEY = re.compile(r"[\"']([A-Za-z][\w.-]{3,})[\"']|\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b")


def check(context: Context) -> Iterator[Hit]:
    """Name removed switches whose path is still there."""
    for source, at, match in lost(context, CODE, _CHECK):
        if is_test(source.path) or re.match(r"\s*(import|from|use|const \{)", source.old[at - 1]):
            continue
        below = [row.strip() for row in source.old[at : at + 6] if len(row.strip()) > 6]
        kept = {row.strip() for row in source.new}
        path = [row for row in below if row in kept or row.removesuffix(",") in kept]
        if _ASKS.fullmatch(match[0]) and not _NAMED.search(source.old[at - 1][:1000]):
            continue
        kill = re.search(r"kill", source.old[at - 1], re.IGNORECASE)
        if path or kill:
            message = f"{match[0].strip('([?. ')} no longer guards code that stays"
            severity = Severity.HIGH if path and not _retired(context, source, at) else Severity.MEDIUM
            yield from changed_at(PAGE.rule, source, Side.OLD, (at, at), message, severity=severity)


def _retired(context: Context, source: Source, at: int) -> bool:
    """Tell whether no code of its language names the switch any more: it is on for everyone, or gone for good."""
    keys = [quoted or constant for quoted, constant in _KEY.findall(source.old[at - 1][:1000])]
    if not (keys and context.whole):
        return False
    return not any(
        kind_of(path) == source.kind and not is_test(path) and "/migrations/" not in path
        for key in keys
        for path in context.files_naming(key)
    )


CHECK = Check(page=PAGE, run=check)
